"""Annotations for GitHub: the counts of the JSON, ten of each level, nothing that ends a command."""

from __future__ import annotations

import re
from collections import Counter

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import ERROR, GOOD, person
from helpers.reports import DAY, OPERATORS, Audited, annotations
from thuebao.reports import github


def unescaped(value: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, sign)
    return value


def test_github_has_the_counts_of_the_json(audited: Audited) -> None:
    found = annotations(audited.outcomes["github"].out)
    document = audited.document
    severity = {rule["code"]: rule["severity"] for rule in document["rules"]}
    of = {(o["operator"], r["code"]): r["violations"] for o in document["operators"] for r in o["rules"]}
    counted = {}
    for level, properties, message in found[:-1]:
        code = properties.removeprefix("title=").split(",")[0]
        if code in severity:
            assert level == severity[code].replace("info", "notice")
            numbers = re.search(r": ([\d,]+) of ([\d,]+) records \((.*)\)$", unescaped(message))
            assert numbers
            counted[code] = int(numbers[1])
            assert int(numbers[2]) == audited.evaluated[code]
            each = dict(part.rsplit(" ", 1) for part in numbers[3].split(", "))
            assert {o: int(n) for o, n in each.items()} == {o: of[o, code] for o in OPERATORS if of.get((o, code))}
    assert counted == violated(document)
    level, properties, message = found[-1]
    totals = document["totals"]
    assert (level, properties) == ("notice", "title=thuebao")
    assert [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?= )", message)] == [
        totals["records"],
        totals["rejected"],
        totals["records_with_errors"],
        totals["records_with_findings"],
    ]


def test_github_shows_ten_of_each_level_and_says_how_many_not(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    missing = [f"nowhere-{n}.csv" for n in range(12)]
    for n in range(11):
        desk.export(f"vina-{n}.csv", person(20 + n) | {"lạ": "1"})
    files = [f"vina-{n}.csv" for n in range(11)]
    found = annotations(cli("audit", "vina.csv", *files, *missing, *DAY, "--format", "github").out)
    levels = Counter(level for level, _, _ in found)
    assert levels == {"error": github.MOST_OF_A_LEVEL, "notice": github.MOST_OF_A_LEVEL}
    # Of 13 errors 3 are left out, and of 11 notices 2: the totals take the place of one.
    assert found[-1][2].endswith("5 more annotations are not shown.")


def test_github_escapes_what_would_end_a_command(desk: Desk, cli: Command) -> None:
    name = "50%,a:b%0A::error::x\n::error::y.csv"
    desk.export(name, ERROR | {"operator": "100%\r\n::error::z", "lạ": "1"})
    done = cli("audit", name, *DAY, "--format", "github")
    found = annotations(done.out)
    assert len(found) == 3
    assert not re.search("^::error::", done.out, re.MULTILINE)
    [about_file] = [properties for _, properties, _ in found if "file=" in properties]
    assert re.fullmatch(r"title=EXP104,file=[^,:\n]+", about_file)
    assert unescaped(about_file.split("file=")[1]) == name.replace("\n", "\ufffd")
