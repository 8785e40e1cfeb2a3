"""Any damage anywhere: the reader agrees with a plain reading, character by character."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from helpers.damage import QUOTE, TOO_FEW, audit, exp102, lines_and_reasons, rejects
from helpers.damages import CHANGES, FIELDS, HEADER_LINE, SOUND, inserted, line_inserted
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.sources import AS_NAMED
from oracles.plain_lines import TwoExportsError, found_in, is_blank, is_header_again, is_title
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import open_export, stored_at
from thuebao.sources.delimited import table as delimited
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.export import ReadAs

IN_UTF8 = ReadAs(
    Encoding("utf-8"), mappings=AS_NAMED.mappings
)  # in short texts of any bytes an old encoding could be seen


@contextmanager
def blocks_of(rows: int, least: int) -> Iterator[None]:
    """Make blocks so small that records and damages lie across their edges."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BATCH_ROWS", rows)
        patch.setattr(delimited, "LEAST_BYTES", least)
        yield


Line = tuple[str | int, ...]


def as_read(path: Path, read_as: ReadAs = IN_UTF8) -> list[Line]:
    """Return what a file gives, in its order: of a record its fields, of a rejected line its line, reason and text."""
    [stored] = stored_at(str(path)).stored
    export = open_export(stored, "Viettel", shipped_reference(), read_as)
    names = export.header.raw_names
    found: list[Line] = []
    for batch in export.batches({c or names[n] for n, c in enumerate(export.header.canonical)}):
        places = range(batch.records.height) if batch.places is None else batch.places.to_list()
        rows: list[tuple[str | None, ...]] = batch.records.select(names).rows()
        lines: dict[int, Line] = {place: tuple(map(shown, row)) for place, row in zip(places, rows, strict=True)}
        assert len(lines) == batch.records.height
        assert lines.keys().isdisjoint(batch.rejected)
        lines |= {place: (r.line, r.reason, r.text) for place, r in batch.rejected.items()}
        assert sorted(lines) == list(range(batch.size))
        found += [lines[place] for place in range(batch.size)]
    return found


def as_it_is(body: bytes, width: int, separator: str = ",") -> list[Line]:
    return [
        (f.line, f.reason, f.text.decode(errors="backslashreplace")) if f.reason else tuple(map(shown, f.fields or ()))
        for f in found_in(body, width, separator=separator)
        if not is_blank(f, separator)
    ]


def shown(value: str | None) -> str:
    """Return a value as it is compared: carriage returns at its end are white space, which some readers drop."""
    return (value or "").rstrip("\r")


PIECES = [
    b"a",
    "ế".encode(),
    b" ",
    b",",
    b",",
    b",",
    b'"',
    b'"',
    b'""',
    b',"',
    b'",',
    b'"\n',
    b"\n",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xe1\xba",
    b"z,z,z\n",
    b'"z","z","z"\n',
    b'z,"",z\n',
]
GOOD_LINES = 32  # so many that they, not the damage, say how the file is laid out


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.sampled_from([0, 1, 40]),
    st.sampled_from(",;\t|~^\x1f"),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([1, 7, 30, 200, 1 << 10]),
)
def test_any_text(body, more, separator, width, least) -> None:
    separator = separator if width > 1 else ","  # with one column there is no telling
    sign = separator.encode()
    line = sign.join([b"1"] * width) + b"\n"
    body = line * GOOD_LINES + body.replace(b",", sign) + line * more
    header = sign.join([b"full_name", b"id_number", b"sim_serial"][:width]) + b"\n"
    assume(body.count(b"\0") < len(body) // 25)  # else it would be no text
    with tempfile.TemporaryDirectory() as folder, blocks_of(1, least):
        path = Path(folder) / "vina.csv"
        path.write_bytes(header + body)
        assert as_read(path) == as_it_is(body, width, separator)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([b"a", b"b,c", b",", b'"', b',"', b'",', b"\r", b"\r", b"\xff"]), max_size=30).map(
        b"".join
    )
)
def test_any_text_with_carriage_returns_alone(body) -> None:
    body = b"1,1,1\r" * GOOD_LINES + body
    with tempfile.TemporaryDirectory() as folder, blocks_of(1, 50):
        path = Path(folder) / "vina.csv"
        path.write_bytes(b"full_name,id_number,sim_serial\r" + body)
        assert as_read(path) == as_it_is(body.replace(b"\r", b"\n"), 3)


BROKEN = (
    'Lê Văn Ý,1,2\r\n"Đỗ, Ánh","3",""\n"Vũ\nBình",4,"5\n6"\n"",",","\n"\nHồ\rÁi,7,8\n\n9,9\n"Trần,1,2\n'
    'Ngô "An",3,4"\n"Bùi" B,5,6\n,,\n"Tô\0",7,8\nLý Thị Ước,7,8,9\nHà,1,2\n"Cao","3\n4'
)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_borders_of_blocks_at_every_byte(tmp_path: Path, encoding, end) -> None:
    body = "Nguyễn Thị Ánh,1,2\n" * 5 + BROKEN + end
    path = tmp_path / "vina.csv"
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    path.write_bytes(f"{mark}full_name,id_number,sim_serial\n{body}".encode(encoding))
    expected = as_it_is(body.encode(), 3)
    for size in range(1, path.stat().st_size + 2):
        with blocks_of(0, size):
            assert as_read(path, AS_NAMED) == expected, size


@pytest.mark.parametrize("size", [4 << 20, (4 << 20) + 1])
@pytest.mark.parametrize("beside", [b"", b"1\n"])
@pytest.mark.parametrize("least", [1 << 20, 16 << 20])
def test_a_record_has_four_megabytes_at_most(tmp_path: Path, size, beside, least) -> None:
    value = (b"1234567" * 9_000 + b"\n") * 60
    record = b'1,"' + value + b"x" * (size - len(value) - 6) + b'",y'
    assert len(record) == size
    body = b"1,x,y\n" + beside + record + b"\n" + beside + b"1,x,y\n"
    path = tmp_path / "vina.csv"
    path.write_bytes(b"full_name,id_number,sim_serial\n" + body)
    with blocks_of(1, least):
        found = as_read(path)
    kinds = [what[1] if isinstance(what[0], int) else "" for what in found]
    rejected = [TOO_FEW] * bool(beside)
    within = [""] if size <= 4 << 20 else [QUOTE, *[TOO_FEW] * 59, TOO_FEW]
    assert kinds == ["", *rejected, *within, *rejected, ""]


def line_end_removed(body: bytes) -> bytes:
    """Glue a header to the record behind it."""
    return body.replace(HEADER_LINE, HEADER_LINE.rstrip(b"\n"))


SOME = ("--select", "EXP102,PER101,DUP121")  # for speed


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, max_size=8), st.sampled_from(["1%", "10%", "3", "100%"]), st.sampled_from([1, 3, 75_000]))
@example([line_inserted(HEADER_LINE, 0), inserted(b",", 0)], "1%", 1)
@example([line_inserted(HEADER_LINE, 0.5), line_end_removed], "100%", 75_000)
@example([line_inserted(HEADER_LINE, 0.5), line_inserted(b"a", 0.5)], "100%", 3)
def test_any_damage_to_an_export(desk: Desk, cli: Command, changes, limit, rows) -> None:
    body = SOUND.removeprefix(HEADER_LINE)
    for change in changes:
        body = change(body)
    desk.write("vina.csv", HEADER_LINE + body)
    headings = tuple(HEADER_LINE.decode().strip().split(","))
    found = found_in(body, FIELDS)
    two_exports = False
    try:
        # What is passed over is neither a record nor rejected.
        found = [what for what in found if not is_header_again(what, headings)]
        found = [what for what in found if not is_blank(what) and not is_title(what)]
    except TwoExportsError:
        two_exports = True
    rejected = [what for what in found if what.reason]
    options = (
        "--max-rejected",
        limit,
        "--rejects",
        "rejects.csv",
        "--force",
        "--findings",
        "found.csv",
        "--encoding",
        "utf-8",
        *SOME,
    )
    with blocks_of(rows, 1 << 10):
        done = audit(cli, "vina.csv", *options)
    if two_exports:
        assert done.code == 3
        assert [error["path"] for error in done.document["unreadable"]] == ["vina.csv"]
        assert done.document["totals"]["records"] == 0
        return
    assert lines_and_reasons(rejects(desk)) == [(what.line, what.reason) for what in rejected]
    numbers = [n for n, what in enumerate(found, 1) if what.reason]
    assert [int(row["record"]) for row in rejects(desk)] == numbers
    allowed = int(limit) if limit.isdigit() else int(limit[:-1]) * len(found) / 100
    good = len(found) - len(rejected)
    if len(rejected) > allowed or not good:
        assert done.code == 3
        assert [error["path"] for error in done.document["unreadable"]] == ["vina.csv"]
        assert done.document["totals"]["records"] == done.document["totals"]["rejected"] == 0
        return
    assert done.code in (0, 1)
    [read] = done.document["inputs"]
    assert (read["records"], read["rejected"]) == (good, len(rejected))
    assert {int(row["record"]) for row in desk.rows("found.csv")} <= set(range(1, len(found) + 1)) - set(numbers)
    assert bool(exp102(done.document)) == bool(rejected)
