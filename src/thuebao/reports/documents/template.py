"""Fills an office's own Word document with an annex (docxtpl)."""

from __future__ import annotations

import errno
import os
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from thuebao.base.as_read import remember
from thuebao.base.errors import OutputError, ThuebaoError, UsageError
from thuebao.base.messages import text
from thuebao.reports.documents.content import Annex
from thuebao.reports.documents.fields import example, filling
from thuebao.reports.documents.package import fixed
from thuebao.results.own.office import OWN_DOCUMENT

_LARGEST, _LARGEST_UNPACKED, _LARGEST_PART = 16 << 20, 64 << 20, 2 << 20
"""Bytes of a template, of all its parts, and of one that is XML: more than forms of offices have, our choice."""
_MOST_PARTS, _MOST_TAGS = 2000, 2000
_OF_DOCXTPL = re.compile(r"\{\{(?:r|p|tr|tc)(?=\s)|\{%\s*(?:vm|hm|colspan|cellbg)\b")
"""What docxtpl adds to Jinja and no template may use: objects where there are texts only, and changes of cells."""
_COMMENT = "{#"
_CLOSING = {"{{": "}}", "{%": "%}", _COMMENT: "#}"}
_BRACES = re.compile(r"\{[{%#]|[}%#]\}")
_NEAR = 80  # characters of a template that a message shows
_NOT_FILLED = re.compile(r"word/(?:endnotes|comments\w*|(?:charts|diagrams)/[^/]*)\.xml")
"""Parts with text that docxtpl leaves as it is."""


@dataclass(frozen=True)
class Template:
    """A template as it was read."""

    path: Path
    content: bytes

    def filled(self, annex: Annex) -> bytes:
        """Return the document. The same annex gives the same bytes.

        Raises UsageError for what has no place in a template, OutputError where filling it leaves no document.
        """
        from docx import Document

        try:
            document = _document(self)
            document.render(filling(annex), _environment(self.path), autoescape=True)
            properties = document.docx.core_properties
            properties.identifier = properties.identifier or OWN_DOCUMENT
            stream = BytesIO()
            document.save(stream)
            Document(BytesIO(stream.getvalue()))
        except ThuebaoError:
            raise
        except Exception as error:  # of four libraries, on a file that may hold anything
            raise OutputError("template_damaged", path=self.path, reason=_reason(error)) from None
        return fixed(stream.getvalue())


def read_template(path: Path) -> Template:
    """Return a template that can be filled: it was tried. Raises UsageError or OutputError."""
    template = Template(path, _content(path))
    _check_parts(template)
    try:
        _document(template).init_docx()
    except Exception:  # of three libraries, on a file that may hold anything
        raise UsageError("template_no_document", path=path) from None
    for annex in (example(), example(empty=True)):
        template.filled(annex)
    return template


def _content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UsageError("template_unreadable", path=path, reason=text("error.not_regular"))
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
            changed = os.fstat(file.fileno()).st_mtime
    except OSError as error:
        raise UsageError("template_unreadable", path=path, reason=error.strerror or error) from None
    if len(content) > _LARGEST:
        reason = f"{os.strerror(errno.EFBIG)} (> {_LARGEST >> 20} MiB)"
        raise UsageError("template_unreadable", path=path, reason=reason)
    remember(path, content, changed)
    return content


def _check_parts(template: Template) -> None:
    """Raise UsageError for what is no zip, or unpacks to what no form of an office does."""
    limit = {"limit": f"{_LARGEST_UNPACKED >> 20} MiB", "tags": _MOST_TAGS}
    try:
        with zipfile.ZipFile(BytesIO(template.content)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
                raise UsageError("template_too_large", path=template.path, **limit)
            for part in parts:
                if not part.filename.lower().endswith((".xml", ".rels")):
                    continue
                if part.file_size > _LARGEST_PART or (content := package.read(part)).count(b"{") > _MOST_TAGS:
                    raise UsageError("template_too_large", path=template.path, **limit)
                if _NOT_FILLED.fullmatch(part.filename) and re.search(
                    r"\{[{%]", _without_tags(content.decode("latin-1"))
                ):
                    raise UsageError("template_place", path=template.path, part=part.filename)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        del error
        raise UsageError("template_no_document", path=template.path) from None


def _environment(path: Path) -> Any:
    from thuebao.reports.documents.sandbox import Fields

    return Fields(path)


def _document(template: Template) -> Any:
    """Return docxtpl's document, which refuses what would be lost or broken in silence."""
    from docxtpl import DocxTemplate
    from lxml import etree

    class Form(DocxTemplate):  # type: ignore[misc]
        def patch_xml(self, src_xml: str) -> Any:
            said = _without_tags(src_xml)
            _check_braces(template.path, said)
            found = _OF_DOCXTPL.search(said)
            if found:
                from thuebao.reports.documents.sandbox import FILTERS

                values = {"construct": found[0], "filters": ", ".join(FILTERS)}
                raise UsageError("template_construct", path=template.path, **values)
            return super().patch_xml(src_xml)

        def resolve_listing(self, xml: str) -> str:
            # It makes line breaks in values those of Word: ours are one line, and to find none may take long.
            return xml

        def render_xml_part(self, *given: Any) -> Any:
            made = super().render_xml_part(*given)
            # docxtpl would mend what is no XML any more, and lose a part of it.
            etree.fromstring(made.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
            return made

    return Form(BytesIO(template.content))


def _check_braces(path: Path, said: str) -> None:
    """Raise UsageError for a field that is not closed: docxtpl would look for its end again and again."""
    opened = None
    for brace in _BRACES.finditer(said):
        if opened and brace[0] == _CLOSING[opened[0]]:
            opened = None
        elif brace[0] in _CLOSING and not opened:
            opened = brace
        elif brace[0] in _CLOSING and opened and opened[0] != _COMMENT:
            break
    if opened:
        near = said[opened.start() :][:_NEAR].strip()
        raise UsageError("template_syntax", path=path, reason=text("error.template_open"), near=near)


def _without_tags(xml: str) -> str:
    return re.sub("<[^>]*>", "", xml)


def _reason(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error)) or type(error).__name__
