"""What is said of a file whose text was damaged before it was stored."""

from __future__ import annotations

from collections.abc import Iterator

from thuebao.base.messages import text
from thuebao.sources.encodings.font_text import FONTS
from thuebao.sources.encodings.header_readings import ENTITIES, LOST, header_reading
from thuebao.sources.encodings.repair import Repairs
from thuebao.sources.headers.header import Header
from thuebao.sources.notice import Notice


def notices_of_repairs(header: Header, repairs: Repairs) -> Iterator[Notice]:
    """Yield what was repaired in a file that has been read, and what cannot be."""
    names = [header_reading(name).text for name in header.names]
    shown = dict(zip(header.raw_names, names, strict=True))
    damaged: dict[str, list[str]] = {}
    for name, canonical in zip(header.names, header.canonical, strict=True):
        if canonical and (damage := header_reading(name).damage):
            damaged.setdefault(damage, []).append(name if damage == LOST else header_reading(name).text)
    for damage, headers in sorted(damaged.items()):
        key = {ENTITIES: "entities", LOST: "lost"}.get(damage, "repaired")
        said = text(f"notice.headers_{key}", encoding=encoding_shown(damage), columns=", ".join(headers))
        yield Notice(f"headers_{key}", said, len(headers))
    for damage, columns in sorted(repairs.undone.items()):
        key = "entities" if damage == ENTITIES else "text_repaired"
        listed = [name for column, name in shown.items() if column in columns]
        said = text(f"notice.{key}", encoding=encoding_shown(damage), columns=", ".join(listed))
        yield Notice(key, said, len(listed))
    if repairs.lost:
        listed = [name for column, name in shown.items() if column in repairs.lost]
        yield Notice("letters_lost", text("notice.letters_lost", columns=", ".join(listed)), len(listed))


def encoding_shown(damage: str) -> str:
    """Return what messages call an encoding that was undone; nothing for other damage."""
    if damage in (ENTITIES, LOST):
        return ""
    return text(f"encoding.{damage}-in-unicode" if damage in FONTS else f"encoding.{damage}")
