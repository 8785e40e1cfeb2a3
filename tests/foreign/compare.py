"""Compares what the reader makes of any folder of foreign files with what independent readers make of them.

    python tests/foreign/compare.py FOLDER

The first columns of each file are named by a mapping (subscriber number, name, document number …), as a user would name
them. Prints each file that differs without a word, that takes long or that fails, and how many files came out how:
`equal`; `said`: other values or rows, but a notice or rejected lines say so; `refused`, by reason; `unknown`: no
independent reader opens it as a table.
"""

from __future__ import annotations

import bz2
import csv
import datetime
import gzip
import io
import json
import lzma
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet

from thuebao.base.errors import ThuebaoError
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import open_export, stored_at
from thuebao.sources.export import ReadAs
from thuebao.sources.headers.header import unmapped
from thuebao.sources.headers.mapping import Mapping

Row = list[str]
_COLUMNS = ("msisdn", "full_name", "id_number", "address", "clerk_name")
_SLOW = 20.0  # seconds
_MOST_ROWS = 1_000_000


def independent_rows(path: Path) -> list[Row] | None:
    """Return the rows of a file by a reader that is not ours, None where none opens it as a table."""
    name = path.name.lower()
    for ending, unpack in _PACKED.items():
        if name.endswith(ending):
            return _delimited(unpack(path.read_bytes())) if name.count(".") > 1 else None
    reader = _READERS.get(path.suffix.lower())
    return reader(path) if reader else None


def _delimited(data: bytes) -> list[Row] | None:
    text = data.decode("utf-8-sig")
    head = text[:20_000]
    dialect: Any = csv.excel
    try:
        dialect = csv.Sniffer().sniff(head, ",;\t|")
    except csv.Error:
        if "," not in head:
            return None

    class Doubled(csv.excel):
        delimiter = dialect.delimiter

    csv.field_size_limit(1 << 30)
    return list(csv.reader(io.StringIO(text, newline=""), Doubled))[:_MOST_ROWS]


def _workbook(path: Path) -> list[Row]:
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = [sheet for sheet in book.worksheets if sheet.max_row > 1]
    if len(sheets) != 1:
        raise ValueError("not one sheet")
    return [[_shown(value) for value in row] for row in sheets[0].iter_rows(values_only=True)]


def _old_workbook(path: Path) -> list[Row]:
    import xlrd

    with open("/dev/null", "w") as nowhere:  # noqa: PTH123
        book = xlrd.open_workbook(path, logfile=nowhere)
    sheets = [sheet for sheet in book.sheets() if sheet.nrows > 1]
    if len(sheets) != 1:
        raise ValueError("not one sheet")
    return [[_shown(value) for value in sheets[0].row_values(n)] for n in range(sheets[0].nrows)]


def _parquet(path: Path) -> list[Row]:
    table = pyarrow.parquet.read_table(path)
    if any(str(kind).startswith(("list", "struct", "map", "large_list")) for kind in table.schema.types):
        raise ValueError("nested")
    rows = [[_shown(value) for value in row.values()] for row in table.slice(0, _MOST_ROWS).to_pylist()]
    return [table.column_names, *rows]


def _json(path: Path) -> list[Row] | None:
    text = path.read_text("utf-8")
    found = json.loads(text) if text.lstrip()[:1] == "[" else [json.loads(line) for line in text.splitlines() if line]
    if not all(isinstance(one, dict) for one in found) or not found:
        return None
    names = list(dict.fromkeys(name for one in found for name in one))
    if any(isinstance(value, dict | list) for one in found for value in one.values()):
        return None
    return [names, *([_shown(one.get(name)) for name in names] for one in found)]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat(" ") if isinstance(value, datetime.datetime | datetime.date) else str(value)


_READERS: dict[str, Callable[[Path], list[Row] | None]] = {
    ".csv": lambda path: _delimited(path.read_bytes()),
    ".tsv": lambda path: _delimited(path.read_bytes()),
    ".txt": lambda path: _delimited(path.read_bytes()),
    ".xlsx": _workbook,
    ".xlsm": _workbook,
    ".xls": _old_workbook,
    ".parquet": _parquet,
    ".json": _json,
    ".jsonl": _json,
    ".ndjson": _json,
}
_PACKED = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}


def our_rows(path: Path, header: Row) -> tuple[list[Row], bool]:
    """Return the rows that our reader finds below a header, and whether it says anything of the file."""
    named = [name for name in header if name.strip() and header.count(name) == 1][: len(_COLUMNS)]
    mapping = Mapping("compare.toml", dict(zip(_COLUMNS, named, strict=False)))
    [stored] = stored_at(str(path)).stored
    export = open_export(stored, "Viettel", shipped_reference(), ReadAs(mappings=[mapping]))
    columns = export.header.raw_names
    wanted = {column or unmapped(n) for n, column in enumerate(export.header.canonical)}
    rows: list[Row] = []
    said = False
    for batch in export.batches(wanted):
        rows += [[value or "" for value in row] for row in batch.records.select(columns).rows()]
        said = said or bool(batch.rejected) or any(batch.passed_over.values())
        if len(rows) > _MOST_ROWS:
            break
    return rows, said or any(True for _ in export.notices()) or export.converted_from != []


def alike(ours: list[Row], theirs: list[Row]) -> bool:
    """Return whether rows have the same values, however a library writes a number, a day or the end of a row."""
    theirs = [row for row in theirs if any(cell.strip() for cell in row)]
    return len(ours) == len(theirs) and all(map(_alike, ours, theirs))


def _alike(ours: Row, theirs: Row) -> bool:
    width = max(len(ours), len(theirs))
    filled = [row + [""] * (width - len(row)) for row in (ours, theirs)]
    return all(_same(one, other) for one, other in zip(*filled, strict=True))


def _same(ours: str, theirs: str) -> bool:
    one, other = (" ".join(text.split()) for text in (ours, theirs))
    if one == other or one.replace("T", " ") == other.replace("T", " "):
        return True
    if one and other and (one.startswith(other) or other.startswith(one)) and one[:4].isdigit() and "-" in one:
        return True  # a day, and the same day at midnight
    try:
        return float(one) == float(other) or abs(float(one) - float(other)) < 1e-9 * abs(float(other))
    except ValueError:
        return False


def main(folder: Path) -> None:
    outcomes: Counter[str] = Counter()
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        try:
            rows = independent_rows(path)
        except Exception:
            rows = None
        rows = [row for row in rows or () if any(cell.strip() for cell in row)]
        header = rows[0] if len(rows) > 1 and len(rows[0]) > 1 else []
        began = time.monotonic()
        try:
            ours, said = our_rows(path, header or ["?"])
            outcome = "unknown" if not header else "equal" if alike(ours, rows[1:]) else "said" if said else "DIFFERS"
        except ThuebaoError as error:
            outcome = f"refused: {error.key}"
        except ValueError as error:
            outcome = "archive" if "unpack" in str(error) else f"FAILS: {error!r}"
        except BaseException as error:
            outcome = f"FAILS: {type(error).__name__}: {error}"[:200]
        outcomes[outcome] += 1
        took = time.monotonic() - began
        if took > _SLOW or outcome.startswith(("DIFFERS", "FAILS")):
            print(f"{outcome}\t{took:.1f} s\t{path}", flush=True)
    for outcome, count in outcomes.most_common():
        print(f"{count:6} {outcome}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
