"""Signals that end the process: an end that is asked for is an ordinary way out, and is not lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from types import FrameType
from typing import NoReturn

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_A_MOMENT = 0.02
_struck: list[int] = []


def take_signals() -> None:
    """Let signals that are not ignored end the process by SystemExit: files half written go, no trace is printed.

    Those that are ignored stay so: a job in the background, or under nohup, is not to be ended by them.
    """
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    sys.unraisablehook = _ask_again


def struck() -> int | None:
    """Return the exit code of the first signal that struck, None if none did."""
    return 128 + _struck[0] if _struck else None


def _end(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    _struck.append(number)
    sys.exit(128 + number)


def _ask_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Ask once more for an end that struck where nothing can be raised, as while an object is disposed of."""
    if _struck and isinstance(unraisable.exc_value, SystemExit):
        with suppress(RuntimeError):  # the interpreter is ending
            again = Timer(_A_MOMENT, os.kill, (os.getpid(), _struck[-1]))
            again.daemon = True
            again.start()


@contextmanager
def shielded() -> Iterator[None]:
    """Put off signals that would end the process until what is begun here is done: nothing is left half undone."""
    waiting: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        del frame
        waiting.append(number)

    before = {}
    try:
        for number in _ENDING:
            before[number] = signal.getsignal(number)
            # Polars installs a handler of its own beneath Python's, for ignored interrupts too.
            signal.signal(number, signal.SIG_IGN if before[number] is signal.SIG_IGN else remember)
    except ValueError:
        before = {}  # only the main thread is told of signals
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting:
            signal.raise_signal(number)
