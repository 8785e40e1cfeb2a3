"""`remedy`: whom to notify, what is ahead, in every format; held against a count in plain Python."""

from __future__ import annotations

import csv
import hashlib
import hmac
import random
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, ERROR, GOOD, NAMELESS, person
from helpers.places import ROOT
from thuebao.facts.steps_ahead import first_notice, steps_ahead
from thuebao.rulebook.reference import shipped_reference
from thuebao.rulebook.timetable import timetable_on, timetables

PLACE = ("path", "record", "line", "sheet", "operator", "msisdn")
DAYS = ("first_notice", "one_way_due", "two_way_due", "end_due", "next_step", "next_due")
LIST = [*PLACE, "contract_number", "status", "reason", "codes", "what", *DAYS, "key"]
CARRIERS = [*PLACE, "codes", "what", "key"]
TODAY = date.fromisoformat(AS_OF)
ASKED = ("remedy", "--first-notice", AS_OF, "--as-of", AS_OF)
KEY = b"a key of the office"
REASONS, STEPS = ("own information", "same contract"), ("notice", "one_way", "two_way", "end")
STATUSES = ["active", "one_way", "two_way", "terminated", ""]
DECREE_163 = date(2024, 12, 24)
Row = dict[str, str]


def rules() -> dict[str, dict[str, Any]]:
    """Return the rules by code, as their files have them."""
    read = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "rules").glob("*.toml")]
    return {rule["code"]: rule for document in read for rule in document.get("rule", [])}


def day(said: str) -> date | None:
    """Return the day that a text begins with, None where it is none."""
    try:
        return datetime.strptime(said.split(" ")[0], "%d/%m/%Y").date()
    except ValueError:
        return None


class Number:
    """A record as the test understands it, and the days of its steps by the words of the law."""

    def __init__(self, row: Row, asked: date) -> None:
        self.row = row
        end, registered = day(row["terminated_at"]), day(row["registered_at"])
        end = None if end and registered and end < registered else end  # counts as missing
        self.status = row["status"]
        self.ended = self.status == "terminated" or (not self.status and end is not None and end <= TODAY)
        notice, update = day(row["first_notice_at"]), day(row["info_updated_at"])
        stands = notice is not None and notice >= date(2017, 4, 24) and (update is None or update <= notice)
        self.standing = stands and notice is not None and notice < asked
        self.notice = notice if self.standing and notice else asked
        self.contract = row["contract_number"]

    def since(self, column: str) -> date | None:
        since = day(self.row[column])
        return since if since and since >= self.notice else None

    def steps(self) -> dict[str, str]:
        both, one = self.status == "two_way", self.status == "one_way"
        one_way = self.notice + timedelta(days=15)
        taken = (self.since("one_way_since") if one or both else None) or max(one_way, TODAY)
        two_way = taken + timedelta(days=15)
        taken = (self.since("two_way_since") if both else None) or max(two_way, TODAY)
        end = taken + timedelta(days=5 if self.notice >= DECREE_163 else 30)
        due = {"one_way": None if one or both else one_way, "two_way": None if both else two_way, "end": end}
        step = next(name for name, when in due.items() if when)
        following = ("notice", self.notice) if self.notice == TODAY else (step, due[step])
        days = {f"{name}_due": str(when or "") for name, when in due.items()}
        return {"first_notice": str(self.notice)} | days | {"next_step": following[0], "next_due": str(following[1])}


def campaign(desk: Desk, cli: Command, seed: int) -> None:
    """Write exports of every operator with defects, contracts of several numbers, suspensions and earlier notices."""
    assert cli("sample", "made", "--records", 800, "--seed", seed, "--defects", 0.25, "--as-of", AS_OF).code == 0
    draw = random.Random(seed)
    for path in sorted((desk.path / "made").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            # What the defects of these columns mean is not this test's: texts that are no day, or no status.
            row["status"] = row["status"] if row["status"] in STATUSES else ""
            row["contract_number"] = row["contract_number"] if row["contract_number"].startswith("HD") else ""
            for column in ("terminated_at", "first_notice_at", "one_way_since", "two_way_since", "info_updated_at"):
                row[column] = row[column] if day(row[column]) else ""
            if draw.random() < 0.5:
                row["contract_number"] = draw.choice([f"HD{draw.randrange(len(rows))}", "HD1", "có", "x", "không", ""])
            if draw.random() < 0.4:
                row["status"] = draw.choice(STATUSES)
                row["terminated_at"] = draw.choice(["", "", "01/11/2026", "23/11/2026", "24/11/2026"])
                for column in ("first_notice_at", "one_way_since", "two_way_since", "info_updated_at"):
                    when = TODAY - timedelta(days=draw.choice([0, 1, 5, 15, 16, 31, 60, 699, 700, 701, 3500, 3600]))
                    row[column] = draw.choice(["", f"{when:%d/%m/%Y}", f"{when:%d/%m/%Y} 10:00:00"])
        (desk.path / "exports").mkdir(exist_ok=True)
        with (desk.path / "exports" / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*rows[0]])
            writer.writeheader()
            writer.writerows(rows)


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(desk: Desk, cli: Command, asked: date) -> tuple[list[Row], list[Row]]:
    """Return both lists, made of the findings of an audit and of the exports themselves."""
    book, found = rules(), {"subscriber": {}, "carrier": {}, "none": {}}
    cli("audit", "exports", "--as-of", AS_OF, "--findings", "found.csv", "--force", "-q")
    for finding in desk.rows("found.csv"):
        if finding["severity"] == "error":
            at = (finding["path"], int(finding["record"]))
            found[book[finding["code"]]["remedy"]].setdefault(at, []).append(finding["code"])
    numbers = {
        (f"exports/{path.name}", n): Number(row, asked)
        for path in sorted((desk.path / "exports").glob("*.csv"))
        for n, row in enumerate(read(path), 1)
    }
    errant = {
        (number.row["operator"], number.contract)
        for at, number in numbers.items()
        if at in found["subscriber"] and not number.ended and number.notice >= DECREE_163
    }
    errant = {(operator, contract) for operator, contract in errant if contract not in ("", "không", "có", "x")}
    first, second = [], []
    for (path, n), number in numbers.items():
        row, at = number.row, (path, n)
        key = hmac.new(KEY, f"{row['operator']}\0{row['msisdn']}".encode(), hashlib.sha256).hexdigest()[:16]
        common = {"path": path, "record": str(n), "line": str(n + 1), "sheet": "", "operator": row["operator"]}
        common |= {"msisdn": row["msisdn"], "key": key}
        own, shared = found["subscriber"].get(at, []), (row["operator"], number.contract) in errant
        if (own or shared) and not number.ended:
            reason = "own information" if own else "same contract"
            told = [book[code].get("notice", book[code]["title"])["en"] for code in dict.fromkeys(own)]
            what = (
                "; ".join(told) if own else "Another number of the same contract has information that is not in order"
            )
            contract = "" if number.contract == "không" else number.contract
            some = {"contract_number": contract, "status": row["status"], "reason": reason, "what": what}
            first.append(common | some | {"codes": " ".join(dict.fromkeys(own))} | number.steps())
        if at in found["carrier"]:
            codes = list(dict.fromkeys(found["carrier"][at]))
            what = "; ".join(book[code]["title"]["en"] for code in codes)
            second.append(common | {"codes": " ".join(codes), "what": what})
    return first, second


def plain(rows: Sequence[Row]) -> list[Row]:
    """Return rows without those whose number is in no current form, which the test does not clean."""
    return [row for row in rows if len(row["msisdn"]) == 10 and row["msisdn"].isdigit()]


@pytest.mark.parametrize("asked", [AS_OF, "2024-12-23", "2024-12-24"])
def test_the_lists_are_what_a_plain_count_finds(desk: Desk, cli: Command, asked: str) -> None:
    campaign(desk, cli, seed=len(asked) + int(asked[-1]))
    desk.write("office.key", KEY)
    first, second = expected(desk, cli, date.fromisoformat(asked))
    options = ("--as-of", AS_OF, "--reveal", "--key-file", "office.key", "--lang", "en", "--format", "json")
    done = cli("remedy", "exports", "--first-notice", asked, "--output", "list.csv", *options)
    assert done.code == 0
    assert [list(desk.rows("list.csv")[0]), list(desk.rows("list-carrier.csv")[0])] == [LIST, CARRIERS]
    listed, carriers = desk.rows("list.csv"), desk.rows("list-carrier.csv")
    assert plain(listed) == [{name: row[name] for name in LIST} for row in plain(first)]
    assert plain(carriers) == [{name: row[name] for name in CARRIERS} for row in plain(second)]
    assert {(row["path"], row["record"]) for row in listed} == {(row["path"], row["record"]) for row in first}
    # All that the test means to reach was there.
    assert {row["reason"] for row in listed} == set(REASONS[: 2 if asked >= str(DECREE_163) else 1])
    assert {row["next_step"] for row in listed} >= {"one_way", "two_way", "end"}
    # The numbers that are printed are those of the lists, operator by operator.
    counts = {
        operator: [
            *(sum(row["operator"] == operator and row["reason"] == reason for row in first) for reason in REASONS),
            *(sum(row["operator"] == operator and row["next_step"] == step for row in first) for step in STEPS),
            sum(row["operator"] == operator and row["next_due"] < AS_OF for row in first),
            sum(row["operator"] == operator for row in second),
        ]
        for operator in {row["operator"] for row in (*first, *second)}
    }
    names = ("own_information", "same_contract", *STEPS, "overdue", "carrier")
    printed = {one["operator"]: [one[name] for name in names] for one in done.document["operators"]}
    assert {operator: some for operator, some in printed.items() if any(some)} == counts
    codes = [code for row in (*first, *second) for code in row["codes"].split()]
    said = {one["code"]: 0 for operator in done.document["operators"] for one in operator["codes"]}
    for operator in done.document["operators"]:
        for one in operator["codes"]:
            said[one["code"]] += one["numbers"]
    assert said == {code: codes.count(code) for code in set(codes)}


def test_a_file_for_each_operator_in_every_format_says_the_same(desk: Desk, cli: Command) -> None:
    campaign(desk, cli, seed=3)
    assert cli(*ASKED, "exports", "--output", "all.csv", "--lang", "en").code == 0
    for kind in ("csv", "parquet", "xlsx"):
        assert cli(*ASKED, "exports", "--output", kind, "--files", kind, "--lang", "en").code == 0
        for name, of_all in (("", desk.rows("all.csv")), ("-carrier", desk.rows("all-carrier.csv"))):
            operators = {row["operator"] for row in of_all}
            for operator in operators:
                path = desk.path / kind / f"{operator}{name}.{kind}"
                rows = list(_rows(path))
                wanted = [list(row.values()) for row in of_all if row["operator"] == operator]
                assert rows == wanted, path
        assert not any(path.stat().st_mode & 0o077 for path in (desk.path / kind).iterdir())


def _rows(path: Path) -> Iterator[list[str]]:
    if path.suffix == ".csv":
        yield from ([*row.values()] for row in read(path))
    elif path.suffix == ".parquet":
        yield from (["" if v is None else str(v) for v in row] for row in pl.read_parquet(path).iter_rows())
    else:
        from python_calamine import CalamineWorkbook

        _, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        yield from ([str(int(v)) if isinstance(v, float) else str(v) for v in row] for row in rows)


def test_numbers_and_contracts_are_masked_unless_revealed(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR | {"contract_number": "HD00012345"})
    assert cli(*ASKED, "vina.csv", "--output", "a.csv", "--lang", "vi").code == 0
    assert cli(*ASKED, "vina.csv", "--output", "b.csv", "--reveal").code == 0
    [masked], [revealed] = desk.rows("a.csv"), desk.rows("b.csv")
    assert (revealed["msisdn"], revealed["contract_number"]) == (ERROR["msisdn"], "HD00012345")
    assert ERROR["msisdn"] not in (desk.path / "a.csv").read_text("utf-8")
    assert "HD00012345" not in (desk.path / "a.csv").read_text("utf-8")
    assert (masked["what"], masked["key"], masked["codes"]) == ("Thiếu họ và tên", "", "PER101")


def test_a_contract_is_one_of_its_operator_and_no_word_for_yes(desk: Desk, cli: Command) -> None:
    def of(n: int, operator: str, contract: str, **more: str) -> Row:
        return person(n) | {"operator": operator, "contract_number": contract, "terminated_at": ""} | more

    rows = [of(1, "VinaPhone", "HD7", **NAMELESS), of(2, "VinaPhone", "HD7"), of(3, "MobiFone", "HD7")]
    rows += [of(4, "VinaPhone", "HD8"), of(5, "VinaPhone", "có", **NAMELESS), of(6, "VinaPhone", "có")]
    rows += [of(7, "VinaPhone", "HD7", status="Thanh lý", terminated_at="01/11/2026"), of(8, "VinaPhone", "")]
    desk.export("a.csv", *rows)
    assert cli(*ASKED, "a.csv", "--output", "list.csv").code == 0
    assert {(row["record"], row["reason"]) for row in desk.rows("list.csv")} == {
        ("1", "own information"),
        ("2", "same contract"),
        ("5", "own information"),
    }
    # Before Decree 163/2024 the number alone was notified, and by a notice of then it still is.
    assert cli("remedy", "a.csv", "--first-notice", "2024-12-23", "--as-of", AS_OF, "--output", "b.csv").code == 0
    assert [row["record"] for row in desk.rows("b.csv")] == ["1", "5"]
    # Only what is asked for is listed, though it is drawn in by any.
    where = ("--where", "msisdn <> '" + person(2)["msisdn"] + "'")
    assert cli(*ASKED, "a.csv", "--output", "c.csv", *where).code == 0
    assert [row["record"] for row in desk.rows("c.csv")] == ["1", "5"]


def test_an_earlier_notice_that_stands_keeps_its_clock(desk: Desk, cli: Command) -> None:
    notified = ERROR | {
        "first_notice_at": "10/11/2026",
        "info_updated_at": "",
        "one_way_since": "",
        "two_way_since": "",
    }
    suspended = {"status": "Khóa 1 chiều", "one_way_since": "20/11/2026"}
    records = [notified, notified | {"info_updated_at": "12/11/2026"}, notified | suspended]
    desk.export(
        "vina.csv",
        *(
            person(n) | NAMELESS | {k: r[k] for k in notified if k not in ERROR} | {"status": r["status"]}
            for n, r in enumerate(records, 1)
        ),
    )
    done = cli(*ASKED, "vina.csv", "--output", "list.csv", "--lang", "en")
    assert [[row[name] for name in DAYS] for row in desk.rows("list.csv")] == [
        ["2026-11-10", "2026-11-25", "2026-12-10", "2026-12-15", "one_way", "2026-11-25"],
        ["2026-11-23", "2026-12-08", "2026-12-23", "2026-12-28", "notice", "2026-11-23"],
        ["2026-11-10", "", "2026-12-05", "2026-12-10", "two_way", "2026-12-05"],
    ]
    assert "2 of them were notified earlier" in done.said


def test_what_the_exports_lack_is_said(desk: Desk, cli: Command) -> None:
    columns = {name: value for name, value in ERROR.items() if name != "status"}
    desk.export("vina.csv", columns)
    done = cli(*ASKED, "vina.csv", "--lang", "en")
    assert done.code == 0
    for part in ("(status)", "(contract_number)", "(first_notice_at)", "REM101"):
        assert part in done.err
    quiet = cli(*ASKED, "vina.csv", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no day": (("--as-of", AS_OF), "--first-notice"),
    "no day at all": (("--first-notice", "soon"), "soon"),
    "a day that is none": (("--first-notice", "2026-02-29"), "2026-02-29"),
    "a day to come": (("--first-notice", "2026-11-24", "--as-of", AS_OF), "--as-of"),
    "before the law": (("--first-notice", "2017-04-23", "--as-of", AS_OF), "2017-04-24"),
    "a file of another kind": (("--first-notice", AS_OF, "--as-of", AS_OF, "--output", "a.docx"), ".xlsx"),
    "a file in no folder": (("--first-notice", AS_OF, "--as-of", AS_OF, "--output", "no/a.csv"), "no/a.csv"),
    "a folder that is a file": (("--first-notice", AS_OF, "--as-of", AS_OF, "--output", "folder"), "folder"),
    "in place of an export": (
        ("--first-notice", AS_OF, "--as-of", AS_OF, "--output", "vina.csv", "--force"),
        "vina.csv",
    ),
    "beside an export": (("--first-notice", AS_OF, "--as-of", AS_OF, "--output", ".", "--force"), "vina.csv"),
    "the other in place of an export": (
        ("--first-notice", AS_OF, "--as-of", AS_OF, "--output", "x.csv", "--force"),
        "x-carrier.csv",
    ),
    "no key": (("--first-notice", AS_OF, "--as-of", AS_OF, "--key-file", "none.key"), "none.key"),
    "empty condition": (("--first-notice", AS_OF, "--as-of", AS_OF, "--where", " "), "--where"),
}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_before_anything_is_read(desk: Desk, cli: Command, name: str, lang: str) -> None:
    desk.export("vina.csv", ERROR)
    desk.export("x-carrier.csv", GOOD)
    desk.write("folder", "a file")
    before = {path: (desk.path / path).read_bytes() for path in desk.files()}
    options, part = BAD[name]
    done = cli("remedy", "vina.csv", "x-carrier.csv", "--operator", "VinaPhone", *options, "--lang", lang)
    assert (done.code, done.out) == (2, "")
    one_message(done, part)
    assert {path: (desk.path / path).read_bytes() for path in desk.files()} == before


def test_nothing_is_replaced_unless_forced(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    for output in ("list.csv", "lists"):
        asked = (*ASKED, "vina.csv", "--output", output)
        assert cli(*asked).code == 0
        assert cli(*asked).code == 2
        assert cli(*asked, "--force").code == 0


def test_what_cannot_be_read_is_said_and_the_others_are_listed(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    desk.write("vina2.csv", b"\x00\x01\x02")
    done = cli(*ASKED, "vina.csv", "vina2.csv", "--output", "list.csv", "--lang", "en")
    assert done.code == 3
    assert "vina2.csv" in done.err
    assert len(desk.rows("list.csv")) == 1
    nothing = cli(*ASKED, "vina2.csv", "--output", "none.csv")
    assert nothing.code == 3
    assert not any(name.startswith("none") for name in desk.files())


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_lists_are_known_as_our_own(desk: Desk, cli: Command, kind: str, lang: str) -> None:
    carriers = person(3) | {"clerk_name": ""}
    desk.export("exports/vina.csv", ERROR, carriers)
    options = ("--output", "exports/lists", "--files", kind, "--lang", lang)
    assert cli(*ASKED, "exports", *options).code == 0
    lists = sorted((desk.path / "exports/lists").iterdir())
    assert len(lists) == 2
    before = [path.read_bytes() for path in lists]
    document = cli("audit", "exports", "--as-of", AS_OF, "--format", "json").document
    assert [one["path"] for one in document["inputs"]] == ["exports/vina.csv"]
    assert {(one["path"], one["reason"]) for one in document["files_passed_over"]} == {
        (f"exports/lists/{path.name}", "own") for path in lists
    }
    assert cli(*ASKED, "exports", *options, "--force").code == 0
    assert [path.read_bytes() for path in lists] == before or kind == "xlsx"
    # One that only looks like it is none.
    if kind == "csv":
        lists[1].write_text(lists[1].read_text("utf-8").replace("own information", "whatever"), "utf-8")
        document = cli("audit", "exports", "--as-of", AS_OF, "--format", "json").document
        assert [one["path"] for one in document["files_passed_over"]] == [f"exports/lists/{lists[0].name}"]


def test_settings_are_read_as_an_audit_reads_them(desk: Desk, cli: Command) -> None:
    desk.export("data.csv", ERROR, person(4) | {"clerk_name": ""})
    desk.write("thuebao.toml", 'inputs = ["data.csv"]\nas-of = 2026-11-23\n[operators]\n"data.csv" = "VinaPhone"\n')
    done = cli("remedy", "--first-notice", AS_OF, "--format", "json")
    assert done.code == 0
    [one] = done.document["operators"]
    assert (one["operator"], one["own_information"], one["carrier"]) == ("VinaPhone", 1, 1)
    # What the user does not ask for is not listed; what somebody calls an error is.
    ignored = cli("remedy", "--first-notice", AS_OF, "--format", "json", "--ignore", "PER101").document["totals"]
    assert (ignored["own_information"], ignored["carrier"]) == (0, 1)


def test_only_errors_lead_to_a_notice(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", person(5) | {"full_name": "An"} | {"date_of_birth": "1990"})
    asked = (*ASKED, "vina.csv", "--format", "json")
    assert cli(*asked).document["totals"]["own_information"] == 0
    assert cli(*asked, "--severity", "PER114=error").document["totals"]["own_information"] == 1
    # A single word as a name has to be put right by nobody, whatever it is called.
    assert cli(*asked, "--severity", "PER104=error").document["totals"]["own_information"] == 0


def test_contracts_in_rounds_are_the_same(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign(desk, cli, seed=9)
    assert cli(*ASKED, "exports", "--output", "at-once.csv").code == 0
    monkeypatch.setattr("thuebao.engine.remedy.contracts._PER_RECORD", 1)
    monkeypatch.setattr("thuebao.engine.remedy.run.enough", lambda records: records // 20)
    assert cli(*ASKED, "exports", "--output", "in-rounds.csv").code == 0
    assert "same contract" in (desk.path / "at-once.csv").read_text("utf-8")
    assert (desk.path / "in-rounds.csv").read_bytes() == (desk.path / "at-once.csv").read_bytes()


def test_the_document_is_known_as_our_own(desk: Desk, cli: Command) -> None:
    desk.export("exports/vina.csv", ERROR)
    document = cli(*ASKED, "exports", "--format", "json").out
    desk.write("exports/remedy.json", document)
    desk.write("exports/other.json", document.replace('"totals"', '"records": [{"msisdn": "0912345678"}], "totals"'))
    passed = cli("audit", "exports", "--as-of", AS_OF, "--format", "json").document["files_passed_over"]
    assert {(one["path"], one["reason"]) for one in passed} == {
        ("exports/remedy.json", "own"),
        ("exports/other.json", "ending"),
    }


def test_an_operator_that_is_not_known_is_masked_unless_revealed(desk: Desk, cli: Command) -> None:
    name = "Công ty Nguyễn Văn An 0912345678"
    desk.export("a.csv", ERROR | {"operator": name}, person(3) | {"operator": "VinaPhone"} | NAMELESS)
    assert cli(*ASKED, "a.csv", "--output", "masked").code == 0
    assert cli(*ASKED, "a.csv", "--output", "full", "--reveal").code == 0
    assert f"full/{name}.csv" in desk.files()
    masked = {path for path in desk.files() if path.startswith("masked/")}
    assert len(masked) == 4
    assert not any("0912345678" in path or "Nguyễn" in path for path in masked)
    assert not any("Nguyễn" in (desk.path / path).read_text("utf-8") for path in masked)
    assert sum(len(desk.rows(path)) for path in masked) == 2


def test_many_days_at_once_are_those_of_the_timetable() -> None:
    """The expression over records and the plain function of the rulebook say the same."""
    known, draw = timetables(shipped_reference()), random.Random(7)
    some = [date(2024, 12, 20) + timedelta(days=n) for n in range(12)] + [date(2024, 1, 31), date(2024, 2, 29)]
    rows = []
    for _ in range(500):
        notice, asked = draw.choice([None, *some]), date(2025, 1, 3)
        since = [draw.choice([None, *some]) for _ in range(2)]
        rows.append((draw.choice(STATUSES[:3]), notice is not None, notice, *since, asked))
    columns = ("status_code", "notice_stands", "first_notice_day", "one_way_day", "two_way_day", "asked")
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    asked, as_of = date(2025, 1, 3), date(2025, 1, 5)
    found = frame.with_columns(first_notice=first_notice(asked)).with_columns(**steps_ahead(known, as_of))
    for row in found.iter_rows(named=True):
        day_one = row["first_notice"]
        assert day_one == min(row["first_notice_day"] or asked, asked)
        one, both = (row["status_code"] in some for some in (("one_way", "two_way"), ("two_way",)))
        since = row["one_way_day"] if one else None, row["two_way_day"] if both else None
        due = timetable_on(day_one, known, as_of).days(day_one, *since, not_before=as_of)
        wanted = (None if one else due.one_way, None if both else due.two_way, due.end)
        assert (row["one_way_due"], row["two_way_due"], row["end_due"]) == wanted
