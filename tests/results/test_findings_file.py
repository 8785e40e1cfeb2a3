"""The findings file: what stands in it, for whom, and what it never replaces."""

from __future__ import annotations

import io
import re
import signal
import stat
import subprocess
import sys
import time

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, SHORT_NAME, person
from thuebao.results.files import CsvFindings
from thuebao.results.findings import SCHEMA, Findings

COLUMNS_OF_FINDINGS = (
    "path",
    "record",
    "operator",
    "msisdn",
    "code",
    "name",
    "severity",
    "field",
    "value",
    "basis",
    "group",
    "line",
    "sheet",
    "key",
)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_findings_file(desk: Desk, cli: Command, kind) -> None:
    desk.export("vina.csv", GOOD, ERROR | {"msisdn": "12"}, INFO)
    desk.export("folder/b_viettel.csv", person(4) | NAMELESS)
    desk.export("folder/a_mobifone.csv", person(5) | SHORT_NAME | {"msisdn": "0901234567"})
    done = cli("audit", "vina.csv", "folder", "--as-of", AS_OF, "--findings", f"found.{kind}")
    assert done.code == 1
    assert "found." in done.err
    frame = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    assert tuple(frame.columns) == COLUMNS_OF_FINDINGS
    assert frame.select("path", "record", "operator", "code").rows() == [
        ("vina.csv", 2, "VinaPhone", "NUM102"),
        ("vina.csv", 2, "VinaPhone", "PER101"),
        ("vina.csv", 3, "VinaPhone", "PER104"),
        ("folder/a_mobifone.csv", 1, "MobiFone", "PER104"),
        ("folder/b_viettel.csv", 1, "Viettel", "NUM105"),
        ("folder/b_viettel.csv", 1, "Viettel", "PER101"),
    ]
    assert frame.row(2, named=True) == {
        "path": "vina.csv",
        "record": 3,
        "operator": "VinaPhone",
        "msisdn": "091*****81",
        "code": "PER104",
        "name": "name-single-word",
        "severity": "info",
        "field": "full_name",
        "value": "A*****",
        "basis": "163/2024/NĐ-CP, Khoản 1 Điều 19",
        "group": None,
        "line": 4,
        "sheet": None,
        "key": None,
    }


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_findings_file_without_findings(desk: Desk, cli: Command, kind) -> None:
    desk.export("vina.csv")
    assert cli("audit", "vina.csv", "--as-of", AS_OF, "--findings", f"found.{kind}").code == 0
    frame = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    assert (tuple(frame.columns), frame.height) == (COLUMNS_OF_FINDINGS, 0)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1", "*****"),
        ("12", "1*****"),
        ("123", "1*****"),
        ("1234", "1*****4"),
        ("123456", "12*****6"),
        ("12345678", "12*****78"),
        ("2234567890", "223*****90"),
        ("123456789012345", "123*****45"),
        ("số thuê bao ẩ", "sốt*****oẩ"),
    ],
)
def test_numbers_are_masked_unless_revealed(desk: Desk, cli: Command, number, shown) -> None:
    desk.export("vina.csv", GOOD | {"msisdn": number})
    cli("audit", "vina.csv", "--select", "NUM102", "--findings", "masked.csv")
    cli("audit", "vina.csv", "--select", "NUM102", "--findings", "bare.csv", "--reveal")
    [masked], [bare] = desk.rows("masked.csv"), desk.rows("bare.csv")
    assert (masked["msisdn"], bare["value"]) == (shown, number)
    assert masked["value"].count("*") == 5  # whatever the length
    assert sum(sign != "*" for sign in masked["value"]) <= len(number) / 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_kinds_and_places_are_nobodys_unless_a_number_stands_there(desk: Desk, cli: Command, kind) -> None:
    kinds = ["giấy gì đó", "001090012345", "Nguyễn 01/02/1990"]
    desk.export("vina.csv", *[person(n) | {"id_type": one, "full_name": "An"} for n, one in enumerate(kinds)])
    cli("audit", "vina.csv", "--as-of", AS_OF, "--select", "ID107,PER104", "--findings", f"f.{kind}")
    frame = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"f.{kind}")
    assert frame.filter(code="ID107")["value"].to_list() == ["giấy gì đó", "001*****45", "Ngu*****90"]
    assert set(frame.filter(code="PER104")["value"]) == {"A*****"}
    assert set(frame["msisdn"]) == {"091*****78", "091*****79", "091*****80"}


def test_nothing_personal_is_printed(desk: Desk, cli: Command) -> None:
    record = ERROR | {"msisdn": "0999888777666", "id_number": "12345678X", "date_of_birth": "31/02/1990"}
    desk.export("vina.csv", record)
    done = [
        cli("audit", "vina.csv", "--format", form, "--force", "--findings", "f.csv")
        for form in ("table", "json", "csv")
    ]
    done.append(cli("columns", "vina.csv"))
    printed = "".join(d.out + d.err for d in done) + (desk.path / "f.csv").read_text("utf-8")
    for column in ("msisdn", "id_number", "date_of_birth", "address", "clerk_name", "pos_phone", "registered_at"):
        assert record[column] not in printed


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_findings_are_their_owner_s_only(desk: Desk, cli: Command, kind) -> None:
    desk.export("vina.csv", ERROR)
    desk.write(f"found.{kind}", "an older file").chmod(0o644)
    cli("audit", "vina.csv", "--force", "--findings", f"found.{kind}")
    assert stat.S_IMODE((desk.path / f"found.{kind}").stat().st_mode) == 0o600
    assert desk.files() == {"vina.csv", f"found.{kind}"}


def test_findings_neutralise_formulas_and_escapes(desk: Desk, cli: Command) -> None:
    names = ["=1+2", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\x1b[31mX1", "\u202eX1", "a\r\nb1", 'a"b,1', "\x9b31m1"]
    desk.export("export.csv", *({"msisdn": "=5", "operator": "@x", "full_name": name} for name in names))
    cli("audit", "export.csv", "--select", "NUM102,PER102", "--findings", "f.csv", "--reveal")
    raw = (desk.path / "f.csv").read_bytes().decode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", raw)
    rows = desk.rows("f.csv")
    assert [row["value"] for row in rows if row["code"] == "PER102"] == [
        "'=1+2",
        "'+1",
        "'-1",
        "'@SUM(1)",
        "'=1",
        "'=1",
        "\ufffd[31mX1",
        "\ufffdX1",
        "a\ufffd\ufffdb1",
        'a"b,1',
        "\ufffd31m1",
    ]
    assert {row["operator"] for row in rows} == {"'@x"}
    assert {row["msisdn"] for row in rows} == {"'=5"}


def test_masked_values_are_no_formulas_either(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD | {"full_name": "=HYPERLINK(1)"})
    cli("audit", "vina.csv", "--select", "PER102", "--findings", "f.csv")
    assert desk.rows("f.csv")[0]["value"].startswith("'=")


def half_written(desk: Desk) -> bool:
    return any(path.stat().st_size > 1 << 16 for path in desk.path.glob(".*.part"))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_interrupt_leaves_nothing_behind(desk: Desk, kind) -> None:
    desk.write("vina.csv", "msisdn,full_name\n" + "0952345678,An\n" * 1_000_000)
    desk.write(f"found.{kind}", "an older file")
    command = ["audit", "vina.csv", "--force", "--findings", f"found.{kind}", "--select", "NUM104,PER104"]
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-m", "thuebao", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as audit:
            while not half_written(desk) and audit.poll() is None:
                time.sleep(0.01)
            # Held still, it is within its writing or was too fast; then it is tried again.
            audit.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            within = half_written(desk)
            audit.send_signal(signal.SIGINT if within else signal.SIGKILL)
            audit.send_signal(signal.SIGCONT)
            out, err = audit.communicate(timeout=300)
        if within:
            break
        desk.write(f"found.{kind}", "an older file")
    assert (audit.returncode, out, err) == (130, b"", b"")
    assert desk.files() == {"vina.csv", f"found.{kind}"}
    assert (desk.path / f"found.{kind}").read_text() == "an older file"


@pytest.mark.parametrize(
    "kind",
    ["csv", pytest.param("parquet")],
)
def test_interrupt_in_python_is_quiet(desk: Desk, kind) -> None:
    desk.export("vina.csv", ERROR)
    program = (
        "import thuebao, pathlib\n"
        "def interrupt(path, records): raise KeyboardInterrupt\n"
        f"try: thuebao.audit('vina.csv', findings=pathlib.Path('found.{kind}'), progress=interrupt)\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
    assert desk.files() == {"vina.csv"}


def test_findings_never_replace_an_input(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    before = (desk.path / "vina.csv").read_bytes()
    done = cli("audit", "vina.csv", "--findings", "vina.csv")
    assert (desk.path / "vina.csv").read_bytes() == before
    assert done.code == 2


def test_findings_in_the_folder_are_not_audited_the_next_time(desk: Desk, cli: Command) -> None:
    desk.export("exports/vina.csv", ERROR)
    for _ in range(2):
        done = cli("audit", "exports", "--force", "--findings", "exports/found.csv", "--format", "json")
        assert done.document["totals"]["records"] == 1


def test_findings_with_other_texts_follow_each_other_in_one_file() -> None:
    """Texts are made ready for the file once for all findings that have them: others are not taken for those."""
    file, frames = io.BytesIO(), []
    writer = CsvFindings(file)
    for number, operator in enumerate(["Viettel", '=cmd|"x"', None, "a,b", "Viettel\u202e"]):
        found = {"path": "a.csv", "record": number, "operator": operator, "msisdn": "091*****81", "code": "NUM102"}
        found |= {"name": f"name {number}", "severity": "error", "field": 'a"b', "basis": f"{number}, {number}"}
        frames.append(pl.DataFrame([found] * 2, schema=SCHEMA))
        writer.add(Findings.of(frames[-1]))
    read = pl.read_csv(file.getvalue(), schema=SCHEMA)
    expected = pl.concat(frames)["operator"].replace({'=cmd|"x"': '\'=cmd|"x"', "Viettel\u202e": "Viettel\ufffd"})
    assert read["operator"].to_list() == expected.to_list()
    assert read.select("name", "field", "basis").equals(pl.concat(frames).select("name", "field", "basis"))
