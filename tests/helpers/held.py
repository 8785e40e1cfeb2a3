"""An audit that is under way for as long as a test wants."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from helpers.desks import Desk


@dataclass(frozen=True)
class HeldAudit:
    """An audit of standard input that cannot end, since its input has not."""

    process: subprocess.Popen[bytes]

    def give_more(self) -> None:
        self.process.stdin.write(b"0952345678,An\n" * 100_000)
        self.process.stdin.flush()


@contextmanager
def held_audit(desk: Desk, *options: str, before: Callable[[], None] | None = None) -> Iterator[HeldAudit]:
    """Audit standard input in a process of its own, begun and not ended, with temporary files in `temp`."""
    (desk.path / "temp").mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", "audit", "-", "--operator", "Viettel", "-q", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=before,  # noqa: PLW1509  (one thread)
    ) as process:
        audit = HeldAudit(process)
        try:
            process.stdin.write(b"msisdn,full_name\n")
            audit.give_more()
            while not list((desk.path / "temp").glob("*/*")):
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.01)
            yield audit
        finally:
            process.kill()
