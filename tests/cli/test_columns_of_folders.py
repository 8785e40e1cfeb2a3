"""`columns` of a folder: which files are ready for an audit, as the audit then bears out; and how long one file is."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from helpers.desks import Desk
from helpers.encodings import windows_1258
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, people, person
from helpers.places import SAMPLES
from thuebao.rulebook.columns import columns

RENAMED = {"msisdn": "KH_SoTB"}


def states(out: str) -> dict[str, list[str]]:
    """Return the cells of each file's line."""
    cells = [re.split(r"  +", line.strip()) for line in out.splitlines()]
    return {row[0]: row[1:] for row in cells if len(row) == 6 and row[0] != "File"}


@pytest.fixture
def mixed(desk: Desk) -> Desk:
    """Return a folder of exports, ready and not."""
    desk.export("exports/Viettel tháng 10.csv", *people(3))
    desk.export("exports/operator=MobiFone/q4.csv", *[one | {"Ghi chú": "x"} for one in people(2)])
    book = openpyxl.Workbook()
    book.active.append(["Danh sách"])
    book.active.append([*person(0), "operator"])
    for one in people(2, 5):
        book.active.append([*one.values(), "VinaPhone"])
    second = book.create_sheet("hai")
    second.append(["msisdn", "full_name", "operator"])
    second.append(["0912345699", "Nguyễn Văn An", "VinaPhone"])
    book.save(desk.path / "exports/book.xlsx")
    with zipfile.ZipFile(desk.path / "exports/all.zip", "w") as archive:
        archive.writestr("itel.csv", table(people(2, 8)))
        archive.writestr("gmobile.csv", "")
    desk.export("exports/vinaphone.csv", *[{RENAMED.get(c, c): v for c, v in one.items()} for one in people(4)])
    desk.write("exports/dulieu.csv", windows_1258(table([person(20)])))
    desk.write("exports/viettel_2.csv", table(people(3)) + "0912345678,hỏng\n" * 3)
    desk.write("exports/viettel_3.csv", table(people(1)).splitlines()[0] + "\n")
    desk.write("exports/itel.xlsx", b"PK\x03\x04 a document")
    return desk


def test_each_file_has_its_line(mixed: Desk, cli: Command) -> None:
    done = cli("columns", "exports", COLUMNS=200)
    assert (done.code, done.err) == (1, "")
    found = states(done.out)
    columns_of_a_person = len(person(0))
    assert found["exports/Viettel tháng 10.csv"][:3] == ["Viettel (name)", "3", f"{columns_of_a_person}/0/0"]
    assert found["exports/operator=MobiFone/q4.csv"][:3] == ["MobiFone (name)", "2", f"{columns_of_a_person}/0/1"]
    assert found["exports/book.xlsx"][:3] == ["column", "3", f"{columns_of_a_person + 1 + 3}/0/0"]
    assert found["exports/vinaphone.csv"][:3] == ["VinaPhone (name)", "4", f"{columns_of_a_person - 1}/1/0"]
    assert {path: row[-1] for path, row in found.items()} == {
        "exports/Viettel tháng 10.csv": "ready",
        "exports/operator=MobiFone/q4.csv": "ready",
        "exports/book.xlsx": "ready",
        "exports/all.zip/itel.csv": "ready",
        "exports/vinaphone.csv": "needs a mapping",
        "exports/dulieu.csv": "will stop",
        "exports/viettel_2.csv": "will stop",
        "exports/viettel_3.csv": "will stop",
        "exports/itel.xlsx": "will stop",
    }
    reasons = [line for line in done.out.splitlines() if line.startswith("Will stop the audit, because: ")]
    assert len(reasons) == 4
    for path in ("dulieu.csv", "viettel_2.csv", "viettel_3.csv", "itel.xlsx"):
        assert any(f"exports/{path}: " in line for line in reasons)
    assert "thuebao columns exports/vinaphone.csv --save FILE" in done.out
    assert "ready: 4, need a mapping: 1, will stop the audit: 4" in done.out
    assert person(0)["msisdn"] not in done.out


def test_the_audit_bears_it_out(mixed: Desk, cli: Command) -> None:
    said = states(cli("columns", "exports", COLUMNS=200).out)
    document = cli("audit", "exports", "--as-of", AS_OF, "--format", "json").document
    read = {one["path"]: one for one in document["inputs"]}
    stopped = {one["path"] for one in document["unreadable"]}
    for path, (_, records, _, _, state) in said.items():
        assert (path in stopped) is (state == "will stop"), path
        if path in read:
            assert records == str(read[path]["records"])


def test_the_rules_that_are_lost_are_those_of_the_audit(mixed: Desk, cli: Command) -> None:
    path = "exports/Viettel tháng 10.csv"
    lost = int(states(cli("columns", path, "exports/book.xlsx", COLUMNS=200).out)[path][3])
    document = cli("audit", path, "--as-of", AS_OF, "--format", "json").document
    never = [r for r in document["rules"] if r["status"] == "not evaluated"]
    assert lost == sum(not all(part.startswith("NOT ") for part in r["reason"].split(", ")) for r in never)
    assert lost > 20


def test_what_the_user_says_is_heeded(mixed: Desk, cli: Command) -> None:
    cli("columns", "exports/vinaphone.csv", "--save", "vina.toml")
    text = Path("vina.toml").read_text("utf-8").replace("# files", "files")
    assert 'msisdn = "KH_SoTB"' in text
    Path("vina.toml").write_text(text, "utf-8")
    some = ("columns", "exports/vinaphone.csv", "exports/dulieu.csv", "exports/viettel_2.csv")
    options = ("--operator", "dulieu*=Itel", "--mapping", "vina.toml", "--max-rejected", "90%")
    done = cli(*some, *options, COLUMNS=200)
    assert done.code == 0
    assert {row[-1] for row in states(done.out).values()} == {"ready"}
    assert states(done.out)["exports/dulieu.csv"][0] == "Itel (option)"
    settings = 'mappings = ["vina.toml"]\nmax-rejected = "90%"\n[operators]\n"dulieu*" = "Itel"\n'
    Path("thuebao.toml").write_text(settings, "utf-8")
    assert states(cli(*some, COLUMNS=200).out) == states(done.out)


def test_all_ready_ends_with_0_and_a_pattern_is_several(desk: Desk, cli: Command) -> None:
    desk.export("a/vina.csv", *people(2))
    desk.export("a/viettel.csv", *people(2))
    assert [cli("columns", one, COLUMNS=200).code for one in ("a", "a/*.csv")] == [0, 0]
    assert [*states(cli("columns", "a/*.csv", COLUMNS=200).out)] == ["a/viettel.csv", "a/vina.csv"]


def test_a_mapping_file_is_that_of_one(desk: Desk, cli: Command) -> None:
    desk.export("a/vina.csv")
    for files in (("a",), ("a/vina.csv", "a")):
        done = cli("columns", *files, "--save", "m.toml")
        assert (done.code, done.out) == (2, "")
        one_message(done, "m.toml", "one export")
    assert "m.toml" not in desk.files()


def test_what_is_not_there(desk: Desk, cli: Command) -> None:
    (desk.path / "leer").mkdir()
    for files in (("nowhere",), ("leer",), ("leer", "nowhere.csv")):
        done = cli("columns", *files)
        assert (done.code, done.out) == (3, "")
        one_message(done, files[-1] if len(files) == 1 else "leer")


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("known", [2, 20, 57])
@pytest.mark.parametrize("unknown", [0, 40, 400])
def test_one_file_takes_60_lines_and_says_how_to_see_the_rest(desk: Desk, cli: Command, lang, known, unknown) -> None:
    names = ["msisdn", "full_name", *(name for name in columns() if name not in ("msisdn", "full_name"))][:known]
    record = dict.fromkeys(names, "Nguyễn") | {f"cột lạ số {n}": "giá trị" for n in range(unknown)}
    desk.write("vina.csv", table([record]))
    short, full = (cli("columns", "vina.csv", *more, "--lang", lang, COLUMNS=80).out for more in ((), ("--full",)))
    assert len(short.splitlines()) <= 60
    if len(full.splitlines()) > 60:
        assert short.splitlines()[-1].endswith("thuebao columns vina.csv --full")
    else:
        assert short == full
    for name in columns():
        assert name in full


def test_a_file_of_the_samples_names_all_its_columns_in_60_lines(cli: Command) -> None:
    for path in SAMPLES.glob("*.csv"):
        lines = cli("columns", path, COLUMNS=80).out.splitlines()
        assert len(lines) <= 60
