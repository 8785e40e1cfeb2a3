"""What is written for a while: one private folder, gone on every way out."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pyarrow as pa
import pyarrow.parquet as pq

from thuebao.base.errors import OutputError, UsageError


@contextmanager
def shielded() -> Iterator[None]:
    """Put off signals that would end the process until what is begun here is done: nothing is left half undone."""
    struck: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        del frame
        struck.append(number)

    before = {}
    try:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                number = getattr(signal, name)
                before[number] = signal.signal(number, remember)
    except ValueError:
        pass  # only the main thread is told of signals
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in struck:
            signal.raise_signal(number)


@contextmanager
def private_folder(parent: Path | None) -> Iterator[Path]:
    """Make a folder that only its owner can enter, and remove it in the end.

    Raises UsageError when `parent` is no folder, OutputError when nothing can be written there.
    """
    if parent and not parent.is_dir():
        raise UsageError("temp_dir_missing", path=parent)
    folder = None
    try:
        with shielded():
            try:
                folder = Path(tempfile.mkdtemp(prefix="thuebao-", dir=parent))
            except OSError as error:
                where = parent or tempfile.gettempdir()
                raise OutputError("temp_dir_unwritable", path=where, reason=error.strerror) from None
        yield folder
    finally:
        with shielded():
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


_PER_TEXT_BYTE = 0.4
_PER_RECORD = 120
"""What is staged for each byte of a text, and for each record of a Parquet file, which packs more into a byte; with
what is written beside it while groups of one key are looked for."""
_OF_FINDINGS = 0.5
"""Findings of rules about records, as a share of that: many of them, to be on the safe side."""


def check_room(folder: Path, files: Sequence[str], *, across: bool, findings: bool) -> None:
    """Raise OutputError unless the disk of `folder` has room for what reading `files` stages.

    across: for rules across records; findings: for a findings file.
    """
    needed = sum(map(_staged_bytes, files)) * (across + findings * _OF_FINDINGS)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError("temp_dir_full", path=folder.parent, needed=_gigabytes(needed), free=_gigabytes(free))


def _staged_bytes(path: str) -> float:
    if not Path(path).is_file():
        return 0  # its reader will say so
    size = Path(path).stat().st_size
    try:
        with Path(path).open("rb") as file:
            rows = int(pq.read_metadata(file).num_rows)
    except (pa.ArrowException, OSError, ValueError):  # not all damage ends in an error of the library's own
        return size * _PER_TEXT_BYTE
    return min(max(rows, 0), size) * _PER_RECORD  # a damaged count of records is no reason to stop


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
