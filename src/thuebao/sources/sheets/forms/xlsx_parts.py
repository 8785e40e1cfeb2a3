"""Finds the parts of an .xlsx: its worksheets by name, and what its styles say of numbers."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from thuebao.sources.sheets.forms.zeros import digits_shown
from thuebao.sources.sheets.limits import DamagedError
from thuebao.sources.sheets.limits.archive import Archive, plain_name
from thuebao.sources.sheets.limits.parse import Handler, local_name, parse_xml

_LARGEST = 32 << 20  # bytes of a part that is no worksheet
_WORKBOOK, _STYLES, _WORKSHEET = "/officeDocument", "/styles", "/worksheet"
_TRUE = ("1", "true")


class _Tags(Handler):
    """The tags of a small document, with their attributes and the tag around them."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self._open: list[str] = [""]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        self.found.append((name, self._open[-1], attributes))
        self._open.append(name)

    def end(self, name: str) -> None:  # noqa: ARG002
        self._open.pop()


@dataclass
class Parts:
    """The worksheets of an .xlsx by name, and whether their formulas are worked out whenever it is opened."""

    archive: Archive
    sheets: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    computed_when_opened: bool = False
    _styles: zipfile.ZipInfo | None = None

    @classmethod
    def of(cls, archive: Archive) -> Parts:
        """Return the parts, none where the workbook does not say which they are."""
        parts = cls(archive)
        members = {plain_name(member.filename): member for member in archive.members}
        workbook = next(
            (target for kind, target, _ in _relations(archive, members, "") if kind.endswith(_WORKBOOK)), ""
        )
        if workbook not in members:
            return parts
        by_id = {}
        for kind, target, name in _relations(archive, members, workbook):
            if kind.endswith(_STYLES):
                parts._styles = members.get(target)
            elif kind.endswith(_WORKSHEET):
                by_id[name] = members.get(target)
        for tag, _, attributes in _tags(archive, members[workbook]):
            if tag == "sheet":
                place = next((value for name, value in attributes.items() if local_name(name) == "id"), "")
                member = by_id.get(place)
                if member and "name" in attributes:
                    parts.sheets[attributes["name"]] = member
            elif tag == "calcPr":
                parts.computed_when_opened = attributes.get("fullCalcOnLoad") in _TRUE
        return parts

    def zeros(self) -> dict[int, int]:
        """Return the styles of cells whose number format adds zeros in front, and how many digits it shows."""
        if self._styles is None:
            return {}
        forms: dict[str, int] = {}
        found: dict[int, int] = {}
        style = 0
        for tag, around, attributes in _tags(self.archive, self._styles):
            if tag == "numFmt" and around == "numFmts":
                forms[attributes.get("numFmtId", "")] = digits_shown(attributes.get("formatCode", ""))
            elif tag == "xf" and around == "cellXfs":
                if digits := forms.get(attributes.get("numFmtId", ""), 0):
                    found[style] = digits
                style += 1
        return found


def _relations(archive: Archive, members: dict[str, zipfile.ZipInfo], part: str) -> Iterable[tuple[str, str, str]]:
    """Yield kind, target and id of what a part, or "" for the package, refers to."""
    folder, name = posixpath.split(part)
    member = members.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    for tag, _, attributes in _tags(archive, member) if member else ():
        if tag == "Relationship":
            target = plain_name(attributes.get("Target", ""))
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield attributes.get("Type", ""), place, attributes.get("Id", "")


def _tags(archive: Archive, member: zipfile.ZipInfo) -> list[tuple[str, str, dict[str, str]]]:
    """Return the tags of a part, none where it is damaged: who reads it for its own sake says so."""
    if member.file_size > _LARGEST:
        return []
    tags = _Tags()
    try:
        parse_xml(archive.first(member), tags)
    except DamagedError:
        return []
    return tags.found
