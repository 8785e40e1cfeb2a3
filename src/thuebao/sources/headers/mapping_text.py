"""Turns proposals into the text of a mapping file (TOML): what is sure as it stands, what is unsure as a comment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Item, Table

from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.proposal import KNOWN, MAPPED, SIMILAR, SURE, Proposal

_WIDEST = 60  # characters up to which lines are filled so that their comments stand below each other
_NO_CHARACTER = "Cs"  # half a surrogate pair, which TOML cannot write
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # control and format characters, of which tomlkit escapes only the controls


def mapping_text(proposals: Sequence[Proposal], source: str, operator: str | None) -> str:
    """Return the mapping file of the proposals for the file `source`; `operator`: whose the records are, if known."""
    name = Path(source).name
    by_column = {proposal.column: proposal for proposal in proposals if proposal.column}
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
    _assign(table, [by_column[column] for column in columns() if column in by_column])
    if unknown:
        table.add(_comment(text("mapping.unknown", headers=", ".join(unknown))))
    if absent:
        table.add(_comment(text("mapping.absent", columns=", ".join(absent))))
    document.add("columns", table)
    return tomlkit.dumps(document)


def _assign(table: Table, proposals: Sequence[Proposal]) -> None:
    """Add a line for each proposal, with how sure it is as a comment."""
    headers = [_string(proposal.header) for proposal in proposals]
    lines = [f"{p.column} = {header.as_string()}" for p, header in zip(proposals, headers, strict=True)]
    lines = [line if p.confidence >= SURE else f"# {line}" for p, line in zip(proposals, lines, strict=True)]
    width = max((len(line) for line in lines if len(line) <= _WIDEST), default=0)
    for proposal, header, line in zip(proposals, headers, lines, strict=True):
        gap = " " * (max(width - len(line), 0) + 2)
        if proposal.confidence >= SURE:
            header.comment(escaped(confidence(proposal))).trivia.comment_ws = gap
            table.add(str(proposal.column), header)
        else:
            said = f"{confidence(proposal)}; {text('mapping.unsure')}"
            table.add(_comment(f"{line.removeprefix('# ')}{gap}# {said}"))


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
