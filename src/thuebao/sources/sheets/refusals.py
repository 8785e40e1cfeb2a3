"""Turns what goes wrong in a workbook into errors of ours, without what they quote from the file."""

from __future__ import annotations

import errno
import re
import struct
import zipfile
import zlib
from contextlib import AbstractContextManager

import python_calamine as calamine

from thuebao.base.errors import InputError
from thuebao.sources.errors_of_libraries import refusing

_ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_DAMAGE = (calamine.CalamineError, OSError, struct.error, ValueError, *_ZIP_DAMAGE)


def refusals(path: str) -> AbstractContextManager[None]:
    """Turn what calamine and zipfile raise into InputError."""
    return refusing(_DAMAGE, lambda error: _refusal(path, error))


def _refusal(path: str, error: BaseException) -> InputError:
    if isinstance(error, calamine.PasswordError):
        return InputError("spreadsheet_encrypted", path=path)
    if isinstance(error, OSError) and error.errno != errno.EINVAL:  # that is a directory's place before the beginning
        return InputError("file_unreadable", path=path, reason=error.strerror or error)
    return InputError("spreadsheet_damaged", path=path, reason=_reason(error))


def _reason(error: BaseException) -> str:
    """Return what calamine says, without what it quotes from the file: that may be somebody's."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return re.sub(r"[0-9]{5,}", "…", re.split(r"(?<!not),? \(?found |(?<=not found) '|: '|\"", first)[0])[:120].rstrip(
        " :."
    )
