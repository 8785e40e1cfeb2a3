"""Turns what a library raises, panics of Rust included, into errors of ours."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from thuebao.base.errors import InputError

_STDERR = 2
_alone = Lock()


@contextmanager
def refusing(kinds: tuple[type[Exception], ...], refusal: Callable[[BaseException], InputError]) -> Iterator[None]:
    """Raise `refusal` of an error of these kinds, or of a panic, in its place."""
    try:
        with _without_panic_text():
            yield
    except kinds as error:
        raise refusal(error) from None
    except BaseException as error:
        # A panic is no Exception, and each library has a class of its own for it, which not all let import.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal(error) from None


@contextmanager
def _without_panic_text() -> Iterator[None]:
    """Keep from the user what Rust prints of a panic: its threads write to the descriptor of standard error itself.

    What Python writes there meanwhile, as the progress of an audit, goes where it should.
    """
    if not _alone.acquire(blocking=False):  # another thread does it already
        yield
        return
    try:
        kept = _duplicate()
        if kept is None:
            yield
            return
        before, own = sys.stderr, _of_python(kept)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
        sys.stderr = own or before
        try:
            yield
        finally:
            if own:
                own.flush()
                sys.stderr = before
            os.dup2(kept, _STDERR)
            os.close(kept)
    finally:
        _alone.release()


def _duplicate() -> int | None:
    try:
        if sys.stderr:
            sys.stderr.flush()
        return os.dup(_STDERR)
    except (OSError, ValueError):  # it is closed
        return None


def _of_python(descriptor: int) -> io.TextIOWrapper | None:
    """Return what writes to a descriptor as Python's standard error does; None if that is not the process's own."""
    try:
        if sys.stderr.fileno() != _STDERR:
            return None
    except (AttributeError, OSError, ValueError):
        return None
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), sys.stderr.encoding, "backslashreplace", line_buffering=True, write_through=True
    )
