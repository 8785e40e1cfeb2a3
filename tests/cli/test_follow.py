"""`follow`: what became of the numbers of a list, and what is said of lists and exports that cannot be followed."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import NAMELESS, person
from helpers.places import TESTS

NOTICE = "2026-03-02"
FIRST, SECOND, THIRD = "2026-03-18", "2026-04-02", "2026-04-20"
"""One day after the step to one-way suspension is due; the day after that to two-way; later."""
REMEDY = ("--as-of", NOTICE, "--first-notice", NOTICE)


def record(n: int, wrong: bool = True, **more: str) -> dict[str, str]:
    steps = dict.fromkeys(("contract_number", "terminated_at", "one_way_since", "two_way_since", "info_updated_at"), "")
    return {"operator": "VinaPhone"} | person(n) | steps | (NAMELESS if wrong else {}) | more


@pytest.fixture
def listed(desk: Desk, cli: Command) -> Desk:
    """Return a desk with the exports of a day and, of these, lists of three numbers of which each has a fault."""
    desk.export("before/vina.csv", *map(record, range(3)), record(3, wrong=False), record(4, wrong=False))
    desk.write("key", "a key")
    desk.write("other", "another key")
    assert cli("remedy", "before", *REMEDY, "--key-file", "key", "--output", "list.csv").code == 0
    assert cli("remedy", "before", *REMEDY, "--output", "masked.csv").code == 0
    assert cli("remedy", "before", *REMEDY, "--reveal", "--output", "plain.csv").code == 0
    for name, given in (("found", ("--key-file", "key")), ("masked-found", ()), ("plain-found", ("--reveal",))):
        cli("audit", "before", "--as-of", NOTICE, "--findings", f"{name}.csv", *given)
    return desk


def totals(cli: Command, *arguments: object, code: int = 1) -> dict[str, int]:
    done = cli("follow", *arguments, "--format", "json")
    assert done.code == code, done.err
    return {name: value for name, value in done.document["days"][-1]["totals"].items() if value}


KEYED = ("list.csv", "--key-file", "key")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (record(0), {"active": 1, "overdue": 1, "one_way_overdue": 1, "still_wrong": 1}),
        (record(0, wrong=False), {"put_right": 1}),
        (record(0, wrong=False, status="Khóa 1 chiều", one_way_since="17/03/2026"), {"put_right": 1}),
        (record(0, address=""), {"active": 1, "overdue": 1, "one_way_overdue": 1, "still_wrong": 1, "new_faults": 1}),
        (record(0, wrong=False, address=""), {"put_right": 1, "new_faults": 1}),
        (
            record(0, status="Khóa 1 chiều", one_way_since="17/03/2026"),
            {"one_way": 1, "in_time": 1, "still_wrong": 1},
        ),
        # A lock of before the notice starts no clock, and one whose day is not known neither.
        (record(0, status="Khóa 1 chiều", one_way_since="01/03/2026"), {"one_way": 1, "in_time": 1, "still_wrong": 1}),
        (record(0, status="Khóa 1 chiều"), {"one_way": 1, "in_time": 1, "still_wrong": 1}),
        (
            record(0, status="Khóa 2 chiều", two_way_since="12/03/2026"),
            {"two_way": 1, "overdue": 1, "end_overdue": 1, "still_wrong": 1},
        ),
        (
            record(0, status="Khóa 2 chiều", two_way_since="13/03/2026"),
            {"two_way": 1, "in_time": 1, "still_wrong": 1},
        ),
        (record(0, status="Khóa"), {"status_unknown": 1, "undecided": 1, "still_wrong": 1}),
        (record(0, status="Thanh lý", terminated_at="10/03/2026"), {"ended": 1}),
        # Registered since, and service began since: another's number. Its fault is that of a number that is not listed.
        (
            record(0, registered_at="09/03/2026 09:00", service_started_at="09/03/2026 10:00"),
            {"ended": 1, "given_again": 1, "new_numbers": 1},
        ),
        (
            record(0, wrong=False, registered_at="09/03/2026 09:00", service_started_at="09/03/2026 10:00"),
            {"ended": 1, "given_again": 1},
        ),
        # The same line, contracted anew.
        (record(0, wrong=False, registered_at="09/03/2026 09:00"), {"put_right": 1}),
        (record(5, wrong=False), {"gone": 1}),
        (record(5), {"gone": 1, "new_numbers": 1}),
    ],
)
def test_each_state_of_a_number(listed: Desk, cli: Command, after: dict[str, str], expected: dict[str, int]) -> None:
    listed.export("after.csv", after, record(1, wrong=False), record(2, wrong=False))
    found = totals(cli, *KEYED, f"{FIRST}=after.csv", code=int(bool(expected.keys() & {"gone", "still_wrong"})))
    rest = {"to_put_right": 3, "put_right": 2, "share_put_right": pytest.approx(2 / 3, abs=1e-6)}
    if "put_right" in expected:
        rest |= {"put_right": 3, "share_put_right": 1.0}
    assert found == rest | {name: count for name, count in expected.items() if name != "put_right"}


def test_the_old_record_beside_that_of_the_new_subscriber(listed: Desk, cli: Command) -> None:
    new = record(0, wrong=False, full_name="Lê Văn Mới", id_number="001090999999")
    new |= {"registered_at": "09/03/2026 09:00", "service_started_at": "09/03/2026 10:00"}
    old = record(0, status="Thanh lý", terminated_at="05/03/2026")
    listed.export("after.csv", old, new, record(1), record(2))
    found = totals(cli, *KEYED, f"{FIRST}=after.csv")
    assert (found["ended"], found["given_again"], found["active"]) == (1, 1, 2)


def test_a_number_that_went_two_years_after_its_end_is_not_missed(listed: Desk, cli: Command) -> None:
    ended = {"status": "Thanh lý", "terminated_at": "10/03/2026"}
    listed.export("first.csv", record(0, **ended), record(1, wrong=False), record(2, wrong=False))
    listed.export("later.csv", record(1, wrong=False), record(2, wrong=False))
    for day, state in (("2028-03-10", "gone"), ("2028-03-11", "ended")):
        found = totals(cli, *KEYED, f"{FIRST}=first.csv", f"{day}=later.csv", code=int(state == "gone"))
        assert found[state] == 1


def test_a_number_listed_for_its_contract_is_put_right_with_the_contract(desk: Desk, cli: Command) -> None:
    def contract(*wrong: int) -> list[dict[str, str]]:
        return [record(n, wrong=n in wrong, contract_number="HD77" if n < 3 else "") for n in range(4)]

    desk.export("before.csv", *contract(0))
    assert cli("remedy", "before.csv", *REMEDY, "--reveal", "--output", "list.csv").code == 0
    assert [row["reason"] for row in desk.rows("list.csv")] == ["own information", "same contract", "same contract"]
    desk.export("still.csv", *contract(0))
    desk.export("right.csv", *contract())
    found = totals(cli, "list.csv", f"{FIRST}=still.csv")
    assert (found["active"], found["one_way_overdue"]) == (3, 3)
    assert totals(cli, "list.csv", f"{FIRST}=right.csv", code=0)["put_right"] == 3
    without = [{name: text for name, text in one.items() if name != "contract_number"} for one in contract(0)]
    desk.export("without.csv", *without)
    masked = [row | {"contract_number": "H*****77"} for row in desk.rows("list.csv")]
    with Path("masked.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, masked[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(masked)
    done = cli("follow", "masked.csv", f"{FIRST}=without.csv", "--format", "json")
    assert done.document["days"][0]["totals"]["not_checked"] == 2
    assert "contract_number is absent" in done.err


def test_what_an_export_lacks_is_named_with_what_can_be_said_without(listed: Desk, cli: Command) -> None:
    lacking = ("status", "terminated_at", "one_way_since", "two_way_since")
    after = [{k: v for k, v in record(n).items() if k not in lacking} for n in range(3)]
    listed.export("after.csv", *after)
    done = cli("follow", *KEYED, f"{FIRST}=after.csv", "--format", "json")
    found = done.document["days"][0]
    assert (found["totals"]["status_unknown"], found["totals"]["undecided"]) == (3, 3)
    assert {lack["column"] for lack in found["lacking"]} == {*lacking}
    for column in lacking:
        assert re.search(rf"^{FIRST}: column {column} is absent", done.err, re.MULTILINE)
    # As long as no step is due, everything is in time, whatever the status.
    assert (
        cli("follow", *KEYED, "2026-03-17=after.csv", "--format", "json").document["days"][0]["totals"]["in_time"] == 3
    )


def test_a_fault_that_could_not_be_looked_for_is_not_put_right(listed: Desk, cli: Command) -> None:
    listed.export("after.csv", *({k: v for k, v in record(n).items() if k != "full_name"} for n in range(3)))
    done = cli("follow", *KEYED, f"{FIRST}=after.csv", "--format", "json")
    totals = done.document["days"][0]["totals"]
    assert (totals["not_checked"], totals["put_right"], totals["still_wrong"]) == (3, 0, 0)
    assert "column full_name is absent" in done.err


def test_nobody_is_blamed_for_what_was_not_read(listed: Desk, cli: Command) -> None:
    listed.export("exports/viettel.csv", record(8, wrong=False, msisdn="0981234567", operator="Viettel"))
    done = cli("follow", *KEYED, f"{FIRST}=exports", "--format", "json")
    found = done.document["days"][0]
    assert (done.code, found["totals"]["not_seen"], found["totals"]["gone"]) == (0, 3, 0)
    assert "VinaPhone" in done.err
    listed.export("part/vina.csv", record(0), record(1))
    listed.write("part/vina-2.csv", b"\xff\xfe\x00")
    done = cli("follow", *KEYED, f"{FIRST}=part", "--format", "json")
    found = done.document["days"][0]
    assert done.code == 3
    assert (found["totals"]["active"], found["totals"]["not_seen"], found["totals"]["gone"]) == (2, 1, 0)
    assert found["unreadable"]
    assert "vina-2.csv" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("masked.csv", "2026-03-18=after.csv"), 3, ("masked.csv", "masked", "--key-file")),
        (("masked.csv", "2026-03-18=after.csv", "--key-file", "key"), 3, ("masked.csv", "--reveal")),
        (("masked-found.csv", "2026-03-18=after.csv", "--first-notice", NOTICE), 3, ("masked", "--key-file")),
        (("list.csv", "2026-03-18=after.csv"), 2, ("list.csv", "add --key-file")),
        (("list.csv", "2026-03-18=after.csv", "--key-file", "other"), 2, ("0 of 3", "--key-file")),
        (("list.csv", "2026-03-18=after.csv", "--key-file", "nowhere"), 2, ("nowhere", "No such file")),
        (("list.csv", "2026-03-18=after.csv", "18/03/2026=before", "--key-file", "key"), 2, ("2026-03-18", "twice")),
        (("list.csv", "2026-03-01=after.csv", "--key-file", "key"), 2, ("2026-03-01", "older", NOTICE)),
        (("list.csv", "2026-02-31=after.csv", "--key-file", "key"), 2, ("2026-02-31", "YYYY-MM-DD")),
        (("list.csv", "after.csv", "2026-03-18=before", "--key-file", "key"), 2, ("after.csv", "its day")),
        (("list.csv", "2026-03-18=after.csv", "--key-file", "key", "--first-notice", NOTICE), 2, ("--first-notice",)),
        (("plain-found.csv", "2026-03-18=after.csv"), 2, ("plain-found.csv", "--first-notice DATE")),
        (("plain-found.csv", "2026-03-18=after.csv", "--first-notice", "2026-05-01"), 2, ("older", "2026-05-01")),
        (("plain-found.csv", "2026-03-18=after.csv", "--first-notice", "2017-04-23"), 2, ("no law",)),
        (("list-carrier.csv", "2026-03-18=after.csv", "--key-file", "key"), 3, ("list-carrier.csv", "carrier's own")),
        (("after.csv", "2026-03-18=after.csv"), 3, ("after.csv", "lacks these columns")),
        (("nowhere.csv", "2026-03-18=after.csv"), 3, ("nowhere.csv", "no such file")),
        (("list.txt", "2026-03-18=after.csv"), 2, ("list.txt", ".csv, .parquet, .xlsx")),
        (("cut.csv", "2026-03-18=after.csv"), 3, ("cut.csv", "breaks off")),
        (("none.csv", "2026-03-18=after.csv"), 3, ("none.csv", "no number")),
        (("strange.csv", "2026-03-18=after.csv"), 2, ("strange.csv", "XYZ999", "--rules")),
        (("day.csv", "2026-03-18=after.csv"), 3, ("day.csv", "31.3.")),
        (("empty", "2026-03-18=after.csv"), 3, ("empty", "no list")),
        (("mixed", "2026-03-18=after.csv"), 2, ("mixed", "one kind")),
        (("list.csv", "2026-03-18=nowhere.csv", "--key-file", "key", "-q"), 3, ("nowhere.csv",)),
        (("list.csv", "2026-03-18=after.csv", "--key-file", "key", "--report", "x.pdf"), 2, ("x.pdf", ".html")),
        (("list.csv", "2026-03-18=after.csv", "--key-file", "key", "--report", "key.csv"), 2, ("key.csv", "--force")),
        (("list.csv", "2026-03-18=after.csv", "--key-file", "key", "--report", "after.csv"), 2, ("after.csv",)),
        (
            ("list.csv", "2026-03-18=after.csv", "--key-file", "key", "--format", "html"),
            2,
            ("html", "table, json, csv"),
        ),
        (
            ("reason.csv", "2026-03-18=after.csv"),
            3,
            ("reason.csv", "OWN INFORMATION", "own information, same contract"),
        ),
        (("plain.csv", "2026-03-18=masked.csv"), 3, ("masked.csv", "nothing was audited", "Give the exports")),
        (("plain.csv", "2026-03-18=masked.csv", "-q"), 3, ("masked.csv", "nothing was audited", "Give the exports")),
    ],
)
def test_what_cannot_be_followed_is_said_in_one_line(listed: Desk, cli: Command, arguments, code, said) -> None:
    listed.export("after.csv", *map(record, range(3)))
    plain = (listed.path / "plain.csv").read_text("utf-8")
    listed.write("list.txt", plain)
    listed.write("cut.csv", plain[:-20])
    listed.write("none.csv", plain.splitlines()[0] + "\n")
    listed.write("strange.csv", plain.replace("PER101", "XYZ999"))
    listed.write("day.csv", plain.replace(f",{NOTICE},", ",31.3.2026,"))
    listed.write("reason.csv", plain.replace("own information", "OWN INFORMATION"))
    listed.write("key.csv", "a,b\n")
    listed.write("empty/readme.txt", "nothing")
    listed.write("mixed/a.csv", plain)
    listed.write("mixed/b.csv", (listed.path / "plain-found.csv").read_bytes())
    before = listed.files()
    done = cli("follow", *arguments)
    assert done.code == code
    one_message(done, *said)
    assert "Traceback" not in done.said
    assert listed.files() == before


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_list_that_an_office_program_wrote_again_is_the_same(listed: Desk, cli: Command, separator, mark) -> None:
    listed.export("after.csv", *map(record, range(2)), record(2, wrong=False))
    expected = totals(cli, "plain.csv", f"{FIRST}=after.csv")
    rows = listed.rows("plain.csv")
    columns = list(reversed(rows[0]))
    rows = [row | {"operator": f"{row['operator']} "} for row in rows]
    lines = [columns, *([row[name] for name in columns] for row in rows), [""] * len(columns), [""] * len(columns)]
    year, month, day = NOTICE.split("-")
    written = "".join(
        separator.join(f'"{value}"' if separator in value else value for value in line) + "\r\n" for line in lines
    )
    listed.write("again.csv", mark + written.replace(NOTICE, f"{int(day):02}/{month}/{year}"))
    assert totals(cli, "again.csv", f"{FIRST}=after.csv") == expected


@pytest.mark.parametrize(
    ("list_", "exports", "report"),
    [
        ("plain.csv", "after", "after/vina.csv"),
        ("plain.csv", "after/*.csv", "after/vina.csv"),
        ("lists", "after", "lists/a.csv"),
        ("plain.csv", "after", "plain.csv"),
        ("plain.csv", "after", "key.csv"),
        ("plain.csv", "after", "columns.csv"),
    ],
)
def test_no_report_replaces_what_is_read(listed: Desk, cli: Command, list_, exports, report) -> None:
    listed.export("after/vina.csv", *map(record, range(3)))
    listed.write("lists/a.csv", (listed.path / "plain.csv").read_bytes())
    listed.write("key.csv", "a key")
    listed.write("columns.csv", '[columns]\nmsisdn = "msisdn"\n')
    before = (listed.path / report).read_bytes()
    given = ("--key-file", "key.csv", "--mapping", "columns.csv", "--report", report, "--force")
    done = cli("follow", list_, f"{FIRST}={exports}", *given)
    assert done.code == 2
    one_message(done, report)
    assert (listed.path / report).read_bytes() == before


def test_a_report_of_an_earlier_run_beside_the_exports_may_be_replaced(listed: Desk, cli: Command) -> None:
    listed.export("after/vina.csv", *map(record, range(3)))
    given = ("plain.csv", f"{FIRST}=after", "--report", "after/report.csv")
    assert cli("follow", *given).code == 1
    first = (listed.path / "after/report.csv").read_bytes()
    done = cli("follow", *given, "--force")
    assert (done.code, (listed.path / "after/report.csv").read_bytes()) == (1, first)


def test_a_day_without_exports_is_not_well(listed: Desk, cli: Command) -> None:
    listed.export("after.csv", *map(record, range(3)))
    done = cli("follow", "plain.csv", f"{FIRST}=after.csv", f"{SECOND}=masked.csv", "--format", "json")
    assert done.code == 3
    assert "masked.csv: nothing was audited" in done.err
    assert [len(day["unreadable"]) for day in done.document["days"]] == [0, 1]


def test_plain_numbers_and_keys_give_the_same(listed: Desk, cli: Command) -> None:
    listed.export("after.csv", record(0), record(1, wrong=False), record(7))
    found = totals(cli, *KEYED, f"{FIRST}=after.csv")
    assert totals(cli, "plain.csv", f"{FIRST}=after.csv") == found
    assert totals(cli, "plain-found.csv", f"{FIRST}=after.csv", "--first-notice", NOTICE) == found
    assert totals(cli, "found.csv", f"{FIRST}=after.csv", "--first-notice", NOTICE, "--key-file", "key") == found
    # Numbers that a spreadsheet has stripped of their first zero.
    stripped = (listed.path / "plain.csv").read_text("utf-8").replace(",09123", ",9123")
    listed.write("stripped.csv", stripped)
    assert totals(cli, "stripped.csv", f"{FIRST}=after.csv") == found


def test_a_wrong_key_shows_where_the_list_has_plain_numbers_too(listed: Desk, cli: Command) -> None:
    assert cli("remedy", "before", *REMEDY, "--key-file", "key", "--reveal", "--output", "both.csv").code == 0
    listed.export("after.csv", *map(record, range(3)))
    done = cli("follow", "both.csv", f"{FIRST}=after.csv", "--key-file", "other")
    assert done.code == 2
    one_message(done, "both.csv", "0 of 3")


def test_notices_that_the_exports_name_serve_findings(listed: Desk, cli: Command) -> None:
    listed.export("after.csv", *(record(n, first_notice_at=f"0{n + 2}/03/2026") for n in range(3)))
    found = totals(cli, "plain-found.csv", f"{FIRST}=after.csv")
    assert (found["overdue"], found["in_time"]) == (1, 2)


@pytest.mark.parametrize(
    ("after", "codes"),
    [
        (record(0), (1, 1, 0)),
        (record(0, status="Khóa 1 chiều", one_way_since="17/03/2026"), (1, 0, 0)),
        (record(9, wrong=False), (1, 1, 0)),
        (record(0, wrong=False), (0, 0, 0)),
    ],
)
def test_what_makes_it_fail(listed: Desk, cli: Command, after, codes) -> None:
    listed.export("after.csv", after, record(1, wrong=False), record(2, wrong=False))
    given = ("follow", *KEYED, f"{FIRST}=after.csv", "--fail-on")
    assert tuple(cli(*given, fail_on).code for fail_on in ("wrong", "overdue", "never")) == codes


def test_days_are_ordered_and_a_curve_is_shown(listed: Desk, cli: Command) -> None:
    listed.export("a.csv", *map(record, range(3)))
    listed.export("b.csv", record(0), record(1, wrong=False), record(2, wrong=False))
    done = cli("follow", *KEYED, "20/04/2026=b.csv", f"{FIRST}=a.csv")
    assert re.search(rf"^{FIRST} +3 +0 +3 +3 +0 +0 +0 %.*\n{THIRD} +3 +2 +1 +1 +0 +0 +66\.7 %", done.out, re.MULTILINE)
    assert "163/2024/NĐ-CP" in done.out
    done = cli("follow", *KEYED, f"{FIRST}=a.csv", f"{THIRD}=b.csv", "--lang", "vi")
    assert "66,7 %" in done.out
    assert "1 số quá hạn" in done.out, done.out
    assert cli("follow", *KEYED, f"{FIRST}=a.csv", "-qq").said == ""
    one = cli("follow", *KEYED, "b.csv", "--as-of", THIRD, "--format", "json").document
    assert [day["day"] for day in one["days"]] == [THIRD]


def test_reports_hold_the_figures_and_are_known_as_own(listed: Desk, cli: Command) -> None:
    listed.export("exports/a.csv", *map(record, range(3)))
    listed.export("b.csv", record(0), record(1, wrong=False), record(2, wrong=False))
    names = ("exports/page.html", "exports/book.xlsx", "exports/table.csv")
    reports = [part for name in names for part in ("--report", name)]
    days = (f"{FIRST}=exports/a.csv", f"{THIRD}=b.csv")
    done = cli("follow", *KEYED, *days, *reports, "--format", "json")
    assert done.code == 1
    listed.write("exports/follow.json", done.out)
    document = done.document
    schema = json.loads((TESTS / "schemas" / "thuebao-follow-1.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    [first, last] = listed.rows("exports/table.csv")
    assert [(row["day"], row["operator"], row["put_right"]) for row in (first, last)] == [
        (FIRST, "VinaPhone", "0"),
        (THIRD, "VinaPhone", "2"),
    ]
    assert cli("follow", *KEYED, *days, "--format", "csv").out == Path(names[2]).read_text("utf-8")
    page = Path(names[0]).read_text("utf-8")
    assert "66.7 %" in page
    assert "<svg" in page
    sheet = openpyxl.load_workbook(names[1]).worksheets[1]
    assert [cell.value for cell in sheet[3]][1:4] == ["VinaPhone", 3, 2]
    assert oct(Path(names[0]).stat().st_mode)[-3:] == "600"
    again = cli("audit", "exports", "--format", "json", "--as-of", THIRD).document
    assert [read["path"] for read in again["inputs"]] == ["exports/a.csv"]
    assert len(again["files_passed_over"]) == 4
    assert cli("follow", *KEYED, *days, *reports).code == 2
    assert cli("follow", *KEYED, *days, *reports, "--force").code == 1


@pytest.mark.parametrize("reveal", [(), ("--reveal",)])
def test_operators_that_nobody_knows_are_followed_by_the_names_of_the_list(desk: Desk, cli: Command, reveal) -> None:
    desk.write("key", "a key")
    desk.export("before.csv", *(record(n, operator="Mạng Lạ") for n in range(3)))
    assert cli("remedy", "before.csv", *REMEDY, "--key-file", "key", "--output", "list.csv", *reveal).code == 0
    assert all(("*" in row["operator"]) is not bool(reveal) for row in desk.rows("list.csv"))
    assert totals(cli, *KEYED, f"{FIRST}=before.csv")["active"] == 3


def test_a_list_of_another_operator_is_told_from_lost_numbers(listed: Desk, cli: Command) -> None:
    listed.export("both.csv", *map(record, range(3)), record(6, msisdn="0981234567", operator="Viettel"))
    assert cli("remedy", "both.csv", *REMEDY, "--reveal", "--output", "two.csv").code == 0
    listed.export("vina.csv", *map(record, range(3)))
    done = cli("follow", "two.csv", f"{FIRST}=vina.csv", "--format", "json")
    counts = {row["operator"]: row for row in done.document["days"][0]["operators"]}
    assert (counts["Viettel"]["not_seen"], counts["Viettel"]["gone"], counts["VinaPhone"]["active"]) == (1, 0, 3)
    assert "Viettel" in done.err


@pytest.fixture
def campaign(desk: Desk, cli: Command) -> Desk:
    """Return a desk with a list of several operators, and later exports with numbers in every state."""
    for stage in (0, 3):
        made = ("--stage", stage, "--as-of", NOTICE, "--records", 2000, "--defects", 0.1)
        assert cli("sample", f"day{stage}", *made).code == 0
    desk.write("key", "a key")
    day = ("--as-of", "2026-03-03", "--first-notice", "2026-03-03")
    assert cli("remedy", "day0", *day, "--key-file", "key", "--output", "list.csv").code == 0
    return desk


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", {"active", "export", "checked", "overdue"}), ("vi", {"phục", "chiều", "động", "chấm", "trong"})],
)
def test_no_word_and_no_share_is_cut_on_a_screen_of_80_columns(
    campaign: Desk, cli: Command, lang: str, words: set[str]
) -> None:
    out = cli("follow", "list.csv", "2026-04-20=day3", "--key-file", "key", "--lang", lang, COLUMNS=80).out
    tables = out[: out.rindex("Viettel")].splitlines()
    assert words <= set(" ".join(tables).split())
    shares = [line for line in tables if "%" in line]
    assert len(shares) > 2
    assert all(re.match(r"\w.* \d[\d.,]* %  ", line) for line in shares)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_carriers_list_beside_is_passed_over_in_silence(listed: Desk, cli: Command, kind: str) -> None:
    assert cli("remedy", "before", *REMEDY, "--key-file", "key", "--output", "lists", "--files", kind).code == 0
    listed.export("after/a.csv", *map(record, range(3)))
    followed = ("follow", "lists", f"{FIRST}=after", "--key-file", "key")
    assert cli(*followed).err == ""
    listed.write("lists/notes.csv", "a,b\n1,2\n")
    one_message(cli(*followed), "notes.csv")
