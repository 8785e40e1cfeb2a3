"""Tables the oracle shares with the rules: countries, provinces, ranges, operators (rules/reference/*.csv)."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from oracles.lists import spaced
from oracles.texts import fold, words_of

REFERENCE = Path(__file__).resolve().parents[2] / "rules" / "reference"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(line for line in file if not line.startswith("#")))


# ---------------------------------------------------------------------------------------------
# Countries.  rules/reference/README.md: diacritics first, and a name wins over a code ("Mỹ" is not "MY").

# Reading: a demonym is one of these usual ones, and "người" stands before a Vietnamese name ("người Việt Nam").
DEMONYMS = {
    "Vietnamese": "VN",
    "British": "GB",
    "American": "US",
    "Chinese": "CN",
    "Japanese": "JP",
    "Korean": "KR",
    "South Korean": "KR",
    "French": "FR",
    "German": "DE",
    "Russian": "RU",
    "Australian": "AU",
    "Canadian": "CA",
    "Indian": "IN",
    "Thai": "TH",
    "Lao": "LA",
    "Cambodian": "KH",
    "Filipino": "PH",
    "Malaysian": "MY",
    "Singaporean": "SG",
    "Indonesian": "ID",
    "Italian": "IT",
    "Spanish": "ES",
    "Dutch": "NL",
}


def country_words(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


@cache
def _countries() -> tuple[dict[str, str], dict[str, str]]:
    """Texts with their diacritics, and without -> alpha-2 code."""
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    listed = rows("countries.csv")
    # Reading: the three-digit codes of ISO 3166-1 are codes of it too (§2 names two or three letters, PER122 the norm).
    coded = [(row["alpha2"], [row["alpha2"], row["alpha3"], row["numeric"]]) for row in listed]
    named = [(row["alpha2"], [row["name_en"], row["name_vi"], *(row["other"] or "").split("|")]) for row in listed]
    people = [(code, [word]) for word, code in DEMONYMS.items()]
    for alpha2, texts in coded + people + named:  # names last: they win
        exact |= {country_words(text): alpha2 for text in texts if text}
        folded |= {words_of(text): alpha2 for text in texts if text}
    return exact, folded


@cache
def country_of(nationality: str | None) -> str | None:
    """Alpha-2 code of a cleaned nationality."""
    if nationality is None:
        return None
    exact, folded = _countries()
    bare = re.sub(r"^(?:người|nguoi)\s+", "", nationality, flags=re.IGNORECASE)
    for text in (nationality, bare):
        found = exact.get(country_words(text)) or folded.get(words_of(text))
        if found is not None:
            return found
    return None


# ---------------------------------------------------------------------------------------------
# Provinces

# Resolution 202/2025/QH15: what went into which of the 34.
MERGED = {
    "Tuyên Quang": ["Hà Giang"],
    "Lào Cai": ["Yên Bái"],
    "Thái Nguyên": ["Bắc Kạn"],
    "Phú Thọ": ["Vĩnh Phúc", "Hòa Bình"],
    "Bắc Ninh": ["Bắc Giang"],
    "Hưng Yên": ["Thái Bình"],
    "Hải Phòng": ["Hải Dương"],
    "Ninh Bình": ["Hà Nam", "Nam Định"],
    "Quảng Trị": ["Quảng Bình"],
    "Huế": ["Thừa Thiên Huế"],
    "Đà Nẵng": ["Quảng Nam"],
    "Quảng Ngãi": ["Kon Tum"],
    "Gia Lai": ["Bình Định"],
    "Khánh Hòa": ["Ninh Thuận"],
    "Lâm Đồng": ["Đắk Nông", "Bình Thuận"],
    "Đắk Lắk": ["Phú Yên"],
    "TP. Hồ Chí Minh": ["Bà Rịa - Vũng Tàu", "Bình Dương"],
    "Đồng Nai": ["Bình Phước"],
    "Tây Ninh": ["Long An"],
    "Cần Thơ": ["Sóc Trăng", "Hậu Giang"],
    "Vĩnh Long": ["Bến Tre", "Trà Vinh"],
    "Đồng Tháp": ["Tiền Giang"],
    "Cà Mau": ["Bạc Liêu"],
    "An Giang": ["Kiên Giang"],
}


def _province_key(text: str) -> str:
    return re.sub("^(?:tinh|thanh pho|tp) ", "", words_of(text))


@cache
def place_codes() -> frozenset[str]:
    """The 63 codes that a personal number may begin with."""
    return frozenset(row["code"] for row in rows("provinces.csv"))


@cache
def _provinces() -> dict[str, tuple[str, str]]:
    now = {_province_key(row["name"]): row["name"] for row in rows("provinces_2025.csv")}
    into = {_province_key(old): now[_province_key(new)] for new, olds in MERGED.items() for old in olds}
    known = {key: (name, name) for key, name in now.items()}
    for row in rows("provinces.csv"):
        key = _province_key(row["name"])
        known[key] = (row["name"], into.get(key) or now[key])
    # Reading: Huế is the same province under either name, and `province` holds the name as it is today.
    known["thua thien hue"] = known["hue"]
    return known


def province_of(text: str | None) -> tuple[str, str] | None:
    """(name of the time, name of the 34 it belongs to) of a cleaned province."""
    return None if text is None else _provinces().get(_province_key(text))


# ---------------------------------------------------------------------------------------------
# Numbers and operators

# NUM104: the table of the catalogue, prefix by prefix.
MOBILE_PREFIXES = frozenset(
    spaced(
        "030 032 033 034 035 036 037 038 039 051 052 055 056 058 059 070 076 077 078 079 081 082 083 084 085"
        " 086 087 088 089 090 091 092 093 094 096 097 098 099"
    )
)

# The names that the catalogue lists (§1).
OPERATORS = {
    "viettel": "Viettel",
    "vinaphone": "VinaPhone",
    "vnpt": "VinaPhone",
    "mobifone": "MobiFone",
    "vietnamobile": "Vietnamobile",
    "gmobile": "Gmobile",
    "itel": "iTel",
    "wintel": "Wintel",
    "local": "Local",
    "fpt": "FPT",
    "vnsky": "VNSKY",
}


@cache
def prefixes_2018() -> dict[str, str]:
    return {row["old"]: row["new"] for row in rows("prefixes_2018.csv")}


@cache
def holders() -> dict[str, str]:
    return {row["prefix"]: row["holder"] for row in rows("mobile_ranges.csv")}


def holder_of(number: str) -> str | None:
    """Block holder of a number in current form: the longest prefix that the table names."""
    for length in range(len(number), 2, -1):
        if number[:length] in holders():
            return holders()[number[:length]] or None
    return None


@cache
def mvno_hosts() -> frozenset[tuple[str, str]]:
    return frozenset((row["mvno"], row["host"]) for row in rows("mvno_hosts.csv"))


@cache
def _operator_texts() -> dict[str, str]:
    return {words_of(row["text"]): row["operator"] for row in rows("operators.csv")}


@cache
def operator_of(text: str | None) -> str | None:
    """The one known operator that a cleaned text names, else None."""
    if text is None:
        return None
    if words_of(text) in _operator_texts():
        return _operator_texts()[words_of(text)]
    words = words_of(fold(text)).split()
    named = {
        OPERATORS["".join(words[start:end])]
        for start in range(len(words))
        for end in range(start + 1, min(start + 4, len(words)) + 1)
        if "".join(words[start:end]) in OPERATORS
    }
    return named.pop() if len(named) == 1 else None
