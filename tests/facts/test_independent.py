"""Single facts held against well-kept libraries."""

import random

import phonenumbers
import polars as pl
from stdnum.vn import mst

from thuebao.facts.number import NumberParsing
from thuebao.facts.tax_code import TaxCodes
from thuebao.facts.text import Cleaning
from thuebao.rulebook.reference import shipped_reference

REFERENCE = shipped_reference()


def current(numbers: list[str]) -> list[str | None]:
    parsed = NumberParsing(REFERENCE, Cleaning(REFERENCE)).parse(pl.Series(numbers))
    return parsed.struct.field("current").to_list()


def test_numbers_against_libphonenumber() -> None:
    rng = random.Random(3)
    prefixes = [
        "086",
        "096",
        "097",
        "098",
        "032",
        "039",
        "070",
        "079",
        "090",
        "093",
        "081",
        "085",
        "088",
        "091",
        "094",
    ]
    numbers = [rng.choice(prefixes) + f"{rng.randrange(10**7):07}" for _ in range(300)]
    written = [rng.choice(["{}", "+84{1}", "84{1}", "0084{1}", "{1}"]).format(n, n[1:]) for n in numbers]
    assert current(written) == numbers
    for text, number in zip(written, numbers, strict=True):
        parsed = phonenumbers.parse(text, "VN")
        assert phonenumbers.is_valid_number(parsed)
        assert f"0{parsed.national_number}" == number


def test_tax_codes_against_stdnum() -> None:
    rng = random.Random(4)
    codes = [f"{rng.randrange(10**10):010}" for _ in range(3_000)]
    codes += [code + "-001" for code in codes[:500]] + [code + "001" for code in codes[:500]]
    # stdnum also refuses a serial of zeros, which the law does not speak of.
    codes = [code for code in codes if code[2:9] != "0000000"]
    parsed = TaxCodes(REFERENCE.document("tax_code"), Cleaning(REFERENCE)).parse(pl.Series(codes))
    assert parsed.struct.field("valid").to_list() == [mst.is_valid(code) for code in codes]
    assert any(mst.is_valid(code) for code in codes)
