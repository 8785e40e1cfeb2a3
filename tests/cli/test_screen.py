"""The screen of an audit: at most 45 lines at 80 columns whatever was read, what is left out counted, verdict last."""

from __future__ import annotations

import gzip
import re
import shutil

import pytest
from openpyxl import Workbook

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, people, person
from helpers.places import SAMPLES
from helpers.terminals import on_terminal, screen

MOST = 45
NETWORKS = ["Viettel", "VinaPhone", "MobiFone", "Vietnamobile", "iTel", *(f"Mạng {n}" for n in range(25))]


def six_files(desk: Desk) -> None:
    """Six files as carriers send them, two of which cannot be read."""
    desk.export("e/vina.csv", ERROR, *people(30, 10))
    desk.write("e/itel.csv.gz", gzip.compress((desk.path / desk.export("itel.csv", WARNING)).read_bytes()))
    book = Workbook()
    rows = people(5, 60)
    for row in (["DANH SÁCH THUÊ BAO"], list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(row)
    book.save(desk.path / "e" / "mobifone.xlsx")
    desk.export("e/viettel.csv", *people(5, 80))
    desk.write("e/vietnamobile.csv", "x" * 500)
    desk.write("e/gmobile.pdf.csv", b"%PDF-1.4\n" + bytes(range(256)) * 9)


def samples(desk: Desk) -> list[str]:
    return [str(SAMPLES)]


def mixed(desk: Desk) -> list[str]:
    six_files(desk)
    return ["e"]


def thirty_operators(desk: Desk) -> list[str]:
    for n, name in enumerate(NETWORKS):
        records = [r | {"operator": name} for r in (person(3 * n) | NAMELESS, person(3 * n + 1))]
        desk.export(f"e/{n}.csv", *records)
    return ["e", "--findings", "f.csv", "--fail-on", "error:0.5%,warning,PER101:0"]


def many_outputs(desk: Desk) -> list[str]:
    for n, name in enumerate(NETWORKS[:6]):
        desk.export(f"e/{n}.csv", person(3 * n) | NAMELESS | {"operator": name})
    return ["e", "--per-operator", "out", "--findings", "f.csv", "--report", "out.html", "--force"]


def many_files(desk: Desk) -> list[str]:
    for n in range(120):
        desk.export(f"e/vina {n}.csv", person(n) | NAMELESS, person(500 + n))
    return ["e"]


def unreadable_files(desk: Desk) -> list[str]:
    for n in range(300):
        desk.write(f"e/{n}.csv", "x" * 300)
    desk.export("e/vina.csv", ERROR)
    return ["e"]


def nothing_readable(desk: Desk) -> list[str]:
    for n in range(100):
        desk.write(f"e/{n}.csv", "x" * 300)
    return ["e"]


def long_names(desk: Desk) -> list[str]:
    folder = "/".join(f"thư mục rất dài {n} " + "x" * 150 for n in range(6))
    for n in range(4):
        desk.export(f"e/{folder}/vina {n} {'y' * 200}.csv", person(n) | NAMELESS | {f"Cột {'z' * 300}": "1"})
    desk.write(f"e/{folder}/bad {'y' * 200}.csv", "x" * 300)
    return ["e", "--where", " OR ".join(["province = 'Hà Nội'"] * 200), "--findings", "f.csv"]


def many_values(desk: Desk) -> list[str]:
    records = [person(n) | {"pos_name": f"Điểm {n}"} | (NAMELESS if n % 2 else {}) for n in range(400)]
    desk.export("vina.csv", *records)
    return ["vina.csv", "--by", "pos_name,month"]


def groups_and_doubts(desk: Desk) -> list[str]:
    """Many notices and findings about files, many groups, columns that were misread."""
    for n in range(30):
        twice = {"id_number": person(1000)["id_number"]}
        records = [person(150 * n + k) | NAMELESS | twice | {"sex": "9", "Cột lạ": "x"} for k in range(120)]
        dated = [r | {"id_issue_date": f"05/{10 + k % 18}/2021"} for k, r in enumerate(records)]
        desk.write(f"e/vina {n}.csv", "DANH SÁCH\n" + (desk.path / desk.export("one.csv", *dated)).read_text())
    return ["e", *(f"--show={code}" for code in ("DUP121", "DUP122", "DUP131", "DUP111"))]


CASES = [
    samples,
    mixed,
    thirty_operators,
    many_outputs,
    many_files,
    unreadable_files,
    nothing_readable,
    long_names,
    many_values,
    groups_and_doubts,
]


@pytest.mark.parametrize("case", CASES)
def test_all_of_it_stands_on_one_screen_and_a_pipe_has_the_same_text(desk: Desk, process: Command, case) -> None:
    language = "vi" if CASES.index(case) % 2 else "en"
    arguments = ("audit", *case(desk), "--as-of", AS_OF, "--lang", language)
    shown = [line.rstrip() for line in screen(on_terminal(*arguments))]
    assert len(shown) <= MOST, "\n".join(shown)
    assert shown
    assert "Traceback" not in "".join(shown)
    for path in ("f.csv", "out"):  # which the second run would not write again
        shutil.rmtree(desk.path / path, ignore_errors=True)
        (desk.path / path).unlink(missing_ok=True)
    piped = [line.rstrip() for line in process(*arguments, COLUMNS="").out.splitlines()]
    assert len(piped) <= MOST
    assert piped == shown[len(shown) - len(piped) :]


def test_the_worst_rules_come_first(desk: Desk, cli: Command) -> None:
    out = cli("audit", SAMPLES, "--as-of", AS_OF, COLUMNS=80).out
    rows = re.findall(r"^([A-Z]{2,3}\d{3}) +(error|warning|info) +([\d,]+)  ", out, re.MULTILINE)
    full = cli("audit", SAMPLES, "--as-of", AS_OF, "--full", COLUMNS=80).out
    everything = re.findall(r"^([A-Z]{2,3}\d{3}) +(error|warning|info) .* ([\d,]+)  ", full, re.MULTILINE)
    assert len(rows) == 10
    ranked = sorted(rows, key=lambda row: (["error", "warning", "info"].index(row[1]), -int(row[2])))
    assert rows == ranked
    assert [row[0] for row in everything][:10] == [row[0] for row in rows]
    assert "163/2024/NĐ-CP" not in out


def test_what_is_left_out_is_counted_and_said(desk: Desk, cli: Command) -> None:
    out = cli("audit", *many_files(desk), COLUMNS=80).out
    listed = len(re.findall(r"^(?:e/|…).*vina \d+\.csv", out, re.MULTILINE))
    [left] = re.findall(r"^… and (\d+) more files: --format json", out, re.MULTILINE)
    assert listed + int(left) == 120
    out = cli("audit", *thirty_operators(desk)[:1], "--ignore", "EXP", "--reveal", COLUMNS=80).out
    listed = len(re.findall(r"^(?:Mạng \d+|\w+) +\d+ +\d+ +\d", out, re.MULTILINE))
    more = [int(n) for n in re.findall(r"^… and (\d+) more operators?: --full", out, re.MULTILINE)]
    assert listed + more[0] == 30


def test_the_verdict_and_what_to_do_next_come_last(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.export("itel.csv", WARNING)
    lines = cli("audit", "vina.csv", "itel.csv", COLUMNS=80).out.splitlines()
    verdict = next(n for n, line in enumerate(lines) if line.startswith("Operator       Verdict"))
    said = [re.split(r"  +", line.strip()) for line in lines[verdict + 1 : verdict + 4]]
    assert said == [
        ["VinaPhone", "not met", "1 of 2 records with errors (50.0 %); error"],
        ["iTel", "met", "0 of 1 record with errors (0 %)"],
        ["All operators", "not met", "1 of 3 records with errors (33.3 %); error"],
    ]
    assert [line.split("  ")[0] for line in lines if line.startswith("thuebao ")] == [
        "thuebao explain PER101",
        "thuebao audit … --findings fix.csv",
        "thuebao audit … --full",
    ]
    assert lines[-1].startswith("thuebao audit … --full")


def test_an_operator_beyond_a_threshold_is_named(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, *people(9, 10))
    desk.export("itel.csv", person(100) | NAMELESS, *people(999, 200))
    out = cli("audit", "vina.csv", "itel.csv", "--fail-on", "error:5%", COLUMNS=80).out
    assert re.search(r"^VinaPhone +not met +1 of 10 records .*error:5%", out, re.MULTILINE)
    assert re.search(r"^iTel +met ", out, re.MULTILINE)


def test_unread_files_are_named_on_the_screen(desk: Desk) -> None:
    six_files(desk)
    shown = "\n".join(screen(on_terminal("audit", "e")))
    assert "Not read, and not counted: 2 files: gmobile.pdf.csv, vietnamobile.csv" in shown
    assert shown.index("e/gmobile.pdf.csv: ") < shown.index("Records: ")


def test_a_log_has_every_message(desk: Desk, process: Command) -> None:
    done = process("audit", *unreadable_files(desk))
    assert sum(line.endswith("FILE") or ".csv: " in line for line in done.err.splitlines()) == 300
    assert len(done.out.splitlines()) <= MOST


def test_full_prints_everything(desk: Desk, cli: Command) -> None:
    six_files(desk)
    done = cli("audit", "e", "--full", COLUMNS=80)
    for title in ("Files ──", "Operators ──", "Violations ──", "Verdict ──"):
        assert title in done.out
    assert "163/2024/NĐ-CP" in done.out
    assert done.err.count("\n") >= 2


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        ("error", ["--fail-on error is not met: 1 finding"]),
        ("info", ["--fail-on info is not met: 2 findings"]),
        ("never", []),
        ("error:60%", []),
        (
            "error:5%,PER101:0,error:100",
            [
                "--fail-on error:5% is not met: VinaPhone 50.0 %, All operators 33.3 %",
                "--fail-on PER101:0 is not met: 1 finding",
            ],
        ),
    ],
)
def test_quiet_says_which_condition_failed(desk: Desk, cli: Command, condition, lines) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.export("itel.csv", INFO)
    arguments = ("audit", "vina.csv", "itel.csv", "--ignore", "EXP", "--fail-on", condition)
    done = cli(*arguments, "-q")
    assert (done.code, done.out, done.err.splitlines()) == (int(bool(lines)), "", lines)
    done = cli(*arguments, "-qq")
    assert (done.code, done.out, done.err) == (int(bool(lines)), "", "")


def test_quiet_names_unread_files_and_very_quiet_nothing(desk: Desk, cli: Command) -> None:
    six_files(desk)
    done = cli("audit", "e", "-q", "--fail-on", "never")
    assert (done.code, done.out) == (3, "")
    assert [line.split(": ")[0] for line in done.err.splitlines()] == ["e/gmobile.pdf.csv", "e/vietnamobile.csv"]
    done = cli("audit", "e", "-qq")
    assert (done.code, done.out, done.err) == (3, "", "")
    assert cli("audit", "e", "-qq", "--format", "json").document["totals"]["records"] == 42


def test_a_report_that_cannot_be_written_leaves_the_screen(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "out").write_text("a file where a folder should be")
    done = process("audit", "vina.csv", "--per-operator", "out/x", "--full")
    assert done.code == 2
    assert "out/x" in done.err


def test_help_says_what_full_and_quiet_do(cli: Command) -> None:
    said = cli("audit", "--help").said
    assert "--full" in said
    assert "-qq prints nothing" in said


def test_no_phase_of_an_audit_is_lost(desk: Desk) -> None:
    for n in range(3):
        desk.export(f"vina {n}.csv", *people(50, 50 * n))
    written = on_terminal("audit", ".", "--report", "r.html", "--report", "r.xlsx")
    for said in (
        "file 1 of 3",
        "file 3 of 3",
        "Comparing records",
        "Counting and ordering",
        "r.html",
        "r.xlsx",
    ):
        assert said in written, said
