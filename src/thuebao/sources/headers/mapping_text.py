"""Turns proposals into the text of a mapping file (TOML): what is sure as it stands, what is unsure as a comment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.items import Item, KeyType, SingleKey, Table

from thuebao.base.foreign_text import mask_text
from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.header import is_value
from thuebao.sources.headers.mapping import Join, Mapping, headers_of
from thuebao.sources.headers.mapping_values import MONTH_FIRST, codes_of
from thuebao.sources.headers.proposal import KNOWN, MAPPED, SIMILAR, SURE, Proposal

_WIDEST = 60  # characters up to which lines are filled so that their comments stand below each other
_NO_CHARACTER = "Cs"  # half a surrogate pair, which TOML cannot write
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # control and format characters, of which tomlkit escapes only the controls


@dataclass(frozen=True)
class OpenValues:
    """Values of a column that no code is known for: how often each stands there, the most frequent first."""

    column: str
    header: str
    counts: tuple[tuple[str, int], ...]

    @property
    def records(self) -> int:
        """How many records have one of them."""
        return sum(count for _, count in self.counts)


def mapping_text(
    proposals: Sequence[Proposal],
    source: str,
    operator: str | None,
    used: Mapping | None = None,
    open_values: Sequence[OpenValues] = (),
) -> str:
    """Return the mapping file of the proposals for the file `source`.

    operator: whose the records are, if known; used: the mapping by which they were made, whose word stays;
    open_values: what is left for a person to fill in.
    """
    name = Path(source).name
    by_column: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        if proposal.column:
            by_column.setdefault(proposal.column, []).append(proposal)
    unknown = [proposal.header for proposal in proposals if not proposal.column]
    absent = [column for column in columns() if column not in by_column]
    document = tomlkit.document()
    document.add(_comment(text("mapping.title", source=name)))
    document.add(_comment(f"files = [{_string(_pattern(name)).as_string()}]  # {text('mapping.files')}"))
    if operator:
        document.add("operator", _string(operator).comment(escaped(text("mapping.operator"))))
    else:
        document.add(_comment(f'operator = "…"  # {text("mapping.operator")}'))
    document.add(tomlkit.nl())
    table = tomlkit.table()
    _assign(table, [line for column in columns() for line in _lines(column, by_column.get(column, []), used)])
    if unknown:
        table.add(_comment(text("mapping.unknown", headers=", ".join(unknown))))
    if absent:
        table.add(_comment(text("mapping.absent", columns=", ".join(absent))))
    document.add("columns", table)
    if values := _values(used.values if used else {}, open_values):
        document.add(tomlkit.nl())
        document.add("values", values)
    if used and used.month_first:
        dates = tomlkit.table()
        for column in sorted(used.month_first):
            dates.add(column, MONTH_FIRST)
        document.add(tomlkit.nl())
        document.add("dates", dates)
    return tomlkit.dumps(document)


@dataclass(frozen=True)
class _Line:
    """A line that gives a column its header; `sure`: as it stands, else as a comment for a person to decide."""

    column: str
    value: Item
    said: str
    sure: bool

    @property
    def written(self) -> str:
        return f"{self.column} = {self.value.as_string()}"


def _lines(column: str, proposals: Sequence[Proposal], used: Mapping | None) -> list[_Line]:
    """Return the lines of a column: one, or where several headers name it those to choose from."""
    said = used.columns.get(column) if used else None
    if said is not None and not isinstance(said, str):
        return [_Line(column, _several(said), confidence(proposals[0]), sure=True)] if proposals else []
    unsure = "; " + (text("mapping.several") if len(proposals) > 1 else text("mapping.unsure"))
    lines = []
    for p in proposals:
        sure = p.confidence >= SURE and len(proposals) == 1
        lines.append(_Line(column, _string(p.header), confidence(p) + ("" if sure else unsure), sure))
    if len(proposals) > 1:
        headers = tuple(p.header for p in proposals)
        lines.append(_Line(column, _several(headers), text("mapping.several"), sure=False))
    return lines


def _several(said: tuple[str, ...] | Join) -> Item:
    headers = tomlkit.array()
    headers.extend(_string(header) for header in headers_of(said))
    if not isinstance(said, Join):
        return headers
    join = tomlkit.inline_table()
    join.add("join", headers)
    return join


def _assign(table: Table, lines: Sequence[_Line]) -> None:
    """Add the lines, with how sure each is as a comment."""
    lengths = [len(line.written) + 2 * (not line.sure) for line in lines]
    width = max((length for length in lengths if length <= _WIDEST), default=0)
    for line, length in zip(lines, lengths, strict=True):
        gap = " " * (max(width - length, 0) + 2)
        if line.sure:
            line.value.comment(escaped(line.said)).trivia.comment_ws = gap
            table.add(line.column, line.value)
        else:
            table.add(_comment(f"{line.written}{gap}# {line.said}"))


def _values(known: Dict[str, Dict[str, str]], open_values: Sequence[OpenValues]) -> Table | None:
    """Return the section [values]: what is known, and what is left to fill in as comments."""
    left = {values.column: values for values in open_values if values.counts}
    if not known and not left:
        return None
    sections = tomlkit.table(is_super_table=True)
    for column in dict.fromkeys([*known, *left]):
        section = tomlkit.table()
        for value, code in known.get(column, {}).items():
            section.add(_key(value), _string(code))
        if column in left:
            section.add(_comment(text("mapping.values_title", known=_codes(column))))
        for value, count in left[column].counts if column in left else ():
            times = text("mapping.values", count=count)
            # What may be somebody's number is no text that a code could be given for.
            shown = mask_text(value) if is_value(value) else value
            section.add(_comment(f'{_string(shown).as_string()} = ""  # {times}'))
        sections.add(column, section)
    return sections


def _codes(column: str) -> str:
    return "VN, US, KR, …" if column == "nationality" else ", ".join(codes_of(column))


def _key(value: str) -> SingleKey:
    return SingleKey(value, KeyType.Basic, original=_string(value).as_string())


def confidence(proposal: Proposal) -> str:
    """Return how sure a proposal is and why: "83 %: similar to 'Ngày cấp'"."""
    why = {
        KNOWN: text("columns.known"),
        MAPPED: text("columns.by_mapping"),
        SIMILAR: text("columns.similar", like=proposal.like),
    }.get(proposal.why, text("columns.by_values"))
    return text("number.percent", value=int(proposal.confidence * 100 + 0.5)) + ": " + why


def _pattern(name: str) -> str:
    """Return a pattern for the names of such files: what stands before the first digit."""
    start = re.split(r"[0-9]", Path(name).stem, maxsplit=1)[0].rstrip(" _.-(") or name
    return re.sub(r"([*?\[])", r"[\1]", start) + "*"


def _comment(said: str) -> tomlkit.items.Comment:
    return tomlkit.comment(escaped(said))


def _string(value: str) -> Item:
    """Return a text as a TOML string that is written without unseen characters."""
    return tomlkit.value(escaped(tomlkit.string(value).as_string()))


def escaped(value: str) -> str:
    """Return foreign text as it may stand in a TOML string or a comment: one line, nothing that a terminal obeys."""
    return "".join(_escape(c) for c in value)


def _escape(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == _NO_CHARACTER:
        return "\ufffd"
    return f"\\U{ord(sign):08X}" if category in _UNSEEN else sign
