"""Texts that users write, as rules and mappings: regular files of a modest size, and nothing that is waited for."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from thuebao.base.as_read import remember
from thuebao.base.messages import text

MOST_BYTES = 1 << 20
_MOST_LEVELS, _MOST_DOTS = 20, 300


class SmallFileError(Exception):
    """A file that cannot be used; its text is the reason as the system, or Python, has it."""


def read_small(path: Path) -> str:
    """Return the text of a regular file of at most 1 MiB, in UTF-8, and remember what was read. Raises SmallFileError.

    Links are followed. A pipe or a device is not opened for longer than it takes to see what it is.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SmallFileError(text("error.not_regular"))
        # What became a pipe meanwhile is not waited for either.
        with os.fdopen(
            os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
        ) as f:
            if not stat.S_ISREG(os.fstat(f.fileno()).st_mode):
                raise SmallFileError(text("error.not_regular"))
            content = f.read(MOST_BYTES + 1)
            changed = os.fstat(f.fileno()).st_mtime
    except OSError as error:
        raise SmallFileError(error.strerror or type(error).__name__) from None
    except ValueError:  # a name that no file can have
        raise SmallFileError(os.strerror(errno.ENOENT)) from None
    if len(content) > MOST_BYTES:
        raise SmallFileError(os.strerror(errno.EFBIG) + " (> 1 MiB)")
    remember(path, content, changed)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SmallFileError(f"utf-8: {error.reason}") from None


def parse_toml(source: str) -> dict[str, Any]:
    """Return a TOML document nested at most 20 deep. Raises TOMLDecodeError."""
    # Python's reader takes the square of the time for a key of twice the parts.
    if any(line.count(".") > _MOST_DOTS for line in source.splitlines()):
        raise tomllib.TOMLDecodeError(_TOO_DEEP)
    try:
        document = tomllib.loads(source)
    except RecursionError:
        raise tomllib.TOMLDecodeError(_TOO_DEEP) from None
    level: list[Any] = [document]
    for _ in range(_MOST_LEVELS):
        level = [value for held in level for value in _values(held)]
    if level:
        raise tomllib.TOMLDecodeError(_TOO_DEEP)
    return document


_TOO_DEEP = f"nested more than {_MOST_LEVELS} deep"


def _values(held: Any) -> list[Any]:
    values = held.values() if isinstance(held, dict) else held
    return [value for value in values if isinstance(value, dict | list)]
