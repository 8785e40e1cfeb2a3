"""The command `show`: single records of an export, as they are understood, with their findings."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.messages import text
from thuebao.cli.options import Lang, choice, option, stdout

OF_READING_AND_JUDGING = (
    "operator",
    "encoding",
    "sheet",
    "mappings",
    "max_rejected",
    "rules",
    "select",
    "ignore",
    "severity",
    "parameters",
    "as_of",
    "law",
    "reveal",
    "memory_limit",
    "temp_dir",
)
"""The options of an audit that say what its findings on a record are; nothing is written, counted or compared here."""


def show(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help=text("help.show_file"), show_default=False)],
    records: Annotated[list[int], typer.Argument(help=text("help.show_records"), show_default=False, min=1)],
    among: Annotated[list[str] | None, option("--among", help_key="show_among", metavar="PATHS")] = None,
    operator: Annotated[list[str] | None, option("--operator", help_key="operator", metavar="NAME|GLOB=NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    max_rejected: Annotated[str, option("--max-rejected", help_key="max_rejected", metavar="N%|N")] = "1%",
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    set_: Annotated[list[str] | None, option("--set", help_key="set", metavar="CODE.NAME=N")] = None,
    as_of: Annotated[str | None, option("--as-of", help_key="as_of", metavar="YYYY-MM-DD")] = None,
    law: Annotated[str, option("--law", help_key="law", metavar="NAME")] = "auto",
    reveal: Annotated[bool, option("--reveal", help_key="show_reveal")] = False,
    config: Annotated[Path | None, option("--config", help_key="config", metavar="FILE")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Show records of an export."""
    from thuebao.cli.settings import Asked
    from thuebao.engine.look_up import look_up
    from thuebao.engine.options import AuditOptions
    from thuebao.engine.prepare import rulebook_of
    from thuebao.reports.record import print_records

    asked = Asked.of(context)
    given = asked.options()
    kept = {one.name: getattr(given, one.name) for one in fields(given) if one.name in OF_READING_AND_JUDGING}
    options = AuditOptions(**kept)
    with asked.blaming():
        law_of_rules = rulebook_of(options).law
        found = look_up(file, records, options, among or ())
    print_records(found, law_of_rules, stdout())
