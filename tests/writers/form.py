"""The data set, and what a form of it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.people import person

Rows = Sequence[Sequence[str]]

SAME, SAID, REFUSED = "same", "said", "refused"
"""What an audit makes of a form: what it makes of plain CSV; as many records, and what was lost is said; nothing."""
PRINTED = ("kind_printed", "kind_vertical", "header_unrecognised", "header_missing", "not_an_export", "not_a_table")
"""For which errors a table as it is printed for people is refused."""

_DEFECTS: dict[int, dict[str, str]] = {
    1: {"full_name": "An"},
    3: {"msisdn": "0212345678"},
    4: {"id_number": ""},
    6: {"full_name": "H'Hen Niê", "address": 'Số 7; tổ "5" & ngõ <3>, Hà Nội'},
    8: {"id_number": "001090012345"},
    9: {"address": ""},
    13: {"date_of_birth": "31/02/1990"},
    17: {"payment_type": "trả nửa"},
    20: {"address": "thôn 3\\4, xã Đông | Tây\txóm 5"},
}
_HEADERS = {"msisdn": "Số thuê bao", "full_name": "Họ và tên", "date_of_birth": "Ngày sinh", "id_number": "Số giấy tờ"}


def data() -> list[list[str]]:
    """Return a header and 24 records, all texts: zeros in front, empty values, and every sign that a writer escapes."""
    records = [person(n) | _DEFECTS.get(n, {}) for n in range(24)]
    return [[_HEADERS.get(name, name) for name in records[0]], *(list(record.values()) for record in records)]


@dataclass(frozen=True)
class Form:
    """The data set as one program writes it.

    needs: modules, or programs where the form is a program's; expected: what an audit makes of it; because: for which
    error a file is refused, or by which notices or findings about files what is lost is said: one of these at least.
    """

    name: str
    ending: str
    write: Callable[[Rows, Path], object]
    needs: Sequence[str] = field(default_factory=tuple)
    expected: str = SAME
    because: Sequence[str] = field(default_factory=tuple)
