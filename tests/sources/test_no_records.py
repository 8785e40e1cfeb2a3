"""Which rows below a header are records, in every format, and on which line each record begins."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import openpyxl
import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, people, person
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import open_export, stored_at
from thuebao.sources.parquet import ParquetTable

HEADER = list(person(0))
WIDTH = len(HEADER)
Row = list[str]


def row(**cells: str) -> Row:
    """Return a row in which only the given columns are filled."""
    return [cells.get(name, "") for name in HEADER]


def records(count: int, first: int = 0) -> list[Row]:
    return [list(record.values()) for record in people(count, first)]


def csv_of(rows: Sequence[Row]) -> bytes:
    head, *rest = rows
    return table([dict(zip(head, line, strict=True)) for line in [head, *rest]]).partition("\n")[2].encode()


def xlsx_of(rows: Sequence[Row]) -> bytes:
    book = openpyxl.Workbook()
    for line in rows:
        book.active.append([cell or None for cell in line])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def ndjson_of(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(dict(zip(rows[0], line, strict=True))) + "\n" for line in rows[1:]).encode()


def parquet_of(rows: Sequence[Row]) -> bytes:
    data = io.BytesIO()
    pl.DataFrame(rows[1:], schema=rows[0], orient="row").write_parquet(data)
    return data.getvalue()


FORMATS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "csv": csv_of,
    "xlsx": xlsx_of,
    "ndjson": ndjson_of,
    "parquet": parquet_of,
}

# What stands among records → its kind, None for a record.
AMONG: dict[str, tuple[Row, str | None]] = {
    "blank": (row(), "blank"),
    "dashes": (["-----"] * WIDTH, "blank"),
    "header": (HEADER, "headers"),
    "header in Vietnamese": (
        [{"msisdn": "SỐ THUÊ BAO", "full_name": "Họ tên", "id_number": "Số GTTT"}.get(name, name) for name in HEADER],
        "headers",
    ),
    "group": (row(msisdn="Chi nhánh Hà Nội"), "titles"),
    "page": (row(msisdn="Trang 2/5"), "titles"),
    "signature": (row(clerk_name="Người lập biểu", pos_address="GIÁM ĐỐC"), "titles"),
    "sum": (row(msisdn="Tổng cộng: 1.250"), "sums"),
    "sum and a number": (row(msisdn="Cộng", status="12"), "sums"),
    "sum over half of the columns": ([*(["Tổng cộng"] + [""] * 10), *["7"] * 9, ""][:WIDTH], "sums"),
    "general company": (row(msisdn="Tổng công ty Viễn thông"), "titles"),
    "only a name": (row(full_name="Nguyễn Văn An"), None),
    "signature where names stand": (row(full_name="Người lập biểu"), "titles"),
    "only a document": (row(id_number="001090012345"), None),
    "number of a group": (row(msisdn="Nhóm 0912345678"), None),
    "missing number": (row(msisdn="N/A", address="Hà Nội"), None),
    "name that sounds like a sum": (row(msisdn="x", full_name="Tống Cộng"), None),
    "much in it": (
        [name and "x" if name not in ("full_name", "id_number") else "" for name in HEADER],
        None,
    ),
}


def audited(desk: Desk, name: str, content: bytes, **options: object) -> thuebao.AuditResult:
    desk.write(name, content)
    return thuebao.audit(name, operator="VinaPhone", as_of=AS_OF_DAY, max_rejected="100%", **options)


AS_OF_DAY = date.fromisoformat(AS_OF)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", AMONG)
def test_what_stands_among_records(desk: Desk, name: str, kind: str) -> None:
    other, passed = AMONG[name]
    rows = [HEADER, *records(3), other, *records(2, 10)]
    result = audited(desk, f"a.{kind}", FORMATS[kind](rows))
    [read] = result.inputs
    assert read.records == (5 if passed else 6)
    assert read.rejected == 0
    assert read.passed_over == {"headers": 0, "titles": 0, "sums": 0, "blank": 0} | ({passed: 1} if passed else {})


def test_what_a_row_is_does_not_depend_on_how_many_there_are(desk: Desk) -> None:
    times, [record] = 300, records(1)
    others = [line for other, _ in AMONG.values() for line in (other, record)]
    [read] = audited(desk, "a.csv", csv_of([HEADER, record, *others * times])).inputs
    kinds = [kind for _, kind in AMONG.values()]
    assert {kind: kinds.count(kind) * times for kind in read.passed_over} == read.passed_over
    assert read.records == 1 + times * (len(AMONG) + kinds.count(None))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("form", ["({})", "{}", "[{}]"])
def test_column_numbers_right_below_the_header(desk: Desk, kind: str, form: str) -> None:
    numbers = [form.format(n + 1) for n in range(WIDTH)]
    [read] = audited(desk, f"a.{kind}", FORMATS[kind]([HEADER, numbers, *records(2)])).inputs
    assert (read.records, read.passed_over["headers"]) == (2, 1)
    letters = ["A", "B", *(str(n + 1) for n in range(WIDTH - 2))]
    [read] = audited(desk, f"a.{kind}", FORMATS[kind]([HEADER, row(), letters, *records(2)])).inputs
    assert (read.records, read.passed_over["headers"], read.passed_over["blank"]) == (2, 1, 1)
    [read] = audited(desk, f"a.{kind}", FORMATS[kind]([HEADER, *records(1), numbers, *records(1, 1)])).inputs
    assert (read.records, read.passed_over["headers"]) == (3, 0)


@pytest.mark.parametrize("kind", FORMATS)
def test_two_exports_in_one_file_are_refused(desk: Desk, cli: Command, kind: str) -> None:
    swapped = [HEADER[1], HEADER[0], *HEADER[2:]]
    rows = [HEADER, *records(3), swapped, *([r[1], r[0], *r[2:]] for r in records(2, 10))]
    desk.write(f"vina.{kind}", FORMATS[kind](rows))
    done = cli("audit", f"vina.{kind}", "--format", "json")
    assert done.code == 3
    line = {"csv": 5, "xlsx": 5, "ndjson": 4, "parquet": 4}[kind]
    assert f"vina.{kind}, line {line}" in done.err
    assert "two exports in one" in done.err


def test_a_second_header_of_another_width_is_refused(desk: Desk, cli: Command) -> None:
    first = csv_of([HEADER, *records(30)]).decode()
    desk.write("vina.csv", first + "full_name,msisdn,id_number,address,status,sex,payment_type,clerk_name,x,y,z\n")
    done = cli("audit", "vina.csv", "--max-rejected", "100%")
    assert done.code == 3
    one_message(done, "vina.csv, line 32")


@pytest.mark.parametrize(
    "glue",
    [
        lambda header, line: header + line,
        lambda header, line: header + "," + line,
        lambda header, line: line + header,
        lambda header, line: header + ",,\n" + header + ";" + line,
    ],
    ids=["header and record", "separator between", "record and header", "trailing cells"],
)
def test_a_record_in_one_line_with_a_header_is_rejected(
    desk: Desk, cli: Command, glue: Callable[[str, str], str]
) -> None:
    header, *lines = csv_of([HEADER, *records(5)]).decode().splitlines()
    lines[2] = glue(header, lines[2])
    desk.write("vina.csv", "\n".join([header, *lines, ""]))
    form = ("--max-rejected", "100%", "--format", "json", "--rejects", "rejects.csv")
    [read] = cli("audit", "vina.csv", *form).document["inputs"]
    assert (read["records"], read["rejected"]) == (4, 1)
    assert read["passed_over"]["headers"] == (lines[2].count("\n"))
    assert "fields where the header has" in desk.rows("rejects.csv")[0]["reason"]


def test_a_header_again_may_have_empty_cells_behind_it(desk: Desk) -> None:
    header, *lines = csv_of([HEADER, *records(5)]).decode().splitlines()
    lines[3:3] = [header + ",,,", header + ","]
    [read] = audited(desk, "vina.csv", "\n".join([header, *lines, ""]).encode()).inputs
    assert (read.records, read.rejected, read.passed_over["headers"]) == (5, 0, 2)


def test_titles_in_one_field_of_a_text(desk: Desk) -> None:
    lines = csv_of([HEADER, *records(4)]).decode().splitlines()
    lines[2:2] = ["Chi nhánh Hà Nội", "-----------", "  "]
    lines += ["Tổng cộng: 4", "(4 rows affected)", "Hà Nội, ngày 05 tháng 6 năm 2025", "0912345678", "x,y,z"]
    [read] = audited(desk, "vina.csv", "\n".join(lines).encode()).inputs
    assert (read.records, read.rejected) == (4, 2)
    assert read.passed_over == {"headers": 0, "titles": 3, "sums": 1, "blank": 2}


def test_records_are_numbered_without_what_is_passed_over(desk: Desk) -> None:
    nameless = [list((person(n) | {"full_name": ""}).values()) for n in (7, 8)]
    rows = [HEADER, row(), nameless[0], row(msisdn="Quận 1"), *records(2), HEADER, nameless[1]]
    for kind, write in FORMATS.items():
        result = audited(desk, f"a.{kind}", write(rows), select=["PER101"])
        assert result.findings.collect()["record"].to_list() == [1, 4], kind


def lines_of(name: str) -> list[int] | None:
    [stored] = stored_at(name).stored
    export = open_export(stored, "VinaPhone", shipped_reference())
    batches = list(export.batches({"msisdn"}))
    if any(batch.lines is None for batch in batches):
        return None
    assert all(len(batch.lines) == batch.records.height for batch in batches)
    return [line for batch in batches for line in batch.lines.to_list()]


def test_every_record_knows_its_line(desk: Desk) -> None:
    lines = csv_of([HEADER, *records(5)]).decode().splitlines()
    several = lines[2].replace("Hà Nội", '"Hà\n\nNội"', 1).replace('""', '"')
    fields = list(people(1, 1)[0].values())
    fields[HEADER.index("address")] = "Số 5\n\nHà Nội"
    several = csv_of([HEADER, fields]).decode().partition("\n")[2].rstrip("\n")
    text = ["BÁO CÁO", "", lines[0], lines[1], several, "", "1,2", lines[3], "Quận 1", lines[4], lines[5]]
    desk.write("vina.csv", "\n".join(text) + "\n")
    assert lines_of("vina.csv") == [4, 5, 10, 12, 13]
    rows = [["BÁO CÁO"], [], HEADER, records(1)[0], [], *records(2, 1), row(msisdn="Quận 1"), records(1, 5)[0]]
    book = openpyxl.Workbook()
    for number, cells in enumerate(rows, 3):  # the first used row is the third
        for column, cell in enumerate(cells, 2):
            book.active.cell(number, column, cell or None)
    book.save(desk.path / "vina.xlsx")
    assert lines_of("vina.xlsx") == [6, 8, 9, 11]
    objects = ndjson_of([HEADER, *records(3)]).decode().splitlines()
    desk.write("vina.ndjson", "\n".join([objects[0], "", "no object", *objects[1:]]))
    assert lines_of("vina.ndjson") == [1, 4, 5]
    desk.write("vina.parquet", parquet_of([HEADER, *records(3)]))
    assert lines_of("vina.parquet") is None


def parquet_of_every_kind(desk: Desk) -> ParquetTable:
    """Write rows of each kind with columns of many types, those that mean nothing and cannot be read among them."""
    rows = [line for other, _ in AMONG.values() for line in (other, *records(1))]
    frame = pl.DataFrame([[cell or None for cell in line] for line in rows], HEADER, orient="row").with_columns(
        pl.col("full_name").cast(pl.Categorical),
        pl.col("address").cast(pl.Binary),
        pl.col("status").cast(pl.Enum(pl.Series([line[HEADER.index("status")] or "–" for line in rows]).unique())),
        pl.when(pl.int_range(pl.len()) % 3 > 0).then(pl.lit(b"\xff")).alias("picture"),
        pl.when(pl.int_range(pl.len()) % 2 > 0).then(pl.concat_list(pl.lit(1), pl.lit(2))).alias("several"),
        pl.lit(None, dtype=pl.Float64).alias("sum"),
        pl.lit("x" * 5_000).alias("note"),
    )
    frame.write_parquet(desk.path / "vina.parquet", row_group_size=10)
    return ParquetTable.of("vina.parquet", desk.path / "vina.parquet", None)


@pytest.mark.parametrize("wanted", [{"msisdn"}, {"full_name", "address"}, {*HEADER}, {*HEADER, "?18", "?19", "?21"}])
def test_what_a_row_is_does_not_depend_on_the_columns_that_are_read(desk: Desk, wanted: set[str]) -> None:
    table = parquet_of_every_kind(desk)
    whole = pl.concat(batch.records for batch in table.batches({"msisdn", "sex"}))
    passed_over = sum((batch.passed_over for batch in table.batches({"sex"})), Counter())
    assert passed_over == {"headers": 2, "titles": 5, "sums": 3}, "picture and note stand in blank rows too"
    batches = list(table.batches({"msisdn", *wanted}))
    assert pl.concat(batch.records["~msisdn"] for batch in batches).equals(whole["~msisdn"])
    assert sum((batch.passed_over for batch in batches), Counter()) == passed_over


def test_columns_of_parquet_that_were_read_are_not_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hardly any file is without rows that have no number; to look at these takes no second reading."""
    scans = []
    scan = pl.scan_parquet
    monkeypatch.setattr(pl, "scan_parquet", lambda *a, **k: scans.append(a) or scan(*a, **k))
    counts = []
    for other in (records(1)[0], row(msisdn="N/A", full_name="An", address="Hà Nội"), row(address="Hà Nội")):
        desk.write("vina.parquet", parquet_of([HEADER, *records(3), other]))
        table = ParquetTable.of("vina.parquet", desk.path / "vina.parquet", None)
        scans.clear()
        assert sum(batch.records.height for batch in table.batches({*HEADER})) >= 3
        counts.append(len(scans))
    assert len({*counts}) == 1


def test_a_table_says_its_sheet(desk: Desk) -> None:
    desk.write("vina.xlsx", xlsx_of([HEADER, *records(1)]))
    desk.write("vina.csv", csv_of([HEADER, *records(1)]))
    sheets = []
    for name in ("vina.xlsx", "vina.csv"):
        [stored] = stored_at(name).stored
        sheets.append(open_export(stored, None, shipped_reference()).sheet)
    assert sheets == ["Sheet", None]


def test_a_file_without_a_column_of_numbers(desk: Desk) -> None:
    """Without subscriber numbers other columns tell what is a record."""
    desk.write("a.csv", "full_name,id_number,sex\nNguyễn Văn An,001090012345,Nam\nNhóm 2,,\n,,Nữ\n,,\n")
    [read] = thuebao.audit("a.csv", operator="VinaPhone", as_of=AS_OF_DAY).inputs
    assert read.records == 2
    assert read.passed_over == {"headers": 0, "titles": 1, "sums": 0, "blank": 1}


@pytest.mark.parametrize("other", ["Mã khách hàng", "Ghi chú", "x"])
def test_another_column_where_a_known_one_stood_is_another_export(desk: Desk, cli: Command, other) -> None:
    first = csv_of([HEADER, *records(30)]).decode()
    desk.write("vina.csv", first + ",".join([*HEADER[:-1], other]) + "\n" + csv_of(records(3)).decode())
    done = cli("audit", "vina.csv")
    assert done.code == 3
    one_message(done, "vina.csv, line 32")
