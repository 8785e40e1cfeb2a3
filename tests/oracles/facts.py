"""What the rules across records look at in one record, read from its texts by section 2 of the catalogue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from oracles import cleaning
from oracles.cleaning import UNRECOGNISED, Record

BLOCK_DIGITS = 3
NOBODY = "(unknown)"


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
    status = cleaning.code(record, "status")
    if status not in {None, UNRECOGNISED}:
        return status == "terminated"
    ended, _ = cleaning.moment(record.get("terminated_at"), "terminated_at")
    registered, _ = cleaning.moment(record.get("registered_at"), "registered_at")
    if ended is None or (registered is not None and ended < registered):
        return False
    return ended <= as_of


def facts_of(index: int, record: Record, as_of: dt.date, operator: str | None, law: str) -> Facts:
    def get(column: str) -> str | None:
        return cleaning.clean(record.get(column))

    def day(column: str) -> dt.date | None:
        return cleaning.moment(record.get(column), column)[0]

    registered_on, registered_time = cleaning.moment(record.get("registered_at"), "registered_at")
    at = registered_on and dt.datetime.combine(registered_on, registered_time or dt.time())
    eras = frozenset(cleaning.eras(registered_on or day("info_updated_at") or as_of, law))
    name = get("full_name")
    identity = cleaning.identity_key(record)
    return Facts(
        index=index,
        columns=frozenset(record),
        operator=cleaning.operator_name(get("operator") or operator),
        number=number_of(record),
        identity=identity,
        customer=customer_of(record, identity, registered_on, eras),
        document=cleaning.document_number(record.get("id_number")),
        name=None if name is None else name.casefold(),
        folded_name=cleaning.folded_name(name) if name is not None and cleaning.is_name(name) else None,
        born=day("date_of_birth"),
        issued=day("id_issue_date"),
        issue_place=get("id_issue_place"),
        prepaid=cleaning.code(record, "payment_type") == "prepaid",
        contract=cleaning.reference(record.get("contract_number")) is not None,
        point=cleaning.code(record, "pos_kind"),
        serial=cleaning.sim_serial(record.get("sim_serial")),
        portrait=portrait_of(record),
        clerk=get("clerk_name"),
        registered=at,
        minute=None if at is None or registered_time is None else at.replace(second=0, microsecond=0),
        eras=eras,
    )


def number_of(record: Record) -> str | None:
    """The number in current form; a machine's number in neither form as its text."""
    text = cleaning.clean(record.get("msisdn"))
    number = None if text is None else cleaning.number_text(text)
    if number is None:
        return None
    # Reading: "their text" is what is left without the marks of numbers.
    return cleaning.number_in_current_form(number) or (number if cleaning.connection(record) == "m2m" else None)


def customer_of(record: Record, identity: str | None, registered: dt.date | None, eras: frozenset[str]) -> str | None:
    organisation = cleaning.is_organisation(record)
    if organisation is False:
        return identity
    # Reading: where the kind of subscriber or of connection is not recognised, neither key may be taken.
    if organisation is None or "D163" not in eras or cleaning.connection(record) != "h2h":
        return None
    tax_code = cleaning.tax_code_digits(record.get("organisation_tax_code"), registered)
    return None if tax_code is None else "mst:" + tax_code


def portrait_of(record: Record) -> str | None:
    column = "portrait_hash" if "portrait_hash" in record else "portrait_ref"
    text = cleaning.reference(record.get(column))
    if text is None or cleaning.is_flag(text) or cleaning.is_placeholder_image(text):
        return None
    return text
