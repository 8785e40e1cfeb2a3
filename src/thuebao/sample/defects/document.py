"""Damage for the ID rules: identity documents."""

from __future__ import annotations

import polars as pl

from thuebao.sample.calendar import years_after
from thuebao.sample.defects.variant import Damage, Variant, cleared, one
from thuebao.sample.documents import Paper, milestone_birthday
from thuebao.sample.population import Kind
from thuebao.sample.registration import D49
from thuebao.sample.words import column as words

_OTHER_PAPERS = ("Giấy phép lái xe", "GPLX", "Thẻ sinh viên", "Thẻ bảo hiểm y tế", "BHYT", "Sổ hộ khẩu")
_MILITARY = ("Chứng minh sĩ quan", "Giấy chứng minh Công an nhân dân", "Chứng minh quân nhân", "CMTQD")
_BARE = ("Khác", "Loại khác", "Giấy tờ khác", "other")
_LEGAL = ("Giấy phép kinh doanh", "GPKD", "ĐKKD", "Giấy chứng nhận đăng ký doanh nghiệp", "Quyết định thành lập", "MST")
_STRANGE = ("Giấy khai sinh", "GTTT", "Giấy tờ tùy thân", "Thẻ đảng viên", "Bản sao", "07")
_PLACEHOLDERS = {
    9: ("000000000", "111111111", "123456789", "012345678", "987654321", "999999999"),
    12: ("000000000000", "111111111111", "123456789012", "012345678901", "987654321098", "999999999999"),
}
_NO_CHANGE_OF_YEAR = 2005  # who is younger may have a number that still reads as one when a digit is lost
_FROM_14 = 5144
_YEARS_15 = 5479

_CARDS = (Paper.CMND, Paper.CMND_12, Paper.CCCD, Paper.CAN_CUOC)


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the ID rules."""
    return [*_kinds(damage), *_numbers(damage), *_personal_numbers(damage), *_issue(damage), *_expiry(damage)]


def _kinds(damage: Damage) -> list[Variant]:
    column, era = "id_type", pl.col("_era")
    # Of other papers than passports an address is known.
    papered = damage.documented & damage.since_2017 & pl.col("address").is_not_null()
    told = damage.is_paper(Paper.CMND, Paper.CMND_12, Paper.CCCD, Paper.PASSPORT)
    told |= damage.is_paper(Paper.CAN_CUOC) & damage.adult
    card = damage.adult & damage.is_paper(Paper.CCCD, Paper.CAN_CUOC)
    cmnd, certificate = (pl.lit(damage.style.value(kind)) for kind in ("cmnd", "certificate"))
    countries = damage.law.countries
    abroad = [damage.style.country(countries[code]) for code in words("nationalities", "alpha2")]
    foreign = damage.is_paper(*_CARDS) & pl.col("_solo")
    early = (pl.col("_judged") < damage.law.in_force["law-26-2023"]) & (era <= D49) & damage.has_personal_number
    guest = (pl.col("_kind") == Kind.FOREIGNER) & damage.since_2017
    stay = damage.style.day(pl.col("_day") - 1 - damage.draw("stay", 400))
    return [
        one("ID102", column, damage.individual & told, damage.missing("paper")),
        one("ID103", column, papered, damage.one_of("other paper", _OTHER_PAPERS)),
        one("ID103", column, papered & (era == D49), damage.one_of("other paper", _MILITARY + _BARE)),
        one("ID103", column, papered & damage.individual, damage.one_of("other paper", _LEGAL)),
        one("ID107", column, told, damage.one_of("strange paper", _STRANGE)),
        one("ID126", column, early, certificate),
        one("ID142", column, (pl.col("_judged") > damage.law.dates["cmnd_valid_until"]) & card, cmnd),
        one("ID143", "nationality", foreign, damage.one_of("abroad", abroad)),
        one("ID144", "stay_until", guest, stay, rare=1),
    ]


def _numbers(damage: Damage) -> list[Variant]:
    text, column = pl.col("id_number"), "id_number"
    old = damage.is_paper(Paper.CMND)
    card = damage.is_paper(Paper.CCCD, Paper.CAN_CUOC) & (pl.col("_year") < _NO_CHANGE_OF_YEAR)
    passport = damage.is_paper(Paper.PASSPORT)
    abroad = pl.col("_kind") == Kind.FOREIGNER
    lost_zeros = damage.is_paper(Paper.CCCD, Paper.CAN_CUOC, Paper.E_ID) | (old & text.str.contains("^0[1-9]"))
    # A child that its father or mother registers needs no paper.
    owed = damage.individual & damage.documented & ~pl.col("_guarded")
    found = {
        "ID101": [(owed, damage.missing("id number"))],
        "ID104": [
            (old, text.str.slice(0, 7)),
            (old, text + pl.lit("17")),
            (card, text.str.slice(0, 11)),
            (card, text + pl.lit("0")),
            # One character off the number of the same person's other records would be DUP123.
            (card & pl.col("_solo"), text.str.slice(0, 11) + pl.lit("O")),
            (passport & ~abroad, text.str.slice(1)),
            (passport & abroad, text + pl.lit("99X")),
            (passport & abroad, text.str.slice(0, 4)),
        ],
        "ID105": [(lost_zeros, text.str.strip_chars_start("0"))],
        "ID106": [
            (old, damage.one_of("placeholder", _PLACEHOLDERS[9])),
            (damage.has_personal_number, damage.one_of("placeholder", _PLACEHOLDERS[12])),
            (passport, damage.one_of("placeholder", ("B1234567", "C0000000", "B9876543", "C1111111"))),
        ],
    }
    return [one(code, column, when, new) for code, ways in found.items() for when, new in ways]


def _personal_numbers(damage: Damage) -> list[Variant]:
    text, has = pl.col("id_number"), damage.has_personal_number
    # No one is born in the centuries these give, so that the number stays nobody else's.
    other = pl.when(damage.draw("century", 2) == 0).then(6).when(pl.col("_year") < 2000).then(2).otherwise(-2)
    century = pl.concat_str(text.str.slice(0, 3), text.str.slice(3, 1).cast(pl.Int32, strict=False) + other)
    born = damage.style.day(years_after(pl.col("_birth"), -1))
    # With a printed day of expiry, the other birthday does not change the validity.
    told = damage.alone & has & damage.adult & pl.col("_printed")
    male, female = damage.style.value("male"), damage.style.value("female")
    sex = pl.when("_male").then(pl.lit(female)).otherwise(pl.lit(male))
    place = pl.concat_str(damage.draw("abroad", 4) + 1, text.str.slice(1))
    return [
        one("ID111", "id_number", has & pl.col("_solo"), century + text.str.slice(4)),
        one("ID111", "date_of_birth", told, born),
        one("ID112", "sex", has, sex),
        one("ID113", "id_number", has & pl.col("_solo"), place),
    ]


def _issue(damage: Damage) -> list[Variant]:
    column, style, birth = "id_issue_date", damage.style, pl.col("_birth")
    cccd_from = damage.law.loose_names[0]
    later = style.day(pl.max_horizontal("_day", "_updated") + 1 + damage.draw("issued later", 400))
    of_age = pl.max_horizontal(birth + _FROM_14, pl.lit(cccd_from - 1400))
    room = (cccd_from - of_age).clip(1)
    too_early = style.day(of_age + damage.draw("before cards", 1 << 20) % room)
    card = damage.is_paper(Paper.CCCD, Paper.CAN_CUOC) & damage.adult
    child = birth + 4600 + damage.draw("child", 500)
    printed = pl.col("_printed")
    old_child = damage.is_paper(Paper.CMND) & (printed | (pl.col("_day") < birth + 4600 + _YEARS_15 - 30))
    new_child = damage.is_paper(Paper.CCCD) & printed & (birth + 4600 >= cccd_from)
    # Without it, a renewed paper would be judged on the day of registration.
    told = damage.documented & ~pl.col("_renewed")
    owed = damage.individual & damage.documented & ~damage.is_paper(Paper.E_ID)
    # An older paper would be judged on the day of the update.
    once = damage.documented & (pl.col("_updated").is_null() | pl.col("_renewed"))
    return [
        one("ID121", column, owed & damage.owed & ~pl.col("_renewed"), damage.missing("issued")),
        one("ID122", column, told, damage.invalid_date("issued", pl.col("_issued"))),
        one("ID123" if damage.updates else "ID127", column, once, later),
        one("ID124", column, card & printed & (of_age < cccd_from - 30), too_early),
        one("ID124", column, damage.is_paper(Paper.PASSPORT), style.day(birth - 1 - damage.draw("unborn", 300))),
        one("ID125", column, old_child | new_child, style.day(child)),
        one("ID131", "id_issue_place", owed, damage.missing("place")),
    ]


def _expiry(damage: Damage) -> list[Variant]:
    style, registered, judged = damage.style, pl.col("_day"), pl.col("_judged")
    prolonged_from, prolonged_until = damage.law.prolonged
    gone = judged - 1 - damage.draw("expired", 700)
    # A card that would end in this time was prolonged: it must have ended before.
    gone = pl.when(gone.is_between(prolonged_from, prolonged_until)).then(prolonged_from - 1).otherwise(gone)
    issued = registered - _YEARS_15 - 2 - damage.draw("expired", 600)
    old = damage.is_paper(Paper.CMND) & (registered < prolonged_from - 5)
    grown = pl.col("_birth") + _FROM_14 + _YEARS_15 + 610 < registered
    unprinted = cleared("id_expiry_date")
    found = [
        one("ID141", "id_expiry_date", damage.documented, style.day(gone)),
        Variant("ID141", "id_issue_date", old & grown, unprinted | {"id_issue_date": style.day(issued)}),
    ]
    cccd_from = damage.law.loose_names[0]
    for age in damage.law.kinds["cccd"]["valid_to_ages"]:
        end = milestone_birthday(age)
        prolonged = (end >= prolonged_from) & (registered <= prolonged_until)
        ended = (end < registered - 5) & (end > registered - 700) & ~prolonged & (end - 900 > cccd_from)
        card = damage.is_paper(Paper.CCCD) & damage.adult
        issued = end - 800 - damage.draw("milestone", 100)
        texts = unprinted | {"id_issue_date": style.day(issued)}
        found.append(Variant("ID141", "id_issue_date", card & ended, texts))
    return found
