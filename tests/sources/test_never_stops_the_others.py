"""Whatever a file makes a library raise is that file's damage: the others are audited, nobody sees the insides."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR
from thuebao.sources import export
from thuebao.sources.packing import stored

NUMBERS = [f"09{n:08}" for n in range(60)]


def parquet(**columns: object) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.table({"msisdn": NUMBERS, "operator": ["Viettel"] * 60, **columns}), pa.PythonFile(held))
    return held.getvalue()


def claiming(rows: int) -> bytes:
    """Return a Parquet file whose footer claims so many rows."""
    sound = parquet()
    (length,) = struct.unpack("<I", sound[-8:-4])
    footer = bytearray(sound[-8 - length : -8])
    varint, left = bytearray(), rows << 1
    while left > 127:
        varint.append(left & 127 | 128)
        left >>= 7
    varint.append(left)
    place = footer.index(b"\x16\x78")  # 60 rows, as Thrift writes it
    footer[place : place + 2] = b"\x16" + varint
    return sound[: -8 - length] + bytes(footer) + struct.pack("<I", len(footer)) + b"PAR1"


def zipped(method: int, name: str = "viettel.csv") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr(name, "msisdn,operator\n0912345678,Viettel\n")
    return held.getvalue()


def workbook_in_lzma() -> bytes:
    held, packed = io.BytesIO(), io.BytesIO()
    pl.DataFrame({"msisdn": NUMBERS, "operator": ["Viettel"] * 60}).write_excel(held)
    with zipfile.ZipFile(held) as sound, zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        for info in sound.infolist():
            archive.writestr(info.filename, sound.read(info))
    return packed.getvalue()


def name_that_is_no_text() -> bytes:
    return zipped(zipfile.ZIP_STORED, "xx.csv").replace(b"xx.csv", b"\xff\xfe.csv")


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a footer that claims 10^12 rows": ("bad.parquet", lambda: claiming(10**12)),
    "a footer that claims 10^18 rows": ("bad.parquet", lambda: claiming(10**18)),
    "a header that is no UTF-8": (
        "bad.parquet",
        lambda: parquet(zzzz=NUMBERS).replace(b"zzzz", b"zz\xff\xfe"),
    ),
    "a member packed by LZMA": ("bad.zip", lambda: zipped(zipfile.ZIP_LZMA)),
    "a workbook packed by LZMA": ("bad.xlsx", workbook_in_lzma),
    "a few bytes that are no gzip": ("bad.csv.gz", lambda: gzip.compress(b"")[:10] + b"\xff" * 4),
    "a few bytes that are no xz": ("bad.csv.xz", lambda: lzma.compress(b"")[:8] + b"\xff" * 8),
    "an escape that JSON does not know": ("bad.ndjson", lambda: b'{"\\q": 1,\n"msisdn": "0912345678"}\n'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_does_not_stop_the_others(desk: Desk, process: Command, name: str) -> None:
    path, content = HOSTILE[name]
    desk.export("exports/vina.csv", ERROR)
    desk.write(f"exports/{path}", content())
    done = process("audit", "exports", "--format", "json", "-q", "--fail-on", "never", RUST_BACKTRACE="full")
    assert done.code == 3
    one_message(done, f"exports/{path}")
    assert json.loads(done.out)["totals"]["records"] == 1


def test_a_name_in_a_zip_that_is_no_text_is_read_or_refused(desk: Desk, process: Command) -> None:
    desk.export("exports/vina.csv", ERROR)
    desk.write("exports/viettel.zip", name_that_is_no_text())
    done = process("audit", "exports", "--format", "json", "-qq")
    assert done.code in (1, 3)
    assert done.document["totals"]["records"] == 2 - (done.code == 3)


def test_what_a_footer_claims_asks_for_no_room_on_the_disk(desk: Desk, cli: Command) -> None:
    desk.export("exports/vina.csv", ERROR)
    desk.write("exports/viettel.parquet", claiming(10**12) + b"")
    done = cli("audit", "exports", "--force", "--findings", "found.csv", "-q", "--fail-on", "never")
    assert "temporary files need" not in done.err
    assert done.code == 3


class PanicException(BaseException):
    """As Polars and calamine raise it."""


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), MemoryError(), RecursionError(), PanicException("x")])
@pytest.mark.parametrize("where", ["opened", "read", "identified"])
@pytest.mark.unforeseen
def test_whatever_is_raised_over_a_file_is_its_damage(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, where: str
) -> None:
    desk.export("exports/a vina.csv", ERROR)
    desk.export("exports/b vina.csv", ERROR)
    desk.export("exports/c vina.csv", ERROR)

    def struck(sound: Callable[..., object], name: Callable[..., str]) -> Callable[..., object]:
        def call(*given: object, **named: object) -> object:
            if "b vina" in name(*given):
                raise error
            return sound(*given, **named)

        return call

    if where == "opened":
        monkeypatch.setattr(export, "layout_of", struck(export.layout_of, lambda path, *_: path))
    elif where == "read":
        table = export.DelimitedTable
        monkeypatch.setattr(table, "batches", struck(table.batches, lambda self, *_: self.stored.path))
    else:
        monkeypatch.setattr(stored, "is_part_of_zip", struck(stored.is_part_of_zip, lambda path, *_: path))
    done = cli("audit", "exports", "--format", "json", "--force", "--findings", "found.csv", "-q", "--fail-on", "never")
    assert done.code == 3
    one_message(done, "exports/b vina.csv", "damaged", type(error).__name__)
    assert [read["path"] for read in done.document["inputs"]] == ["exports/a vina.csv", "exports/c vina.csv"]


def test_an_error_of_the_engine_stays_an_error_of_its_own(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from thuebao.engine import file_audit

    desk.export("vina.csv", ERROR)
    for error in (ZeroDivisionError("x"), PanicException("x")):

        def strike(*_: object, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(file_audit.FileAudit, "_observed", strike)
        done = cli("audit", "vina.csv", "-q", "--fail-on", "never")
        assert done.code == 4
        assert len(done.err.splitlines()) == 1
        assert "error of its own" in done.err


def test_what_rust_prints_of_a_panic_is_not_seen() -> None:
    """It comes from Rust's own threads, by the descriptor of standard error; what Python says there is seen."""
    script = """if True:
        import os, sys
        sys.argv[1:] = ["audit", "nothing.csv"]
        import thuebao.__main__ as command, thuebao.cli.app as app
        app.run = lambda _: os.write(2, b"thread panicked")
        command.main()
        print("said", file=sys.stderr)
    """
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stderr == "said\n"


def test_many_exports_in_an_archive(desk: Desk, cli: Command) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for n in range(1001):
            archive.writestr(f"viettel {n}.csv", "msisdn,operator\n0912345678,Viettel\n")
    desk.export("exports/vina.csv", ERROR)
    desk.write("exports/many.zip", held.getvalue())
    done = cli("audit", "exports", "--format", "json", "-q", "--fail-on", "never")
    assert done.code == 3
    one_message(done, "exports/many.zip", "1,000")
    assert done.document["totals"]["records"] == 1
