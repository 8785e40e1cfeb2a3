"""The rules across records in DuckDB SQL, one statement per rule: a third reading, for many records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb

STATEMENTS = Path(__file__).parents[1] / "duplicates"
REFERENCE = Path(__file__).parents[2] / "rules" / "reference"
CODES = sorted(path.stem for path in STATEMENTS.glob("DUP*.sql"))


def database(paths: Sequence[Path], as_of: dt.date) -> duckdb.DuckDBPyConnection:
    """The records of files that have the same columns."""
    made = duckdb.connect(config={"threads": 2})
    made.execute("SET VARIABLE reference = $1", [str(REFERENCE)])
    made.execute("SET VARIABLE as_of = $1::DATE", [as_of])
    read = "SELECT $1 AS path, row_number() OVER () AS record, * FROM read_csv($1, header = true, all_varchar = true)"
    for n, path in enumerate(paths):
        made.execute(f"{'INSERT INTO export' if n else 'CREATE TABLE export AS'} {read}", [str(path)])
    for name in ("cleaning", "records"):
        made.execute((STATEMENTS / f"{name}.sql").read_text("utf-8"))
    return made


def fired(made: duckdb.DuckDBPyConnection, code: str) -> dict[tuple[str, int], str]:
    """Path and record where a rule fires, and what the records of one group have in common."""
    rows = made.execute((STATEMENTS / f"{code}.sql").read_text("utf-8")).fetchall()
    fires = {(path, record): members for path, record, members in rows}
    assert len(fires) == len(rows)
    return fires
