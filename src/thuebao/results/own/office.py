"""Recognises a Word document or PDF that an audit wrote, by its mark, its kind and its size.

A mark is no proof. But neither kind is ever read as an export, so that nothing is left out that would have counted; and
one that is larger than ours are is named as any other large file that was passed over.
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import Path

OWN_DOCUMENT = "thuebao-report"
"""The identifier of a Word document, and the keyword of a PDF."""
_LARGEST = 512 << 10
"""Bytes of such a document: ours have some 100 KiB, with signatures."""
_MOST_PROPERTIES = 1 << 16
"""Bytes of a document's properties that are looked at: more than any program writes."""
_PARTS = ("[Content_Types].xml", "_rels/", "docProps/", "word/", "customXml/")
"""How the names of a Word document's parts begin: what has others may be an export, or hold one."""
_NO_DOCUMENT = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


def is_word(path: str, file: Path | BytesIO) -> bool:
    """Return whether what begins as a zip is a Word document of an audit. Raises OSError, ValueError."""
    size = file.stat().st_size if isinstance(file, Path) else len(file.getbuffer())
    if not path.lower().endswith(".docx") or size > _LARGEST:
        return False
    try:
        with zipfile.ZipFile(file) as document:
            names = document.namelist()
            if "word/document.xml" not in names or not all(name.startswith(_PARTS) for name in names):
                return False
            properties = document.open("docProps/core.xml").read(_MOST_PROPERTIES)
    except _NO_DOCUMENT:
        return False
    return f"<dc:identifier>{OWN_DOCUMENT}</dc:identifier>".encode() in properties


def is_pdf(path: Path) -> bool:
    """Return whether a file is a PDF of an audit, signed or not. Raises OSError."""
    if path.suffix.lower() != ".pdf" or path.stat().st_size > _LARGEST:
        return False
    return f"<pdf:Keywords>{OWN_DOCUMENT}</pdf:Keywords>".encode() in path.read_bytes()
