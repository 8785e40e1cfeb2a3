"""Compares paths by the files that they name."""

from __future__ import annotations

from pathlib import Path


def same_file(file: str, output: Path) -> bool:
    """Return whether both name one file that is there."""
    try:
        return output.samefile(file)
    except OSError:  # one of them is not there
        return False
