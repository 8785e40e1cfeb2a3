"""Tells HTML, MHTML, XML Spreadsheet 2003 and SYLK by how a text begins."""

from __future__ import annotations

import re

HTML, MHTML, SPREADSHEETML, SYLK = "html", "mhtml", "spreadsheetml", "sylk"
MARKED_UP = frozenset({HTML, MHTML, SPREADSHEETML, SYLK})
OTHER_XML = "XML"

_TOP = 1 << 16  # characters that the kind is told by
_TITLE = 4096  # characters of plain text that stand above a table at most
_SPREADSHEET_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_TABLE = re.compile(r"<table\b[^<>]*>\s*<(?:caption|colgroup|col|thead|tbody|tr|th|td)\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:[a-z]|!doctype|!--|\?xml|!\[|/)", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_MAIL_HEADERS = re.compile(r"[A-Za-z][A-Za-z-]*:[^\r\n]*\r?\n")
_OF_A_PAGE = re.compile(r"(?im)^Content-Type:\s*(?:multipart/(?:related|alternative)|text/html)")
_SYLK = re.compile(r"ID;?[^\r\n]*\r?\n(?:[BCEFOPW]|N[ENLU]);")


def kind_of_markup(text: str) -> str | None:
    """Return the kind of a marked-up text, `OTHER_XML` for XML of no kind that is read, None for any other text."""
    top = text[:_TOP].lstrip()
    if top[:2] == "ID" and _SYLK.match(top):
        return SYLK
    if _MAIL_HEADERS.match(top):
        headers = re.split(r"\r?\n\r?\n", top, maxsplit=1)[0]
        return MHTML if _OF_A_PAGE.search(headers) else None
    if not _TAG.match(top):
        table = _TABLE.search(top[: 2 * _TITLE])
        return HTML if table and table.start() <= _TITLE else None
    if not top[:5].lower().startswith("<?xml"):
        return HTML
    root = _ROOT.search(re.sub(r"<[?!][^>]*>", "", top))
    name = root[1].lower() if root else ""
    if name == "workbook" and _SPREADSHEET_NAMESPACE in top:
        return SPREADSHEETML
    return HTML if name in ("html", "table", "body") else OTHER_XML
