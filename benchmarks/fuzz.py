"""Audits thousands of damaged files of every format, and says which of them break what is promised.

    python benchmarks/fuzz.py --files 10000 --seed 1

A file of each format (needs the extra `test`) is damaged at random: bytes changed, cut out, doubled, zeroed, the end
missing. For each of them the command must end with 0, 1 or 3 within 20 s, without a traceback or a library's panic,
leave no file behind, and give totals that are the sums over its inputs. Prints what does not hold, with the seed of the
file; exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import bz2
import contextlib
import gzip
import io
import json
import lzma
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import polars as pl
import xlwt
import zstandard
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

LONGEST = 20  # seconds that a file may take
_KEPT = 60  # records of a file


def seeds(folder: Path) -> dict[str, bytes]:
    """Return a sound file of each format, by its ending."""
    sample = folder / "sample.csv"
    command = [sys.executable, "-m", "thuebao", "sample", str(sample), "--records", str(_KEPT), "--seed", "7"]
    subprocess.run([*command, "--defects", "0.3"], check=True, capture_output=True)
    written = next(iter(sorted(folder.glob("sample*.csv"))))
    frame = pl.read_csv(written, infer_schema=False).head(_KEPT)
    rows = [frame.columns, *([value or "" for value in row] for row in frame.rows())]
    text = frame.write_csv().encode()
    cells = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>\n" for row in rows)
    return {
        "csv": text,
        "txt": text.decode().encode("utf-16"),
        "parquet": _written(frame.write_parquet),
        "ndjson": _written(frame.write_ndjson),
        "json": json.dumps(frame.to_dicts()).encode(),
        "xlsx": _written(frame.write_excel),
        "xls": _xls(rows),
        "ods": _ods(rows),
        "html": f"<html><body><table>{cells}</table></body></html>".encode(),
        "csv.gz": gzip.compress(text),
        "csv.bz2": bz2.compress(text),
        "csv.xz": lzma.compress(text),
        "csv.zst": zstandard.compress(text),
        "zip": _zip(text),
        "tar": _tar(text),
    }


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    held = io.BytesIO()
    write(held)
    return held.getvalue()


def _xls(rows: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("1")
    for n, row in enumerate(rows):
        for m, value in enumerate(row):
            sheet.write(n, m, value)
    return _written(book.save)


def _ods(rows: list[list[str]]) -> bytes:
    book, table = OpenDocumentSpreadsheet(), Table(name="1")
    for row in rows:
        line = TableRow()
        for value in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    return _written(book.write)


def _zip(text: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("viettel.csv", text)
        archive.writestr("vina.csv", text)
    return held.getvalue()


def _tar(text: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("viettel.csv")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return held.getvalue()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one to four damages."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        if not data:
            break
        at, size = chance.randrange(len(data)), chance.choice((1, 1, 2, 8, 64, 512))
        kind = chance.randrange(7)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del data[at : at + size]
        elif kind == 3:
            data[at:at] = data[at : at + size]
        elif kind == 4:
            data[at : at + size] = bytes(size)
        elif kind == 5:
            data[at:at] = bytes(chance.randrange(256) for _ in range(min(size, 64)))
        else:
            del data[at:]
    return bytes(data)


def broken_promise(ending: str, content: bytes, folder: Path) -> str | None:
    """Audit a file in an empty folder; return what does not hold, None if all does."""
    path = folder / f"Viettel.{ending}"
    path.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    signal.alarm(LONGEST)
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = _run(["audit", path.name, "--as-of", "2026-11-23", "--format", "json"])
        except TimeoutError:
            return f"took more than {LONGEST} s"
        finally:
            signal.alarm(0)
    said, left = err.getvalue(), sorted(file.name for file in folder.iterdir() if file != path)
    if code not in (0, 1, 3):
        return f"exit code {code}: {said[-300:]}"
    if "Traceback" in said or "panicked" in said:
        return f"says {said[-300:]}"
    if left:
        return f"leaves {left}"
    found = json.loads(out.getvalue())
    for name in ("records", "rejected"):
        if found["totals"][name] != sum(read[name] for read in found["inputs"]):
            return f"{name}: total and inputs differ"
    return None


def _run(words: list[str]) -> object:
    from thuebao.cli.app import run

    try:
        run(words)
    except SystemExit as end:
        return end.code or 0
    return 0


def _too_long(*_: object) -> None:
    raise TimeoutError


def _tried(task: tuple[int, str, bytes]) -> tuple[int, str, str | None, float]:
    seed, ending, content = task
    began = time.monotonic()
    signal.signal(signal.SIGALRM, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        found = broken_promise(ending, damaged(content, random.Random(seed)), Path(folder))
    return seed, ending, found, time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sound = list(seeds(Path(folder)).items())

    def tasks() -> Iterator[tuple[int, str, bytes]]:
        for n in range(given.files):
            yield given.seed + n, *sound[n % len(sound)]

    tried: Counter[str] = Counter()
    slowest = broken = 0.0
    os.environ["POLARS_MAX_THREADS"] = "1"
    # A worker of its own interpreter: if a file brings it down, the pool says so.
    with ProcessPoolExecutor(given.workers, multiprocessing.get_context("spawn")) as pool:
        for seed, ending, found, took in pool.map(_tried, tasks(), chunksize=20):
            tried[ending] += 1
            slowest = max(slowest, took)
            if found:
                broken += 1
                print(f"seed {seed}, {ending}: {found}", flush=True)
    print(f"{sum(tried.values())} files of {len(tried)} formats, {broken:.0f} broke a promise; slowest {slowest:.1f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
