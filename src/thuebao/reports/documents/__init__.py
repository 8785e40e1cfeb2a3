"""The annex to inspection minutes: one content, as a Word document, as an office's own template has it, and as PDF."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from thuebao.base.errors import UsageError

DOCX, PDF = ".docx", ".pdf"
LIBRARIES = {DOCX: {"docx": "python-docx", "docxtpl": "docxtpl"}, PDF: {"typst": "typst"}}
"""The modules that each kind of document needs, and what they are installed as."""


def needed(reports: Iterable[Path]) -> dict[str, str]:
    """Return the modules that some reports need, and what they are installed as."""
    kinds = {path.suffix.lower() for path in reports}
    return {module: name for kind in LIBRARIES if kind in kinds for module, name in LIBRARIES[kind].items()}


def check_installed(reports: Iterable[Path]) -> None:
    """Raise UsageError if what some reports need is not installed."""
    if not all(map(find_spec, needed(reports))):
        raise UsageError("documents_not_installed")
