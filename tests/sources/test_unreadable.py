"""Exports that cannot be read: one clear message, no traceback."""

from __future__ import annotations

import os
import socket

import polars as pl
import pytest

from helpers.bad_input import AS_ROOT, HEADER, LINE, UNREADABLE
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR


@pytest.mark.parametrize("name", UNREADABLE)
def test_export_that_cannot_be_read(desk: Desk, cli: Command, name) -> None:
    content, parts = UNREADABLE[name]
    desk.write("vina.csv", content)
    done = cli("audit", "vina.csv", "--force", "--findings", "found.csv", "--quiet")
    assert (done.code, done.out) == (3, "")
    one_message(done, "vina.csv", *parts)
    assert len(done.err) < 500
    assert not [file for file in desk.files() if file.endswith(".part")]


@pytest.mark.parametrize("name", ["empty", "too few fields", "workbook", "column twice"])
def test_messages_in_vietnamese(desk: Desk, cli: Command, name) -> None:
    desk.write("vina.csv", UNREADABLE[name][0])
    english, vietnamese = (cli("audit", "vina.csv", "--quiet", "--lang", lang).err for lang in ("en", "vi"))
    assert vietnamese.startswith("vina.csv")
    assert vietnamese != english
    assert not set(english.split()) & {"tệp", "dòng"}
    assert set(vietnamese.split()) & {"tệp", "Hãy", "cột"}


def test_records_are_not_printed_where_a_header_should_be(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", LINE * 3)
    done = cli("audit", "vina.csv")
    assert done.code == 3
    one_message(done, "vina.csv", "no column is recognised")
    assert "Nguyễn Văn An" not in done.err
    assert "0912345678" not in done.err


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("nowhere.csv", ("no such file",)),
        ("nowhere/", ("no such file",)),
        ("nowhere/*.csv", ("no file matches",)),
        ("vina.csv/x.csv", ("no such file",)),
        ("folder", ("folder holds no exports",)),
        ("folder/*.md", ("no column is recognised",)),
        ("link.csv", ()),
        ("", ()),
        pytest.param("v" * 300 + ".csv", ()),
        pytest.param("vina\udcff.csv", ()),
    ],
)
def test_path_that_leads_nowhere(desk: Desk, cli: Command, path, parts) -> None:
    desk.export("vina.csv")
    desk.write("folder/readme.md", "x")
    (desk.path / "link.csv").symlink_to("nothing.csv")
    done = cli("audit", path, "--quiet")
    assert (done.code, done.out) == (3, "")
    one_message(done, *parts)


def test_path_with_bytes_that_are_no_text(desk: Desk, cli: Command) -> None:
    name = os.fsdecode(b"vina \xff.csv")
    desk.export(name, ERROR)
    done = cli("audit", name, "--force", "--findings", "found.csv", "--format", "json")
    assert done.code in (1, 3)
    assert "error of its own" not in done.err


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_file_without_permission(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    desk.export("viettel.csv").chmod(0)
    done = cli("audit", "viettel.csv", "vina.csv", "--format", "json")
    assert done.code == 3
    one_message(done, "viettel.csv", "Permission denied")
    assert done.document["totals"]["records"] == 1


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
@pytest.mark.parametrize("path", ["locked", "locked/vina.csv", "exports"])
def test_folder_without_permission(desk: Desk, cli: Command, path) -> None:
    desk.export("exports/vina.csv")
    desk.export("exports/locked/vina.csv")
    (desk.path / "exports/locked").chmod(0)
    (desk.path / "locked").symlink_to("exports/locked")
    done = cli("audit", path, "--quiet")
    (desk.path / "exports/locked").chmod(0o700)
    assert done.code == 3
    one_message(done, "locked", "Permission denied")


def test_standard_input_is_read_whole_or_refused(desk: Desk, process: Command) -> None:
    done = process("audit", "/dev/stdin", "--operator", "Viettel", "--quiet", "--fail-on", "never", given=HEADER + LINE)
    assert done.code in (0, 3)
    assert "no records" not in done.err  # there is one


def test_pipe_is_not_waited_for(desk: Desk, process: Command) -> None:
    os.mkfifo(desk.path / "vina.csv")
    done = process("audit", "vina.csv")
    assert done.code == 3
    one_message(done, "vina.csv")


def test_folder_with_a_socket(desk: Desk, cli: Command) -> None:
    desk.export("exports/vina.csv")
    with socket.socket(socket.AF_UNIX) as service:
        service.bind("exports/x.csv")
        done = cli("audit", "exports", "--quiet")
    assert done.code in (1, 3)
    assert "error of its own" not in done.err


def test_parquet_value_beyond_all_calendars(desk: Desk, process: Command) -> None:
    days = [7_000] * 250_000
    days[220_000] = 2**31 - 1
    frame = pl.DataFrame({"msisdn": ["0912345678"] * len(days), "date_of_birth": days})
    frame = frame.with_columns(pl.col("date_of_birth").cast(pl.Int32).cast(pl.Date))
    frame.write_parquet(desk.path / "vina.parquet")
    done = process("audit", "vina.parquet", "--select", "PER11", "--format", "json", "--fail-on", "never")
    assert (done.code, done.document["totals"]["records"]) in ((0, len(days)), (3, 0))
    assert "panicked" not in done.err
