"""The command `columns`: how a file's header is understood."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, choice, complain, option, stdout


def columns(
    file: Annotated[str, typer.Argument(help=text("help.file"), show_default=False)],
    operator: Annotated[str | None, option("--operator", help_key="operator", metavar="NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    reveal: Annotated[bool, option("--reveal", help_key="columns_reveal")] = False,
    save: Annotated[Path | None, option("--save", help_key="save", metavar="FILE")] = None,
    force: Annotated[bool, option("--force", help_key="save_force")] = False,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Show how a file's header is understood."""
    from thuebao.engine.preview import inspect
    from thuebao.reports.columns import print_inspection
    from thuebao.reports.mapping import check_mapping_path, write_mapping
    from thuebao.sources import ReadAs
    from thuebao.sources.encodings.encoding import encoding_named
    from thuebao.sources.operators import Operators, checked_mapping

    if operator is not None:
        Operators.of([operator])  # before the file is read
    if force and not save:
        raise UsageError("force_without_save")
    if save:
        check_mapping_path(save, file, force=force)
    read_as = ReadAs(
        encoding_named(encoding) if encoding is not None else None,
        sheet,
        [checked_mapping(path) for path in mapping or ()],
    )
    found = inspect(file, operator, read_as, reveal=reveal)
    print_inspection(found, stdout())
    if save:
        write_mapping(save, found.proposals, file, found.operator, found.mapping, found.open_values, force=force)
        complain(text("columns.saved", path=save))
