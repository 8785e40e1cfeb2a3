"""Damage for the PER, MIN and ORG rules: people, children, organisations."""

from __future__ import annotations

import unicodedata

import polars as pl

from thuebao.sample.defects.variant import Damage, Variant, cleared
from thuebao.sample.documents import Paper
from thuebao.sample.law import day
from thuebao.sample.population import Kind
from thuebao.sample.registration import D163

_NO_NAMES = (
    *(
        "Khách hàng",
        "KHACH HANG",
        "Chủ thuê bao",
        "test",
        "Unknown",
        "No name",
        "abc",
        "XXX",
        "SIM",
        "anonymous",
    ),
    *("Không tên", "aaaa", "Xx", "***", "---", "123456"),
)
_NO_NATIONS = ("Kinh", "Không rõ", "XX", "VNN", "Việt Nan", "Hà Nội", "Khác", "Tày")
_GARBLED = "á»|áº|Ä‘|Æ°|Ã[\u00a1-\u00bf]"
_PERSONAL_TAX_NUMBERS = day(2025, 7, 1)  # law.md 5a: 12 digits are a tax code from then on

# Ages in days, each with a margin so that the rule must fire.
_UNDER_6, _FROM_6, _UNDER_14, _UNDER_15 = 2180, 2200, 5080, 5470


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the PER, MIN and ORG rules."""
    return [*_names(damage), *_births(damage), *_origins(damage), *_minors(damage), *_organisations(damage)]


def _names(damage: Damage) -> list[Variant]:
    name, alone = pl.col("full_name"), damage.alone
    letters = _letters()
    garbled = name.str.replace_many(letters, [_misread(letter) for letter in letters])
    control = name.str.replace(" ", damage.one_of("control", [" \x01", " \x07", " \x1a", "\x1b "]))
    return [
        Variant("PER101", "full_name", damage.individual, {"full_name": damage.missing("name")}),
        Variant("PER102", "full_name", alone, {"full_name": damage.one_of("no name", _NO_NAMES)}),
        Variant("PER102", "full_name", alone, {"full_name": name + pl.lit(" 2")}),
        Variant("PER102", "full_name", alone, {"full_name": name.str.replace(".$", "4")}),
        Variant("PER103", "full_name", alone & garbled.str.contains(_GARBLED), {"full_name": garbled}),
        Variant(
            "PER103",
            "full_name",
            alone & name.str.contains("[^ -~]"),
            {"full_name": name.str.replace("[^ -~]", "\ufffd")},
        ),
        Variant("PER103", "full_name", alone, {"full_name": control}),
        Variant("PER104", "full_name", alone, {"full_name": name.str.extract(r"(\S+)$")}),
    ]


def _births(damage: Damage) -> list[Variant]:
    column, birth = "date_of_birth", pl.col("_birth")
    # Any other paper has the year of birth in its number.
    other = damage.alone & damage.is_paper(Paper.CMND, Paper.PASSPORT)
    too_old = damage.style.day(pl.col("_day") - 44_200 - damage.draw("too old", 8000))
    unborn = damage.style.day(pl.col("_day") + 1 + damage.draw("unborn", 300))
    passport = damage.alone & damage.is_paper(Paper.PASSPORT)
    return [
        Variant("PER111", column, damage.individual, {column: damage.missing("birth")}),
        Variant("PER112", column, damage.human, {column: damage.invalid_date("birth", birth)}),
        Variant("PER113", column, other, {column: too_old}),
        Variant("PER113", column, passport, {column: unborn}),
    ]


def _origins(damage: Damage) -> list[Variant]:
    home = damage.individual & damage.vietnamese
    no_nation = damage.one_of("no nation", _NO_NATIONS)
    addressed = damage.individual & (damage.vietnamese | (pl.col("_era") >= D163))
    return [
        Variant("PER121", "nationality", home, {"nationality": damage.missing("nationality")}),
        Variant(
            "PER122",
            "nationality",
            damage.human & damage.vietnamese & pl.col("_solo"),
            {"nationality": no_nation},
        ),
        Variant("PER131", "address", addressed, {"address": damage.missing("address")}),
    ]


def _minors(damage: Damage) -> list[Variant]:
    minor, age = pl.col("_kind") == Kind.MINOR, damage.age
    new_law = pl.col("_era") >= D163
    guardian = {"guardian_name": damage.missing("guardian")}
    both = guardian | {"consent_ref": damage.missing("consent")}
    return [
        Variant("MIN101", "guardian_name", minor & ~new_law & (age < _UNDER_14), guardian, rare=1),
        Variant("MIN102", "guardian_name", minor & new_law & (age < _UNDER_6), guardian, rare=1),
        Variant("MIN103", "consent_ref", minor & new_law & age.is_between(_FROM_6, _UNDER_15), both, rare=1),
    ]


def _organisations(damage: Damage) -> list[Variant]:
    legal, code = ~damage.individual, pl.col("organisation_tax_code")
    wrong = (code.str.slice(9, 1).cast(pl.Int32, strict=False) + 1 + damage.draw("check digit", 9)) % 10
    user = pl.col("_organisation") & (pl.col("_era") >= D163)
    early = legal & (pl.col("_day") < _PERSONAL_TAX_NUMBERS)
    column = "organisation_tax_code"
    wrong_digit = pl.concat_str(code.str.slice(0, 9), wrong, code.str.slice(10))
    return [
        Variant(
            "ORG101",
            "organisation_name",
            legal,
            {"organisation_name": damage.missing("organisation")},
            rare=1,
        ),
        Variant("ORG102", column, legal, {column: damage.missing("tax code")}, rare=1),
        Variant("ORG103", column, legal, {column: wrong_digit}, rare=1),
        Variant("ORG103", column, legal, {column: code.str.slice(0, 9)}, rare=1),
        Variant("ORG103", column, legal, {column: code.str.slice(0, 10) + pl.lit("A")}, rare=1),
        Variant("ORG103", column, early, {column: code.str.slice(0, 10) + pl.lit("01")}, rare=1),
        Variant("ORG104", "full_name", user, cleared("full_name"), rare=2),
        Variant("ORG104", "id_number", user, cleared("id_number"), rare=2),
    ]


def _letters() -> list[str]:
    """Return the letters that stand for a base letter with marks, and đ."""
    marked = [chr(c) for c in range(0xC0, 0x1F00) if unicodedata.normalize("NFD", chr(c))[0].isascii()]
    return [*marked, "đ", "Đ"]


def _misread(letter: str) -> str:
    """Return a letter's UTF-8 bytes read as Windows-1252."""
    # Five bytes mean nothing there; programs show them as control characters.
    return "".join(bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in letter.encode())
