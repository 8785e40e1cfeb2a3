"""A second, independent reading of the contract: one record, one rule at a time.

Written from the rule catalogue alone (its section numbers are quoted as "§n"; "law" is the
fact reference behind it), never from `src/` or `rules/*.toml`, so that the vectorised tool can
be compared with it record by record.  It is a test helper: literal, slow and plain on purpose.
Only the open lists of `rules/reference/` (countries, operators, coded texts, ...) are shared.

"Reading:" marks the places where the contract can be read in more than one way.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from stdnum.vn import mst

REFERENCE = Path(__file__).resolve().parents[2] / "rules" / "reference"

# ---------------------------------------------------------------------------------------------
# Reference lists


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(line for line in file if not line.startswith("#")))


@cache
def _texts(key: str) -> frozenset[str]:
    with (REFERENCE / "text.toml").open("rb") as file:
        return frozenset(tomllib.load(file)[key])


@cache
def _countries() -> dict[str, str]:
    """Every folded code and name of a country -> its alpha-2 code."""
    known: dict[str, str] = {}
    for row in _rows("countries.csv"):
        texts = [row["alpha2"], row["alpha3"], row["numeric"], row["name_en"], row["name_vi"]]
        for text in [*texts, *(row["other"] or "").split("|")]:
            if fold_country(text):
                known[fold_country(text)] = row["alpha2"]
    return known


@cache
def _provinces() -> frozenset[str]:
    return frozenset(row["code"] for row in _rows("provinces.csv"))


@cache
def _prefixes_2018() -> dict[str, str]:
    return {row["old"]: row["new"] for row in _rows("prefixes_2018.csv")}


@cache
def _holders() -> dict[str, str]:
    return {row["prefix"]: row["holder"] for row in _rows("mobile_ranges.csv")}


@cache
def _operators() -> dict[str, str]:
    rows = _rows("operators.csv")
    return {fold(row["operator"]): row["operator"] for row in rows} | {
        fold(row["text"]): row["operator"] for row in rows
    }


@cache
def _mvno_hosts() -> frozenset[tuple[str, str]]:
    return frozenset((row["mvno"], row["host"]) for row in _rows("mvno_hosts.csv"))


@cache
def _codes() -> dict[tuple[str, str], str]:
    return {(row["column"], fold(row["text"])): row["code"] for row in _rows("codes.csv")}


# ---------------------------------------------------------------------------------------------
# §2 Cleaning

# Reading: "zero-width characters" are these four (U+FEFF is the BOM); marks of writing
# direction and the soft hyphen are not.
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
# Reading: white space is Unicode's White_Space (Python's own \s also takes U+001C to U+001F,
# which are control characters for PER103).
_WHITE = re.compile("[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def clean_text(raw: str | None) -> str | None:
    """The cleaned text, or None where it counts as missing."""
    if raw is None:
        return None
    text = unicodedata.normalize("NFC", raw)
    text = _ZERO_WIDTH.sub("", text)
    text = _WHITE.sub(" ", text).strip(" ")
    if text == "" or text.lower() in _texts("missing"):
        return None
    return text


@cache
def fold(text: str) -> str:
    """Names and coded texts: lower case, no diacritics, đ and its look-alikes as d."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    bare = re.sub("[đðɖ]", "d", bare)  # lower case of U+0110, U+00D0 and U+0189
    return _WHITE.sub(" ", bare).strip(" ")


@cache
def fold_country(text: str) -> str:
    """Like `fold`, and every run of anything but letters and digits is one space."""
    return " ".join("".join(char if char.isalnum() else " " for char in fold(text)).split())


class Number(NamedTuple):
    form: str  # current, old or malformed
    current: str | None  # in current form, converted where it was old


def subscriber_number(text: str) -> Number:
    """`text` is cleaned."""
    number = re.sub(r"[ .\-()]", "", text.removesuffix(".0")).lstrip("'+")
    # Reading: 0084 and 84 are replaced only before exactly 9 digits, as the result must have
    # 9; an old number with a country code (84 + 10 digits) stays malformed.
    number = re.sub(r"^(?:0084|84)([0-9]{9})$", r"0\1", number)
    if re.fullmatch(r"[35789][0-9]{8}", number):
        number = "0" + number
    if re.fullmatch(r"0[35789][0-9]{8}", number):
        return Number("current", number)
    if re.fullmatch(r"[0-9]{11}", number) and number[:4] in _prefixes_2018():
        return Number("old", _prefixes_2018()[number[:4]] + number[4:])
    return Number("malformed", None)


def document_number(text: str) -> str:
    """`text` is cleaned.  Reading: a text of nothing but dropped characters is not missing."""
    return re.sub(r"[ .\-]", "", text).removeprefix("'").upper()


def _names(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def _word(words: str) -> str:
    # Reading: a whole word is not next to a letter or digit; an underscore does not bind.
    return rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])"


def document_kind(id_type: str | None, number: str | None) -> str:
    """Kind of a paper from the cleaned id_type and the cleaned document number."""
    if id_type is None:
        if number is None:
            return "unknown"
        if re.fullmatch(r"[0-9]{9}", number):
            return "cmnd"
        if re.fullmatch(r"[0-9]{12}", number):
            return "cccd"
        if re.fullmatch(r"[A-Z][0-9]{7,8}", number):
            return "passport"
        return "unknown"
    text = fold(id_type)
    if _names("si quan|quan nhan|quan doi|cong an nhan dan", text):
        return "other"
    if _names("giay chung nhan can cuoc", text):
        return "certificate"
    if _names(f"can cuoc dien tu|dinh danh dien tu|{_word('vneid')}", text):
        return "e_id"
    names_cccd = _names(f"can cuoc cong dan|{_word('cccd')}", text)
    names_cmnd = _names(f"chung minh|{_word('cmnd|cmt')}", text)
    # Reading: a full name in words names the paper as much as its short form does; and the
    # more specific kinds above win over such a text ("CMND/CCCD/VNeID" is e_id).
    if names_cccd and names_cmnd:
        return "cmnd" if number is not None and re.fullmatch(r"[0-9]{9}", number) else "cccd"
    if names_cccd:
        return "cccd"
    if _names("can cuoc", text):
        return "can_cuoc"
    if names_cmnd:
        return "cmnd"
    if _names(f"ho chieu|passport|{_word('hc|pp')}", text):
        return "passport"
    if text in {"cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport"}:
        return text
    return "other"


_DMY = r"(?P<d>[0-9]{1,2})(?P<sep>[/.\-])(?P<m>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4})"
_YMD = r"(?P<y>[0-9]{4})(?P<sep>[/\-])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
# Reading: hours have two digits; a fraction follows seconds only, after a point; an offset is
# Z, +07, +0700 or +07:00, without a space before it.
_TIME = (
    r"(?:[ T](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]+))?)?"
    r"(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_DATES = (re.compile(_DMY + _TIME), re.compile(_YMD + _TIME))
_SERIAL = re.compile(r"([0-9]{5})(?:\.([0-9]+))?")
_VIET_NAM_TIME = dt.timedelta(hours=7)

Date = tuple[dt.date | None, dt.time | None, bool]
_INVALID: Date = (None, None, False)


def parse_date(raw: str | None) -> Date:
    """(day, time or None, valid) of raw or cleaned text; a missing text is not valid."""
    text = clean_text(raw)
    if text is None:
        return _INVALID
    serial = _SERIAL.fullmatch(text)
    if serial is not None:
        return _parse_serial(int(serial[1]), serial[2] or "")
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found is not None:
            return _parse_written(found)
    return _INVALID


def _parse_serial(number: int, fraction: str) -> Date:
    if not 10000 <= number <= 60000:
        return _INVALID
    day = dt.date(1899, 12, 30) + dt.timedelta(days=number)
    # Reading: a fraction of zero ("43831.0") is how a whole number prints, not midnight; other
    # fractions are rounded to the second.
    if fraction.strip("0") == "":
        return day, None, True
    moment = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=round(float("0." + fraction) * 86400))
    return moment.date(), moment.time(), True


def _parse_written(found: re.Match[str]) -> Date:
    try:
        day = dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
        if found["H"] is None:
            return day, None, True
        micros = int(((found["f"] or "") + "000000")[:6])
        time = dt.time(int(found["H"]), int(found["M"]), int(found["S"] or 0), micros)
        offset = found["offset"]
        if offset is None:
            return day, time, True
        moment = dt.datetime.combine(day, time)
        if offset == "Z":
            away = dt.timedelta(0)
        else:
            hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
            if hours > 23 or minutes > 59:
                return _INVALID
            away = dt.timedelta(hours=hours, minutes=minutes)
            away = -away if offset[0] == "-" else away
        moment = moment - away + _VIET_NAM_TIME
        return moment.date(), moment.time(), True
    except (ValueError, OverflowError):
        return _INVALID


# ---------------------------------------------------------------------------------------------
# Ages and spans (§4, last paragraph).  Beyond the year 9999 they stop at the last day there is.


def birthday(born: dt.date, age: int) -> dt.date:
    """Born on 29 February: 1 March in other years."""
    year = born.year + age
    if year > 9999:
        return dt.date.max
    try:
        return born.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)


def age_on(born: dt.date, day: dt.date) -> int:
    """Full years; negative before birth."""
    years = day.year - born.year
    return years if day >= birthday(born, years) else years - 1


def years_after(day: dt.date, years: int) -> dt.date:
    """From 29 February: 28 February in other years."""
    if day.year + years > 9999:
        return dt.date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 2, 28)


# ---------------------------------------------------------------------------------------------
# Documents


def is_placeholder_number(number: str) -> bool:
    """ID106.  Reading: letters are skipped ("B1234567"); there must be a digit at all."""
    digits = [int(char) for char in number if char in "0123456789"]
    if len(number) < 6 or not digits:
        return False
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    return steps <= {0} or steps == {1} or steps == {9}


def number_gives_year(number: str, year: int) -> bool:
    """Digit 4 of a 12-digit number gives the century, digits 5 and 6 the year in it."""
    return (19 + int(number[3]) // 2) * 100 + int(number[4:6]) == year


def card_expiry(issued: dt.date, born: dt.date, milestones: list[int]) -> dt.date | None:
    """Law 5a: the first milestone birthday that is more than two years after the issue.

    Reading: "birthday(m) - 2 years" of someone born on 29 February is the birthday at m - 2.
    """
    for age in milestones:
        if issued < birthday(born, age - 2):
            return birthday(born, age)
    return None


def document_expiry(kind: str, issued: dt.date | None, born: dt.date | None, printed: dt.date | None) -> dt.date | None:
    """ID141: last day of validity, None where it is not known or never ends."""
    expiry = printed
    if expiry is None and issued is not None:
        if kind == "cmnd":
            expiry = years_after(issued, 15)
        elif kind == "cccd" and born is not None:
            expiry = card_expiry(issued, born, [25, 40, 60])
        elif kind == "can_cuoc" and born is not None:
            expiry = card_expiry(issued, born, [14, 25, 40, 60])
        elif kind == "passport":
            under_14 = born is not None and age_on(born, issued) < 14
            expiry = years_after(issued, 5 if under_14 else 10)
    # Reading: the extension by law also holds for a printed day.
    if expiry is not None and kind in {"cmnd", "cccd"} and dt.date(2024, 1, 15) <= expiry <= dt.date(2024, 6, 29):
        expiry = dt.date(2024, 6, 30)
    return expiry


# ---------------------------------------------------------------------------------------------
# Names


def is_no_name(name: str) -> bool:
    """PER102, on a cleaned name."""
    if any(unicodedata.category(char) == "Nd" for char in name):
        return True
    if not any(unicodedata.category(char).startswith("L") for char in name):
        return True
    # Reading: "one letter repeated" is a name of nothing but that letter, without spaces, and
    # a letter with another tone is another letter.
    if len(name) >= 2 and len(set(name.lower())) == 1:
        return True
    return fold(name) in _texts("name_placeholders")


def is_garbled(name: str) -> bool:
    """PER103, on a cleaned name (so white space among the controls has become a space)."""
    # Reading: "a Latin-1 symbol" is U+00A1 to U+00BF, ª and º included, as these are the
    # second bytes of à to ÿ.
    return (
        "\ufffd" in name
        or any(unicodedata.category(char) == "Cc" for char in name)
        or any(sign in name for sign in ("á»", "áº", "Ä‘", "Æ°"))
        or re.search("Ã[\u00a1-\u00bf]", name) is not None
    )


# ---------------------------------------------------------------------------------------------
# Organisations


def is_tax_code(text: str) -> bool:
    """10 digits, 13 digits or 10-3 digits with a right check digit (the 10th).

    Reading: no other separators; stdnum's further checks (a serial of zeros, branch 000) are
    not in the contract.
    """
    found = re.fullmatch(r"([0-9]{10})(?:-?[0-9]{3})?", text)
    return found is not None and mst.calc_check_digit(found[1]) == found[1][9]


# ---------------------------------------------------------------------------------------------
# §3 Eras

_LAWS = {
    "old": {"old"},
    "D49": {"D49"},
    "D163": {"D163"},
    "C08": {"D163", "C08"},  # on top of D163
}
_LAW_NAMES = {
    "decree-49-2017": "D49",
    "decree-163-2024": "D163",
    "circular-08-2026": "C08",
}


def eras(judged_on: dt.date, law: str = "auto") -> set[str]:
    if law != "auto":
        return _LAWS[_LAW_NAMES.get(law, law)]
    if judged_on <= dt.date(2017, 4, 23):
        return _LAWS["old"]
    if judged_on <= dt.date(2024, 12, 23):
        return _LAWS["D49"]
    if judged_on <= dt.date(2026, 4, 14):
        return _LAWS["D163"]
    return _LAWS["C08"]


# ---------------------------------------------------------------------------------------------
# §1 and §4: to whom a rule applies

ALL = frozenset({"old", "D49", "D163"})  # every record has one of these; C08 has D163
SINCE_2017 = frozenset({"D49", "D163"})


class Rule(NamedTuple):
    eras: frozenset[str]
    # Every group needs one of its columns in the file.
    columns: tuple[tuple[str, ...], ...]
    # person: individuals, and organisations' H2H numbers with one of `fields` filled in.
    who: str = "everyone"
    fields: tuple[str, ...] = ()


def _person(*fields: str, also: tuple[str, ...] = (), of: frozenset[str] = ALL) -> Rule:
    """A rule that judges one field (or several that stand for one thing)."""
    return Rule(of, (fields, *((column,) for column in also)), "person", fields)


# Reading, of "the columns that it makes a statement about":
# - the kind of a document is known from id_type or from id_number, so rules on a kind need
#   one of the two (ID103 needs id_type: only a text can say "other"); ID141 does not need it,
#   nor the birth date, as a printed expiry is enough;
# - nationality in ID104 and PER131 has a default, registered_at in PER113 (the as-of date) and
#   in ORG103 (not "registered from 2025-07-01") too: context, not needed;
# - what must be filled in for an organisation: the field in the rule's name (ID111 to ID113 the
#   number); for ID142 and ID143 the document, by its type or its number; for ID141 the expiry
#   or the issue date.
_KIND = ("id_type", "id_number")

RULES: dict[str, Rule] = {
    "NUM101": Rule(ALL, (("msisdn",),)),
    "NUM102": Rule(ALL, (("msisdn",),), "not m2m"),
    "NUM103": Rule(ALL, (("msisdn",),)),
    "NUM104": Rule(ALL, (("msisdn",),)),
    "NUM105": Rule(ALL, (("msisdn",), ("operator",))),  # or the file's operator, see applies()
    "PER101": _person("full_name"),
    "PER102": _person("full_name"),
    "PER103": _person("full_name"),
    "PER104": _person("full_name"),
    "PER111": _person("date_of_birth"),
    "PER112": _person("date_of_birth"),
    "PER113": _person("date_of_birth"),
    "PER121": _person("nationality"),
    "PER122": _person("nationality"),
    "PER131": _person("address"),
    "ID101": Rule(ALL, (("id_number",),), "individual"),
    "ID102": _person("id_number", also=("id_type",)),
    "ID103": _person("id_type"),
    "ID104": _person("id_number"),
    "ID105": _person("id_number", also=("date_of_birth",)),
    "ID106": _person("id_number"),
    "ID111": _person("id_number", also=("date_of_birth",)),
    "ID112": _person("id_number", also=("sex",)),
    "ID113": _person("id_number"),
    "ID121": Rule(ALL, (("id_issue_date",), ("id_number",)), "individual"),
    "ID122": _person("id_issue_date"),
    "ID123": _person("id_issue_date", also=("registered_at",)),
    "ID124": Rule(ALL, (("id_issue_date",), ("date_of_birth",), _KIND), "person", ("id_issue_date",)),
    "ID125": Rule(ALL, (("id_issue_date",), ("date_of_birth",), _KIND), "person", ("id_issue_date",)),
    "ID131": Rule(ALL, (("id_issue_place",), ("id_number",)), "individual"),
    "ID141": _person("id_expiry_date", "id_issue_date", also=("registered_at",)),
    "ID142": _person(*_KIND, also=("registered_at",)),
    "ID143": _person(*_KIND, also=("nationality",)),
    "MIN101": _person("date_of_birth", also=("registered_at", "guardian_name"), of=frozenset({"old", "D49"})),
    "MIN102": _person("date_of_birth", also=("registered_at", "guardian_name"), of=frozenset({"D163"})),
    "MIN103": Rule(
        frozenset({"D163"}),
        (("date_of_birth",), ("registered_at",), ("consent_ref", "guardian_name")),
        "person",
        ("date_of_birth",),
    ),
    "ORG101": Rule(ALL, (("organisation_name",),), "organisation"),
    "ORG102": Rule(ALL, (("organisation_tax_code",),), "organisation"),
    "ORG103": Rule(ALL, (("organisation_tax_code",),), "organisation"),
    "ORG104": Rule(frozenset({"D163"}), (("full_name",), ("id_number",)), "organisation h2h"),
    "REG101": Rule(frozenset({"D49"}), (("payment_type",),)),
    "REG102": Rule(ALL, (("payment_type",),)),
    "REG111": Rule(SINCE_2017, (("portrait_ref", "portrait_hash"),), "individual"),
    "REG112": Rule(SINCE_2017, (("portrait_taken_at",), ("portrait_ref", "portrait_hash"))),
    "REG113": Rule(SINCE_2017, (("portrait_taken_at",), ("registered_at",))),
    "REG121": Rule(SINCE_2017, (("document_scan_ref",),)),
    "REG122": Rule(SINCE_2017, (("payment_type",), ("confirmation_ref", "contract_number"))),
    "REG131": Rule(ALL, (("registered_at",),)),
    "REG132": Rule(ALL, (("registered_at",),)),
    "REG133": Rule(ALL, (("registered_at",),)),
    "REG134": Rule(SINCE_2017, (("clerk_name",),), "not online"),
    "REG135": Rule(SINCE_2017, (("pos_address", "pos_name", "pos_code"),), "not online"),
    "REG136": Rule(SINCE_2017, (("pos_phone",),), "not online"),
    "REG141": Rule(SINCE_2017, (("service_started_at",), ("registered_at",))),
    "REG142": Rule(SINCE_2017, (("service_started_at",),)),
    "REG143": Rule(SINCE_2017, (("status",),)),
    "REG144": Rule(ALL, (("status",),)),
    "REG151": Rule(frozenset({"C08"}), (("authenticated_at",),)),
}

# NUM104: the table of the catalogue, prefix by prefix.
MOBILE_PREFIXES = frozenset(
    [
        "030",
        "032",
        "033",
        "034",
        "035",
        "036",
        "037",
        "038",
        "039",
        "051",
        "052",
        "055",
        "056",
        "058",
        "059",
        "070",
        "076",
        "077",
        "078",
        "079",
        "081",
        "082",
        "083",
        "084",
        "085",
        "086",
        "087",
        "088",
        "089",
        "090",
        "091",
        "092",
        "093",
        "094",
        "096",
        "097",
        "098",
        "099",
    ]
)


@dataclass
class Verdict:
    codes: set[str]  # rules that fire
    applies: set[str]  # rules that are evaluated


def check(
    record: dict[str, str | None],
    *,
    operator: str | None,
    as_of: dt.date,
    columns: set[str],
    law: str = "auto",
) -> Verdict:
    # A column that the file does not have is never there, whatever the record says.
    value = {name: clean_text(raw) for name, raw in record.items() if name in columns}

    def get(column: str) -> str | None:
        return value.get(column)

    def missing(column: str) -> bool:
        return value.get(column) is None

    def code(column: str) -> str | None:
        """Recognised code of a coded column, else None."""
        text = value.get(column)
        return None if text is None else _codes().get((column, fold(text)))

    registered_on, registered_time, _ = parse_date(get("registered_at"))
    judged_on = registered_on or as_of
    judged_under = eras(judged_on, law)

    # Reading: an unrecognised kind is treated as a missing one.
    kind_of_subscriber = code("subscriber_kind")
    if kind_of_subscriber is None:
        kind_of_subscriber = "individual" if missing("organisation_name") else "organisation"
    individual = kind_of_subscriber == "individual"
    m2m = code("connection_kind") == "m2m"
    online = code("pos_kind") == "online"

    # --- which rules are evaluated

    def applies(name: str, rule: Rule) -> bool:
        if not rule.eras & judged_under:
            return False
        for group in rule.columns:
            # Reading: an operator named for the whole file serves as the column.
            if group == ("operator",) and operator is not None:
                continue
            if not columns & set(group):
                return False
        if rule.who == "not m2m":
            return not m2m
        if rule.who == "not online":
            return not online
        if rule.who == "individual":
            return individual
        if rule.who == "organisation":
            return not individual
        if rule.who == "organisation h2h":
            return not individual and not m2m
        if rule.who == "person":
            filled_in = not all(missing(field) for field in rule.fields)
            return individual or (not m2m and filled_in)
        return True

    evaluated = {name for name, rule in RULES.items() if applies(name, rule)}
    fired: set[str] = set()

    def fires(name: str, condition: bool) -> None:
        if condition:
            fired.add(name)

    # --- NUM

    msisdn = get("msisdn")
    fires("NUM101", msisdn is None)
    if msisdn is not None:
        number = subscriber_number(msisdn)
        fires("NUM102", number.form == "malformed")
        fires("NUM103", number.form == "old" and as_of > dt.date(2018, 11, 14))
        if number.current is not None:
            fires("NUM104", number.current[:3] not in MOBILE_PREFIXES)
            named = get("operator") if "operator" in columns else clean_text(operator)
            carrier = None if named is None else _operators().get(fold(named))
            holder = _holder(number.current)
            fires(
                "NUM105",
                carrier is not None
                and holder is not None
                and carrier != holder
                and (carrier, holder) not in _mvno_hosts()
                and (holder, carrier) not in _mvno_hosts(),
            )

    # --- PER

    name = get("full_name")
    fires("PER101", name is None)
    if name is not None:
        fires("PER102", is_no_name(name))
        fires("PER103", is_garbled(name))
        fires("PER104", " " not in name and not is_no_name(name))

    born, _, born_valid = parse_date(get("date_of_birth"))
    fires("PER111", missing("date_of_birth"))
    fires("PER112", not missing("date_of_birth") and not born_valid)
    if born is not None:
        fires("PER113", born > judged_on or birthday(born, 120) < judged_on)

    nationality = get("nationality")
    country = None if nationality is None else _countries().get(fold_country(nationality))
    fires("PER121", nationality is None)
    fires("PER122", nationality is not None and country is None)
    fires(
        "PER131",
        missing("address") and ("D163" in judged_under or nationality is None or country == "VN"),
    )

    # --- ID

    id_text = get("id_number")
    id_number = None if id_text is None else document_number(id_text)
    kind = document_kind(get("id_type"), id_number)
    fires("ID101", id_number is None)
    fires("ID102", missing("id_type") and id_number is not None)
    fires("ID103", kind == "other")
    if id_number is not None:
        lost_zeros = (
            kind in {"cccd", "can_cuoc", "e_id", "unknown"}
            and re.fullmatch(r"[0-9]{10,11}", id_number) is not None
            and id_number.zfill(12)[:3] in _provinces()
            and born is not None
            and number_gives_year(id_number.zfill(12), born.year)
        )
        placeholder = is_placeholder_number(id_number)
        fires("ID105", lost_zeros)
        fires("ID106", placeholder)
        if not lost_zeros and not placeholder:
            fires("ID104", not _well_formed(kind, id_number, country))
        personal = (
            kind in {"cmnd", "cccd", "can_cuoc", "e_id", "certificate"}
            and re.fullmatch(r"[0-9]{12}", id_number) is not None
        )
        if personal and not placeholder:
            fires("ID111", born is not None and not number_gives_year(id_number, born.year))
            sex = code("sex")
            told = "male" if int(id_number[3]) % 2 == 0 else "female"
            fires("ID112", sex is not None and sex != told)
            fires("ID113", id_number[:3] not in _provinces())

    issued, _, issued_valid = parse_date(get("id_issue_date"))
    fires("ID121", id_number is not None and missing("id_issue_date"))
    fires("ID122", not missing("id_issue_date") and not issued_valid)
    if issued is not None:
        fires("ID123", registered_on is not None and issued > registered_on)
        fires(
            "ID124",
            (born is not None and issued < born)
            or (kind == "cccd" and issued < dt.date(2016, 1, 1))
            or (kind == "can_cuoc" and issued < dt.date(2024, 7, 1)),
        )
        fires(
            "ID125",
            kind in {"cmnd", "cccd"} and born is not None and issued < birthday(born, 14),
        )
    fires("ID131", id_number is not None and missing("id_issue_place"))

    printed, _, _ = parse_date(get("id_expiry_date"))
    expiry = document_expiry(kind, issued, born, printed)
    fires("ID141", expiry is not None and registered_on is not None and expiry < registered_on)
    fires(
        "ID142",
        kind == "cmnd" and registered_on is not None and registered_on > dt.date(2024, 12, 31),
    )
    fires(
        "ID143",
        country is not None and country != "VN" and kind in {"cmnd", "cccd", "can_cuoc"},
    )

    # --- MIN.  Reading: someone registered before birth is under every age but not from 6 on.

    if born is not None and registered_on is not None:
        age = age_on(born, registered_on)
        fires("MIN101", age < 14 and missing("guardian_name"))
        fires("MIN102", age < 6 and missing("guardian_name"))
        fires(
            "MIN103",
            6 <= age < 15 and missing("consent_ref") and missing("guardian_name"),
        )

    # --- ORG

    fires("ORG101", missing("organisation_name"))
    tax_code = get("organisation_tax_code")
    fires("ORG102", tax_code is None)
    if tax_code is not None:
        personal_tax_code = (
            re.fullmatch(r"[0-9]{12}", tax_code) is not None
            and registered_on is not None
            and registered_on >= dt.date(2025, 7, 1)
        )
        fires("ORG103", not is_tax_code(tax_code) and not personal_tax_code)
    fires("ORG104", missing("full_name") or missing("id_number"))

    # --- REG

    payment = code("payment_type")
    fires("REG101", missing("payment_type"))
    fires("REG102", not missing("payment_type") and payment is None)

    portrait = not missing("portrait_ref") or not missing("portrait_hash")
    taken_on, taken_time, _ = parse_date(get("portrait_taken_at"))
    fires("REG111", not portrait)
    fires("REG112", portrait and taken_time is None)
    if taken_on is not None and registered_on is not None:
        if taken_time is not None and registered_time is not None:
            taken = dt.datetime.combine(taken_on, taken_time)
            registered = dt.datetime.combine(registered_on, registered_time)
            fires("REG113", taken - registered > dt.timedelta(hours=24))
        else:
            # Reading: without both times it fires when 24 hours must have passed, which is
            # when a whole day lies between the two.
            fires("REG113", (taken_on - registered_on).days > 1)

    fires("REG121", missing("document_scan_ref"))
    # Reading: a payment type that is missing or unrecognised is not postpaid.
    fires(
        "REG122",
        payment != "postpaid" and missing("confirmation_ref") and missing("contract_number"),
    )
    fires("REG131", missing("registered_at"))
    fires("REG132", not missing("registered_at") and registered_on is None)
    fires("REG133", registered_on is not None and registered_on > as_of)
    fires("REG134", missing("clerk_name"))
    fires("REG135", missing("pos_address") and missing("pos_name") and missing("pos_code"))
    fires("REG136", missing("pos_phone"))

    started_on, started_time, _ = parse_date(get("service_started_at"))
    if started_on is not None and registered_on is not None:
        if started_time is not None and registered_time is not None:
            started = dt.datetime.combine(started_on, started_time)
            fires("REG141", started < dt.datetime.combine(registered_on, registered_time))
        else:
            fires("REG141", started_on < registered_on)
    fires("REG142", missing("service_started_at"))
    fires("REG143", missing("status"))
    fires("REG144", not missing("status") and code("status") is None)
    fires("REG151", not parse_date(get("authenticated_at"))[2])

    return Verdict(codes=fired & evaluated, applies=evaluated)


def _holder(number: str) -> str | None:
    """Block holder of a number in current form: the longest prefix that the table names."""
    for length in range(len(number), 2, -1):
        if number[:length] in _holders():
            return _holders()[number[:length]] or None
    return None


def _well_formed(kind: str, number: str, country: str | None) -> bool:
    """ID104."""
    if kind == "cmnd":
        return re.fullmatch(r"[0-9]{9}|[0-9]{12}", number) is not None
    if kind in {"cccd", "can_cuoc", "e_id", "certificate"}:
        return re.fullmatch(r"[0-9]{12}", number) is not None
    if kind == "passport" and country == "VN":
        return re.fullmatch(r"[A-Z][0-9]{7,8}", number) is not None
    if kind == "passport":
        return re.fullmatch(r"[A-Z0-9]{5,9}", number) is not None
    return kind != "unknown"
