"""The commands about exports: how one is understood, and one made up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.commands.shared import Headers, Lang, complain, day, option, stdout
from thuebao.errors import OutputError, UsageError
from thuebao.texts import text


def columns(
    file: Annotated[str, typer.Argument(help=text("help.file"), show_default=False)],
    operator: Annotated[str | None, option("--operator", help_key="operator", metavar="NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    save: Annotated[Path | None, option("--save", help_key="save", metavar="FILE")] = None,
    force: Annotated[bool, option("--force", help_key="save_force")] = False,
    lang: Annotated[Lang | None, option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """Show how a file's header is understood."""
    from thuebao.inspect import inspect
    from thuebao.reports.columns import print_inspection
    from thuebao.reports.mapping import check_mapping_path, write_mapping
    from thuebao.sources import ReadAs
    from thuebao.sources.encodings.encoding import encoding_named
    from thuebao.sources.headers.mapping import read_mapping

    if operator is not None and not operator.strip():
        raise UsageError("operator_empty")
    if force and not save:
        raise UsageError("force_without_save")
    if save:
        check_mapping_path(save, file, force=force)
    read_as = ReadAs(
        encoding_named(encoding) if encoding is not None else None,
        sheet,
        [read_mapping(path) for path in mapping or ()],
    )
    found = inspect(file, operator, read_as)
    print_inspection(found, stdout())
    if save:
        write_mapping(save, found.proposals, file, found.operator, force=force)
        complain(text("columns.saved", path=save))


def sample(
    out: Annotated[Path, typer.Argument(help=text("help.sample_out"), show_default=False)],
    records: Annotated[int, option("--records", help_key="sample_records", min=1)] = 1_000,
    seed: Annotated[int, option("--seed", help_key="sample_seed", min=0)] = 0,
    defects: Annotated[float, option("--defects", help_key="sample_defects", min=0.0, max=1.0)] = 0.0,
    duplicates: Annotated[float, option("--duplicates", help_key="sample_duplicates", min=0.0, max=1.0)] = 0.0,
    mess: Annotated[float, option("--mess", help_key="sample_mess", min=0.0, max=1.0)] = 0.0,
    headers: Annotated[Headers, option("--headers", help_key="sample_headers")] = Headers.CANONICAL,
    as_of: Annotated[str | None, option("--as-of", help_key="sample_as_of", metavar="YYYY-MM-DD")] = None,
    force: Annotated[bool, option("--force", help_key="sample_force")] = False,
    lang: Annotated[Lang | None, option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """Write a synthetic export."""
    from thuebao.reference import rules_home
    from thuebao.sample import write_sample

    try:
        report = write_sample(
            out,
            records=records, seed=seed, defects=defects, duplicates=duplicates, mess=mess, headers=headers.value,
            as_of=day(as_of), force=force, rules_dir=rules_home(),
        )  # fmt: skip
    except FileExistsError:
        raise UsageError("sample_exists", path=out) from None
    except ValueError as error:
        raise UsageError("sample_argument", reason=error) from None
    except OSError as error:
        raise OutputError("output_unwritable", path=out, reason=error.strerror or error) from None
    print(text("notice.sample_written", records=f"{records:,}", path=out, truth=report.truth))
