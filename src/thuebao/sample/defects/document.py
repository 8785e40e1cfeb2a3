"""Damage for the ID rules: identity documents."""

from __future__ import annotations

import polars as pl

from thuebao.sample.calendar import years_after
from thuebao.sample.defects.variant import Damage, Variant, cleared
from thuebao.sample.documents import Paper, milestone_birthday
from thuebao.sample.law import day
from thuebao.sample.population import Kind
from thuebao.sample.words import column as words

_OTHER_PAPERS = (
    *("Chứng minh sĩ quan", "Giấy chứng minh Công an nhân dân", "Chứng minh quân nhân", "Giấy phép lái xe"),
    *("Thẻ sinh viên", "Giấy khai sinh", "Thẻ bảo hiểm y tế"),
)
_PLACEHOLDERS = {
    9: ("000000000", "111111111", "123456789", "012345678", "987654321", "999999999"),
    12: ("000000000000", "111111111111", "123456789012", "012345678901", "987654321098", "999999999999"),
}
_NO_CHANGE_OF_YEAR = 2005  # who is younger may have a number that still reads as one when a digit is lost
_CCCD_FROM, _CAN_CUOC_FROM, _CMND_UNTIL = day(2016, 1, 1), day(2024, 7, 1), day(2024, 12, 31)
_EXTENDED_FROM, _EXTENDED_UNTIL = day(2024, 1, 15), day(2024, 6, 30)  # Law 26/2023, Art 46
_FROM_14 = 5144
_YEARS_15 = 5479

_CARDS = (Paper.CMND, Paper.CMND_12, Paper.CCCD, Paper.CAN_CUOC)


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the ID rules."""
    return [*_kinds(damage), *_numbers(damage), *_personal_numbers(damage), *_issue(damage), *_expiry(damage)]


def _kinds(damage: Damage) -> list[Variant]:
    told_by_number = damage.is_paper(Paper.CMND, Paper.CCCD) | (damage.is_paper(Paper.CAN_CUOC) & damage.adult)
    after_cmnd = (pl.col("_day") > _CMND_UNTIL) & damage.adult & damage.is_paper(Paper.CCCD, Paper.CAN_CUOC)
    countries = damage.law.countries
    abroad = [damage.style.country(countries[code]) for code in words("nationalities", "alpha2")]
    foreign = damage.is_paper(*_CARDS) & pl.col("_solo")
    cmnd = pl.lit(damage.style.value("cmnd"))
    return [
        Variant("ID102", "id_type", damage.individual & told_by_number, {"id_type": damage.missing("paper")}),
        Variant("ID103", "id_type", damage.human, {"id_type": damage.one_of("other paper", _OTHER_PAPERS)}),
        Variant("ID142", "id_type", after_cmnd, {"id_type": cmnd}),
        Variant("ID143", "nationality", foreign, {"nationality": damage.one_of("abroad", abroad)}),
    ]


def _numbers(damage: Damage) -> list[Variant]:
    text, column = pl.col("id_number"), "id_number"
    old = damage.is_paper(Paper.CMND)
    card = damage.is_paper(Paper.CCCD, Paper.CAN_CUOC) & (pl.col("_year") < _NO_CHANGE_OF_YEAR)
    passport = damage.is_paper(Paper.PASSPORT)
    abroad = pl.col("_kind") == Kind.FOREIGNER
    lost_zeros = damage.is_paper(Paper.CCCD, Paper.CAN_CUOC, Paper.E_ID)
    found = {
        "ID101": [(damage.individual, damage.missing("id number"))],
        "ID104": [
            (old, text.str.slice(0, 8)),
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
    return [Variant(code, column, when, {column: new}) for code, ways in found.items() for when, new in ways]


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
        Variant("ID111", "id_number", has & pl.col("_solo"), {"id_number": century + text.str.slice(4)}),
        Variant("ID111", "id_number", told, {"date_of_birth": born}),
        Variant("ID112", "sex", has, {"sex": sex}),
        Variant("ID113", "id_number", has & pl.col("_solo"), {"id_number": place}),
    ]


def _issue(damage: Damage) -> list[Variant]:
    column, style, birth = "id_issue_date", damage.style, pl.col("_birth")
    later = style.day(pl.col("_day") + 1 + damage.draw("issued later", 400))
    of_age = pl.max_horizontal(birth + _FROM_14, pl.lit(_CCCD_FROM - 1400))
    room = (_CCCD_FROM - of_age).clip(1)
    before_cccd = style.day(of_age + damage.draw("before cccd", 1 << 20) % room)
    before_can_cuoc = style.day(_CAN_CUOC_FROM - 1 - damage.draw("before can cuoc", 900))
    printed = pl.col("_printed")
    child = birth + 4600 + damage.draw("child", 500)
    old_child = damage.is_paper(Paper.CMND) & (printed | (pl.col("_day") < birth + 4600 + _YEARS_15 - 30))
    new_child = damage.is_paper(Paper.CCCD) & printed & (birth + 4600 >= _CCCD_FROM)
    invalid = damage.invalid_date("issued", pl.col("_issued"))
    ways = [
        ("ID121", damage.individual, damage.missing("issued")),
        ("ID122", damage.human, invalid),
        ("ID123", damage.human, later),
        ("ID124", damage.is_paper(Paper.CCCD) & printed & (of_age < _CCCD_FROM - 30), before_cccd),
        ("ID124", damage.is_paper(Paper.CAN_CUOC) & printed & damage.adult, before_can_cuoc),
        ("ID124", damage.is_paper(Paper.PASSPORT), style.day(birth - 1 - damage.draw("unborn", 300))),
        ("ID125", old_child | new_child, style.day(child)),
    ]
    place = {"id_issue_place": damage.missing("place")}
    return [
        *(Variant(code, column, when, {column: text}) for code, when, text in ways),
        Variant("ID131", "id_issue_place", damage.individual, place),
    ]


def _expiry(damage: Damage) -> list[Variant]:
    style, registered = damage.style, pl.col("_day")
    gone = registered - 1 - damage.draw("expired", 700)
    # A card that would end in the first half of 2024 was prolonged: it must have ended before.
    gone = pl.when(gone.is_between(_EXTENDED_FROM, _EXTENDED_UNTIL)).then(_EXTENDED_FROM - 1).otherwise(gone)
    printed = Variant("ID141", "id_expiry_date", damage.human, {"id_expiry_date": style.day(gone)})
    issued = registered - _YEARS_15 - 2 - damage.draw("expired", 600)
    old = damage.is_paper(Paper.CMND) & (registered < _EXTENDED_FROM - 5)
    grown = pl.col("_birth") + _FROM_14 + _YEARS_15 + 610 < registered
    unprinted = cleared("id_expiry_date")
    found = [
        printed,
        Variant("ID141", "id_issue_date", old & grown, unprinted | {"id_issue_date": style.day(issued)}),
    ]
    for age in (25, 40, 60):
        end = milestone_birthday(age)
        prolonged = (end >= _EXTENDED_FROM) & (registered <= _EXTENDED_UNTIL)
        ended = (end < registered - 5) & (end > registered - 700) & ~prolonged & (end - 900 > _CCCD_FROM)
        card = damage.is_paper(Paper.CCCD) & damage.adult
        issued = end - 800 - damage.draw("milestone", 100)
        texts = unprinted | {"id_issue_date": style.day(issued)}
        found.append(Variant("ID141", "id_issue_date", card & ended, texts))
    return found
