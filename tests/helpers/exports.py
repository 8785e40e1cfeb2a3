"""Records written down as the files that carriers send."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path


def table(records: Sequence[dict[str, str]], separator: str = ",", end: str = "\n") -> str:
    """Return records as delimited text, with the first one's keys as its header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(records[0])
    writer.writerows(record.values() for record in records)
    return text.getvalue()


def write_csv(path: Path, records: list[dict[str, str | None]], columns: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(records)
    return path
