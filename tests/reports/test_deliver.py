"""Where reports go: what is refused before anything is read, and what is left when writing fails."""

from __future__ import annotations

import json
import resource
import zipfile

import openpyxl
import pytest

from helpers import pages
from helpers.certificates import officer, p12
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, NAMELESS, people, person
from helpers.reports import DAY, PASSWORD, Audited, tree
from thuebao.base.messages import text, use_language
from thuebao.results.evidence.signatures.secrets import PASSWORD_VARIABLE


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--report", "old.xlsx"), ("old.xlsx", "--force")),
        (("--report", "old.html"), ("old.html", "--force")),
        (("--report", "new.html", "--report", "old.xlsx"), ("old.xlsx", "--force")),
        (("--report", "a.odt"), ("a.odt", ".xlsx, .html, .docx, .pdf")),
        (("--report", "a"), ("a: ", ".xlsx, .html")),
        (("--report", "a.xlsx.csv"), ("a.xlsx.csv", ".xlsx, .html")),
        (("--report", "a.xlsx", "--report", "./a.xlsx"), ("a.xlsx",)),
        (("--report", "a.html", "--findings", "a.html"), ("a.html",)),
        (("--report", "link.html", "--findings", "f.csv", "--force"), ("link.html",)),
        (("--per-operator", "old.xlsx"), ("--per-operator old.xlsx",)),
        (("--per-operator", "vina.csv", "--force"), ("--per-operator vina.csv",)),
        (("--manifest", "m.xlsx"), ("m.xlsx", ".json")),
        (("--sign-with", "us.p12"), ("--manifest",)),
        (("--manifest", "m.json", "--password-file", "p.txt"), ("--sign-with",)),
        (("--manifest", "m.json", "--sign-with", "vina.csv"), ("vina.csv",)),
        (("--manifest", "m.json", "--sign-with", "nowhere.p12"), ("nowhere.p12",)),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(vina: Desk, cli: Command, options, said) -> None:
    vina.write("old.xlsx", "old")
    vina.write("old.html", "old")
    vina.write("f.csv", "old")
    (vina.path / "link.html").symlink_to("f.csv")
    before = vina.files()
    done = cli("audit", "vina.csv", *DAY, *options, **{PASSWORD_VARIABLE: "x"})
    assert (done.code, done.out) == (2, "")
    one_message(done, *said)
    assert vina.files() == before
    assert (vina.path / "old.xlsx").read_text() == (vina.path / "f.csv").read_text() == "old"


def test_force_replaces_a_report(vina: Desk, cli: Command) -> None:
    vina.write("old.xlsx", "old")
    vina.write("po/VinaPhone.xlsx", "old")
    done = cli("audit", "vina.csv", *DAY, "--report", "old.xlsx", "--per-operator", "po", "--force")
    assert done.code == 1
    for name in ("old.xlsx", "po/VinaPhone.xlsx"):
        assert zipfile.is_zipfile(vina.path / name)
    assert vina.files() == {"vina.csv", "old.xlsx", "po/VinaPhone.xlsx"}


def test_reports_are_for_their_owner_alone(audited: Audited) -> None:
    for name in ("a.xlsx", "a.html", "po/Viettel.xlsx", "m.json", "f.parquet", "r.csv"):
        assert (audited.path / name).stat().st_mode & 0o777 == 0o600
    assert (audited.path / "po").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "options", [("--report", "nowhere/a.xlsx"), ("--report", "vina.csv/a.html"), ("--per-operator", "vina.csv/po")]
)
def test_a_folder_that_cannot_be_written_leaves_nothing(vina: Desk, cli: Command, options) -> None:
    done = cli("audit", "vina.csv", *DAY, "--quiet", *options, "--manifest", "m.json")
    assert done.code == 2
    one_message(done, options[1])
    assert vina.files() == {"vina.csv"}


@pytest.mark.parametrize("options", [("--report", "a.html"), ("--per-operator", "po")])
def test_a_full_disk_leaves_no_half_of_a_report(desk: Desk, process: Command, options) -> None:
    def full() -> None:
        # Room for the findings that wait in the temporary folder, and for no report.
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    desk.export("vina.csv", *(p | NAMELESS for p in people(10)))
    (desk.path / "tmp").mkdir()
    given = ("vina.csv", *DAY, "-q", *options, "--manifest", "m.json", "--temp-dir", "tmp")
    done = process("audit", *given, before=full, PYTHONDONTWRITEBYTECODE=1)
    assert (done.code, done.out) == (2, "")
    one_message(done, options[1], "cannot be written")
    assert desk.files() == {"vina.csv"}
    assert not list((desk.path / "tmp").iterdir())


def test_reports_follow_the_language(audited: Audited, vina: Desk, cli: Command) -> None:
    assert tree(audited.path / "a.html").get("lang") == "en"
    cli("audit", "vina.csv", *DAY, "--report", "a.html", "--report", "a.xlsx", "--lang", "vi")
    assert pages.parsed((vina.path / "a.html").read_text("utf-8")).get("lang") == "vi"
    use_language("vi")
    assert openpyxl.load_workbook(vina.path / "a.xlsx").sheetnames[0] == text("report.summary")


def test_nothing_to_report_is_no_report(desk: Desk, cli: Command) -> None:
    done = cli("audit", "nowhere.csv", *DAY, "--report", "a.xlsx", "--per-operator", "po", "--findings", "f.csv")
    assert done.code == 3
    assert desk.files() == set()


@pytest.mark.usefixtures("unread")
def test_a_wrong_password_is_told_before_anything_is_read(vina: Desk, cli: Command) -> None:
    vina.write("us.p12", p12(officer(), PASSWORD))
    vina.write("password.txt", "wrong")
    before = vina.files()
    options = ("--manifest", "m.json", "--sign-with", "us.p12", "--password-file", "password.txt")
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out, vina.files()) == (2, "", before)
    one_message(done, "us.p12", "password")


def sheet(desk: Desk, name: str, *records: dict[str, str]) -> bytes:
    """Write an export as a workbook, and return its bytes."""
    book = openpyxl.Workbook()
    book.active.append(list(records[0]))
    for record in records:
        book.active.append(list(record.values()))
    (desk.path / name).parent.mkdir(parents=True, exist_ok=True)
    book.save(desk.path / name)
    return (desk.path / name).read_bytes()


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ("in/VinaPhone.xlsx", ("--report", "in/VinaPhone.xlsx")),
        ("in", ("--report", "in/VinaPhone.xlsx")),
        ("in", ("--per-operator", "in")),
    ],
)
def test_force_does_not_replace_an_export(desk: Desk, cli: Command, given, options) -> None:
    before = sheet(desk, "in/VinaPhone.xlsx", ERROR, GOOD)
    done = cli("audit", given, *DAY, "-q", *options, "--force")
    assert ((desk.path / "in/VinaPhone.xlsx").read_bytes() == before, done.code) == (True, 2)


def test_a_manifest_does_not_replace_an_export_of_a_pattern(desk: Desk, cli: Command) -> None:
    desk.write("in/vina.json", "".join(json.dumps(record) + "\n" for record in (ERROR, GOOD)))
    before = (desk.path / "in/vina.json").read_bytes()
    done = cli("audit", "in/*.json", *DAY, "-q", "--manifest", "in/vina.json")
    assert ((desk.path / "in/vina.json").read_bytes() == before, done.code) == (True, 2)


def test_a_workbook_that_is_there_is_told_before_others_are_written(vina: Desk, cli: Command) -> None:
    vina.export("viettel.csv", person(7) | NAMELESS)
    vina.write("po/VinaPhone.xlsx", "old")
    before = vina.files()
    done = cli("audit", "vina.csv", "viettel.csv", *DAY, "-q", "--per-operator", "po", "--findings", "f.csv")
    assert done.code == 2
    assert vina.files() - {"f.csv"} == before


def test_a_report_is_not_replaced_by_a_workbook_of_an_operator(vina: Desk, cli: Command) -> None:
    (vina.path / "po").mkdir()
    options = ("--report", "po/VinaPhone.xlsx", "--per-operator", "po", "--force", "--manifest", "m.json")
    done = cli("audit", "vina.csv", *DAY, "-q", *options)
    outputs = json.loads((vina.path / "m.json").read_text("utf-8"))["outputs"] if done.code == 1 else []
    assert len({output["path"] for output in outputs}) == len(outputs)


def test_a_long_name_of_an_operator_does_not_end_the_reports(desk: Desk, cli: Command) -> None:
    names = ("A", "L" * 300, "Z")
    desk.export("long.csv", *(p | NAMELESS | {"operator": name} for p, name in zip(people(3), names, strict=True)))
    done = cli("audit", "long.csv", *DAY, "-qq", "--per-operator", "po")
    assert (done.code, done.err, len(desk.files())) == (1, "", 4)


def test_reports_beside_the_exports_are_not_read_the_next_time(vina: Desk, cli: Command) -> None:
    options = ("--report", "a.xlsx", "--findings", "f.csv", "--manifest", "m.json", "--force")
    done = [cli("audit", ".", *DAY, "-q", *options) for _ in range(2)]
    assert [one.code for one in done] == [1, 1], done[1].err


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("options", [("--report", "nowhere/a.xlsx"), ("--report", "folder.html", "--force")])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(vina: Desk, cli: Command, options) -> None:
    (vina.path / "folder.html").mkdir()
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, options[1])
