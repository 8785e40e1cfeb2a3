"""What the oracle of the rules across records asks of the cleaning of section 2: this is all of it, in one place."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache

from stdnum.vn import mst

import oracle
from oracle import _prefixes_2018 as prefixes_2018
from oracle import _rows as rows
from oracle import eras, fold, is_placeholder_number
from oracles.coded_texts import UNRECOGNISED, code_of
from oracles.names import folded_name, is_name

__all__ = [
    "UNRECOGNISED",
    "Record",
    "clean",
    "code",
    "connection",
    "document_number",
    "eras",
    "fold",
    "folded_name",
    "identity_key",
    "is_flag",
    "is_name",
    "is_organisation",
    "is_placeholder_image",
    "moment",
    "number_in_current_form",
    "number_text",
    "operator_name",
    "reference",
    "sim_serial",
    "tax_code_digits",
]

Record = dict[str, str | None]

MISSING = re.compile(
    "[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d._*?…/ ]*"
    r"|[(<\[]null[)>\]]|\\n|null|none|nil|n/a|na|<na>|nan|nat|#(n/a|ref!|value!|null!|num!|div/0!|name\?)"
    r"|khong (co|ro|xac dinh)|chua (co|cap nhat)"
)
NO_REFERENCE = {"khong", "no", "n", "false", "0", "chua"}
FLAGS = {"co", "yes", "y", "true", "x", "1", "da co"}
PLACEHOLDER_IMAGES = {"noimage", "nophoto", "noavatar", "default", "blank", "empty", "avatar", "image", "photo"}
NOTHING = {dt.date(1900, 1, 1), dt.date(1970, 1, 1), dt.date(9999, 12, 31)}
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
INVISIBLE = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(raw: str | None) -> str | None:
    text = oracle.clean_text(raw)
    if text is not None and re.fullmatch('=".*"', text):
        text = oracle.clean_text(text[2:-1])
    return None if text is None or MISSING.fullmatch(fold(text)) else text


def reference(raw: str | None) -> str | None:
    """A portrait, a scan, a contract: some texts say that there is none."""
    text = clean(raw)
    return None if text is None or fold(text) in NO_REFERENCE else text


def is_flag(text: str) -> bool:
    return fold(text) in FLAGS


def is_placeholder_image(text: str) -> bool:
    name = re.split(r"[/\\]", text)[-1]
    stem = name.rpartition(".")[0] if "." in name else name
    return "".join(char for char in fold(stem) if char.isalnum()) in PLACEHOLDER_IMAGES


def moment(raw: str | None, column: str) -> tuple[dt.date | None, dt.time | None]:
    """Day and time of day, each None where it is not known."""
    text = clean(raw)
    day, time, _ = oracle.parse_date(None if text is None else text.removeprefix("'"))
    if day is None or day == dt.date(1, 1, 1) or (column != "date_of_birth" and day in NOTHING):
        return None, None
    return day, time


def code(record: Record, column: str) -> str | None:
    """Of a coded column: the code, UNRECOGNISED, or None where there is no text."""
    text = clean(record.get(column))
    return None if text is None else code_of(column, " ".join(re.findall("[a-z0-9]+", fold(text))))


def marked(text: str) -> str:
    text = "".join(str(unicodedata.decimal(char, char)) for char in text)
    return DASHES.sub("-", INVISIBLE.sub("", re.sub(r"\s", "", text)))


def number_text(text: str) -> str | None:
    """A subscriber number without its marks, whatever its form."""
    number = marked(text)
    if number.count(".") == 1:
        number = re.sub(r"(?<=[0-9])\.0+$", "", number)
    number = re.sub(r"[.\-()]", "", number)
    number = number.lstrip("'+")
    number = re.sub(r"^(?:0084|84)0?([0-9]{9,10})$", r"0\1", number)
    nine = re.fullmatch("[35789][0-9]{8}", number)
    ten = re.fullmatch("[0-9]{10}", number) and "0" + number[:3] in prefixes_2018()
    number = "0" + number if nine or ten else number
    return number or None


def number_in_current_form(number: str) -> str | None:
    """Of a number without marks; None where it is malformed."""
    if re.fullmatch("0[35789][0-9]{8}", number):
        return number
    if re.fullmatch("[0-9]{11}", number) and number[:4] in prefixes_2018():
        return prefixes_2018()[number[:4]] + number[4:]
    return None


def document_number(raw: str | None) -> str | None:
    text = clean(raw)
    if text is None:
        return None
    number = marked(text)
    number = re.sub(r"^('?[0-9]+)\.0+$", r"\1", number)
    return re.sub(r"[.\-]", "", number).removeprefix("'").upper() or None


def sim_serial(raw: str | None) -> str | None:
    number = document_number(raw)
    number = None if number is None else number.removesuffix("F")
    return number if number is not None and re.fullmatch("[0-9]{18,20}", number) else None


def tax_code_digits(raw: str | None, registered: dt.date | None) -> str | None:
    """The digits of a tax code that ORG103 does not object to."""
    digits = document_number(raw) or ""
    if re.fullmatch("[0-9]{9}", digits):
        digits = "0" + digits
    if re.fullmatch("[0-9]{12}", digits):
        return digits if registered is not None and registered >= dt.date(2025, 7, 1) else None
    right = re.fullmatch("([0-9]{10})([0-9]{3})?", digits)
    if right is None or right[2] == "000" or mst.calc_check_digit(right[1]) != right[1][9]:
        return None
    return digits


PERSONAL = {"cmnd", "cccd", "can_cuoc", "e_id", "certificate"}
KINDS = [
    ("military", r"si quan|quan nhan|quan doi|cong an nhan dan|\bcmtqd\b"),
    (
        "legal",
        r"giay phep kinh doanh|\b(gpkd|dkkd|dkdn|gcndkdn|gcndkkd|mst)\b|dang ky (ho )?kinh doanh|dang ky doanh nghiep"
        r"|chung nhan phap nhan|giay phep dau tu|chung nhan (dang ky )?dau tu|giay phep thanh lap"
        r"|quyet dinh thanh lap|ma so thue",
    ),
    ("other", r"giay phep lai xe|\b(gplx|bhyt)\b|bao hiem y te|so ho khau|the sinh vien"),
    ("certificate", r"giay chung nhan can cuoc|^certificate$"),
]
NAMED_TOGETHER = [
    ("e_id", r"can cuoc dien tu|\bvneid\b|dinh danh dien tu|^e id$"),
    ("cccd", r"can cuoc cong dan|\bcccd\b"),
    ("can_cuoc", r"can cuoc|\bcc\b"),
    ("cmnd", r"chung minh|\b(cmnd|cmt|cmtnd)\b"),
    ("passport", r"ho chieu|passport|\b(hc|pp)\b"),
]


def document_kind(id_type: str | None, number: str, country: str | None) -> str:
    text = "" if id_type is None else " ".join(re.sub("[_/]", " ", fold(id_type)).split())
    for kind, pattern in KINDS:
        if re.search(pattern, text):
            return kind
    if text in {"khac", "loai khac", "giay to khac", "other", "military"}:
        return "military" if text == "military" else "other"
    named = set()
    for kind, pattern in NAMED_TOGETHER:
        if re.search(pattern, text):
            named.add(kind)
            text = re.sub(pattern, " ", text)
    if len(named) == 1:
        return named.pop()
    if country not in {None, "VN"}:
        return "passport"
    forms = {"[0-9]{9}": "cmnd", "[0-9]{12}": "cccd", "[A-Z][0-9]{7,8}": "passport"}
    return next((kind for form, kind in forms.items() if re.fullmatch(form, number)), "unknown")


def identity_key(record: Record) -> str | None:
    number = document_number(record.get("id_number"))
    connected = connection(record)
    if number is None or is_placeholder_number(number):
        return None
    if is_organisation(record) is not False and connected != "h2h":
        return None
    country = country_of(record.get("nationality"))
    kind = document_kind(clean(record.get("id_type")), number, country)
    if kind in PERSONAL and re.fullmatch("[0-9]{12}", number):
        return number
    if kind == "cmnd" and re.fullmatch("[0-9]{9}", number):
        return "cmnd:" + number
    if kind == "passport" and country is not None:
        form = "[A-Z][0-9]{7,8}" if country == "VN" else "[A-Z0-9]{5,9}"
        if re.fullmatch(form, number):
            return f"passport:{country}:{number}"
    return None


def is_organisation(record: Record) -> bool | None:
    """None: the kind of subscriber is there, and not recognised."""
    kind = code(record, "subscriber_kind")
    if kind is None:
        return clean(record.get("organisation_name")) is not None
    return None if kind == UNRECOGNISED else kind == "organisation"


def connection(record: Record) -> str:
    kind = code(record, "connection_kind")
    device = code(record, "usage_kind") == "device" and is_organisation(record) is True
    return kind or ("m2m" if device else "h2h")


def country_of(raw: str | None) -> str | None:
    text = clean(raw)
    if text is None:
        return None
    exact, folded = countries()
    return exact.get(country_words(text)) or folded.get(oracle.fold_country(text))


def country_words(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


@cache
def countries() -> tuple[dict[str, str], dict[str, str]]:
    """Texts with their diacritics and without -> alpha-2 code; a name wins over another country's code."""
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    listed = rows("countries.csv")
    coded = [(row["alpha2"], [row["alpha2"], row["alpha3"]]) for row in listed]
    named = [(row["alpha2"], [row["name_en"], row["name_vi"], *(row["other"] or "").split("|")]) for row in listed]
    for alpha2, texts in coded + named:
        exact |= {country_words(text): alpha2 for text in texts if text}
        folded |= {oracle.fold_country(text): alpha2 for text in texts if text}
    return exact, folded


NAMES = ["Viettel", "VinaPhone", "MobiFone", "Vietnamobile", "Gmobile", "iTel", "Wintel", "Local", "FPT", "VNSKY"]
OPERATORS = {name.lower(): name for name in NAMES} | {"vnpt": "VinaPhone"}


def operator_name(raw: str | None) -> str | None:
    text = clean(raw)
    if text is None:
        return None
    words = " ".join(re.findall("[a-z0-9]+", fold(text)))
    known = {name for word, name in OPERATORS.items() if re.search(rf"\b{' ?'.join(word)}\b", words)}
    return known.pop() if len(known) == 1 else text
