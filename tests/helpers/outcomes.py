"""How a command ended, and what a test asks of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Everything printed, in one line: a frame or a column may break a sentence anywhere."""
        return re.sub(r"[\s│]+", " ", self.out + self.err)


def one_message(done: Outcome, *parts: str) -> None:
    """Hold that exactly one line was said, that it says `parts`, and that nobody sees the insides."""
    [message] = done.err.splitlines()
    for part in parts:
        assert part in message
    assert "Traceback" not in message
    assert "error of its own" not in message


def violated(document: dict[str, Any]) -> dict[str, int]:
    """Return code → violations of the rules that found something."""
    return {rule["code"]: rule["violations"] for rule in document["rules"] if rule["violations"]}


Command = Callable[..., Outcome]
