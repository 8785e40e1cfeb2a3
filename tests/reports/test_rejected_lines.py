"""What reports say of rejected lines."""

from __future__ import annotations

import pytest

from helpers.damage import BAD, HEAD, LINE, audit, exp102
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import AS_OF, people


def bad_among(good: int, bad: int = 1) -> str:
    """Return an export of people with so many bad lines behind the first of them."""
    header, first, *others = table(people(good)).splitlines(keepends=True)
    return "".join([header, first, *[BAD] * bad, *others])


def test_rejected_lines_are_a_finding_about_the_file(desk: Desk, cli: Command) -> None:
    content = (HEAD + LINE * 10 + BAD + LINE + "1\0\n" + LINE + BAD * 4 + '1,"A\n' + LINE).encode() + b"1,\xff"
    desk.write("vina.csv", content)
    desk.export("viettel.csv")
    done = audit(cli, "vina.csv", "viettel.csv", "--max-rejected", "8", "--select", "EXP,PER101")
    assert done.code == 1
    document = done.document
    [finding] = exp102(document)
    assert (finding["path"], finding["severity"]) == ("vina.csv", "error")
    detail = finding["detail"]
    assert detail.startswith("8 lines are no records (")
    for part in ("too few fields: 5", "NUL characters: 1", "broken quotation marks: 1", "breaks off: 1"):
        assert part in detail
    assert detail.index("too few fields: 5") < detail.index("breaks off: 1")  # the most frequent first
    places = [
        "line 12: 2 fields where the header has 4",
        "line 14: a NUL character",
        "line 16: 2 fields",
        "line 17",
        "line 18",
    ]
    assert [detail.index(place) for place in places] == sorted(detail.index(place) for place in places)
    assert detail.endswith("…")
    assert "line 19" not in detail
    assert [(i["path"], i["records"], i["rejected"]) for i in document["inputs"]] == [
        ("vina.csv", 13, 8),
        ("viettel.csv", 1, 0),
    ]
    assert document["totals"] == {"records": 14, "rejected": 8, "records_with_errors": 0, "records_with_findings": 0}


def test_without_rejected_lines_there_is_no_finding(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *people(3))
    document = audit(cli, "vina.csv").document
    assert exp102(document) == []
    assert document["totals"]["rejected"] == document["inputs"][0]["rejected"] == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "info"], 1),
        (["--severity", "EXP102=warning"], 0),
        (["--severity", "EXP102=warning", "--fail-on", "warning"], 1),
        (["--ignore", "EXP102"], 0),
        (["--select", "PER"], 0),
    ],
    ids=str,
)
def test_rejected_lines_alone_make_it_fail(desk: Desk, cli: Command, options, code) -> None:
    desk.export("good vina.csv", *people(200))
    chosen = options if "--select" in options else ["--select", "EXP102,PER", *options]
    assert audit(cli, "good vina.csv", *chosen).code == 0
    desk.write("vina.csv", bad_among(200))
    done = audit(cli, "vina.csv", *chosen)
    assert (done.code, done.err) == (code, "")
    assert len(exp102(done.document)) == ("--ignore" not in options and "--select" not in options)
    assert done.document["totals"] | {"rejected": 0} == audit(cli, "good vina.csv", *chosen).document["totals"]
    assert done.document["totals"]["rejected"] == 1


@pytest.mark.parametrize(
    ("lang", "parts"),
    [("en", ("EXP102", "1 line is no record", "line 3", "2 fields")), ("vi", ("EXP102", "dòng 3"))],
)
def test_the_summary_mentions_rejected_lines(desk: Desk, cli: Command, lang, parts) -> None:
    desk.write("vina.csv", bad_among(200))
    done = cli("audit", "vina.csv", "--full", "--lang", lang)
    assert done.code == 1
    for part in parts:
        assert part in done.said
    assert "{" not in done.said


def test_csv_report_of_a_damaged_file(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", bad_among(200))
    desk.export("good/vina.csv", *people(200))
    damaged_report = cli("audit", "vina.csv", "--format", "csv", "--as-of", AS_OF)
    report = cli("audit", "good/vina.csv", "--format", "csv", "--as-of", AS_OF)
    assert (damaged_report.code, damaged_report.out) == (1, report.out)
