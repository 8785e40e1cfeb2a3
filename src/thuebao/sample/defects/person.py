"""Damage for the PER, MIN and ORG rules: people, children, organisations."""

from __future__ import annotations

import unicodedata

import polars as pl

from thuebao.sample.calendar import year_of
from thuebao.sample.defects.variant import Damage, Variant, cleared, one
from thuebao.sample.documents import Paper
from thuebao.sample.population import Kind
from thuebao.sample.registration import D49
from thuebao.sample.streams import choice

_NO_NAMES = (
    *("Khách hàng", "KHACH HANG", "Chủ thuê bao", "test", "Unknown", "No name", "abc", "XXX", "SIM", "anonymous"),
    *("Không tên", "Chưa có tên", "Khách lẻ", "aaaa", "Xx", "A a", "###", "123456"),
)
_NO_NATIONS = ("Kinh", "XX", "VNN", "Việt Nan", "Hà Nội", "Khác", "Tày")
_NO_SEXES = ("Khác", "X", "3", "Nam/Nữ", "LGBT", "không phải nam")
_NO_KINDS = ("Khác", "KH VIP", "3", "Trường học", "gia đình")
_GARBLED = "á»|áº|Ä‘|Æ°|Ã[\u00a1-\u00bf]"
_NOT_VIETNAMESE = "[\u00a1-\u00bfÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ]"

# Ages in days, each with a margin so that the rule must fire.
_UNDER_6, _FROM_6, _UNDER_14, _UNDER_15 = 2180, 2200, 5080, 5470


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the PER, MIN and ORG rules."""
    return [*_names(damage), *_births(damage), *_origins(damage), *_minors(damage), *_organisations(damage)]


def _names(damage: Damage) -> list[Variant]:
    name, column, alone = pl.col("full_name"), "full_name", damage.alone
    letters = _letters()
    garbled = name.str.replace_many(letters, [_misread(letter) for letter in letters])
    control = name.str.replace(" ", damage.one_of("control", [" \x01", " \x07", " \x1a", "\x1b "]))
    fonts = damage.law.font_text
    font_text = name.str.replace_many(list(fonts), list(fonts.values()))
    # The old fonts had capitals of their own.
    whole = name.str.replace_many(list(fonts), [""] * len(fonts)).str.contains("^[ -~]*$")
    # Names of other peoples do not read as Vietnamese either way.
    whole &= (name != name.str.to_uppercase()) & ~name.str.contains("(?i)[fjwz'’]|^. ")
    shown = whole & font_text.str.contains(_NOT_VIETNAMESE)
    marked = alone & name.str.contains("[^ -~]")
    return [
        one("PER101", column, damage.individual, damage.missing("name")),
        one("PER102", column, alone, damage.one_of("no name", _NO_NAMES)),
        one("PER102", column, alone, name + pl.lit(" 2")),
        one("PER102", column, alone, name.str.replace(".$", "4")),
        one("PER103", column, alone & garbled.str.contains(_GARBLED), garbled),
        one("PER103", column, marked, name.str.replace("[^ -~]", "\ufffd")),
        one("PER103", column, marked, name.str.replace_all("[^ -~]", "?")),
        one("PER103", column, alone & (pl.col("_kind") != Kind.FOREIGNER) & shown, font_text),
        one("PER103", column, alone, control),
        one("PER104", column, alone, name.str.extract(r"(\S+)$")),
    ]


def _births(damage: Damage) -> list[Variant]:
    column, birth = "date_of_birth", pl.col("_birth")
    # Any other paper has the year of birth in its number.
    other = damage.alone & damage.is_paper(Paper.CMND, Paper.PASSPORT)
    too_old = damage.style.day(pl.col("_day") - 44_200 - damage.draw("too old", 8000))
    unborn = damage.style.day(pl.col("_day") + 1 + damage.draw("unborn", 300))
    passport = damage.alone & damage.is_paper(Paper.PASSPORT)
    year = year_of(birth).cast(pl.String)
    parts = (("", ""), ("00/00/", ""), ("7/", ""), ("", "-00-00"))
    forms = [pl.concat_str(pl.lit(before), year, pl.lit(after)) for before, after in parts]
    years = choice(damage.draw("year only", len(forms)), forms)
    return [
        one("PER111", column, damage.individual & damage.documented, damage.missing("birth")),
        one("PER112", column, damage.documented, damage.invalid_date("birth", birth)),
        one("PER113", column, other, too_old),
        one("PER113", column, passport, unborn),
        one("PER114", column, damage.documented & damage.adult & pl.col("_solo"), years),
    ]


def _origins(damage: Damage) -> list[Variant]:
    home = damage.individual & damage.vietnamese
    passport = pl.col("_paper") == Paper.PASSPORT
    addressed = pl.when(damage.new_law).then(~passport).otherwise(damage.vietnamese)
    strange = damage.human & damage.vietnamese & pl.col("_solo")
    return [
        one("PER115", "sex", damage.human, damage.one_of("no sex", _NO_SEXES)),
        one("PER121", "nationality", home & damage.owed, damage.missing("nationality")),
        one("PER122", "nationality", strange, damage.one_of("no nation", _NO_NATIONS)),
        one("PER131", "address", damage.individual & addressed & damage.owed, damage.missing("address")),
    ]


def _minors(damage: Damage) -> list[Variant]:
    minor, age, column = (pl.col("_kind") == Kind.MINOR) & damage.documented, damage.age, "guardian_name"
    new_law, proof = damage.new_law, "relationship_ref"
    guardian = damage.missing("guardian")
    both = {column: guardian, "consent_ref": damage.missing("consent")}
    told = (pl.col("_kind") == Kind.MINOR) & new_law & pl.col("_guarded") & (age < _UNDER_15)
    return [
        one("MIN101", column, minor & ~new_law & (age < _UNDER_14), guardian, rare=1),
        one("MIN102", column, minor & new_law & (age < _UNDER_6), guardian, rare=2),
        Variant("MIN103", "consent_ref", minor & new_law & age.is_between(_FROM_6, _UNDER_15), both, rare=1),
        one("MIN104", proof, told, damage.missing("proof"), rare=1),
    ]


def _organisations(damage: Damage) -> list[Variant]:
    legal, code, new_law = ~damage.individual, pl.col("organisation_tax_code"), damage.new_law
    wrong = (code.str.slice(9, 1).cast(pl.Int32, strict=False) + 1 + damage.draw("check digit", 9)) % 10
    taxed, column = legal & new_law, "organisation_tax_code"
    early = taxed & (pl.col("_day") < damage.law.personal_tax_codes_from)
    wrong_digit = pl.concat_str(code.str.slice(0, 9), wrong, code.str.slice(10))
    user = pl.col("_organisation") & damage.since_2017
    paper = damage.one_of("legal paper", ("Giấy phép kinh doanh", "ĐKKD"))
    came = legal & ((pl.col("_era") == D49) | (new_law & pl.col("_m2m")))
    no_number = damage.missing("no number")
    return [
        one("ORG101", "organisation_name", legal, damage.missing("organisation"), rare=1),
        one("ORG102", column, taxed, damage.missing("tax code"), rare=2),
        one("ORG103", column, taxed, wrong_digit, rare=2),
        one("ORG103", column, taxed, code.str.slice(0, 8), rare=2),
        one("ORG103", column, taxed, code.str.slice(0, 10) + pl.lit("A"), rare=2),
        one("ORG103", column, taxed, code.str.slice(0, 10) + pl.lit("-000"), rare=2),
        one("ORG103", column, early, code.str.slice(0, 10) + pl.lit("01"), rare=2),
        Variant("ORG104", "full_name", user, cleared("full_name"), rare=1),
        Variant("ORG104", "id_number", user, cleared("id_number"), rare=1),
        Variant("ORG104", "full_name", user, {"id_type": paper, "id_number": code}, rare=1),
        one("ORG105", "organisation_address", legal & damage.owed, damage.missing("seat"), rare=1),
        one("ORG106", "representative_name", came, damage.missing("representative"), rare=1),
        one("ORG106", "representative_id_number", came, no_number, rare=1),
        one("ORG107", "subscriber_kind", damage.alone & damage.adult, damage.one_of("subscriber", _NO_KINDS)),
        one("ORG108", "authorisation_ref", came, damage.missing("authorisation"), rare=1),
    ]


def _letters() -> list[str]:
    """Return the letters that stand for a base letter with marks, and đ."""
    marked = [chr(c) for c in range(0xC0, 0x1F00) if unicodedata.normalize("NFD", chr(c))[0].isascii()]
    return [*marked, "đ", "Đ"]


def _misread(letter: str) -> str:
    """Return a letter's UTF-8 bytes read as Windows-1252."""
    # Five bytes mean nothing there; programs show them as control characters.
    return "".join(bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in letter.encode())
