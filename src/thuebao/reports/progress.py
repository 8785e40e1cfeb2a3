"""Shows on a terminal how far an audit is: bytes, time left, files, records, and what is done after reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text
from thuebao.engine.progress import READING, Step, Told

_LEAST_SHARE = 0.01
"""Part of all bytes from which the time that is left is told."""
_LONGEST_NAME = 24
"""Characters of a file's name."""


@contextmanager
def shown_progress() -> Iterator[Told]:
    """Show the steps of an audit on stderr while it runs, and nothing of them afterwards."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, started = bar.add_task("", total=None), monotonic()
        before = ("", "")

        def tell(step: Step) -> None:
            nonlocal before
            # What is new is shown at once, be it over in a moment.
            now = step.phase, step.path
            bar.update(task, description=described(step, monotonic() - started), refresh=now != before)
            before = now

        yield tell


def described(step: Step, seconds: float) -> str:
    """Return one line about a step that was reached after so many seconds."""
    name = harmless(Path(step.path).name)
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    if step.phase != READING:
        return text(f"progress.{step.phase}", file=name)
    said = [
        text("number.percent", value=str(int(100 * step.share))),
        text("progress.of_files", file=step.file, files=step.files),
        name,
        text("progress.records", records=step.records),
    ]
    if step.share >= _LEAST_SHARE:
        left = int(seconds * (1 - step.share) / step.share)
        said.append(text("progress.left", time=f"{left // 60}:{left % 60:02}"))
    return "  ".join(said)
