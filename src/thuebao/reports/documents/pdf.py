"""Writes an annex as PDF: tagged, for archives (PDF/A), the same bytes on every machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from importlib import resources
from typing import Any

from thuebao.base.messages import language
from thuebao.base.scratch import private_folder
from thuebao.reports.documents.blocks import Heading, Prose, blocks, frame, layout
from thuebao.reports.documents.content import Annex
from thuebao.results.own.office import OWN_DOCUMENT

_KNOWN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ–…“”\u00a0\ufffd"
)
"""Letters that the fonts of the library have; of others it must be asked."""
_PROBE = b'#set document(title: "-")\n#set text(lang: "en")\n#sys.inputs.signs'


def annex_pdf(annex: Annex) -> bytes:
    """Return the document, unsigned. The same annex gives the same bytes.

    Only the fonts that come with the library are used, whatever the system has. A sign that none of them has stands as
    the sign for that, as archives ask for.
    """
    data: dict[str, Any] = {
        "layout": layout(),
        "frame": asdict(frame(annex)),
        "blocks": [_tagged(block) for block in blocks(annex)],
        "language": language(),
        "title": annex.title,
        "mark": OWN_DOCUMENT,
    }
    said = json.dumps(data, ensure_ascii=False)
    unknown = _without_glyph(sorted({*said} - _KNOWN))
    said = said.translate(dict.fromkeys(map(ord, unknown), "\ufffd"))
    source = resources.files(__package__).joinpath("annex.typ").read_bytes()
    # The values are data, which the source reads as JSON: none of them becomes markup.
    return _compiled(source, {"annex": said}, datetime.combine(annex.day, time(), UTC))


def _tagged(block: Any) -> dict[str, Any]:
    kind = "heading" if isinstance(block, Heading) else "prose" if isinstance(block, Prose) else "table"
    return {"kind": kind} | asdict(block)


def _compiled(source: bytes, inputs: dict[str, str], moment: datetime | None = None) -> bytes:
    """Return the PDF of a source, which can read no file and no package: where it may look there is nothing."""
    import typst

    with private_folder(None) as empty:
        made = typst.compile(  # type: ignore[type-var]  # its stubs want source and root of one type
            source,
            root=str(empty),
            package_path=str(empty),
            package_cache_path=str(empty),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=["a-2a", "ua-1"],  # for archives, and readable by those who do not see it
            timestamp=moment,
        )
    return bytes(made)


def _without_glyph(signs: list[str]) -> set[str]:
    """Return those signs that no font has, by halves: the library says no more than that there is one among several."""
    import typst

    if not signs:
        return set()
    try:
        _compiled(_PROBE, {"signs": " ".join(signs)})
    except typst.TypstError:
        if len(signs) == 1:
            return {*signs}
        middle = len(signs) // 2
        return _without_glyph(signs[:middle]) | _without_glyph(signs[middle:])
    return set()
