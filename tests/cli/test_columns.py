"""`columns`: which header holds which column, with masked values."""

from __future__ import annotations

import re

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command


def test_columns_shows_the_mapping_with_masked_values(desk: Desk, cli: Command) -> None:
    records = [{"Số TB": f"091234567{n}", "Họ tên": "Nguyễn Văn An", "Ghi chú": "bí mật"} for n in (1, 1, 2, 3, 4)]
    desk.export("export.csv", *records, separator=";")
    done = cli("columns", "export.csv", "--full", COLUMNS=120)
    assert done.code == 0
    assert "separator ;" in done.out
    assert re.search(
        r"^msisdn +Số TB +100 %: known header +091\*{5}71 +091\*{5}72 +091\*{5}73 *$", done.out, re.MULTILINE
    )
    assert re.search(r"^full_name +Họ tên +100 %: known header +Ngu\*{5}An *$", done.out, re.MULTILINE)
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
