"""One bad file among good ones: it is named, and nothing of it counts."""

from __future__ import annotations

import polars as pl
import pytest

from helpers.bad_input import HEADER, LINE, UNREADABLE
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_nothing_of_a_bad_file_is_counted_or_written(desk: Desk, cli: Command, kind) -> None:
    desk.write("exports/a vina.csv", HEADER + LINE.replace("Nguyễn Văn An", "An") * 3)
    desk.write("exports/b vina.csv", HEADER + LINE.replace("Nguyễn Văn An", "An") * 150_000 + "1,2\n" * 2000)
    desk.write("exports/c vina.csv", HEADER + LINE.replace("Nguyễn Văn An", "Bê") * 2)
    done = cli("audit", "exports", "--format", "json", "--findings", f"found.{kind}", "--select", "PER104", "-q")
    assert done.code == 3
    one_message(done, "b vina.csv: 2,000 lines", "line 150002", "nothing of it was counted")
    document = done.document
    assert document["totals"]["records"] == 5
    assert [given["path"] for given in document["inputs"]] == ["exports/a vina.csv", "exports/c vina.csv"]
    assert document["unreadable"] == [{"path": "exports/b vina.csv", "reason": "too_many_rejected"}]
    found = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    assert found.select("path", "record").rows() == [
        *(("exports/a vina.csv", record) for record in (1, 2, 3)),
        *(("exports/c vina.csv", record) for record in (1, 2)),
    ]


def test_every_bad_file_is_named(desk: Desk, cli: Command) -> None:
    names = ["column twice", "binary", "gzip cut short", "too few fields", "Parquet cut short"]
    for name in names:
        desk.write(f"exports/{name} vina.csv", UNREADABLE[name][0])
    desk.export("exports/vina.csv", ERROR)
    done = cli("audit", "exports", "--format", "json")
    assert done.code == 3
    assert done.document["totals"]["records"] == 1
    assert sorted(line.split(" vina.csv")[0] for line in done.err.splitlines()) == sorted(f"exports/{n}" for n in names)


def test_an_open_quote_in_a_header_does_not_stop_the_others(desk: Desk, cli: Command) -> None:
    desk.write("viettel.csv", UNREADABLE["header with an open quote"][0])
    desk.export("vina.csv", ERROR)
    done = cli("audit", "viettel.csv", "vina.csv", "--format", "json")
    assert done.code == 3
    assert done.document["totals"]["records"] == 1
