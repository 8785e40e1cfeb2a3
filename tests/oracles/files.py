"""What the contract says about one file as a whole: EXP105 to EXP109, and the columns that then count as absent."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from oracles.dates import parse_date
from oracles.record_facts import DATES, Facts, Record
from oracles.records import Verdict, check
from oracles.texts import clean_text, sim_serial
from oracles.words import CODED, kinds_named

AT_LEAST = 20
MANY_RECORDS = 100
ABOUT_ALL = {"REG137", "REG153"}


@dataclass
class FileVerdict:
    verdicts: list[Verdict]
    month_first: set[str] = field(default_factory=set)  # EXP107: columns
    unlike: set[str] = field(default_factory=set)  # EXP108: columns
    broken: set[str] = field(default_factory=set)  # EXP105: rules
    past_retention: int = 0  # EXP106
    absent_of_49: set[str] = field(default_factory=set)  # EXP109: columns


def check_file(
    records: Sequence[Record],
    *,
    operator: str | None,
    as_of: dt.date,
    columns: AbstractSet[str],
    law: str = "auto",
) -> FileVerdict:
    """What is said of the records of one file, and of the file."""
    month_first = {column for column in DATES & columns if is_month_first(records, column)}
    unlike = unlike_columns(records, columns, operator, as_of, law)
    used = frozenset(columns - month_first - (unlike & set(CODED)))
    # Kinds of subscriber that nobody understands leave no rule on people and organisations.
    silent = ("PER", "ID", "MIN", "ORG") if "subscriber_kind" in unlike else ()
    verdicts = [
        check(record, operator=operator, as_of=as_of, columns=used, law=law, silent=silent) for record in records
    ]
    return FileVerdict(
        verdicts,
        month_first,
        unlike,
        broken_rules(verdicts),
        sum(verdict.past_retention for verdict in verdicts),
        absent_of_49(records, columns, used, operator, as_of, law),
    )


def broken_rules(verdicts: Sequence[Verdict]) -> set[str]:
    """EXP105."""
    evaluated = Counter(code for verdict in verdicts for code in verdict.applies)
    violated = Counter(code for verdict in verdicts for code in verdict.codes)
    return {
        code
        for code, count in evaluated.items()
        if code not in ABOUT_ALL and count >= MANY_RECORDS and violated[code] * 2 > count
    }


def absent_of_49(
    records: Sequence[Record],
    columns: AbstractSet[str],
    used: frozenset[str],
    operator: str | None,
    as_of: dt.date,
    law: str,
) -> set[str]:
    """EXP109: columns that a file with such records ought to have.

    Reading: records past their retention are records of the file like any other.
    """
    judged = [Facts(record, operator, as_of, used, law) for record in records]
    absent = set()
    if any({"D49", "old+"} & facts.eras for facts in judged):
        absent |= {"usage_kind", "info_updated_at"} - columns
    if any(facts.status == "terminated" for facts in judged):
        absent |= {"terminated_at"} - columns
    return absent


# ---------------------------------------------------------------------------------------------
# EXP107

_SLASHED = re.compile(r"(?<![0-9/.\-])([0-9]{1,2})([/.\-])([0-9]{1,2})\2[0-9]{4}(?![0-9/.\-])")
_IN_ONE_PIECE = re.compile(r"(?<![0-9])([0-9]{1,2})([0-9]{2})(?:19|20)[0-9]{2}(?![0-9])")


def is_month_first(records: Sequence[Record], column: str) -> bool:
    """Whether no first part is above 12 and some second parts are, in a date column of at least 20 values."""
    texts = [text for text in (clean_text(record.get(column)) for record in records) if text is not None]
    if len(texts) < AT_LEAST:
        return False
    parts = [found for found in map(_two_parts, texts) if found is not None]
    return bool(parts) and all(first <= 12 for first, _ in parts) and any(second > 12 for _, second in parts)


def _two_parts(text: str) -> tuple[int, int] | None:
    slashed = _SLASHED.search(text)
    if slashed is not None:
        return int(slashed[1]), int(slashed[3])
    piece = _IN_ONE_PIECE.search(text)
    if piece is None or re.search(r"(?<![0-9])(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", text):
        return None
    return int(piece[1]), int(piece[2])


# ---------------------------------------------------------------------------------------------
# EXP108


def unlike_columns(
    records: Sequence[Record], columns: AbstractSet[str], operator: str | None, as_of: dt.date, law: str
) -> set[str]:
    """Columns of which under a tenth of at least 20 values are what their kind allows."""
    unlike = set()
    judged = [Facts(record, operator, as_of, frozenset(columns), law) for record in records]
    for column in ({*CODED, *DATES, "id_type", "nationality", "msisdn", "id_number", "sim_serial"}) & columns:
        values = [facts for facts in judged if not _empty(facts, column)]
        allowed = sum(_is_allowed(facts, column) for facts in values)
        if len(values) >= AT_LEAST and allowed * 10 < len(values):
            unlike.add(column)
    return unlike


def _empty(facts: Facts, column: str) -> bool:
    return facts.text(column) is None or (column in DATES and facts.date(column).state == "missing")


def _is_allowed(facts: Facts, column: str) -> bool:
    text = facts.text(column) or ""
    if column in CODED:
        return facts.code(column) is not None
    if column in DATES:
        return parse_date(text, column).state != "invalid"
    if column == "id_type":
        return bool(kinds_named(text))
    if column == "nationality":
        return facts.country is not None
    if column == "msisdn":
        # Reading: a machine's number in neither form is not malformed.
        return facts.msisdn[0] != "malformed" or not facts.h2h
    if column == "id_number":
        return not facts.malformed or facts.lost_zeros or facts.placeholder
    return sim_serial(text) is not None
