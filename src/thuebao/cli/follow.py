"""The command `follow`: what became of the numbers of a list by later days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, choice, complain, day, option, progress, stdout
from thuebao.cli.present import NOTHING
from thuebao.cli.show import OF_READING_AND_JUDGING

if TYPE_CHECKING:
    from thuebao.engine.follow import Exports

_DAY = re.compile(r"^([0-9][0-9/-]*)=(.*)$", re.DOTALL)


class FollowFormat(StrEnum):
    """How what was followed is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class FollowFailOn(StrEnum):
    """What makes following fail."""

    WRONG = "wrong"
    OVERDUE = "overdue"
    NEVER = "never"


def follow(
    context: typer.Context,
    list_: Annotated[Path, typer.Argument(help=text("help.follow_list"), show_default=False)],
    exports: Annotated[list[str], typer.Argument(help=text("help.follow_exports"), show_default=False)],
    first_notice: Annotated[
        str | None, option("--first-notice", help_key="follow_first_notice", metavar="YYYY-MM-DD")
    ] = None,
    key_file: Annotated[Path | None, option("--key-file", help_key="follow_key_file", metavar="FILE")] = None,
    as_of: Annotated[str | None, option("--as-of", help_key="follow_as_of", metavar="YYYY-MM-DD")] = None,
    operator: Annotated[list[str] | None, option("--operator", help_key="operator", metavar="NAME|GLOB=NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    max_rejected: Annotated[str, option("--max-rejected", help_key="max_rejected", metavar="N%|N")] = "1%",
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    set_: Annotated[list[str] | None, option("--set", help_key="set", metavar="CODE.NAME=N")] = None,
    format: Annotated[FollowFormat, choice(FollowFormat, "--format", help_key="follow_format")] = FollowFormat.TABLE,  # noqa: A002
    report: Annotated[list[Path] | None, option("--report", help_key="follow_report", metavar="FILE")] = None,
    bom: Annotated[bool, option("--bom", help_key="bom")] = False,
    force: Annotated[bool, option("--force", help_key="audit_force")] = False,
    fail_on: Annotated[FollowFailOn, choice(FollowFailOn, "--fail-on", help_key="follow_fail_on")] = FollowFailOn.WRONG,
    memory_limit: Annotated[str | None, option("--memory-limit", help_key="memory_limit", metavar="SIZE")] = None,
    temp_dir: Annotated[Path | None, option("--temp-dir", help_key="temp_dir", metavar="DIR")] = None,
    quiet: Annotated[int, option("--quiet", "-q", help_key="follow_quiet", count=True)] = 0,
    config: Annotated[Path | None, option("--config", help_key="config", metavar="FILE")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Follow the numbers of a list through later exports."""
    from thuebao.base.clock import now
    from thuebao.cli.settings import Asked
    from thuebao.engine.follow import check_days, follow
    from thuebao.engine.options import AuditOptions
    from thuebao.engine.prepare import rulebook_of
    from thuebao.reports.follow.files import check_reports, write_reports
    from thuebao.results.follow.listed import read_list
    from thuebao.results.number_key import read_key

    asked = Asked.of(context)
    given = asked.options()
    options = AuditOptions(
        **{f.name: getattr(given, f.name) for f in fields(given) if f.name in OF_READING_AND_JUDGING}
    )
    started = now()
    reports = report or []
    days = _days(exports, day(as_of), tuple(reports))
    with asked.blaming():
        rulebook = rulebook_of(options)
        listed = read_list([list_], rulebook, read_key(key_file) if key_file else None, day(first_notice))
        found = [file for one in days for file in one.sources.files]
        settings = Path(asked.settings.path) if asked.settings.path else None
        beside = filter(None, (*options.mappings, key_file, settings))
        check_reports(reports, found, [*listed.paths, *beside], force=force)
        days = check_days(days, listed, rulebook)
        with progress(quiet=bool(quiet)) as tell:
            followed = follow(listed, days, options, rulebook, tell)
    unread = [error for one in followed.days for error in one.unreadable]
    if not any(one.files for one in followed.days):
        for line in unread if quiet < NOTHING else ():
            complain(line)
        raise typer.Exit(followed.exit_of_reading)
    written = write_reports(reports, followed, fail_on.value, started, bom=bom, temp_dir=options.temp_dir)
    said = [text("follow.written", path=path) for path in written]
    if quiet < NOTHING:
        for line in (*unread, *([] if quiet else [*followed.notices, *said])):
            complain(line)
    if format is FollowFormat.JSON:
        from thuebao.reports.follow.document import render

        print(render(followed, fail_on.value))
    elif format is FollowFormat.CSV:
        from thuebao.reports.follow.document import render_csv

        print("\ufeff" * bom + render_csv(followed), end="")
    elif not quiet:
        from thuebao.reports.follow.screen import print_followed

        print_followed(followed, fail_on.value, stdout())
    raise typer.Exit(followed.exit_code(fail_on.value))


def _days(given: Sequence[str], as_of: date | None, outputs: tuple[Path, ...]) -> list[Exports]:
    """Return the exports of each day. Raises UsageError for several of which one has no day."""
    return list(_read(given, as_of, outputs))


def _read(given: Sequence[str], as_of: date | None, outputs: tuple[Path, ...]) -> Iterator[Exports]:
    from thuebao.base.clock import today
    from thuebao.engine.follow import Exports

    for said in given:
        found = _DAY.match(said)
        if found and not Path(said).exists():
            when = day(found[1])
            if when:
                yield Exports(when, (found[2],), outputs)
        elif len(given) > 1:
            raise UsageError("follow_no_day", path=said)
        else:
            yield Exports(as_of or today(), (said,), outputs)
