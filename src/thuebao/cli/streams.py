"""Standard output and standard error as a command needs them: there, and telling why they cannot be written."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from thuebao.base.errors import ClosedStreamError, StreamError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Output(io.FileIO):
    """Standard output that says of itself what is wrong with it, so that no other file is taken for it."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise ClosedStreamError("stdout_closed") from None
        except OSError as error:
            raise StreamError("stdout_unwritable", reason=error.strerror) from None


def prepare_streams() -> None:
    """Give the process streams that it can write to."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever called
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (to the end)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal cannot show must not end the audit
    output = sys.stdout
    if output is sys.__stdout__ and isinstance(output, io.TextIOWrapper):
        raw = io.BufferedWriter(_Output(output.fileno(), "w", closefd=False))
        sys.stdout = io.TextIOWrapper(raw, output.encoding, output.errors, line_buffering=output.line_buffering)


def mute_stdout() -> None:
    """Let what is still to be written to standard output go nowhere."""
    with suppress(io.UnsupportedOperation, OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
