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
from thuebao.reports.documents.annex import Annex
from thuebao.reports.documents.fields import example, filling
from thuebao.reports.documents.package import fixed
from thuebao.results.own.office import OWN_DOCUMENT

_LARGEST, _LARGEST_UNPACKED, _LARGEST_PART = 16 << 20, 64 << 20, 4 << 20
"""Bytes of a template, of all its parts, and of one that is XML: more than forms of offices have, our choice."""
_MOST_PARTS, _MOST_TAGS = 2000, 5000
_NO_RICH_TEXT = re.compile(r"\{\{(?:r|p|tr|tc)\s")  # that would need objects of docxtpl, and there are texts only


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
                if part.file_size > _LARGEST_PART or package.read(part).count(b"{") > _MOST_TAGS:
                    raise UsageError("template_too_large", path=template.path, **limit)
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
            found = _NO_RICH_TEXT.search(re.sub("<[^>]*>", "", src_xml))
            if found:
                from thuebao.reports.documents.sandbox import FILTERS

                values = {"construct": found[0].strip(), "filters": ", ".join(FILTERS)}
                raise UsageError("template_construct", path=template.path, **values)
            return super().patch_xml(src_xml)

        def render_xml_part(self, *given: Any) -> Any:
            made = super().render_xml_part(*given)
            # docxtpl would mend what is no XML any more, and lose a part of it.
            etree.fromstring(made.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
            return made

    return Form(BytesIO(template.content))


def _reason(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error)) or type(error).__name__
