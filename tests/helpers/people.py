"""People as records: any number of them on whom no rule finds anything, and the defects to give them."""

from __future__ import annotations

from datetime import datetime, timedelta

AS_OF = "2026-11-23"

REGISTERED = datetime(2025, 6, 1, 9, 10)
GIVEN_NAMES = ("An", "Bình", "Cường", "Dũng", "Giang", "Hà", "Khánh", "Lâm", "Minh", "Nam")


def person(n: int) -> dict[str, str]:
    """Return the record of the n-th person: none has a number, document, name, portrait or minute of another.

    A VinaPhone number, registered under Decree 163/2024 before Circular 08/2026, on which no rule finds anything,
    alone or among others.
    """

    def moment(minutes: int) -> str:
        return f"{REGISTERED + timedelta(minutes=n + minutes):%d/%m/%Y %H:%M}"

    return {
        "msisdn": f"0{912345678 + n}",
        "full_name": " ".join(["Nguyễn", "Văn", *(GIVEN_NAMES[int(digit)] for digit in str(n))]),
        "date_of_birth": "02/01/1990",
        "nationality": "Việt Nam",
        "sex": "Nam",
        "id_type": "CCCD",
        "id_number": f"0010900{12345 + 11 * n}",  # multiples of 11 differ in two digits at least: see DUP123
        "id_issue_date": "10/05/2021",
        "id_issue_place": "Cục Cảnh sát QLHC về TTXH",
        "address": "Số 5 Lê Lợi, Hà Nội",
        "payment_type": "Trả trước",
        "confirmation_ref": f"XN{n + 1}",
        "document_scan_ref": f"GT{n + 1}",
        "portrait_ref": f"A{n + 1}",
        "portrait_taken_at": moment(-5),
        "registered_at": moment(0),
        "service_started_at": moment(50),
        "status": "Đang hoạt động",
        "clerk_name": "Trần Thị Bình",
        "pos_address": "1 Tràng Tiền, Hà Nội",
        "pos_phone": "02438000000",
    }


def people(count: int, first: int = 0) -> list[dict[str, str]]:
    """Return the records of so many people."""
    return [person(n) for n in range(first, first + count)]


NAMELESS = {"full_name": ""}  # PER101
UNASSIGNED = {"msisdn": "0952345678"}  # NUM104: 095 is not in use
SHORT_NAME = {"full_name": "An"}  # PER104

# Four people, so that only the rules named here find anything where they stand together.
GOOD = person(0)
ERROR = person(1) | NAMELESS
WARNING = person(2) | UNASSIGNED
INFO = person(3) | SHORT_NAME
