"""Passwords of key files and PINs of tokens: from where they are asked, never from the command line."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from pathlib import Path

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.results.evidence.signatures.certificates import MOST_BYTES

PASSWORD_VARIABLE = "THUEBAO_SIGN_PASSWORD"
PIN_VARIABLE = "THUEBAO_SIGN_PIN"
"""Another one than that of passwords: a password that is tried as a PIN brings a token nearer to its locking."""


def given_secret(file: Path | None, variable: str) -> str | None:
    """Return the first line of a file, else what the environment has; None if neither gives any.

    Raises UsageError when the file cannot be read.
    """
    if file is None:
        return os.environ.get(variable)
    try:
        with file.open(encoding="utf-8-sig") as opened:
            return opened.readline(MOST_BYTES).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise UsageError("file_unreadable", path=file, reason=reason) from None


def asked_secret(prompt: str, unasked: str, path: Path | str, variable: str) -> str:
    """Return what is typed on the terminal, once. Raises UsageError `unasked` where there is none, or nothing comes."""
    if not sys.stdin.isatty():
        raise UsageError(unasked, path=path, variable=variable)
    try:
        return getpass(text(prompt, path=path))
    except EOFError:
        raise UsageError(unasked, path=path, variable=variable) from None
