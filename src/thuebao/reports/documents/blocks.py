"""The parts of an annex in their order, as plain data that Word and PDF show alike: frame, headings, prose, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from thuebao.base.messages import grouped, text
from thuebao.base.shipped_toml import parse_shipped
from thuebao.reports.documents.content import Annex, InputRow, RuleRow
from thuebao.reports.format import NOTHING

Style = Literal["", "bold", "italic", "small"]
Line = tuple[str, Style]
"""A line of a cell."""
Cell = str | tuple[Line, ...]
Align = Literal["left", "center", "right"]
_MOST_LISTED = 25
"""Operators, files and lines of exposure in a table, as on the short page; the rest is counted."""


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: str
    style: Style = ""


@dataclass(frozen=True)
class Table:
    """A table: titles, widths as parts of the line, how columns stand, rows, and whether the last row is a sum."""

    titles: tuple[str, ...]
    widths: tuple[int, ...]
    aligned: tuple[Align, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False


Block = Heading | Prose | Table


@dataclass(frozen=True)
class Frame:
    """What stands around the sections: the head of the first page, and where the document is signed."""

    parent: str
    body: str
    number: str
    nation: str
    motto: str
    place: str
    annex: str
    title: str
    attached: str
    signers: tuple[str, ...]
    sign: str
    recipients: str
    recipient: tuple[str, ...]


@cache
def layout() -> dict[str, Any]:
    """Return sizes and margins."""
    return parse_shipped(resources.files(__package__).joinpath("layout.toml").read_text("utf-8"))


def frame(annex: Annex) -> Frame:
    """Return the frame. What nobody but the office knows is a row of dots to write on."""
    return Frame(
        parent=text("document.parent"),
        body=annex.made_by.upper() or text("document.body"),
        number=text("document.number"),
        nation=text("document.nation"),
        motto=text("document.motto"),
        place=text("document.place"),
        annex=text("document.annex"),
        title=annex.title.upper(),
        attached=text("document.attached"),
        signers=(text("document.sign_operator"), text("document.sign_inspector")),
        sign=text("document.sign"),
        recipients=text("document.recipients"),
        recipient=(text("document.recipient"), text("document.recipient"), text("document.recipient_archive")),
    )


def blocks(annex: Annex) -> list[Block]:
    """Return the sections, numbered in their order."""
    sections = [
        (text("document.summary"), [*_summary(annex)]),
        (text("page.operators"), [*_operators(annex)]),
        (text("page.worst"), [*_rules(annex)]),
        (text("report.exposure"), [*_exposure(annex)]),
        (text("document.remedies"), [*_remedies(annex)]),
        (text("page.inputs"), [*_inputs(annex)]),
    ]
    listed: list[Block] = []
    for position, (title, some) in enumerate(((t, s) for t, s in sections if s), 1):
        listed += [Heading(f"{position}. {title}"), *some]
    return listed


def _summary(annex: Annex) -> Iterator[Block]:
    yield Prose(annex.paragraph)
    if annex.doubts:
        yield Prose(text("doubt.title"), "bold")
        yield from map(Prose, annex.doubts[:_MOST_LISTED])
        yield from _left(min(len(annex.doubts), _MOST_LISTED), len(annex.doubts))


def _operators(annex: Annex) -> Iterator[Block]:
    if not annex.operators:
        yield Prose(text("page.no_records"))
        return
    titles = ("summary.operator", "summary.records", "summary.with_errors", "summary.share", "summary.with_findings")
    rows: list[tuple[Cell, ...]] = [
        (o.name, str(o.records), str(o.with_errors), o.share_with_errors, str(o.with_findings), o.share_with_findings)
        for o in annex.operators[:_MOST_LISTED]
    ]
    counts = (str(annex.records), str(annex.records_with_errors), annex.share_with_errors)
    found = (str(annex.records_with_findings), annex.share_with_findings)
    rows.append((text("summary.all_operators"), *counts, *found))
    yield Table(
        (*map(text, titles), text("summary.share")),
        (30, 16, 16, 14, 18, 14),
        ("left", "right", "right", "right", "right", "right"),
        tuple(rows),
        total=True,
    )
    yield from _left(len(rows) - 1, annex.operator_count)


def _rules(annex: Annex) -> Iterator[Block]:
    if not annex.rules:
        yield Prose(text("summary.no_violations"))
        return
    titles = ("summary.code", "summary.severity", "document.rule", "page.violations", "summary.share")
    yield Table(
        tuple(map(text, titles)),
        (13, 12, 53, 16, 12),
        ("left", "left", "left", "right", "right"),
        tuple((r.code, r.severity, _said(r), str(r.records), r.share) for r in annex.rules),
    )
    yield from _left(len(annex.rules), annex.violated_rules)


def _said(rule: RuleRow) -> Cell:
    law = text("document.rule_law", law=rule.law) if rule.law else ""
    fines = text("document.rule_exposure", clause=rule.exposure) if rule.exposure else ""
    todo = text("document.rule_remedy", remedy=rule.remedy)
    return _lines((rule.title, "bold"), (law, ""), (fines, ""), (todo, "italic"))


def _lines(*lines: Line) -> Cell:
    """Return a cell of those lines that say something."""
    return tuple(line for line in lines if line[0])


def _exposure(annex: Annex) -> Iterator[Block]:
    yield from (Prose(caveat, "italic") for caveat in annex.exposure_caveats)
    shown, others = annex.exposure[:_MOST_LISTED], annex.not_computed[:_MOST_LISTED]
    if shown:
        of_amounts = ("summary.operator", "exposure.clause", "exposure.counted", "document.amounts")
        rows: list[tuple[Cell, ...]] = []
        for e in shown:
            act = _lines((e.clause, "bold"), (e.act, ""))
            rows.append(
                (e.operator, act, e.counted, _lines((e.amount, "bold"), (e.sanctions, ""), (e.remarks, "italic")))
            )
        yield Table(tuple(map(text, of_amounts)), (17, 30, 17, 42), ("left", "left", "left", "left"), tuple(rows))
        yield from _left(len(shown), len(annex.exposure))
    if others:
        titles = ("summary.operator", "exposure.clause", "exposure.other")
        listed = tuple((o.operator, o.clause, o.reason) for o in others)
        yield Table(tuple(map(text, titles)), (17, 40, 49), ("left", "left", "left"), listed)
        yield from _left(len(others), len(annex.not_computed))


def _remedies(annex: Annex) -> Iterator[Block]:
    if not annex.remedies:
        return
    titles = ("summary.operator", "document.own_information", "document.same_contract", "document.carrier")
    shown = annex.remedies[:_MOST_LISTED]
    rows = tuple((r.operator, str(r.own_information), str(r.same_contract), str(r.carrier)) for r in shown)
    yield Table(tuple(map(text, titles)), (34, 24, 24, 24), ("left", "right", "right", "right"), rows)
    yield from _left(len(shown), len(annex.remedies))


def _inputs(annex: Annex) -> Iterator[Block]:
    if not annex.inputs:
        yield Prose(text("page.no_inputs"))
    else:
        shown = annex.inputs[:_MOST_LISTED]
        yield Table(
            (*map(text, ("summary.file", "summary.records", "summary.rejected")),),
            (76, 15, 15),
            ("left", "right", "right"),
            tuple((_file(i), i.records, i.rejected) for i in shown),
        )
        yield from _left(len(shown), annex.file_count)
    if annex.unreadable:
        yield Prose(text("page.unreadable_files"), "bold")
        yield from map(Prose, annex.unreadable[:_MOST_LISTED])
        yield from _left(min(len(annex.unreadable), _MOST_LISTED), annex.unreadable_count)


def _file(read: InputRow) -> Cell:
    return ((read.path, ""), (f"SHA-256: {read.sha256 or NOTHING}", "small"))


def _left(some: int, everything: int) -> Sequence[Block]:
    """Return what is said where a list is not whole."""
    if some >= everything:
        return ()
    return (Prose(text("document.some", some=grouped(some), all=grouped(everything)), "italic"),)
