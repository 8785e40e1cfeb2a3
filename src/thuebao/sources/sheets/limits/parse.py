"""Parses the XML of a workbook in pieces, without document types and endless tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from xml.parsers import expat

from thuebao.sources.sheets.limits import DamagedError

_PIECE = 1 << 20  # bytes given to the parser at once
_LONGEST_TAG = 8 * _PIECE  # an unfinished tag is scanned again with each piece


class Handler:
    """What is done about the tags of a document."""

    parser: expat.XMLParserType
    takes_text: ClassVar[bool] = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take a tag that opens an element."""
        raise NotImplementedError

    def end(self, name: str) -> None:
        """Take a tag that closes an element."""
        raise NotImplementedError

    def text(self, text: str) -> None:
        """Take text between tags, if `takes_text`."""
        raise NotImplementedError


def parse_xml(chunks: Iterable[bytes], handler: Handler) -> None:
    """Parse XML as UTF-8 whatever it declares, as calamine does. Raises DamagedError, for a document type, too."""
    parser = handler.parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    if handler.takes_text:
        parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    fed = 0
    try:
        for chunk in chunks:
            for place in range(0, len(chunk), _PIECE):
                piece = chunk[place : place + _PIECE]
                fed += len(piece)
                parser.Parse(piece, False)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise DamagedError("a tag without an end")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedError(f"XML: {expat.ErrorString(error.code)}") from None


def _refuse_doctype(*_: object) -> None:
    raise DamagedError("a document type")


def local_name(name: str) -> str:
    """Return a tag's name without its prefix."""
    return name.partition(":")[2] or name
