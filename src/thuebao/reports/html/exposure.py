"""The section of the page that says what the law provides for."""

from __future__ import annotations

from collections.abc import Sequence

from thuebao.base.messages import language, text
from thuebao.reports import exposure as said
from thuebao.reports.format import titled
from thuebao.reports.html.labels import sentence
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import TEXT, table
from thuebao.results.exposure import Exposure, Exposures


def exposure(exposures: Exposures) -> Markup:
    """Return the clauses that are computed, what is to be borne in mind beside each figure, and those that are not."""
    computed = [row for row in exposures.rows if row.least is not None]
    parts: list[Content] = [sentence("exposure.lead" if exposures.rows else "exposure.none")]
    if computed:
        titles = titled(TEXT, "summary.operator", "exposure.act", "exposure.counted", "exposure.fine_in")
        titles += titled(TEXT, "exposure.sanctions", "exposure.caveats")
        rows = (_computed(row, exposures) for row in computed)
        parts.append(table(text("exposure.title"), titles, rows, name="fines", quiet=True))
        parts.append(tag("ul", (tag("li", caveat.said[language()]) for caveat in exposures.caveats), class_="hint"))
    others = [row for row in exposures.rows if row.before or row.undated or row.least is None]
    if others:
        titles = titled(TEXT, "summary.operator", "exposure.clause", "exposure.other")
        parts.append(tag("h3", text("exposure.other")))
        parts.append(table(text("exposure.other"), titles, (_other(row, exposures) for row in others), quiet=True))
    if exposures.signs:
        listed = (tag("li", f"{s.operator}, {s.cited}: {said.sign(s)}") for s in exposures.signs)
        parts += [tag("h3", text("exposure.signs")), tag("ul", listed)]
    return joined(*parts)


def _computed(row: Exposure, exposures: Exposures) -> list[Content]:
    small = (tag("p", words, class_="hint") for words in (row.act[language()], ", ".join(row.codes)))
    return [
        row.operator,
        [tag("b", row.cited), *small],
        _lines([said.counted(row)]),
        [tag("b", said.amount(row, exposures)), _lines([said.bracket(row)])],
        _lines(said.sanctions(row)),
        tag("span", said.short_caveats(row), class_="hint"),
    ]


def _other(row: Exposure, exposures: Exposures) -> list[Content]:
    unnamed = [said.counted(row)] if row.least is None and row.unidentified else []
    measure = text(f"exposure.measure_{row.measure}")
    return [row.operator, f"{row.cited} ({measure})", _lines([*unnamed, *said.others(row, exposures)])]


def _lines(words: Sequence[str]) -> list[Content]:
    return [tag("div", line) for line in words]
