"""--by: counts by operator and what else is asked for."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any

import pytest
from rich.cells import cell_len

from helpers.across import PATHS, audited, one_person, refused
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, GOOD, people, person


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("province", [("Hà Nội", 2, 2, 2), ("Hòa Bình", 3, 3, 3), (None, 3, 1, 3)]),
        (
            "operator,province",
            [
                ("MobiFone", None, 2, 1, 2),
                ("Viettel", "Hà Nội", 1, 1, 1),
                ("VinaPhone", "Hà Nội", 1, 1, 1),
                ("VinaPhone", "Hòa Bình", 3, 3, 3),
                ("VinaPhone", None, 1, 0, 1),
            ],
        ),
        ("month", [("2025-06", 5, 4, 5), ("2025-07", 2, 1, 2), (None, 1, 1, 1)]),
        ("operator", [("MobiFone", 2, 1, 2), ("Viettel", 1, 1, 1), ("VinaPhone", 5, 4, 5)]),
    ],
)
def test_breakdown(provinces: Desk, cli: Command, by, rows) -> None:
    names = by.split(",")
    breakdown = audited(cli, *PATHS, "--by", by)["breakdown"]
    assert breakdown["by"] == names
    counts = ("records", "records_with_errors", "records_with_findings")
    assert [(*row["values"].values(), *(row[count] for count in counts)) for row in breakdown["rows"]] == rows
    assert all(list(row["values"]) == names for row in breakdown["rows"])


@pytest.mark.parametrize("by", [("province",), ("operator,province",), ("month", "--by", "province"), ("clerk_name",)])
@pytest.mark.parametrize("options", [(), ("--where", "province = 'Hòa Bình'"), ("--select", "DUP")])
def test_breakdowns_sum_to_the_totals(provinces: Desk, cli: Command, by, options) -> None:
    document = audited(cli, *PATHS, "--by", *by, *options)
    rows = document["breakdown"]["rows"]
    for count in ("records", "records_with_errors", "records_with_findings"):
        assert sum(row[count] for row in rows) == document["totals"][count]
    assert rule_sums(rows) == rule_sums(document["operators"])


def rule_sums(counted: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Return code → (evaluated, violations) over all that records were counted by."""
    evaluated, violations = Counter(), Counter()
    for entry in counted:
        for rule in entry["rules"]:
            evaluated[rule["code"]] += rule["evaluated"]
            violations[rule["code"]] += rule["violations"]
    return {code: (count, violations[code]) for code, count in evaluated.items()}


def test_breakdown_as_csv(provinces: Desk, cli: Command) -> None:
    command = ("audit", *PATHS, "--by", "operator,province", "--as-of", AS_OF, "--fail-on", "never")
    rows = list(csv.DictReader(io.StringIO(cli(*command, "--format", "csv").out)))
    assert list(rows[0]) == [
        "operator",
        "province",
        "code",
        "name",
        "severity",
        "status",
        "evaluated",
        "violations",
        "share",
    ]
    document = cli(*command, "--format", "json").document
    assert [(r["operator"], r["province"], r["code"], int(r["evaluated"]), int(r["violations"])) for r in rows] == [
        (
            row["values"]["operator"],
            row["values"]["province"] or "",
            rule["code"],
            rule["evaluated"],
            rule["violations"],
        )
        for row in document["breakdown"]["rows"]
        for rule in row["rules"]
    ]
    [row] = [r for r in rows if (r["operator"], r["province"], r["code"]) == ("VinaPhone", "Hòa Bình", "DUP101")]
    assert (row["name"], row["status"]) == ("number-registered-twice", "evaluated")
    assert (row["evaluated"], row["violations"], row["share"]) == ("3", "1", "0.333333")


def test_breakdown_on_a_screen(provinces: Desk, cli: Command) -> None:
    said = cli("audit", *PATHS, "--full", "--by", "province", "--as-of", AS_OF, COLUMNS=120).said
    assert "By Province" in said
    assert "Hòa Bình 3 3 100 % 3 DUP101 ×1, DUP102 ×1, PER101 ×1" in said
    assert "(none) 3 1 33.3 % 3 REG131 ×1" in said
    said = cli("audit", *PATHS, "--full", "--by", "operator,month", "--as-of", AS_OF, COLUMNS=120).said
    assert "VinaPhone 2025-07 2 1 50.0 % 2 DUP102 ×1" in said


def test_long_breakdown_on_a_screen(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *(record | {"province": f"Tỉnh {n:03}"} for n, record in enumerate(people(120))))
    out = cli("audit", "vina.csv", "--full", "--by", "province").out
    assert "Tỉnh 099" in out
    assert "Tỉnh 100" not in out
    assert "The first 100 of 120" in out
    assert len(audited(cli, "vina.csv", "--by", "province")["breakdown"]["rows"]) == 120


@pytest.mark.parametrize("by", ["unknown", "registration_month", "province,unknown", "", "province,"])
def test_breakdown_by_what_there_is_not(desk: Desk, cli: Command, by) -> None:
    desk.export("vina.csv")
    message = refused(desk, cli, "--by", by)
    assert message.startswith("--by ")
    assert "Known: operator, msisdn, " in message


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_breakdown_masks_what_may_be_personal(desk: Desk, cli: Command, form) -> None:
    desk.export("vina.csv", GOOD | {"province": "Hòa Bình"})
    command = ("audit", "vina.csv", "--by", "full_name,clerk_name,province", "--format", form)
    masked, bare = cli(*command, COLUMNS=200).out, cli(*command, "--reveal", COLUMNS=200).out
    for value in (GOOD["full_name"], GOOD["clerk_name"]):
        assert value not in masked
        assert value in bare
    assert "Hòa Bình" in masked


def test_breakdown_prints_foreign_text_as_text(desk: Desk, cli: Command) -> None:
    names = ("=1+2", "@x", "[bold]x[/bold]", "[/x]", "\x1b[31mred", "\u202eabc")
    desk.export("vina.csv", *(person(n) | {"province": name} for n, name in enumerate(names)))
    out = cli("audit", "vina.csv", "--full", "--by", "province").out
    assert not re.search("[\x1b\u202e]", out)
    assert "[bold]x[/bold]" in out
    assert "[/x]" in out
    rows = csv.DictReader(io.StringIO(cli("audit", "vina.csv", "--by", "province", "--format", "csv").out))
    shown = {row["province"] for row in rows}
    assert {"'=1+2", "'@x"} < shown
    assert not any(re.search("^[=@]|[\x1b\u202e]", name) for name in shown)


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_line_is_wider_than_the_screen(provinces: Desk, cli: Command, width, lang) -> None:
    long = {"province": "Một tỉnh có tên rất dài " * 4, "clerk_name": "Giao dịch viên có tên rất dài " * 4}
    provinces.export(
        "a folder with a rather long name/vina, a file with a long name.csv", *(r | long for r in one_person(4))
    )
    done = cli(
        "audit",
        *PATHS,
        "a folder with a rather long name",
        "--by",
        "operator,province",
        "--show",
        "DUP101,DUP141",
        "--set",
        "DUP141.threshold=2",
        "--where",
        "province IS NULL OR length(province) > 2",
        "--reveal",
        "--lang",
        lang,
        COLUMNS=width,
    )
    assert done.code == 1
    assert [line for line in done.out.splitlines() if cell_len(line) > width] == []


def test_in_vietnamese(provinces: Desk, cli: Command) -> None:
    provinces.export("vina 2.csv", *one_person(4, first=20))
    done = cli(
        "audit",
        *PATHS,
        "vina 2.csv",
        "--by",
        "province",
        "--show",
        "DUP101",
        "--where",
        "province IS NOT NULL",
        "--full",
        "--lang",
        "vi",
        COLUMNS=120,
    )
    for part in (
        "Theo Tỉnh",
        "Các nhóm lớn nhất của DUP101",
        "2 bản ghi, hiển thị 2",
        "Giao dịch viên có nhiều phát hiện",
    ):
        assert part in done.said
    assert not re.search(r"\b(?:Records|Findings|Groups?|records|shown|Clerks|Identities)\b", done.out + done.err)
    assert "Mọi nhà mạng" in cli("audit", "vina 2.csv", "--full", "--lang", "vi").said
    assert "không có" in cli("audit", "vina.csv", "--set", "DUP999.threshold=4", "--lang", "vi").err
