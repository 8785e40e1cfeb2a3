"""The command `columns`: how a file's header is understood, or which files of a folder are ready for an audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, choice, complain, option, stdout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thuebao.engine.options import AuditOptions


def columns(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(help=text("help.columns_paths"), show_default=False)],
    operator: Annotated[list[str] | None, option("--operator", help_key="operator", metavar="NAME|GLOB=NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    max_rejected: Annotated[str, option("--max-rejected", help_key="max_rejected", metavar="N%|N")] = "1%",
    full: Annotated[bool, option("--full", help_key="columns_full")] = False,
    reveal: Annotated[bool, option("--reveal", help_key="columns_reveal")] = False,
    save: Annotated[Path | None, option("--save", help_key="save", metavar="FILE")] = None,
    force: Annotated[bool, option("--force", help_key="save_force")] = False,
    config: Annotated[Path | None, option("--config", help_key="config", metavar="FILE")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Show how a file's header is understood."""
    from thuebao.cli.settings import Asked
    from thuebao.engine.rejected import rejected_limit

    if force and not save:
        raise UsageError("force_without_save")
    one = _one_file(files, save)
    asked = Asked.of(context, look=not one)  # what an audit would do with files is said of them all
    options = replace(asked.options(), force=force)
    rejected_limit(options.max_rejected)
    with asked.blaming():
        if one:
            _inspect(files[0], options, save, full=full, reveal=reveal)
        elif not _survey(files, options):
            raise typer.Exit(1)


def _one_file(files: Sequence[str], save: Path | None) -> bool:
    """Return whether one export is asked for, whose columns are shown; a mapping file is always that of one."""
    from thuebao.sources import find_exports
    from thuebao.sources.discover import STANDARD_INPUT
    from thuebao.sources.packing.stored import named_at

    if len(files) == 1 and (files[0] == STANDARD_INPUT or (save and not Path(files[0]).is_dir())):
        return True
    if save:
        raise UsageError("save_of_several", path=save)
    if len(files) > 1 or Path(files[0]).is_dir():
        return False
    found = find_exports(files).files
    if found and found != files:
        return False  # what a pattern stands for
    return not found or len(named_at(files[0])[1]) == 1


def _survey(files: Sequence[str], options: AuditOptions) -> bool:
    """Print a line for each file, and return whether all of them are ready."""
    from thuebao.engine.prepare import reading_of
    from thuebao.engine.rejected import rejected_limit
    from thuebao.engine.survey import READY, survey
    from thuebao.reports.survey import print_survey
    from thuebao.sources import Operators

    found = survey(files, Operators.of(options.operator), reading_of(options), rejected_limit(options.max_rejected))
    print_survey(found, stdout())
    return all(one.state == READY for one in found)


def _inspect(file: str, options: AuditOptions, save: Path | None, *, full: bool, reveal: bool) -> None:
    """Print the columns of a file, and write its mapping file if that is asked for."""
    from thuebao.engine.prepare import reading_of
    from thuebao.engine.preview import inspect
    from thuebao.reports.columns import print_inspection
    from thuebao.reports.mapping import check_mapping_path, write_mapping
    from thuebao.sources import Operators

    operators = Operators.of(options.operator)  # before the file is read
    if save:
        check_mapping_path(save, file, force=options.force)
    found = inspect(file, operators, reading_of(options), reveal=reveal)
    print_inspection(found, stdout(), full=full)
    if save:
        write_mapping(
            save, found.proposals, file, found.operator, found.mapping, found.open_values, force=options.force
        )
        complain(text("columns.saved", path=save))
