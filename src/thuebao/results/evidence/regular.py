"""Reads files that must be there, and no pipe or device."""

from __future__ import annotations

import stat
from pathlib import Path

from thuebao.base.errors import InputError


def read_regular(path: Path, most: int) -> bytes:
    """Return a file as far as it is not larger than `most`, and a byte more. Raises InputError."""
    try:
        # What is no regular file might be waited for without end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("is_a_folder" if path.is_dir() else "not_a_file", path=path)
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise InputError("file_unreadable", path=path, reason=error.strerror or error) from None
