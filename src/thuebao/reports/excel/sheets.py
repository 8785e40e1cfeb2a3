"""The audit as an Excel workbook, for the desk of an inspector or a carrier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from thuebao import __version__
from thuebao.base.foreign_text import CONTROLS, harmless
from thuebao.base.messages import language, text
from thuebao.base.scratch import private_folder
from thuebao.reports.about import About
from thuebao.reports.terminal import number
from thuebao.results.files import OWN_BOOK
from thuebao.results.findings import SCHEMA
from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY, AuditResult, Group, Input, RuleResult
from thuebao.rulebook.columns import columns
from thuebao.rulebook.law import AUTO
from thuebao.rulebook.load import SEVERITIES
from thuebao.rulebook.rule import Rule

MOST_FINDINGS = 400_000
"""How many findings the workbook holds: written in about half a minute; a sheet would hold a million."""
_MOST_OPERATORS = 100
"""How many operators have a column of their own among the rules; the column of an export may name any number."""
_MOST_CHARACTERS = 16_000
"""Of a text: a cell holds 32,767 units of UTF-16, of which a character takes up to two."""

_TEXT, _WRAPPED, _SEVERITY, _DAY, _MOMENT = "text", "wrapped", "severity", "day", "moment"
_COUNT, _NUMBER, _SHARE = "count", "number", "share"
_TITLE, _LABEL, _HEADER, _NOTE = "title", "label", "header", "note"
_FORMATS: dict[str, dict[str, Any]] = {
    _TEXT: {},
    _WRAPPED: {"text_wrap": True},
    _COUNT: {"num_format": "#,##0"},
    _NUMBER: {"num_format": "0"},
    _SHARE: {"num_format": "0.00%"},
    _DAY: {"align": "left"},
    _MOMENT: {"align": "left"},
    _TITLE: {"bold": True, "font_size": 14},
    _LABEL: {"bold": True},
    _HEADER: {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EDEDED"},
    _NOTE: {"italic": True},
    "error": {"font_color": "#9C0006"},
    "warning": {"font_color": "#7F6000"},
    "info": {"font_color": "#44546A"},
}
_DAYS = {"vi": "dd/mm/yyyy", "en": "yyyy-mm-dd"}
_STATUSES = {
    EVALUATED: "report.evaluated",
    PARTLY: "report.partly_evaluated",
    NOT_EVALUATED: "report.not_evaluated",
    DESELECTED: "report.deselected",
}

_UNSAID = ""
"""A condition that records were limited by and that names other operators."""

Value = str | int | float | date | datetime | None


class Column(NamedTuple):
    """A column of a table: its title, and the format of its values."""

    title: str
    format: str = _TEXT


class _Reader(NamedTuple):
    """What a workbook may show, and to whom.

    operator: whose workbook it is, None for one about all. mixed: paths of files that may hold records of others too:
    how many records they have is not for one carrier to know. findings: of SCHEMA; `total` is how many there are.
    """

    result: AuditResult
    operator: str | None
    mixed: frozenset[str]
    findings: pl.LazyFrame
    total: int


def write_workbook(
    file: BinaryIO,
    result: AuditResult,
    findings: pl.LazyFrame,
    about: About,
    *,
    operator: str | None = None,
    full: str | None = None,
    temp_dir: Path | None = None,
) -> None:
    """Write the audit to `file` as an Excel workbook in the reader's language.

    findings: thuebao.results.findings.SCHEMA, by file, record and code; they are scanned twice, a stretch at a time.
    operator: write the workbook of one carrier, in which nothing of another can be read.
    full: where the file with all findings is; temp_dir: where the sheets wait until they are packed.
    Raises OSError when `file`, OutputError or UsageError when the temporary folder cannot be written.
    """
    reader = _reader(result, findings, operator)
    # What the library leaves behind when it fails goes with the folder.
    with private_folder(temp_dir) as folder:
        book = _Book(file, folder, about, _title(operator))
        _summary(book, reader, about, full)
        _rules(book, reader)
        _findings(book, reader, full)
        _identities(book, reader)
        _offenders(book, reader)
        _not_evaluated(book, reader)
        _files(book, reader)
        book.close()


def _title(operator: str | None) -> str:
    return text("report.title") if operator is None else text("report.title_of", operator=operator)


class _Target:
    """The file, until it is let go: what the library could not finish it would still write to when it is cleaned up."""

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file

    def write(self, data: bytes) -> int:
        return self._file.write(data) if self._file else len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence) if self._file else 0

    def tell(self) -> int:
        return self._file.tell() if self._file else 0

    def flush(self) -> None:
        if self._file:
            self._file.flush()

    def let_go(self) -> None:
        """Take what is written from now on for nothing."""
        self._file = None


class _Book:
    """The workbook and its formats. Nothing that it is given becomes a formula, a link or a number by itself."""

    def __init__(self, file: BinaryIO, folder: Path, about: About, title: str) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "use_zip64": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._target = _Target(file)
        self._workbook = Workbook(self._target, options)
        # A day of its own, not the clock's, so that the same audit gives the same bytes; and no person's name.
        created = about.started.astimezone(UTC).replace(tzinfo=None)
        self._workbook.set_properties({"title": plain(title), "author": "thuebao", "created": created})
        self._workbook.set_custom_property(OWN_BOOK, __version__)  # by which the next audit knows it
        moment = _DAYS[language()]
        days = {_DAY: {"num_format": moment}, _MOMENT: {"num_format": f"{moment} hh:mm"}}
        # The prefix is what an apostrophe typed by hand is: a text stays one when somebody edits the cell.
        common = {"valign": "top", "quote_prefix": True}
        self.formats = {
            name: self._workbook.add_format(common | form | days.get(name, {})) for name, form in _FORMATS.items()
        }

    def sheet(self, key: str, widths: Sequence[float]) -> _Sheet:
        """Add a sheet that is called as the text of `key`, with columns so many characters wide."""
        return _Sheet(self._workbook.add_worksheet(text(key)), self.formats, widths)

    def close(self) -> None:
        """Pack the sheets into the file. Raises OSError when it cannot be written."""
        try:
            self._workbook.close()
        except FileCreateError as failure:
            raise failure.args[0] from None
        finally:
            self._target.let_go()


class _Sheet:
    """A sheet that is written from top to bottom: what is written cannot be changed any more."""

    def __init__(self, sheet: Any, formats: Mapping[str, Any], widths: Sequence[float]) -> None:
        self._sheet = sheet
        self._formats = formats
        self._next = 0
        for position, width in enumerate(widths):
            sheet.set_column(position, position, width)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def line(self, values: Sequence[Value], formats: Sequence[str]) -> None:
        """Write a row; each value in the format of its column."""
        for position, (value, name) in enumerate(zip(values, formats, strict=True)):
            if name == _SEVERITY and isinstance(value, str):
                self._write(position, text(f"severity.{value}"), self._formats[value])
            else:
                self._write(position, value, self._formats[name])
        self._next += 1

    def title(self, value: str) -> None:
        """Write what the sheet, or a part of it, is about."""
        self.line([value], [_TITLE if self._next == 0 else _LABEL])

    def note(self, value: str) -> None:
        """Write a sentence."""
        self.line([value], [_NOTE])

    def gap(self) -> None:
        """Leave a row empty."""
        self._next += 1

    def pair(self, label: str, value: Value, form: str = _TEXT, more: Value = None) -> None:
        """Write a label, its value, and what else is to be said."""
        self.line([label, value, more], [_LABEL, form, _SHARE if isinstance(more, float) else _TEXT])

    def table(self, titles: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
        """Write a table; one without rows says so."""
        self.line([title for title, _ in titles], [_HEADER] * len(titles))
        formats, before = [form for _, form in titles], self._next
        for row in rows:
            self.line(row, formats)
        if self._next == before:
            self.note(text("report.none"))

    def head(self, titles: Sequence[Column], rows: int) -> None:
        """Write the header of a sheet's one table: it stays in sight, filters, and is printed on every page."""
        self._sheet.freeze_panes(self._next + 1, 0)
        self._sheet.autofilter(self._next, 0, self._next + rows, len(titles) - 1)
        self.repeat(self._next)
        self.line([title for title, _ in titles], [_HEADER] * len(titles))

    def repeat(self, row: int) -> None:
        """Print a row, counted from 0, on every page."""
        self._sheet.repeat_rows(row)

    def frame(self, rows: pl.DataFrame, severity: int, numbers: Sequence[int]) -> None:
        """Write many rows of texts that are plain already, with a severity and numbers at these positions."""
        names = {name: text(f"severity.{name}") for name in SEVERITIES}
        of_text, of_number = self._formats[_TEXT], self._formats[_NUMBER]
        write, write_number = self._sheet.write_string, self._sheet.write_number
        for row in rows.iter_rows():
            for position, value in enumerate(row):
                if value is None or value == "":
                    continue
                if position in numbers:
                    write_number(self._next, position, value, of_number)
                elif position == severity:
                    write(self._next, position, names[value], self._formats[value])
                else:
                    write(self._next, position, value, of_text)
            self._next += 1

    def _write(self, position: int, value: Value, form: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            self._sheet.write_string(self._next, position, plain(value), form)
        elif isinstance(value, date):
            self._sheet.write_datetime(self._next, position, value, form)
        else:
            self._sheet.write_number(self._next, position, value, form)


# --- Texts -----------------------------------------------------------------------------------------------------


def plain(value: str) -> str:
    """Return foreign text as a cell may hold it: without control characters, and not too long."""
    return str(pl.select(_plain(pl.lit(harmless(value)))).item())


def _plain(values: pl.Expr) -> pl.Expr:
    shown = values.str.replace_all(CONTROLS, "\ufffd")
    cut = shown.str.head(_MOST_CHARACTERS - 1) + "…"
    shown = pl.when(shown.str.len_chars() > _MOST_CHARACTERS).then(cut).otherwise(shown)
    # The library would take this for formatted text and write it into the sheet as it is.
    markup = shown.str.starts_with("<r>") & shown.str.ends_with("</r>")
    return pl.when(markup).then(shown + " ").otherwise(shown)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _in_words(value: Mapping[str, str]) -> str:
    """Return a rule's text in the reader's language, in one line."""
    return " ".join(value[language()].split())


def _law(result: AuditResult) -> str:
    if result.law == AUTO:
        return text("summary.law_auto")
    instrument = result.rulebook.law.instruments.get(result.law)
    return instrument.number if instrument else result.law


def _basis(result: AuditResult, rule: Rule) -> str:
    """Return where a rule stands in every law that may have judged a record, the latest first."""
    law = result.rulebook.law
    judged = [era.id for era in law.eras if result.law in (AUTO, era.law)]
    return "; ".join(dict.fromkeys(basis for era in reversed(judged) if (basis := rule.basis_in(era, law))))


def _titles_of(reason: str) -> str:
    """Return what absent columns (`sim_serial, pos_code | pos_name`) are called."""
    known = columns()
    groups = (group.split(" | ") for group in reason.split(", "))
    return ", ".join(" | ".join(known[c].title[language()] if c in known else c for c in group) for group in groups)


# --- One carrier's part ------------------------------------------------------------------------------------------


def _reader(result: AuditResult, findings: pl.LazyFrame, operator: str | None) -> _Reader:
    counted = findings.group_by("path", "operator").agg(pl.len()).collect(engine="streaming")
    if operator is None:
        return _Reader(result, None, frozenset(), findings, int(counted["len"].sum()))
    own = counted.filter(pl.col("operator") == operator)
    paths = _paths(result, operator, own)
    mixed = _mixed(result, operator, paths, set(counted.filter(pl.col("operator").ne_missing(operator))["path"]))
    findings = findings.filter(pl.col("operator") == operator)
    return _Reader(_of_operator(result, operator, paths, mixed), operator, mixed, findings, int(own["len"].sum()))


def _paths(result: AuditResult, operator: str, own: pl.DataFrame) -> frozenset[str]:
    """Return the files that are known to hold records of an operator: those with findings on them.

    A file without any may be whosever, unless the audit knows one operator only and has judged all records.
    """
    if result.where is None and result.operators["operator"].to_list() == [operator]:
        return frozenset(i.path for i in result.inputs)
    return frozenset(own["path"])


def _mixed(result: AuditResult, operator: str, paths: frozenset[str], others: set[str]) -> frozenset[str]:
    """Return those of an operator's files that may hold records of others too.

    A file without a column for the operator is one operator's. Of the rest, the counts must add up to its records.
    """
    inputs = [i for i in result.inputs if i.path in paths]
    judged = result.operators.filter(pl.col("operator") == operator)["records"].sum()
    whole = result.where is None and sum(i.records for i in inputs) == judged
    return frozenset(i.path for i in inputs if "operator" in i.columns and (i.path in others or not whole))


def _of_operator(result: AuditResult, operator: str, paths: frozenset[str], mixed: frozenset[str]) -> AuditResult:
    """Return what of an audit is one operator's. Whose a file is that could not be read is not known: none is named."""
    own = pl.col("operator") == operator
    # Which lines of a file with records of several are no records says something of the others.
    rejected = {rule.code for rule in result.rulebook.export_rules if rule.name == "records-rejected"}
    counts = result.counts.filter(own)
    inputs = tuple(i for i in result.inputs if i.path in paths)
    labels = (result.identities or {}).get(None, {})
    tiers = (result.identities or {}).get(operator, dict.fromkeys(labels, 0))
    return replace(
        result,
        inputs=inputs,
        unreadable=(),
        notices=(),
        export_findings=tuple(
            f for f in result.export_findings if f.path in paths and not (f.path in mixed and f.code in rejected)
        ),
        operators=result.operators.filter(own),
        counts=counts,
        rules=tuple(_rules_of(result, counts, inputs)),
        offenders=result.offenders.filter(own),
        identities=None if result.identities is None else {operator: tiers},
        breakdown=None,
        where=_UNSAID if result.where and _names_others(result, operator, result.where) else result.where,
        groups={code: list(_groups_of(groups, operator)) for code, groups in result.groups.items()},
    )


def _names_others(result: AuditResult, operator: str, said: str) -> bool:
    others = set(result.operators["operator"]) | set(result.rulebook.reference.operators.values())
    return any(name.casefold() in said.casefold() for name in others - {operator} if name)


def _rules_of(result: AuditResult, counts: pl.DataFrame, inputs: Sequence[Input]) -> Iterator[RuleResult]:
    """Yield how each rule fared in an operator's records; what others' files lack is no reason."""
    violations = dict(counts.select("code", "violations").iter_rows())
    for r in result.rules:
        groups = r.reason.split(", ") if r.reason else []
        lacks = [group for group in groups if any(not set(group.split(" | ")) & set(i.columns) for i in inputs)]
        status = r.status
        if status != DESELECTED:
            status = (PARTLY if lacks else EVALUATED) if r.rule.code in violations else NOT_EVALUATED
        yield RuleResult(r.rule, status, ", ".join(lacks) or None, violations.get(r.rule.code, 0))


def _groups_of(groups: Sequence[Group], operator: str) -> Iterator[Group]:
    for group in groups:
        own = group.records.filter(pl.col("operator") == operator)
        if own.height:
            yield Group(group.number, own.height, own)


# --- Sheets ----------------------------------------------------------------------------------------------------


def _summary(book: _Book, reader: _Reader, about: About, full: str | None) -> None:
    sheet = book.sheet("report.summary", (44, 22, 16, 16, 16, 16, 70))
    sheet.title(_title(reader.operator))
    sheet.repeat(0)
    _origin(sheet, reader.result, about)
    sheet.gap()
    _totals(sheet, reader)
    sheet.note(_extent(reader, full))
    sheet.gap()
    _operators(sheet, reader.result)
    sheet.gap()
    _unreadable(sheet, reader)
    sheet.gap()
    _inputs(sheet, reader)
    # What was asked for may name other carriers.
    options = about.options if reader.operator is None else {}
    for title, said in (("report.options", options), ("report.versions", about.versions)):
        if said:
            sheet.gap()
            sheet.title(text(title))
            for name, value in said.items():
                sheet.line([name, value], [_TEXT, _TEXT])


def _origin(sheet: _Sheet, result: AuditResult, about: About) -> None:
    sheet.pair(text("report.made_by"), about.made_by)
    for label, moment in (("report.started", about.started), ("report.ended", about.ended)):
        # A cell holds no zone.
        zone = f"{moment:%z}"
        sheet.pair(text(label), moment.replace(tzinfo=None), _MOMENT, f"UTC{zone[:3]}:{zone[3:5]}" if zone else None)
    sheet.pair(text("report.as_of"), result.as_of, _DAY)
    sheet.pair(text("report.law"), _law(result))
    if result.where is not None:
        sheet.pair(text("report.where"), text("report.where_unsaid") if result.where == _UNSAID else result.where)


def _totals(sheet: _Sheet, reader: _Reader) -> None:
    totals = reader.result.totals
    records = totals["records"]
    sheet.pair(text("summary.files"), len(reader.result.inputs), _COUNT)
    sheet.pair(text("summary.records"), records, _COUNT)
    sheet.pair(text("summary.rejected"), None if reader.mixed else totals["rejected"], _COUNT)
    for label, name in (
        ("summary.with_errors", "records_with_errors"),
        ("summary.with_findings", "records_with_findings"),
    ):
        sheet.pair(text(label), totals[name], _COUNT, _share(totals[name], records))
    sheet.pair(text("summary.findings"), reader.total, _COUNT)


def _operators(sheet: _Sheet, result: AuditResult) -> None:
    all_records = result.totals["records"]
    sheet.title(text("summary.operators"))
    titles = (
        Column(text("summary.operator")),
        Column(text("summary.records"), _COUNT),
        Column(text("report.share_of_records"), _SHARE),
        Column(text("summary.with_errors"), _COUNT),
        Column(text("summary.share"), _SHARE),
        Column(text("summary.with_findings"), _COUNT),
        Column(text("summary.share"), _SHARE),
    )
    sheet.table(
        titles,
        (
            (
                name,
                records,
                _share(records, all_records),
                errors,
                _share(errors, records),
                found,
                _share(found, records),
            )
            for name, records, errors, found in result.operators.iter_rows()
        ),
    )


def _unreadable(sheet: _Sheet, reader: _Reader) -> None:
    sheet.title(text("report.unreadable"))
    if reader.operator is not None:
        sheet.note(text("report.unreadable_unsaid"))
    elif not reader.result.unreadable:
        sheet.note(text("report.none"))
    for error in reader.result.unreadable:
        sheet.line([str(error)], [_TEXT])


def _inputs(sheet: _Sheet, reader: _Reader) -> None:
    sheet.title(text("summary.files"))
    titles = (
        Column(text("summary.file")),
        Column(text("report.format")),
        Column(text("report.encoding")),
        Column(text("report.bytes"), _COUNT),
        Column(text("summary.records"), _COUNT),
        Column(text("summary.rejected"), _COUNT),
        Column("SHA-256"),
    )
    sheet.table(titles, (_input(i, mixed=i.path in reader.mixed) for i in reader.result.inputs))
    if reader.operator is not None:
        sheet.note(text("report.files_known"))


def _input(read: Input, *, mixed: bool) -> tuple[Value, ...]:
    counts = (None, None, None) if mixed else (read.bytes, read.records, read.rejected)
    return (read.path, read.format, read.encoding, *counts, read.sha256)


def _rules(book: _Book, reader: _Reader) -> None:
    """Write every rule of the run, also those that found nothing."""
    result = reader.result
    names = _operators_beside(reader)
    sheet = book.sheet("report.rules", (9, 36, 28, 11, 16, 24, 12, 12, 10, 44, 60, *[14] * len(names)))
    sheet.title(text("report.rules"))
    sheet.note(_rules_note(reader, names))
    titles = (
        Column(text("summary.code")),
        Column(text("report.rule"), _WRAPPED),
        Column(text("report.name")),
        Column(text("summary.severity"), _SEVERITY),
        Column(text("report.status")),
        Column(text("summary.absent"), _WRAPPED),
        Column(text("report.evaluated_records"), _COUNT),
        Column(text("report.violations"), _COUNT),
        Column(text("summary.share"), _SHARE),
        Column(text("explain.law"), _WRAPPED),
        Column(text("explain.what_to_do"), _WRAPPED),
        *(Column(text("report.violations_of", operator=name), _COUNT) for name in names),
    )
    sheet.head(titles, len(result.rules))
    evaluated = dict(result.counts.group_by("code").agg(pl.col("evaluated").sum()).iter_rows())
    of = {(name, code): violations for name, code, _, violations in result.counts.iter_rows()}
    formats = [form for _, form in titles]
    for r in result.rules:
        judged = evaluated.get(r.rule.code)
        sheet.line(
            [
                r.rule.code,
                _in_words(r.rule.title),
                r.rule.name,
                r.rule.severity,
                text(_STATUSES[r.status]),
                r.reason,
                judged,
                r.violations,
                _share(r.violations, judged or 0),
                _basis(result, r.rule),
                _in_words(r.rule.action),
                *(of.get((name, r.rule.code)) for name in names),
            ],
            formats,
        )


def _operators_beside(reader: _Reader) -> list[str]:
    """Return the operators that have a column of their own: those with the most records, in their order."""
    if reader.operator is not None:
        return []
    operators = reader.result.operators
    most = operators.sort("records", descending=True, maintain_order=True).head(_MOST_OPERATORS)
    return [name for name in operators["operator"] if name in set(most["operator"])]


def _rules_note(reader: _Reader, names: Sequence[str]) -> str:
    note, operators = text("report.rules_note"), reader.result.operators.height
    if reader.operator is None and len(names) < operators:
        note += " " + text("report.rules_some", some=number(len(names)), all=number(operators))
    return note


def _extent(reader: _Reader, full: str | None) -> str:
    """Return which findings the workbook holds, and where all of them are."""
    all_here = reader.total <= MOST_FINDINGS
    said = [
        text("report.findings_all", count=number(reader.total))
        if all_here
        else text("report.findings_some", some=number(MOST_FINDINGS), all=number(reader.total))
    ]
    if full is not None:
        said.append(text("report.findings_file", path=full))
    elif not all_here:
        said.append(text("report.findings_nowhere"))
    return " ".join(said)


def _findings(book: _Book, reader: _Reader, full: str | None) -> None:
    """Write the findings, the first MOST_FINDINGS of them."""
    sheet = book.sheet("report.findings", (36, 10, 14, 14, 9, 44, 11, 26, 28, 60, 9))
    sheet.title(text("report.findings"))
    sheet.note(_extent(reader, full))
    titles = [
        text(key)
        for key in (
            "summary.file",
            "report.record",
            "summary.operator",
            "report.number",
            "summary.code",
            "report.rule",
            "summary.severity",
            "report.field",
            "report.value",
            "explain.law",
            "report.group",
        )
    ]
    sheet.head([Column(title) for title in titles], min(reader.total, MOST_FINDINGS))
    rules = {r.rule.code: _in_words(r.rule.title) for r in reader.result.rules}
    fields = {name: column.title[language()] for name, column in columns().items()}
    shown = (
        pl.col("path", "operator", "msisdn", "value", "basis"),
        "record",
        "group",
        "code",
        "severity",
        pl.col("code").replace(rules).alias("rule"),
        pl.col("field").replace(fields),
    )
    order = ("path", "record", "operator", "msisdn", "code", "rule", "severity", "field", "value", "basis", "group")
    texts = _plain(pl.col(pl.String))
    some = reader.findings.select(*SCHEMA).head(MOST_FINDINGS).select(shown).select(order).with_columns(texts)
    for batch in some.collect_batches(maintain_order=True):
        sheet.frame(batch, severity=order.index("severity"), numbers=(order.index("record"), order.index("group")))


def _identities(book: _Book, reader: _Reader) -> None:
    """Write how many identities have how many numbers, and the largest groups if they were asked for."""
    result = reader.result
    sheet = book.sheet("report.identities", (30, 12, 14, 16, 24, 24, 24, 24))
    sheet.title(text("summary.identities"))
    sheet.repeat(0)
    if result.identities is None:
        sheet.note(text("report.identities_unknown"))
    else:
        labels = list(next(iter(result.identities.values())))
        sheet.table(
            [Column(text("summary.operator")), *(Column(label, _COUNT) for label in labels)],
            (
                (text("summary.all_operators") if operator is None else operator, *tiers.values())
                for operator, tiers in result.identities.items()
            ),
        )
    for code, groups in result.groups.items():
        sheet.gap()
        sheet.title(text("summary.groups", code=code))
        _groups(sheet, groups, whole=reader.operator is None)


def _groups(sheet: _Sheet, groups: Sequence[Group], *, whole: bool) -> None:
    """Write the records of groups. How large a group is in all is not for one carrier to know."""
    if not groups:
        sheet.note(text("report.none"))
        return
    named = {
        "path": text("summary.file"),
        "record": text("report.record"),
        "operator": text("summary.operator"),
        "msisdn": text("report.number"),
    }
    named = {name: column.title[language()] for name, column in columns().items()} | named
    facts = groups[0].records.columns
    titles = [Column(named.get(name, name), _NUMBER if name == "record" else _TEXT) for name in facts]
    before = [Column(text("report.group"), _NUMBER), *([Column(text("report.size"), _COUNT)] if whole else [])]
    sheet.table(
        [*titles[:1], *before, *titles[1:]],
        (
            (row[0], group.number, *([group.size] if whole else []), *row[1:])
            for group in groups
            for row in group.records.iter_rows()
        ),
    )


def _offenders(book: _Book, reader: _Reader) -> None:
    """Write the points of sale and the clerks with the most findings."""
    sheet = book.sheet("report.points_of_sale", (48, 20, 14, 14))
    titles = (
        Column(text("summary.name")),
        Column(text("summary.operator")),
        Column(text("summary.findings"), _COUNT),
        Column(text("summary.records"), _COUNT),
    )
    for by, title in (("point_of_sale", "summary.points_of_sale"), ("clerk_name", "summary.clerks")):
        some = reader.result.offenders.filter(pl.col("by") == by)
        sheet.title(text(title))
        sheet.table(titles, some.select("name", "operator", "findings", "records").iter_rows())
        sheet.gap()
    sheet.repeat(0)
    if reader.operator is not None:
        sheet.note(text("report.offenders_note"))


def _not_evaluated(book: _Book, reader: _Reader) -> None:
    """Write the rules that were not evaluated everywhere, and the columns that are absent."""
    sheet = book.sheet("report.not_evaluated", (9, 50, 11, 20, 40, 50))
    sheet.title(text("report.not_evaluated"))
    sheet.note(text("report.not_evaluated_note"))
    some = [r for r in reader.result.rules if r.status in (NOT_EVALUATED, PARTLY)]
    titles = (
        Column(text("summary.code")),
        Column(text("report.rule"), _WRAPPED),
        Column(text("summary.severity"), _SEVERITY),
        Column(text("report.status")),
        Column(text("summary.absent"), _WRAPPED),
        Column(text("columns.meaning"), _WRAPPED),
    )
    sheet.head(titles, len(some))
    formats = [form for _, form in titles]
    for r in some:
        meaning = _titles_of(r.reason) if r.reason else None
        status = text(_STATUSES[r.status])
        sheet.line([r.rule.code, _in_words(r.rule.title), r.rule.severity, status, r.reason, meaning], formats)


def _files(book: _Book, reader: _Reader) -> None:
    """Write what was found about the files, and what is to be said of how they were read."""
    result = reader.result
    sheet = book.sheet("report.files", (9, 44, 11, 44, 60, 60))
    sheet.title(text("summary.export_findings"))
    sheet.repeat(0)
    rules = {rule.code: rule for rule in result.rulebook.export_rules}
    titles = (
        Column(text("summary.code")),
        Column(text("report.rule"), _WRAPPED),
        Column(text("summary.severity"), _SEVERITY),
        Column(text("summary.file")),
        Column(text("summary.detail"), _WRAPPED),
        Column(text("explain.what_to_do"), _WRAPPED),
    )
    sheet.table(
        titles,
        (
            (f.code, _in_words(rules[f.code].title), f.severity, f.path, f.detail, _in_words(rules[f.code].action))
            for f in result.export_findings
        ),
    )
    if result.notices:
        sheet.gap()
        sheet.title(text("report.notices"))
        for notice in result.notices:
            sheet.line([notice], [_TEXT])
