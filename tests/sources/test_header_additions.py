"""Headers that say more than their column's name: formats, units, numbers, marks, a second language."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, people

UNDERSTOOD = {
    "Ngày sinh (dd/mm/yyyy)": "date_of_birth",
    "Ngày sinh [DD-MM-YYYY]": "date_of_birth",
    "Ngày sinh - dd/mm/yyyy": "date_of_birth",
    "Ngày sinh\n(ngày/tháng/năm)": "date_of_birth",
    "Ngày cấp (yyyymmdd)": "id_issue_date",
    "Ngày hết hạn yyyy-mm-dd": "id_expiry_date",
    "Thời gian đăng ký (dd/mm/yyyy hh24:mi:ss)": "registered_at",
    "1. Số thuê bao": "msisdn",
    "(1) Số thuê bao": "msisdn",
    "Số thuê bao / MSISDN": "msisdn",
    "Subscriber number (Số thuê bao)": "msisdn",
    "Họ và tên (*)": "full_name",
    "Họ và tên (bắt buộc)": "full_name",
    "Số giấy tờ (12 chữ số)": "id_number",
    "Số giấy tờ (text)": "id_number",
    "Loại thuê bao (trả trước/trả sau)": "payment_type",
    "Giới tính (1: Nam, 2: Nữ)": "sex",
}
LEFT_ALONE = (
    "Ngày cấp (GPKD)",
    "Họ và tên / Tên tổ chức",
    "Ngày sinh / Nơi sinh",
    "Họ và tên (vợ/chồng)",
    "Trạng thái (TTTB)",
    "Số giấy tờ (bản sao)",
    "Ngày sinh (mm/dd/yyyy)",
    "Ngày sinh (yyyy-dd-mm)",
    "Ngày sinh mm/dd/yyyy",
    "Giới tính (1: Nữ, 2: Nam)",
    "Giới tính (0: Nam, 1: Nữ)",
    "Loại thuê bao (A: trả trước, B: trả sau)",
)


def columns(desk: Desk, cli: Command, header: str) -> dict[str, str]:
    first, second = ("full_name", "msisdn") if "thuê bao" in header else ("msisdn", "full_name")
    second = "id_number" if UNDERSTOOD.get(header) == second else second
    rows = "".join(f"{person[first]};{person[second]};x\n" for person in people(3))
    desk.write("vina.csv", f'{first};{second};"{header}"\n{rows}')
    done = cli("audit", "vina.csv", "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
    [read] = done.document["inputs"]
    return {column: name for column, name in read["columns"].items() if name not in (first, second)}


@pytest.mark.parametrize(("header", "column"), UNDERSTOOD.items())
def test_a_header_is_understood_without_what_it_adds(desk: Desk, cli: Command, header, column) -> None:
    assert columns(desk, cli, header) == {column: header}


@pytest.mark.parametrize("header", LEFT_ALONE)
def test_a_header_that_means_something_else_is_left_alone(desk: Desk, cli: Command, header) -> None:
    assert columns(desk, cli, header) == {}
