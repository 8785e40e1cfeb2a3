"""Reports give the digest of the file that was received: of an archive, its own, and of its members below."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zipfile

import openpyxl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.pages import parsed, rows
from helpers.people import AS_OF, ERROR, GOOD, person


def pack(desk: Desk, kind: str) -> str:
    """Put two exports into an archive; return its name."""
    desk.export("viettel.csv", person(7))
    desk.export("vina.csv", ERROR, GOOD)
    name = f"month.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(desk.path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in ("viettel.csv", "vina.csv"):
                archive.write(desk.path / one, one)
    else:
        with tarfile.open(desk.path / name, "w:gz") as archive:
            for one in ("viettel.csv", "vina.csv"):
                archive.add(desk.path / one, one)
    return name


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_stands_above_its_members_with_its_own_digest(desk: Desk, cli: Command, kind) -> None:
    archive = pack(desk, kind)
    members = [f"{archive}/{name}" for name in ("viettel.csv", "vina.csv")]
    digests = [hashlib.sha256((desk.path / name).read_bytes()).hexdigest() for name in ("viettel.csv", "vina.csv")]
    (desk.path / "alone.csv.gz").write_bytes(gzip.compress((desk.path / "vina.csv").read_bytes()))
    of_archive, alone = (hashlib.sha256((desk.path / n).read_bytes()).hexdigest() for n in (archive, "alone.csv.gz"))
    some = ("audit", archive, "alone.csv.gz", "--operator", "VinaPhone", "--as-of", AS_OF, "-qq")
    cli(*some, "--report", "s.html", "--report", "r.xlsx", "--per-operator", "po")
    cli(*some, "--report", "f.html", "--length", "full")
    expected = {archive: of_archive, **dict(zip(members, digests, strict=True)), "alone.csv.gz": alone}
    for page in ("s.html", "f.html"):
        listed = rows(parsed((desk.path / page).read_text("utf-8")), "read")
        found = {row[0]: row[-1] for row in listed}
        assert found == expected
        names = list(found)
        assert names.index(archive) + 1 == names.index(members[0])
    summary = openpyxl.load_workbook(desk.path / "r.xlsx")["Summary"]
    found = {row[0]: row[7] for row in summary.iter_rows(values_only=True) if row[0] in expected and row[7]}
    assert found == expected
    # Of an archive with records of others too, a carrier learns nothing but its own files.
    for path in (desk.path / "po").iterdir():
        texts = {cell for row in openpyxl.load_workbook(path)["Summary"].iter_rows(values_only=True) for cell in row}
        assert of_archive not in texts
