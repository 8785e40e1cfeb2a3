"""The empty folder that the commands of a test run in, and the environment that says nothing about how they look."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from helpers.exports import table
from helpers.people import GOOD

HIDDEN_ENVIRONMENT = (
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "TTY_COMPATIBLE",
    "COLUMNS",
    "TERM",
    "RUST_BACKTRACE",
)


@dataclass(frozen=True)
class Desk:
    """An empty folder that the commands of a test run in."""

    path: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Path(name)

    def export(self, name: str, *records: dict[str, str], separator: str = ",", end: str = "\n") -> Path:
        return self.write(name, table(records or [GOOD], separator, end))

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a CSV file."""
        with (self.path / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def files(self) -> set[str]:
        """Return the names of all files, hidden ones included."""
        return {str(path.relative_to(self.path)) for path in self.path.rglob("*") if not path.is_dir()}
