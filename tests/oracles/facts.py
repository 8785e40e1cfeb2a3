"""What the rules across records look at in one record, of what sections 1 to 3 of the catalogue make of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from oracles import record_facts
from oracles.person_names import folded_name, is_garbled, is_no_name
from oracles.record_facts import Record
from oracles.reference import operator_of, prefixes_2018
from oracles.texts import document_number, fold, is_flag, sim_serial, subscriber_number, tax_code

UNRECOGNISED = "(unrecognised)"
BLOCK_DIGITS = 3
NOBODY = "(unknown)"
PERSONAL_TAX_CODES = dt.date(2025, 7, 1)
PLACEHOLDER_IMAGES = {"noimage", "nophoto", "noavatar", "default", "blank", "empty", "avatar", "image", "photo"}


@dataclass(frozen=True)
class Facts:
    """What the rules across records look at."""

    index: int
    columns: frozenset[str]
    operator: str | None  # None: not known
    number: str | None
    identity: str | None
    customer: str | None  # whose numbers DUP111 to DUP113 count
    document: str | None
    name: str | None
    folded_name: str | None
    born: dt.date | None
    issued: dt.date | None
    issue_place: str | None
    prepaid: bool
    contract: bool
    point: str | None
    serial: str | None
    portrait: str | None
    clerk: str | None
    registered: dt.datetime | None
    minute: dt.datetime | None
    eras: frozenset[str]

    @property
    def carrier(self) -> str:
        """Records without an operator are a group of their own."""
        return self.operator or NOBODY

    @property
    def block(self) -> str | None:
        return None if self.serial is None else self.serial[:-BLOCK_DIGITS]


def is_terminated(record: Record, as_of: dt.date) -> bool:
    cleaned = record_facts.Facts(record, None, as_of, frozenset(record), "auto")
    if cleaned.status is not None:
        return cleaned.status == "terminated"
    return cleaned.ended_on is not None and cleaned.ended_on <= as_of


def facts_of(index: int, record: Record, as_of: dt.date, operator: str | None, law: str) -> Facts:
    cleaned = record_facts.Facts(record, None, as_of, frozenset(record), law)
    registered = cleaned.date("registered_at")
    at = registered.day and dt.datetime.combine(registered.day, registered.time or dt.time())
    whose = cleaned.text("operator") or operator
    name = cleaned.text("full_name")
    serial = cleaned.text("sim_serial")
    return Facts(
        index=index,
        columns=frozenset(record),
        operator=operator_of(whose) or whose,
        number=number_of(cleaned),
        identity=cleaned.identity,
        customer=customer_of(cleaned),
        document=cleaned.number,
        name=None if name is None else name.casefold(),
        folded_name=None if name is None or is_no_name(name) or is_garbled(name) else folded_name(name),
        born=cleaned.born,
        issued=cleaned.issued,
        issue_place=cleaned.text("id_issue_place"),
        prepaid=cleaned.code("payment_type") == "prepaid",
        contract=not cleaned.missing("contract_number"),
        point=UNRECOGNISED if cleaned.unrecognised("pos_kind") else cleaned.code("pos_kind"),
        serial=None if serial is None else sim_serial(serial),
        portrait=portrait_of(cleaned),
        clerk=cleaned.text("clerk_name"),
        registered=at,
        minute=None if registered.moment is None else registered.moment.replace(second=0, microsecond=0),
        eras=cleaned.eras,
    )


def number_of(cleaned: record_facts.Facts) -> str | None:
    """The number in current form; a machine's number in neither form as its text."""
    _, current = cleaned.msisdn
    text = cleaned.text("msisdn")
    if current is not None or text is None or cleaned.connection != "m2m":
        return current
    # Reading: "their text" is what cleaning leaves of it, without marks and with 0 for the country code.
    number = subscriber_number(text, frozenset(prefixes_2018()))[1]
    return re.sub(r"^(?:0084|84)0?([0-9]{9,10})$", r"0\1", number) or None


def customer_of(cleaned: record_facts.Facts) -> str | None:
    if cleaned.individual:
        return cleaned.identity
    # Reading: where the kind of subscriber or of connection is not recognised, neither key may be taken.
    if not cleaned.organisation or "D163" not in cleaned.eras or not cleaned.h2h:
        return None
    text = cleaned.text("organisation_tax_code")
    digits = None if text is None else tax_code(text) or personal_tax_code(text, cleaned.registered_on)
    return None if digits is None else "mst:" + digits


def personal_tax_code(text: str, registered: dt.date | None) -> str | None:
    digits = document_number(text) or ""
    since = registered is not None and registered >= PERSONAL_TAX_CODES
    return digits if since and re.fullmatch("[0-9]{12}", digits) else None


def portrait_of(cleaned: record_facts.Facts) -> str | None:
    text = cleaned.text("portrait_hash" if "portrait_hash" in cleaned.columns else "portrait_ref")
    if text is None or is_flag(text) or is_placeholder_image(text):
        return None
    return text


def is_placeholder_image(text: str) -> bool:
    name = re.split(r"[/\\]", text)[-1]
    stem = name.rpartition(".")[0] if "." in name else name
    return "".join(char for char in fold(stem) if char.isalnum()) in PLACEHOLDER_IMAGES
