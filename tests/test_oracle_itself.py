"""The oracle's row rules, held against cases that the wording of the catalogue decides."""

from __future__ import annotations

import datetime as dt

import pytest

from oracles.hand_cases import CASES, D49, FOREIGNER, GOOD, MACHINES, NOTICE, OLD, ORGANISATION, SIX, Changes, at
from oracles.records import COLUMNS, RULES, Verdict, check

AS_OF = dt.date(2026, 11, 23)


def judge(changes: Changes, law: str = "auto", as_of: dt.date = AS_OF) -> Verdict:
    return check(GOOD | changes, operator=None, as_of=as_of, columns=set(COLUMNS), law=law)


@pytest.mark.parametrize(("changes", "expected"), CASES, ids=lambda value: str(value)[-60:])
def test_by_hand(changes: Changes, expected: set[str]) -> None:
    assert judge(changes).codes == expected


def test_every_rule_fires_and_stays_silent_by_hand() -> None:
    verdicts = [judge(changes) for changes, _ in CASES]
    assert set.union(*(verdict.codes for verdict in verdicts)) == set(RULES) - {"ID127"}
    # REG137 and REG153: whoever they are about violates them.
    silent = set.union(*(verdict.applies - verdict.codes for verdict in verdicts))
    assert silent == set(RULES) - {"ID127", "REG137", "REG153"}


def test_eras() -> None:
    assert "REG101" in judge(at("23/12/2024 08:00") | {"payment_type": None}).codes
    assert judge({"payment_type": None, "usage_kind": None}, law="D49").codes == {"REG101", "REG147"}
    assert {"REG111", "REG151"} <= judge({}, law="C08").applies
    assert {"MIN101", "ID101"} <= judge(OLD | SIX | {"guardian_name": None, "date_of_birth": "10/03/2013"}).applies
    # Without a registration day: by the update's, then by the as-of day.
    unknown = {"registered_at": None, "payment_type": None}
    assert "REG101" in judge(unknown | {"info_updated_at": "23/12/2024"}).applies
    assert "REG101" not in judge(unknown | {"info_updated_at": "24/12/2024"}).applies
    assert "REG151" in judge(unknown).applies


@pytest.mark.parametrize(
    ("changes", "as_of", "owes"),
    [
        ({}, AS_OF, True),
        ({}, dt.date(2018, 4, 24), True),
        ({}, dt.date(2018, 4, 23), False),
        ({"status": "Hủy", "terminated_at": "23/04/2018"}, dt.date(2019, 1, 1), False),
        ({"status": None, "terminated_at": "23/04/2018"}, dt.date(2019, 1, 1), False),
        ({"status": "Hủy", "terminated_at": "24/04/2018"}, dt.date(2019, 1, 1), True),
        ({"status": "Hủy", "terminated_at": None}, AS_OF, False),
        ({"status": "Khóa", "terminated_at": "23/04/2018"}, dt.date(2019, 1, 1), True),
    ],
)
def test_old_stock(changes: Changes, as_of: dt.date, owes: bool) -> None:
    applies = judge(OLD | changes, as_of=as_of).applies
    assert {"REG101", "REG111", "REG121", "REG143", "PER121", "PER131", "ID121"} & applies == (
        {"REG101", "REG111", "REG121", "REG143", "PER121", "PER131", "ID121"} if owes else set()
    )
    assert not {"REG112", "REG122", "REG134", "REG135", "REG147", "ORG106"} & applies


@pytest.mark.parametrize(
    ("changes", "judged"),
    [
        ({"status": "Hủy", "terminated_at": "22/11/2024"}, False),
        ({"status": "Hủy", "terminated_at": "23/11/2024"}, True),
        ({"status": None, "terminated_at": "22/11/2024"}, False),
        ({"status": "Khóa", "terminated_at": "22/11/2024"}, True),
        ({"status": "Hoạt động", "terminated_at": "22/11/2024"}, True),
        ({"status": "Hủy", "terminated_at": "09/03/2020"}, True),  # before the registration: missing
    ],
)
def test_retention(changes: Changes, judged: bool) -> None:
    verdict = judge(D49 | changes)
    assert verdict.past_retention is not judged
    assert bool(verdict.applies) is judged


def test_without_updates_a_later_paper_is_unexplained() -> None:
    columns = set(COLUMNS) - {"info_updated_at"}
    late = GOOD | {"id_issue_date": "11/03/2025"}
    assert check(late, operator=None, as_of=AS_OF, columns=columns).codes == {"ID127"}
    assert check(GOOD, operator=None, as_of=AS_OF, columns=columns).applies >= {"ID127"}
    certificate = GOOD | D49 | {"id_type": "certificate", "id_issue_date": "11/03/2020"}
    assert check(certificate, operator=None, as_of=AS_OF, columns=columns).codes == {"ID127"}


def test_no_registration_day() -> None:
    """Only the era and PER113 fall back; the document day does where there is an update."""
    unknown: Changes = {"registered_at": None, "id_type": "CMND", "id_number": "012345670"}
    assert judge(unknown).codes == {"REG131"}
    assert judge(unknown | {"info_updated_at": "01/02/2025"}).codes == {"REG131", "ID142"}
    assert judge(unknown | {"info_updated_at": "01/02/2027"}).codes == {"REG131"}
    assert "PER113" in judge({"registered_at": None, "date_of_birth": "24/11/2026"}).codes


def test_absent_columns_are_not_judged() -> None:
    columns = {"msisdn", "registered_at", "consent_ref", "date_of_birth", "id_type", "organisation_name"}
    verdict = check(dict(GOOD), operator=None, as_of=AS_OF, columns=columns)
    assert verdict.applies == {
        *("NUM101", "NUM102", "NUM103", "NUM104", "PER111", "PER112", "PER113", "PER114", "ID103", "ID107"),
        *("REG131", "REG132", "REG133"),
    }
    assert verdict.codes == set()


@pytest.mark.parametrize(
    ("code", "enough", "too_few"),
    [
        ("ORG104", {"full_name", "id_number", "usage_kind"}, {"full_name", "id_number"}),
        ("ORG106", {"representative_name", "representative_id_number"}, {"representative_name"}),
        ("REG111", {"portrait_hash"}, {"portrait_taken_at"}),
        ("REG122", {"payment_type", "confirmation_ref", "contract_number"}, {"payment_type", "confirmation_ref"}),
        ("REG135", {"pos_code"}, {"pos_phone"}),
        ("REG142", {"service_started_at", "status"}, {"service_started_at"}),
        ("ID105", {"id_number"}, {"id_type"}),
        ("AUT101", {"matched_name", "nationality", "id_number"}, {"matched_name", "nationality"}),
        ("REM101", {"first_notice_at", "info_updated_at", "status"}, {"first_notice_at", "status"}),
        ("MIN104", {"date_of_birth", "registered_at", "guardian_name", "relationship_ref"}, {"relationship_ref"}),
    ],
)
def test_needed_columns(code: str, enough: set[str], too_few: set[str]) -> None:
    record = GOOD | {"organisation_name": None}
    if code.startswith("ORG"):
        record |= MACHINES if code == "ORG106" else ORGANISATION
    if code == "MIN104":
        record |= SIX
    if code == "REM101":
        record |= NOTICE
    context = {"registered_at", "organisation_name", "connection_kind", "usage_kind"} - {"connection_kind"}
    if code in {"ORG104", "MIN104"}:
        context = {"registered_at", "organisation_name"}
    assert code in check(record, operator=None, as_of=AS_OF, columns=enough | context).applies
    assert code not in check(record, operator=None, as_of=AS_OF, columns=too_few | context).applies


def test_users_of_organisations() -> None:
    applies = judge(ORGANISATION | {"address": None, "id_issue_place": None}).applies
    assert "PER101" in applies
    assert not {"PER131", "ID101", "ID121", "ID131"} & applies
    assert "REG111" in applies
    m2m = judge(ORGANISATION | {"connection_kind": "m2m"}).applies
    assert not any(code.startswith(("PER", "ID", "MIN", "AUT")) for code in m2m)
    assert not {"NUM102", "ORG104", "REG151"} & m2m
    unrecognised = judge({"subscriber_kind": "Hộ gia đình"}).applies
    assert {"PER101", "ID104", "ORG107"} <= unrecognised
    assert not {"ID101", "ID121", "MIN102", "ORG101", "ORG104"} & unrecognised
    legal = judge(ORGANISATION | {"id_type": "ĐKKD"}).applies
    assert not any(code.startswith(("PER", "ID", "MIN")) for code in legal)


def test_whom_a_rule_is_about() -> None:
    applies = judge({}).applies
    assert not {"ID143", "MIN102", "ID142", "REG123", "REG145", "REM102", "ORG101", "ID126"} & applies
    assert {"REG122", "REG146", "REM101", "DEV102", "ID111", "AUT101"} <= applies
    assert "ID111" not in judge(FOREIGNER).applies
    assert "ID112" not in judge({"sex": "khác"}).applies
    assert "REG142" not in judge({"status": "Khóa"}).applies
    assert "REG122" in judge({"payment_type": None}).applies
    assert "REG122" not in judge({"payment_type": "TT/TS"}).applies
