"""Every form of a date (catalogue §2): which day and time it is, which texts are no date and which are missing."""

import pytest

# What is written for 22 April 2025, and whether an hour stands with it.
APRIL = [
    "22/04/2025",
    "22/4/2025",
    "22-04-2025",
    "22.4.2025",
    "2025-04-22",
    "2025-4-22",
    "2025/04/22",
    "2025.4.22",
    "20250422",
    "22042025",
    "22-APR-2025",
    "22-apr-2025",
    "ngày 22 tháng 4 năm 2025",
    "Ngày 22 tháng 04 năm 2025",
    "NGAY 22 THANG 4 NAM 2025",
    "'22/04/2025",
    "45769",
    "45769.0",
    '="22/04/2025"',
    " 22/04/2025 ",
    "20250422080102",
    "22/04/2025 8:01",
    "22/04/2025 08:01:02",
    "22/04/2025T08:01:02.123",
    "2025-04-22T08:01:02Z",
    "2025-04-22 08:01:02+07:00",
    "2025-04-22T08:01+0700",
    "22/04/2025 8:01:02 SA",
    "22/04/2025 8:01 CH",
    "22/04/2025 12:00:00 SA",
    "22/04/2025 11:59 pm",
    "22/04/2025 8:01AM",
    "08:01 22/04/2025",
    "8:01:02 SA 22/04/2025",
    "8:01 PM 22-APR-2025",
    "08:30 ngày 22 tháng 4 năm 2025",
    "ngày 22 tháng 4 năm 2025 8:30",
    "20250422 08:01",
    "22042025 8:01",
    "45769.5",
    "2025-04-21T18:00:00Z",
    "2025-04-23T05:30:00+14:00",
]
INVALID = [
    "31/02/2025",
    "29/02/2025",
    "22/04/25",
    "04/22/2025",
    "22/04-2025",
    "22/13/2025",
    "00/04/2025",
    "2025",
    "04/2025",
    "2025-04",
    "00/00/2025",
    "2025-00-00",
    "22-APRIL-2025",
    "22-XYZ-2025",
    "20251301",
    "21000101",
    "18991231",
    "9999",
    "61000",
    "22/04/2025 24:00",
    "22/04/2025 8:60",
    "22/04/2025 8:01:60",
    "22/04/2025 13:01 SA",
    "hôm qua",
    "0000",
    "22/04/0000",
    "tháng 4 năm 2025",
    "1745280000",
    "không thời hạn",
]
NOTHING = [
    "0001-01-01",
    "01/01/0001",
    "0001-01-01T00:00:00",
    "01/01/0001 12:00:00 SA",
    "0000-00-00",
    "00/00/0000",
    "0000-00-00 00:00:00",
    "00000000",
    "00/01/1900",
    "0/1/1900 0:00",
    "1900-01-00",
]
ELSEWHERE = [
    "1900-01-01",
    "01/01/1900 00:00:00",
    "19000101",
    "1970-01-01",
    "01-JAN-1970",
    "1970-01-01T00:00:00Z",
    "25569",
    "31/12/9999",
    "9999-12-31 23:59:59",
    "99991231",
]
YEARS = [
    "1990",
    "5/1990",
    "05-1990",
    "05.1990",
    "1990-5",
    "1990/05",
    "00/00/1990",
    "0/0/1990",
    "00-00-1990",
    "00/05/1990",
    "00.5.1990",
    "1990-00-00",
    "1990/05/00",
    "1990.00.00",
    "1990 00:00:00",
    "00/00/1990 12:00:00 SA",
]


def each(column: str, texts: list[str]) -> list[dict[str, str]]:
    return [{column: text} for text in texts]


@pytest.mark.parametrize("copies", [1, 60])  # many values of one column are read in another way than few
def test_the_day(violated, copies: int) -> None:
    """A paper issued on that day is not later, one issued the day after is."""
    texts = APRIL * copies
    day = [{"registered_at": text, "id_issue_date": "22/04/2025"} for text in texts]
    next_day = [{"registered_at": text, "id_issue_date": "23/04/2025"} for text in texts]
    assert violated(day, "ID127", "REG131", "REG132") == [set()] * len(texts)
    assert violated(next_day, "ID127", "REG131", "REG132") == [{"ID127"}] * len(texts)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("22/04/2025 9:05", "09:05"),
        ("22/04/2025 9:05:06 CH", "21:05"),
        ("22/04/2025 12:05 SA", "00:05"),
        ("22/04/2025 12:05 CH", "12:05"),
        ("9:05 PM 22/04/2025", "21:05"),
        ("2025-04-22T02:05:00Z", "09:05"),
        ("2025-04-22 09:05 +07:00", "09:05"),
        ("20250422090506", "09:05"),
        ("45769.5", "12:00"),
    ],
)
def test_the_hour(violated, text: str, hour: str) -> None:
    """Service that starts a minute before the registration is told from service a minute after it."""
    minutes = int(hour[:2]) * 60 + int(hour[3:])
    starts = [f"22/04/2025 {m // 60:02}:{m % 60:02}" for m in (minutes - 1, minutes + 1)]
    records = [{"registered_at": text, "service_started_at": start} for start in starts]
    assert violated(records, "REG141") == [{"REG141"}, set()]


def test_what_is_no_date_is_invalid(violated) -> None:
    assert violated(each("id_issue_date", INVALID), "ID121", "ID122") == [{"ID122"}] * len(INVALID)


def test_what_stands_for_nothing_is_missing(violated) -> None:
    texts = [*NOTHING, *ELSEWHERE]
    assert violated(each("id_issue_date", texts), "ID121", "ID122") == [{"ID121"}] * len(texts)
    assert violated(each("id_issue_date", texts * 120), "ID121", "ID122") == [{"ID121"}] * len(texts) * 120


def test_a_birth_date_is_missing_on_fewer_days(violated) -> None:
    rules = ("PER111", "PER112", "PER114")
    assert violated(each("date_of_birth", NOTHING), *rules) == [{"PER111"}] * len(NOTHING)
    born = ["1900-01-01", "01/01/1970", "19700101", "25569"]
    assert violated(each("date_of_birth", born), *rules) == [set()] * len(born)


def test_a_year_alone(violated) -> None:
    rules = ("PER111", "PER112", "PER113", "PER114", "ID111")
    assert violated(each("date_of_birth", YEARS), *rules) == [{"PER114"}] * len(YEARS)
    others = [text.replace("1990", "1991") for text in YEARS]
    assert violated(each("date_of_birth", others), *rules) == [{"PER114", "ID111"}] * len(others)
    invalid = ["13/1990", "1990-13", "05/00/1990", "00/13/1990", "0000", "00/00/00", "90", "năm 1990", "19900000"]
    assert violated(each("date_of_birth", invalid), *rules) == [{"PER112"}] * len(invalid)


@pytest.mark.parametrize("text", ["không thời hạn", "Khong thoi han", "31/12/9999", "9999-12-31 00:00:00", "99991231"])
def test_no_end(violated, text: str) -> None:
    card = {"date_of_birth": "10/05/1998", "id_number": "001098012345", "id_issue_date": "15/08/2016"}
    old_card = {"id_type": "CMND", "id_number": "012896345", "id_issue_date": "15/08/2001"}
    passport = {"id_type": "Hộ chiếu", "id_number": "C4829173", "id_issue_date": "15/08/2012"}
    ends = [card, card | {"id_expiry_date": text}, old_card | {"id_expiry_date": text}]
    ends += [passport | {"id_expiry_date": text}, passport | {"id_expiry_date": text, "nationality": "Lào"}]
    assert violated(ends, "ID141") == [{"ID141"}, set(), {"ID141"}, {"ID141"}, set()]


@pytest.mark.parametrize("ended", ["22/04/2025", "01/01/1900", "00/00/0000", ""])
def test_an_end_before_the_registration_is_missing(violated, ended: str) -> None:
    """Subscribers who are gone take no part in the search for numbers that are listed twice."""
    twice = {"msisdn": "0912345678", "status": ""}
    assert violated([twice | {"terminated_at": ended}] * 2, "DUP101") == [{"DUP101"}] * 2
    assert violated([twice | {"terminated_at": "06/05/2025"}, twice], "DUP101") == [set()] * 2
