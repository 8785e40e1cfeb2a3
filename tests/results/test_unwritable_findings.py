"""Findings that cannot be written: one message, nothing half-written."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable

import pytest

from helpers.bad_input import AS_ROOT
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import ERROR


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("folder.csv", ("cannot be written",)),
        ("nowhere/found.csv", ("cannot be written", "No such file or directory")),
        ("vina.csv/found.csv", ("cannot be written",)),
        ("found.txt", (".csv", ".parquet")),
        ("found", (".csv", ".parquet")),
        ("v" * 300 + ".csv", ("cannot be written",)),
    ],
)
def test_findings_path_that_cannot_be_written(desk: Desk, cli: Command, path, parts) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "folder.csv").mkdir()
    done = cli("audit", "vina.csv", "--findings", path)
    assert (done.code, done.out) == (2, "")
    one_message(done, path, *parts)
    assert desk.files() == {"vina.csv"}


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_findings_folder_without_permission(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "locked").mkdir(0o500)
    done = cli("audit", "vina.csv", "--findings", "locked/found.csv")
    assert (done.code, done.out) == (2, "")
    one_message(done, "locked/found.csv", "Permission denied")


def files_end_at(limit: int) -> Callable[[], None]:
    """Return what makes every file end at `limit` bytes, as a disk that fills does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of file size differ")
@pytest.mark.parametrize(
    ("limit", "records", "kind", "full"),
    [
        (10, 20, "csv", "temp"),
        (10, 20, "parquet", "temp"),
        (2_000, 20, "csv", "found"),
        (2_000, 20, "parquet", "found"),
        (200_000, 5_000, "csv", "found"),
        (200_000, 200_000, "csv", "temp"),
        (200_000, 200_000, "parquet", "temp"),
    ],
)
def test_disk_that_fills(desk: Desk, process: Command, limit, records, kind, full) -> None:
    names = [f"{n:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for n in range(records)]
    desk.write("vina.csv", table([{"msisdn": "0912345678", "full_name": name} for name in names]))
    desk.write(f"found.{kind}", "an older file")
    (desk.path / "temp").mkdir()
    options = ("--findings", f"found.{kind}", "--reveal", "--select", "PER104", "--temp-dir", "temp", "--force")
    done = process("audit", "vina.csv", *options, before=files_end_at(limit))
    assert (done.code, done.out) == (2, "")
    says = {"found": f"found.{kind}: cannot be written", "temp": "temp: temporary files cannot be written"}
    one_message(done, says[full], "enough room")
    assert desk.files() == {"vina.csv", f"found.{kind}"}
    assert list((desk.path / "temp").iterdir()) == []
    assert (desk.path / f"found.{kind}").read_text() == "an older file"


def test_findings_of_an_audit_that_read_nothing_replace_nothing(desk: Desk, cli: Command) -> None:
    desk.write("found.csv", "an older file")
    assert cli("audit", "nowhere.csv", "--findings", "found.csv", "--force").code == 3
    assert (desk.path / "found.csv").read_text() == "an older file"
