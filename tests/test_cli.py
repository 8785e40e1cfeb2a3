"""The command as a user has it: files in, exit code, summary, documents and findings out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

import thuebao
from conftest import (
    AS_OF,
    ERROR,
    GOOD,
    INFO,
    NAMELESS,
    SHORT_NAME,
    UNASSIGNED,
    WARNING,
    Command,
    Desk,
    people,
    person,
    table,
    violated,
)
from thuebao import __version__
from thuebao.rulebook.book import read_rulebook

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
)
OWN_RULE = """\
[[rule]]
code = "USR101"
name = "clerk-of-ours"
severity = "warning"
eras = ["D163"]
field = "clerk_name"
applies = "payment_type = 'prepaid'"
violation = "clerk_name = 'Trần Thị Bình'"
title = { vi = "Giao dịch viên của ta", en = "A clerk of ours" }
explain = { vi = "Vì thế.", en = "Because." }
action = { vi = "Hỏi lại.", en = "Ask her." }

[[rule.basis]]
instrument = "decree-163-2024"
provision = "Khoản 5 Điều 19"
"""


def counts(document: dict, operator: str) -> dict[str, tuple[int, int]]:
    """Return code → (evaluated, violations) of one operator."""
    [found] = [o for o in document["operators"] if o["operator"] == operator]
    return {rule["code"]: (rule["evaluated"], rule["violations"]) for rule in found["rules"]}


# --- Exit codes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "options", "code"),
    [
        (GOOD, [], 0),
        (GOOD, ["--fail-on", "info"], 0),
        (ERROR, [], 1),
        (ERROR, ["--fail-on", "never"], 0),
        (ERROR, ["--ignore", "PER101"], 0),
        (ERROR, ["--severity", "PER101=warning"], 0),
        (WARNING, [], 0),
        (WARNING, ["--fail-on", "warning"], 1),
        (WARNING, ["--severity", "NUM104=error"], 1),
        (INFO, ["--fail-on", "warning"], 0),
        (INFO, ["--fail-on", "info"], 1),
        # Findings about the file count as well: EXP101 is an error, EXP104 an info.
        ({"msisdn": "0912345678"}, [], 1),
        ({"msisdn": "0912345678"}, ["--ignore", "EXP"], 0),
        (GOOD | {"Tập thuê bao": "x"}, [], 0),
        (GOOD | {"Tập thuê bao": "x"}, ["--fail-on", "info"], 1),
    ],
)
def test_exit_code_says_whether_something_was_found(desk: Desk, cli: Command, record, options, code) -> None:
    desk.export("vina.csv", record)
    assert cli("audit", "vina.csv", "--as-of", AS_OF, *options).code == code


def test_an_unreadable_input_wins_and_the_others_are_reported(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.write("viettel.csv", b"PK\x03\x04 a workbook")
    done = process("audit", "vina.csv", "viettel.csv", "nowhere.csv", "--as-of", AS_OF, "--format", "json")
    assert done.code == 3
    assert done.document["totals"] == {
        "records": 2,
        "rejected": 0,
        "records_with_errors": 1,
        "records_with_findings": 1,
    }
    assert [o["operator"] for o in done.document["operators"]] == ["VinaPhone"]
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["nowhere.csv", "viettel.csv"]


def test_an_unreadable_input_wins_whatever_the_threshold(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD)
    assert cli("audit", "vina.csv", "nowhere.csv", "--fail-on", "never").code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["audit", "vina.csv", "--nope"],
        ["audit", "vina.csv", "--format", "xml"],
        ["audit", "vina.csv", "--fail-on", "fatal"],
        ["audit", "vina.csv", "--lang", "fr"],
        ["nope"],
        ["explain"],
        ["explain", "ID999"],
        ["rules", "--select", "XYZ"],
    ],
    ids=" ".join,
)
def test_wrong_usage(desk: Desk, cli: Command, arguments) -> None:
    desk.export("vina.csv")
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_no_arguments_print_the_help(process: Command) -> None:
    done = process()
    assert done.code in (0, 2)
    assert "audit" in done.out + done.err
    assert "Traceback" not in done.err


def test_closed_pipe_is_no_error_of_ours(desk: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", "rules", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as head:
        head.stdout.read(1)
        head.stdout.close()
        assert head.stderr.read() == b""
    assert head.returncode in (0, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_on_a_full_disk(desk: Desk) -> None:
    desk.export("vina.csv")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "thuebao", "audit", "vina.csv", "--format", "json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_names_that_the_terminal_cannot_encode(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = process("audit", "vina.csv", "--lang", "vi", PYTHONIOENCODING="ascii")
    assert done.code == 1
    assert "PER101" in done.out


# --- The JSON document -----------------------------------------------------------------------------------------


def test_json_has_the_keys_of_the_catalogue_in_their_order(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR | {"Tập thuê bao": "x"})
    document = cli("audit", "vina.csv", "--as-of", AS_OF, "--format", "json").document
    ours = {"unreadable", "where", "points_of_sale", "clerks"}
    assert ours < set(document)
    assert [key for key in document if key not in ours] == [
        "schema",
        "tool",
        "as_of",
        "law",
        "inputs",
        "export_findings",
        "operators",
        "rules",
        "identities",
        "totals",
    ]
    assert document["schema"] == "thuebao-audit/1"
    assert document["tool"] == {"name": "thuebao", "version": __version__}
    assert (document["as_of"], document["law"]) == (AS_OF, "auto")
    [given] = document["inputs"]
    assert list(given) == [
        "path",
        "sha256",
        "bytes",
        "format",
        "encoding",
        "records",
        "rejected",
        "columns",
        "absent",
        "passed_over",
    ]
    assert given["sha256"] is None
    assert given["bytes"] == (desk.path / "vina.csv").stat().st_size
    assert (given["path"], given["format"], given["encoding"]) == ("vina.csv", "csv", "utf-8")
    assert (given["records"], given["rejected"]) == (1, 0)
    assert given["columns"] == {name: name for name in GOOD}
    assert "sim_serial" in given["absent"]
    assert document["export_findings"] == [
        {"code": "EXP104", "path": "vina.csv", "severity": "info", "detail": "Tập thuê bao"}
    ]
    [operator] = document["operators"]
    assert list(operator) == ["operator", "records", "records_with_errors", "records_with_findings", "rules"]
    assert list(operator["rules"][0]) == ["code", "evaluated", "violations"]
    parameters = {rule["code"]: rule.pop("parameters") for rule in document["rules"] if "parameters" in rule}
    assert parameters == {
        "DUP111": {"allowed": 3},
        "DUP112": {"allowed": 3},
        "DUP141": {"threshold": 10},
        "DUP151": {"threshold": 10},
    }
    assert all(
        list(rule) == ["code", "name", "severity", "status", "reason", "violations"] for rule in document["rules"]
    )
    assert document["identities"]["tiers"] == {"4-9": 0, "10-19": 0, "20+": 0}


def test_json_lists_every_rule_with_its_status_and_reason(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.export("mobifone.csv", {name: GOOD[name] for name in GOOD if name != "full_name"})
    options = ("--ignore", "PER104", "--format", "json", "--as-of", AS_OF)
    document = cli("audit", "vina.csv", "mobifone.csv", *options).document
    listed = {rule["code"]: (rule["status"], rule["reason"], rule["violations"]) for rule in document["rules"]}
    assert list(listed) == [rule.code for rule in read_rulebook().rules]
    assert listed["NUM101"] == ("evaluated", None, 0)
    assert listed["PER101"] == ("partly evaluated", "full_name", 1)
    assert listed["MIN101"] == ("not evaluated", "guardian_name", 0)
    assert listed["MIN103"] == ("not evaluated", "consent_ref, guardian_name", 0)
    assert listed["PER104"] == ("deselected", None, 0)


def test_json_counts_agree_with_each_other(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, INFO, WARNING, GOOD, person(4) | NAMELESS | {"msisdn": "1"})
    desk.export("viettel.csv", person(5) | {"msisdn": "0961234567"}, person(6) | NAMELESS | {"msisdn": "0961234568"})
    document = cli("audit", "vina.csv", "viettel.csv", "--as-of", AS_OF, "--format", "json").document
    assert document["totals"] == {
        "records": 7,
        "rejected": 0,
        "records_with_errors": 3,
        "records_with_findings": 5,
    }
    assert [
        (o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"])
        for o in document["operators"]
    ] == [("Viettel", 2, 1, 1), ("VinaPhone", 5, 2, 4)]
    assert violated(document) == {"NUM102": 1, "NUM104": 1, "PER101": 3, "PER104": 1}
    assert counts(document, "VinaPhone")["PER101"] == (5, 2)
    assert counts(document, "Viettel")["PER101"] == (2, 1)
    # Zeros are listed; a rule of another era applies to nobody.
    assert counts(document, "Viettel")["NUM102"] == (2, 0)
    assert counts(document, "Viettel")["REG101"] == (0, 0)


def test_json_is_the_same_to_the_byte(desk: Desk, process: Command) -> None:
    names = ("Viettel", "iTel", "Vinaphone", "Nhà mạng Z", "zz", "Ánh")
    records = [r | {"operator": name} for name in names for r in (ERROR, WARNING, INFO, GOOD)]
    desk.export("export.csv", *records)
    first, second = (
        process("audit", "export.csv", "--format", "json", PYTHONHASHSEED=seed, POLARS_MAX_THREADS=threads).out
        for seed, threads in ((1, 1), (2, 8))
    )
    assert first == second
    assert json.loads(first)["totals"]["records"] == len(records)


def test_hash_is_that_of_the_file(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    [given] = cli("audit", "vina.csv", "--hash", "--format", "json").document["inputs"]
    assert given["sha256"] == hashlib.sha256((desk.path / "vina.csv").read_bytes()).hexdigest()


# --- The CSV of an audit ---------------------------------------------------------------------------------------


def test_csv_has_one_line_per_operator_and_rule(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.export("viettel.csv", GOOD | {"msisdn": "0961234567"})
    paths = ("vina.csv", "viettel.csv")
    document = cli("audit", *paths, "--as-of", AS_OF, "--format", "json").document
    rows = list(csv.DictReader(io.StringIO(cli("audit", *paths, "--as-of", AS_OF, "--format", "csv").out)))
    assert [(r["operator"], r["code"], int(r["evaluated"]), int(r["violations"])) for r in rows] == [
        (o["operator"], r["code"], r["evaluated"], r["violations"]) for o in document["operators"] for r in o["rules"]
    ]
    [row] = [r for r in rows if (r["operator"], r["code"]) == ("VinaPhone", "PER101")]
    assert (row["name"], row["severity"], row["status"]) == ("name-missing", "error", "evaluated")
    assert float(row["share"]) == 0.5


def test_csv_cannot_run_a_formula(desk: Desk, cli: Command) -> None:
    desk.export("export.csv", GOOD | {"operator": "=1+2"}, GOOD | {"operator": "\x1b[31m@x"})
    out = cli("audit", "export.csv", "--format", "csv", "--select", "NUM101").out
    assert [row["operator"] for row in csv.DictReader(io.StringIO(out))] == ["\ufffd[31m@x", "'=1+2"]


# --- The findings file -----------------------------------------------------------------------------------------


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
        "value": "A*",
        "basis": "163/2024/NĐ-CP, Khoản 1 Điều 19",
        "group": None,
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
        ("1", "*"),
        ("12", "1*"),
        ("123", "1**"),
        ("1234", "1**4"),
        ("123456", "12***6"),
        ("12345678", "12****78"),
        ("2234567890", "223*****90"),
        ("123456789012345", "123**********45"),
        ("số thuê bao ẩ", "sốt*****oẩ"),
    ],
)
def test_numbers_are_masked_unless_revealed(desk: Desk, cli: Command, number, shown) -> None:
    desk.export("vina.csv", GOOD | {"msisdn": number})
    cli("audit", "vina.csv", "--select", "NUM102", "--findings", "masked.csv")
    cli("audit", "vina.csv", "--select", "NUM102", "--findings", "bare.csv", "--reveal")
    [masked], [bare] = desk.rows("masked.csv"), desk.rows("bare.csv")
    assert (masked["msisdn"], bare["value"]) == (shown, number)
    assert len(masked["value"]) == len(number)
    assert sum(sign != "*" for sign in masked["value"]) <= len(number) / 2


def test_nothing_personal_is_printed(desk: Desk, cli: Command) -> None:
    record = ERROR | {"msisdn": "0999888777666", "id_number": "12345678X", "date_of_birth": "31/02/1990"}
    desk.export("vina.csv", record)
    done = [cli("audit", "vina.csv", "--format", form, "--findings", "f.csv") for form in ("table", "json", "csv")]
    done.append(cli("columns", "vina.csv"))
    printed = "".join(d.out + d.err for d in done) + (desk.path / "f.csv").read_text("utf-8")
    for column in ("msisdn", "id_number", "date_of_birth", "address", "clerk_name", "pos_phone", "registered_at"):
        assert record[column] not in printed


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_findings_are_their_owner_s_only(desk: Desk, cli: Command, kind) -> None:
    desk.export("vina.csv", ERROR)
    desk.write(f"found.{kind}", "an older file").chmod(0o644)
    cli("audit", "vina.csv", "--findings", f"found.{kind}")
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
    desk.write("vina.csv", "msisdn,full_name\n" + "0952345678,An\n" * 2_000_000)
    desk.write(f"found.{kind}", "an older file")
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", "audit", "vina.csv", "--findings", f"found.{kind}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as audit:
        deadline = time.monotonic() + 30
        while not half_written(desk) and time.monotonic() < deadline:
            time.sleep(0.01)
        audit.send_signal(signal.SIGINT)
        out, err = audit.communicate(timeout=30)
    assert audit.returncode == 130
    assert out == b""
    if kind == "csv":  # Parquet: see below
        assert err == b""
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
        done = cli("audit", "exports", "--findings", "exports/found.csv", "--format", "json")
        assert done.document["totals"]["records"] == 1


# --- Which rules, and how grave --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["--select", "NUM104"], {"NUM104"}),
        (["--select", "num104"], {"NUM104"}),
        (["--select", "NUM104,PER104"], {"NUM104", "PER104"}),
        (["--select", "NUM104", "--select", "PER104"], {"NUM104", "PER104"}),
        (["--select", "NUM,PER10", "--ignore", "PER101,NUM10"], {"PER102", "PER103", "PER104"}),
        (["--select", "ORG", "--ignore", "ORG1"], set()),
    ],
)
def test_select_and_ignore_take_codes_and_prefixes(desk: Desk, cli: Command, options, chosen) -> None:
    desk.export("vina.csv")
    rules = cli("audit", "vina.csv", "--format", "json", *options).document["rules"]
    assert {rule["code"] for rule in rules if rule["status"] != "deselected"} == chosen


def test_select_applies_to_findings_about_files(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", {"msisdn": "0912345678"})
    found = cli("audit", "vina.csv", "--format", "json", "--select", "EXP101").document["export_findings"]
    assert {f["code"] for f in found} == {"EXP101"}
    assert cli("audit", "vina.csv", "--format", "json", "--select", "NUM").document["export_findings"] == []


def test_severity_changes_every_report(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    options = ("--severity", "per101=INFO", "--as-of", AS_OF, "--findings", "f.csv")
    document = cli("audit", "vina.csv", *options, "--format", "json").document
    assert [r["severity"] for r in document["rules"] if r["code"] == "PER101"] == ["info"]
    assert document["totals"]["records_with_errors"] == 0
    assert document["totals"]["records_with_findings"] == 1
    assert [row["severity"] for row in desk.rows("f.csv")] == ["info"]


def test_severity_takes_a_prefix_or_refuses_it(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", "--severity", "PER=info", "--as-of", AS_OF)
    assert done.code in (0, 2)


def test_own_rules(desk: Desk, cli: Command) -> None:
    desk.write("mine/ours.toml", OWN_RULE)
    desk.export("vina.csv", GOOD, person(1) | {"clerk_name": "Ai đó"}, person(2) | {"payment_type": "Trả sau"})
    options = ("--rules", "mine", "--as-of", AS_OF)
    document = cli("audit", "vina.csv", *options, "--format", "json", "--findings", "f.csv").document
    assert violated(document) == {"USR101": 1}
    assert counts(document, "VinaPhone")["USR101"] == (2, 1)
    [row] = desk.rows("f.csv")
    assert (row["record"], row["code"], row["severity"]) == ("1", "USR101", "warning")
    assert row["basis"] == "163/2024/NĐ-CP, Khoản 5 Điều 19"
    assert cli("audit", "vina.csv", *options, "--fail-on", "warning").code == 1
    assert "A clerk of ours" in cli("audit", "vina.csv", *options).out
    assert "Giao dịch viên của ta" in cli("audit", "vina.csv", *options, "--lang", "vi").out
    assert "Ask her." in cli("explain", "USR101", "--rules", "mine").out
    assert cli("rules", "--rules", "mine", "--select", "USR").said.startswith("Code Severity")


def test_own_rules_leave_the_others_where_they_are(desk: Desk, cli: Command) -> None:
    desk.write("mine/ours.toml", OWN_RULE)
    desk.export("vina.csv")
    plain = [r["code"] for r in cli("audit", "vina.csv", "--format", "json").document["rules"]]
    more = [r["code"] for r in cli("audit", "vina.csv", "--format", "json", "--rules", "mine").document["rules"]]
    assert [code for code in more if code != "USR101"] == plain


@pytest.mark.parametrize(
    ("law", "found"),
    [
        ("auto", {"MIN103"}),
        ("decree-163-2024", {"MIN103"}),
        ("decree-49-2017", {"MIN101", "REG101"}),
        ("circular-04-2012", {"MIN101", "REG101"}),
        ("circular-08-2026", {"MIN103", "REG151"}),
    ],
)
def test_law_judges_every_record(desk: Desk, cli: Command, law, found) -> None:
    child = {
        "date_of_birth": "02/01/2015",
        "id_type": "Thẻ căn cước",
        "id_number": "001215012345",
        "id_issue_date": "10/01/2025",
    }
    empty = {
        "payment_type": "",
        "contract_number": "HD1",
        "guardian_name": "",
        "consent_ref": "",
        "authenticated_at": "",
    }
    desk.export("vina.csv", GOOD | child | empty)
    options = ("--as-of", AS_OF, "--law", law, "--findings", "f.csv")
    document = cli("audit", "vina.csv", *options, "--format", "json").document
    assert document["law"] == law
    assert set(violated(document)) == found
    [number] = {"decree-49-2017": ["49/2017"], "circular-04-2012": ["2012"]}.get(law, ["163/2024"])
    # Stock of before 2017 that is still in use owes the list of 49/2017 by its transitional provision.
    others = ("08/2026", "49/2017/NĐ-CP, Khoản 2 Điều 4;") if number == "2012" else ("08/2026",)
    assert all(any(said in row["basis"] for said in (number, *others)) for row in desk.rows("f.csv"))


def test_summary_cites_the_law_that_judged(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    said = cli("audit", "vina.csv", "--law", "decree-49-2017").said
    assert "Điều 15 Nghị định 25/2011" in said
    assert "163/2024" not in said


def test_as_of_is_the_day_of_the_audit(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD)  # registered on 2025-06-01
    before = cli("audit", "vina.csv", "--as-of", "2025-05-31", "--format", "json").document
    same_day = cli("audit", "vina.csv", "--as-of", "2025-06-01", "--format", "json").document
    assert (before["as_of"], violated(before)) == ("2025-05-31", {"REG133": 1})
    assert violated(same_day) == {}


# --- Whose records ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "column", "option", "operators"),
    [
        ("vina.csv", None, None, ["VinaPhone"]),
        ("2026-11 MOBIFONE toàn quốc.csv", None, None, ["MobiFone"]),
        ("kết xuất Viettel_2026.csv", None, None, ["Viettel"]),
        ("vnpt-vinaphone.csv", None, None, ["VinaPhone"]),
        ("export.csv", None, "viettel telecom", ["Viettel"]),
        ("export.csv", None, "Mạng Mới", ["Mạng Mới"]),
        ("vina.csv", None, "MobiFone", ["MobiFone"]),
        ("vina.csv", ["Viettel", "VNPT", "viettel"], "MobiFone", ["Viettel", "VinaPhone"]),
        ("vina.csv", ["Viettel", "", "n/a"], None, ["(unknown)", "Viettel"]),
        ("export.csv", ["Mạng  mới ", "Mạng mới", "Reddi"], None, ["Mạng mới", "Wintel"]),
    ],
)
def test_operator(desk: Desk, cli: Command, name, column, option, operators) -> None:
    records = [GOOD | {"Nhà mạng": value} for value in column] if column else [GOOD]
    desk.export(name, *records)
    done = cli("audit", name, "--format", "json", *(["--operator", option] if option else []))
    assert [o["operator"] for o in done.document["operators"]] == operators


@pytest.mark.parametrize("name", ["export.csv", "viettel và vina.csv", "myviettelxyz.csv"])
def test_operator_that_nothing_names(desk: Desk, cli: Command, name) -> None:
    desk.export(name)
    done = cli("audit", name)
    assert (done.code, done.out) == (3, "")
    assert name in done.err
    assert "--operator" in done.err


def test_the_same_operator_in_several_files_is_one(desk: Desk, cli: Command) -> None:
    desk.export("vina 1.csv", ERROR)
    desk.export("vina 2.csv", GOOD)
    [operator] = cli("audit", "vina 1.csv", "vina 2.csv", "--format", "json").document["operators"]
    assert (operator["operator"], operator["records"], operator["records_with_errors"]) == ("VinaPhone", 2, 1)


# --- The summary on a screen -----------------------------------------------------------------------------------


def many_operators(desk: Desk, count: int = 12) -> None:
    names = ["Viettel", "VinaPhone", "Công ty Cổ phần Viễn thông Rất Dài " * 3, "電信", *map(str, range(count))]
    records = [r | {"operator": o} for o in names for r in (ERROR, WARNING, INFO, GOOD)]
    desk.export("export.csv", *(r | {"Một cột không ai biết " * 4: "x"} for r in records))
    desk.export("a folder with a rather long name/and a file with a longer one, vina.csv", ERROR)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [80, 200])
def test_no_line_is_wider_than_the_screen(desk: Desk, cli: Command, width, lang) -> None:
    many_operators(desk)
    few = desk.export("few.csv", ERROR | {"operator": "Viettel"}, INFO | {"operator": "iTel"})
    commands = [
        ("audit", "export.csv", "a folder with a rather long name"),
        ("audit", few),
        ("columns", "export.csv"),
        ("rules",),
        *(("explain", code) for code in ("NUM105", "PER102", "ID141", "MIN103", "REG151", "EXP101")),
        ("--help",),
        ("audit", "--help"),
    ]
    for command in commands:
        language = () if command == ("--help",) else ("--lang", lang)
        done = cli(*command, *language, COLUMNS=width)
        assert done.out
        assert [line for line in done.out.splitlines() if cell_len(line) > width] == [], command


def test_summary_says_what_an_inspector_asks(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, *people(1999, first=10))
    unassigned = [WARNING, person(4) | UNASSIGNED | {"msisdn": "0952345679"}]
    desk.export("viettel.csv", *(record | {"Tập thuê bao": "x"} for record in unassigned))
    said = cli("audit", "vina.csv", "viettel.csv", "--as-of", AS_OF, COLUMNS=120).said
    assert "Records: 2,002, files: 2" in said
    assert "As of 2026-11-23" in said
    assert "1 records with errors (0.05 %), 3 with any finding (0.15 %)" in said
    assert "VinaPhone 2,000 1 0.05 % 1 PER101 ×1" in said
    assert "Viettel 2 0 0 % 2" in said
    assert "PER101 error Name missing" in said
    assert "163/2024/NĐ-CP, Khoản 1 Điều 19" in said
    assert "guardian_name MIN101, MIN102" in said
    assert "EXP104 info viettel.csv Tập thuê bao" in said


def test_summary_at_80_columns_names_the_operators_of_each_rule(desk: Desk, cli: Command) -> None:
    many_operators(desk)
    out = cli("audit", "export.csv", COLUMNS=80).out
    assert re.search(r"^PER101 .* 16 +0 1 *$", out, re.MULTILINE)
    assert re.search(r" Viettel 1 *$", out, re.MULTILINE)


@pytest.mark.parametrize(
    "width",
    [
        80,
        pytest.param(200),
    ],
)
def test_summary_prints_foreign_text_as_text(desk: Desk, cli: Command, width) -> None:
    names = ("[bold]x[/bold]", "[/x]", "\x1b[31mred", "\u202eabc", "a\nb", "\x9b31m")
    desk.export("export.csv", *(ERROR | {"operator": name, "[/y]\x1b[0m": ""} for name in names))
    done = cli("audit", "export.csv", COLUMNS=width)
    assert (done.code, done.err) == (1, "")
    assert not re.search("[\x1b\x9b\u202e]", done.out)
    assert "[bold]x[/bold]" in done.out
    assert "[/x]" in done.out


@pytest.mark.parametrize("path", ["folder", "vina.csv", "\x1b[31mnowhere.csv"])
def test_messages_print_foreign_text_as_text(desk: Desk, cli: Command, path) -> None:
    desk.write("folder/\x1b[31mred.md", "passed over")
    desk.export("folder/vina.csv")
    desk.write("vina.csv", "\x1b]0;a header that renames the window\x07,b\n1,2\n")
    done = cli("audit", path)
    assert done.err
    assert "\x1b" not in done.err


def test_quiet_prints_errors_only(desk: Desk, cli: Command) -> None:
    desk.export("folder/vina.csv", ERROR)
    desk.write("folder/readme.md", "x")
    done = cli("audit", "folder", "--quiet", "--findings", "f.csv")
    assert (done.code, done.out, done.err) == (1, "", "")
    done = cli("audit", "folder", "nowhere.csv", "-q", "--format", "json")
    assert done.document["totals"]["records"] == 1
    assert done.err.startswith("nowhere.csv: ")


def test_what_was_passed_over_is_said(desk: Desk, cli: Command) -> None:
    desk.export("folder/vina.csv")
    desk.write("folder/readme.md", "x")
    err = cli("audit", "folder", "folder/vina.csv").err
    assert "readme.md" in err
    assert "read once: folder/vina.csv" in err


def test_no_escape_codes_when_piped(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = process("audit", "vina.csv", TERM="xterm-256color", FORCE_COLOR="")
    assert "PER101" in done.out
    assert "\x1b" not in done.out + done.err


def on_terminal(desk: Desk, *arguments: str, **environment: str) -> str:
    """Return what the command prints to a terminal, stderr included."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"} | environment
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", *arguments], stdout=theirs, stderr=theirs, env=environment
    ) as command:
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 1 << 16):
                shown += block
        except OSError:  # how Linux says that the other side has closed
            pass
        command.wait(60)
    os.close(ours)
    return shown.decode()


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])[;m]")


def test_colours_and_progress_on_a_terminal_only(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    shown = on_terminal(desk, "audit", "vina.csv", "--findings", "f.csv")
    assert COLOUR.search(shown)
    assert "records" in shown
    assert "/s" in shown


def test_no_color_is_respected(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    assert not COLOUR.search(on_terminal(desk, "audit", "vina.csv", "--quiet", NO_COLOR="1"))
    shown = on_terminal(desk, "audit", "vina.csv", NO_COLOR="1")
    assert "PER101" in shown
    assert not COLOUR.search(shown)


# --- Languages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "vietnamese", "english"),
    [
        (("audit", "vina.csv"), "Bản ghi: 1, tệp: 1", "Records: 1, files: 1"),
        (("audit", "vina.csv"), "Thiếu họ và tên", "Name missing"),
        (("audit", "nowhere.csv"), "không có tệp hoặc thư mục này", "there is no such file"),
        (("audit", "vina.csv", "--select", "XX"), "không có quy tắc mang mã này", "there is no rule of this code"),
        (("explain", "PER101"), "Căn cứ pháp luật", "What to do"),
        (("rules", "--select", "PER101"), "Thiếu họ và tên", "Name missing"),
        (("columns", "vina.csv"), "Tiêu đề trong tệp", "Header in the file"),
        (("audit", "--help"), "Kiểm tra các tệp kết xuất", "Check exports"),
    ],
)
def test_texts_in_both_languages(desk: Desk, cli: Command, arguments, vietnamese, english) -> None:
    desk.export("vina.csv", ERROR)
    vi, en = (cli(*arguments, "--lang", lang).said for lang in ("vi", "en"))
    assert vietnamese in vi
    assert vietnamese not in en
    assert english in en
    assert english not in vi


@pytest.mark.parametrize(
    ("environment", "options", "vietnamese"),
    [
        ({"LANG": "vi_VN.UTF-8"}, (), True),
        ({"LANG": "vi_VN"}, (), True),
        ({"LC_ALL": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, (), True),
        ({"LC_MESSAGES": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, (), True),
        ({"LC_ALL": "C.UTF-8", "LANG": "vi_VN.UTF-8"}, (), False),
        ({"LANG": "en_US.UTF-8"}, (), False),
        ({"LANG": "fr_FR.UTF-8"}, (), False),
        ({}, (), False),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang", "en"), False),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang=en",), False),
    ],
)
def test_language_of_the_locale(desk: Desk, cli: Command, environment, options, vietnamese) -> None:
    out = cli("rules", "--select", "PER101", *options, **environment).out
    assert ("Thiếu họ và tên" in out) is vietnamese


def test_vietnamese_from_start_to_end(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR, *people(1999, first=10))
    done = process("audit", "vina.csv", "nowhere.csv", LANG="vi_VN.UTF-8")
    assert "2.000" in done.out
    assert "0,05 %" in done.out
    assert "không có tệp" in done.err
    assert "Records" not in done.out


def test_language_before_the_command(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    assert "Kiểm tra" in cli("--lang", "vi", "--help").out
    assert "Bản ghi: 1" in cli("--lang", "vi", "audit", "vina.csv").out


# --- The other commands ----------------------------------------------------------------------------------------


def test_version(process: Command) -> None:
    done = process("--version")
    assert (done.code, done.out, done.err) == (0, f"thuebao {__version__}\n", "")


@pytest.mark.parametrize("command", ["audit", "columns", "explain", "rules", "sample"])
def test_help_of_each_command(cli: Command, command) -> None:
    overview, own = cli("--help"), cli(command, "-h")
    assert (overview.code, own.code) == (0, 0)
    assert command in overview.out
    assert "--lang" in own.out


def test_shell_completion(desk: Desk) -> None:
    command = shutil.which("thuebao", path=str(Path(sys.executable).parent))
    if not command:
        pytest.skip("the command is not installed")
    done = subprocess.run([command, "--show-completion", "bash"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "_THUEBAO_COMPLETE" in done.stdout


def test_rules_as_table_and_as_json(cli: Command) -> None:
    listed = cli("rules", "--format", "json").document
    assert listed["schema"] == "thuebao-rules/1"
    codes = [rule["code"] for rule in listed["rules"]]
    assert codes == list(read_rulebook().by_code)
    lines = cli("rules", COLUMNS=200).out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == codes
    assert [rule["code"] for rule in cli("rules", "--format", "json", "--select", "ORG").document["rules"]] == [
        "ORG101",
        "ORG102",
        "ORG103",
        "ORG104",
        "ORG105",
        "ORG106",
        "ORG107",
        "ORG108",
    ]


def test_explain_shows_what_why_law_examples_and_what_to_do(cli: Command) -> None:
    out = cli("explain", "id142", COLUMNS=200).out
    for part in ("ID142 cmnd-after-2024", "error", "Why", "What to do", "Law", "26/2023/QH15", "Examples that violate"):
        assert part in out
    assert "Examples that do not" in out


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_rule_can_be_explained(cli: Command, lang) -> None:
    for code in list(read_rulebook().by_code)[::6]:
        done = cli("explain", code, "--lang", lang)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith(code)


def test_columns_shows_the_mapping_with_masked_values(desk: Desk, cli: Command) -> None:
    records = [{"Số TB": f"091234567{n}", "Họ tên": "Nguyễn Văn An", "Ghi chú": "bí mật"} for n in (1, 1, 2, 3, 4)]
    desk.export("export.csv", *records, separator=";")
    done = cli("columns", "export.csv", COLUMNS=120)
    assert done.code == 0
    assert "separator ;" in done.out
    assert re.search(
        r"^msisdn +Số TB +100 %: known header +091\*{5}71 +091\*{5}72 +091\*{5}73 *$", done.out, re.MULTILINE
    )
    assert re.search(r"^full_name +Họ tên +100 %: known header +Ngu\*{8}An *$", done.out, re.MULTILINE)
    assert "Ghi chú" in done.out
    assert re.search(r"^date_of_birth .*PER111, PER112, PER113", done.out, re.MULTILINE)
    assert not re.search(r"0912345671|Nguyễn Văn An|bí mật", done.out)


def test_columns_names_the_operator_or_says_who_does(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    desk.export("export.csv")
    assert "VinaPhone" in cli("columns", "vina.csv").out
    assert "Viettel" in cli("columns", "export.csv", "--operator", "Viettel").out
    assert "--operator" in cli("columns", "export.csv").out


@pytest.mark.parametrize("name", ["nowhere.csv", "empty.csv", "book.csv", "strange.csv"])
def test_columns_of_a_file_that_cannot_be_read(desk: Desk, cli: Command, name) -> None:
    desk.write("empty.csv", "")
    desk.write("book.csv", b"PK\x03\x04")
    desk.write("strange.csv", "a,b\n1,2\n")
    done = cli("columns", name)
    assert (done.code, done.out) == (3, "")
    assert name in done.err


# --- In Python -------------------------------------------------------------------------------------------------


@pytest.fixture
def exports(desk: Desk) -> list[Path]:
    first = [ERROR, GOOD, INFO | {"full_name": "-Ân"}, WARNING | {"full_name": 'a"b,1'}]
    desk.export("vina.csv", *first)
    viettel = [person(4) | {"msisdn": "0961234567"}, person(5) | NAMELESS | {"msisdn": "0961234568"}]
    desk.export("viettel.csv", *viettel, separator=";")
    pl.DataFrame([person(6) | NAMELESS | {"date_of_birth": date(1990, 1, 2)}]).write_parquet(
        desk.path / "mobifone.parquet"
    )
    return [Path("vina.csv"), Path("viettel.csv"), Path("mobifone.parquet")]


def test_audit_in_python(exports: list[Path]) -> None:
    result = thuebao.audit(exports, as_of=date(2026, 11, 23))
    assert isinstance(result, thuebao.AuditResult)
    assert result.operators.rows() == [("MobiFone", 1, 1, 1), ("Viettel", 2, 1, 1), ("VinaPhone", 4, 2, 3)]
    assert result.operators.columns == ["operator", "records", "records_with_errors", "records_with_findings"]
    assert result.counts.columns == ["operator", "code", "evaluated", "violations"]
    assert result.counts.filter(code="PER101").rows() == [
        ("MobiFone", "PER101", 1, 1),
        ("Viettel", "PER101", 2, 1),
        ("VinaPhone", "PER101", 4, 1),
    ]
    assert result.totals["records"] == 7
    assert result.worst_severity() == "error"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("reveal", [False, True])
def test_lazy_findings_equal_the_findings_file(desk: Desk, exports: list[Path], kind, reveal) -> None:
    options = {"as_of": date(2026, 11, 23), "reveal": reveal}
    lazy = thuebao.audit(exports, **options).findings
    written = thuebao.audit(exports, **options, findings=Path(f"f.{kind}")).findings
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect_schema() == written.collect_schema()
    read = written.collect()
    # In a spreadsheet's format a formula gets an apostrophe, and nothing and an empty text are the same.
    expected = lazy.collect().with_columns(
        pl.when(pl.lit(kind == "csv") & pl.col("value").str.contains("^[-=+@]"))
        .then("'" + pl.col("value"))
        .otherwise("value")
        .alias("value")
    )
    assert read.fill_null("").rows() == expected.fill_null("").rows()


def test_findings_of_many_batches_stay_in_order(desk: Desk) -> None:
    every = 7
    lines = ("0912345678,An\n" if n % every == 0 else "0912345678,An B\n" for n in range(1, 450_001))
    desk.write("vina.csv", "msisdn,full_name\n" + "".join(lines))
    written = thuebao.audit("vina.csv", select=["PER104"], findings=Path("f.parquet")).findings.collect()
    lazy = thuebao.audit("vina.csv", select=["PER104"]).findings.collect()
    assert written["record"].to_list() == list(range(every, 450_001, every))
    assert lazy.equals(written)


def test_lazy_findings_can_be_queried(exports: list[Path]) -> None:
    findings = thuebao.audit(exports, as_of=date(2026, 11, 23)).findings
    whole = findings.collect()
    assert whole.height == 7
    assert findings.filter(pl.col("code") == "PER101").select("record", "path").collect().rows() == [
        (1, "vina.csv"),
        (2, "viettel.csv"),
        (1, "mobifone.parquet"),
    ]
    assert findings.head(3).collect().equals(whole.head(3))
    assert findings.slice(2, 3).collect().equals(whole.slice(2, 3))
    assert findings.select(pl.len()).collect().item() == whole.height
    assert findings.filter(pl.col("severity") == "error").head(2).collect().height == 2


def test_audit_in_python_raises_what_a_user_must_mend(desk: Desk, exports: list[Path]) -> None:
    with pytest.raises(thuebao.UsageError, match="there is no rule of this code"):
        thuebao.audit(exports, select=["XX"])
    with pytest.raises(thuebao.OutputError, match="cannot be written"):
        thuebao.audit(exports, findings=Path("nowhere/f.csv"))
    result = thuebao.audit(["nowhere.csv", *exports])
    assert [type(error) for error in result.unreadable] == [thuebao.InputError]
    assert result.totals["records"] == 7


def test_audit_in_python_takes_one_path_and_paths_as_text(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    assert thuebao.audit("vina.csv").totals["records"] == 1
    assert thuebao.audit(Path("vina.csv")).totals["records"] == 1
    assert thuebao.audit("vina.csv", findings="f.csv").findings.collect().height == 1
    assert {r.rule.code for r in thuebao.audit("vina.csv", select="ORG104").rules if r.status != "deselected"} == {
        "ORG104"
    }


def test_progress_is_told(desk: Desk) -> None:
    desk.write("vina.csv", table([GOOD]))
    desk.write("viettel.csv", table([GOOD, GOOD]))
    told: list[tuple[str, int]] = []
    thuebao.audit(["vina.csv", "viettel.csv"], progress=lambda path, records: told.append((path, records)))
    assert told == [("vina.csv", 1), ("viettel.csv", 3)]
