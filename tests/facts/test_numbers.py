"""Subscriber numbers, operators, SIM serials, tax codes and provinces as exports write them (catalogue §2)."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from thuebao.facts import all_facts, layers
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import shipped_reference

AS_OF = date(2026, 11, 23)


def worked_out(values: dict[str, list[str | None]], *wanted: str) -> list[tuple[object, ...]]:
    """Return the wanted facts of records that have these raw values."""
    facts = all_facts(shipped_reference(), AS_OF)
    frame = pl.DataFrame({raw(column): texts for column, texts in values.items()}).cast(pl.String)
    for layer in layers(facts, wanted):
        frame = frame.with_columns(layer.values())
    return frame.select(wanted).rows()


CURRENT = [
    *["0912345678", "912345678", "912345678.0", "912345678.00", "0912.345.678", "0912 345 678", "(091) 234-5678"],
    *["+84 912 345 678", "+84 912 345 678.0", "(+84)912.345.678", "84912345678", "84912345678.0", "0084912345678"],
    *["840912345678", "84-0-912-345-678", "00840912345678", "'0912345678", "'912345678", "０９１２３４５６７８"],
    *["\u202a0912345678\u202c", "\u200e0912345678", "091\u00ad2345678", "0912–345—678", "0912−345‑678"],
    *["0912\u2009345\u3000678", "0912\u00a0345678", "\ufeff0912345678", ' ="0912345678" '],
]
OLD = ["01681234567", "1681234567", "841681234567", "0084 0168 1234567", "1681234567.0", "+84 168 123 4567"]
MALFORMED = ["091234567", "0412345678", "02438251234", "01301234567", "1301234567", "9.12E+08", "091234567x", "84123"]


def test_numbers() -> None:
    numbers = worked_out({"msisdn": [*CURRENT, *OLD]}, "msisdn_current", "msisdn_is_old_form")
    expected = [("0912345678", False)] * len(CURRENT) + [("0381234567", True)] * len(OLD)
    texts = [*CURRENT, *OLD]
    assert list(zip(texts, numbers, strict=True)) == list(zip(texts, expected, strict=True))
    assert worked_out({"msisdn": [*MALFORMED, "...", ""]}, "msisdn_current") == [(None,)] * (len(MALFORMED) + 2)
    assert worked_out({"msisdn": ["...", "()", "-", "null"]}, "has_msisdn") == [(False,)] * 4
    # Dots part this one into groups: what stands behind the last is no fraction.
    assert worked_out({"msisdn": ["0912.345.000"]}, "msisdn") == [("0912345000",)]


OPERATORS = {
    "Viettel": ["Viettel", "VIETTEL TELECOM", "Viettel Telecom - CN Hà Nội", "viet tel", "Tập đoàn Viettel"],
    "VinaPhone": ["VNPT", "VNPT VinaPhone", "VNPT-VinaPhone KV2", "Vina Phone", "vinaphone/VNPT", "VNPT Hà Nội"],
    "MobiFone": ["Mobifone KV1", "MOBI FONE", "Tổng công ty MobiFone"],
    "Vietnamobile": ["Vietnamobile", "Vietnam Mobile Telecom"],
    "Gmobile": ["G mobile", "Gmobile HN"],
    "iTel": ["iTel", "i Tel Mobile", "Mạng ITEL"],
    "Wintel": ["Wintel JSC"],
    "Local": ["Mạng Local"],
    "FPT": ["FPT Retail", "FPT"],
    "VNSKY": ["VN Sky", "vnsky-mvno"],
}


def test_operators(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    for operator, names in OPERATORS.items():
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["msisdn", "operator"], *(["0981234567", name] for name in names)])
        assert thuebao.audit(path, select="NUM101").operators["operator"].to_list() == [operator]


def test_two_names_or_none_are_kept_as_they_are() -> None:
    names = ["Viettel/MobiFone", "MobiFone-Local", "Viettelco", "Công ty ABC", "Minitel"]
    assert worked_out({"operator": names}, "operator") == [(name,) for name in names]
    assert worked_out({"operator": ["", None, "N/A"]}, "operator") == [("(unknown)",)] * 3


def test_sim_serials() -> None:
    serials = ["8984048000001234567", "8984048000001234567F", "8984 0480 0000 1234 567", "'8984048000001234567f"]
    sound = ("8984048000001234567", "8984048000001234")
    others = ["8.98E+19", "89840480000012345", "898404800000123456789", "", "SIM-1"]
    assert worked_out({"sim_serial": serials}, "sim_number", "sim_block") == [sound] * len(serials)
    assert worked_out({"sim_serial": others}, "sim_number", "sim_block") == [(None, None)] * len(others)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0312 68 78 78 - 001", "0312687878001"),
        ("01.00.112.437", "0100112437"),
        ("'0100233488", "0100233488"),
        ("100233488", "0100233488"),
        ("100233488.0", "0100233488"),
        ("0312687878–001", "0312687878001"),
        ("０１００２３３４８８", "0100233488"),
        ("0312687878001", "0312687878001"),
        ("0312687878-000", None),
        ("0312687878000", None),
        ("0312456783", None),
        ("312456783", None),
        ("100233488-001", None),
        ("12345", None),
        ("", None),
    ],
)
def test_tax_codes(text: str, key: str | None) -> None:
    [(code, valid, found)] = worked_out(
        {"organisation_tax_code": [text], "registered_at": ["05/05/2025"]}, "tax_code", "tax_code_valid", "mst_key"
    )
    assert (valid, found) == ((True, f"mst:{key}") if key else (False if text else None, None))
    assert (code is None) is (text == "")


def test_a_personal_number_is_a_tax_code_from_july_2025_on() -> None:
    values: dict[str, list[str | None]] = {
        "organisation_tax_code": ["079090012345"] * 3,
        "registered_at": ["30/06/2025", "01/07/2025", ""],
    }
    assert worked_out(values, "tax_code_valid") == [(False,), (True,), (False,)]


@pytest.mark.parametrize(
    ("text", "then", "now"),
    [
        ("Hà Nội", "Hà Nội", "Hà Nội"),
        ("THANH PHO HA NOI", "Hà Nội", "Hà Nội"),
        ("TP HCM", "TP. Hồ Chí Minh", "TP. Hồ Chí Minh"),
        ("Tp.Hồ Chí Minh", "TP. Hồ Chí Minh", "TP. Hồ Chí Minh"),
        ("tỉnh Bình Dương", "Bình Dương", "TP. Hồ Chí Minh"),
        ("BÀ RỊA – VŨNG TÀU", "Bà Rịa - Vũng Tàu", "TP. Hồ Chí Minh"),
        ("Huế", "Thừa Thiên Huế", "Huế"),
        ("Thừa Thiên - Huế", "Thừa Thiên Huế", "Huế"),
        ("T. Kon Tum", "Kon Tum", "Quảng Ngãi"),
        ("Thanh Hoa", "Thanh Hóa", "Thanh Hóa"),
        ("Atlantis", "Atlantis", None),
        ("", None, None),
    ],
)
def test_provinces(text: str, then: str | None, now: str | None) -> None:
    assert worked_out({"province": [text]}, "province", "province_now") == [(then, now)]


def test_the_63_provinces_make_the_34_of_july_2025() -> None:
    names = [row["name"] for row in shipped_reference().table("provinces")]
    today = {row["name"] for row in shipped_reference().table("provinces_2025")}
    found = worked_out({"province": list(names)}, "province", "province_now")
    assert len(names) == 63 and [name for name, _ in found] == names
    assert {now for _, now in found} == today and len(today) == 34
