"""The section of the page that says what the law provides for."""

from __future__ import annotations

from collections.abc import Iterator

from thuebao.base.messages import language, text
from thuebao.reports import exposure as said
from thuebao.reports.format import titled
from thuebao.reports.html.labels import sentence
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import NUMBER, TEXT, table
from thuebao.results.exposure import Exposure, Exposures


def exposure(exposures: Exposures) -> Markup:
    """Return the clauses, a row each, with what is to be borne in mind beside each figure."""
    parts: list[Content] = [sentence("exposure.lead")]
    if exposures.rows:
        titles = titled(TEXT, "summary.operator", "exposure.act", "exposure.counted", "exposure.bracket")
        titles += [*titled(NUMBER, "exposure.fine_in"), *titled(TEXT, "exposure.sanctions", "exposure.caveats")]
        rows = (_row(row, exposures) for row in exposures.rows)
        parts.append(table(text("exposure.title"), titles, rows, name="fines", quiet=True))
    else:
        parts.append(sentence("exposure.none"))
    if exposures.signs:
        listed = (tag("li", f"{s.operator}, {s.cited}: {said.sign(s)}") for s in exposures.signs)
        parts += [tag("h3", text("exposure.signs")), tag("ul", listed)]
    return joined(*parts)


def _row(row: Exposure, exposures: Exposures) -> list[Content]:
    counted = [said.counted(row), *said.others(row, exposures)]
    act = tag("p", row.act[language()], class_="hint")
    return [
        row.operator,
        [tag("b", row.cited), act, _small(", ".join(row.codes))],
        list(_lines(counted)),
        said.bracket(row),
        said.amount(row, exposures),
        list(_lines(said.sanctions(row))),
        [_small(said.trust(row)), _small(said.caveats(row))],
    ]


def _small(words: str) -> Markup:
    return tag("p", words, class_="hint")


def _lines(words: list[str]) -> Iterator[Markup]:
    yield from (tag("p", line) for line in words)
