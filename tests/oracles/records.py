"""A second, independent reading of the contract: one record, one rule at a time.

Written from the rule catalogue alone (its section numbers are quoted), never from `src/` or `rules/*.toml`, so that the
vectorised tool can be compared with it record by record.  It is a test helper: literal, slow and plain on purpose.
Only the tables of `rules/reference/` (countries, provinces, ranges, operators) are shared.

"Reading:" marks the places where the contract can be read in more than one way, in all modules of the oracle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from oracles.lists import spaced
from oracles.record_facts import Facts, Record
from oracles.rule import Rule
from oracles.rules_person import DOCUMENTS, MINORS, NUMBERS, PEOPLE
from oracles.rules_process import DEVICES, MATCHING, REMEDIES
from oracles.rules_registration import ORGANISATIONS, REGISTRATION, invalid_date

RULES: dict[str, Rule] = (
    NUMBERS | PEOPLE | DOCUMENTS | MINORS | ORGANISATIONS | REGISTRATION | MATCHING | DEVICES | REMEDIES
)

COLUMNS = tuple(
    spaced(
        "operator msisdn subscriber_kind full_name date_of_birth nationality sex id_type id_number"
        " id_issue_date id_issue_place id_expiry_date address organisation_name organisation_tax_code"
        " organisation_address guardian_name consent_ref payment_type contract_number confirmation_ref"
        " document_scan_ref portrait_ref portrait_hash portrait_taken_at registered_at authenticated_at"
        " service_started_at terminated_at status clerk_name pos_code pos_name pos_address pos_phone pos_kind"
        " province connection_kind usage_kind info_updated_at representative_name representative_id_number"
        " authorisation_ref relationship_ref stay_until matched_id_number matched_name matched_birth_date"
        " matched_face first_notice_at one_way_since two_way_since device_changed_at outgoing_suspended_at"
        " reauthenticated_at sim_serial"
    )
)


@dataclass
class Verdict:
    codes: set[str]  # rules that fire
    applies: set[str]  # rules that are evaluated
    past_retention: bool = False  # ended too long ago: not judged
    field: str | None = None  # the field that REG149 names


def check(
    record: Record,
    *,
    operator: str | None,
    as_of: dt.date,
    columns: AbstractSet[str],
    law: str = "auto",
    silent: tuple[str, ...] = (),
) -> Verdict:
    """What the row rules say of one record of a file that has `columns`.

    `operator` is whose the records of a file without an operator column are; rules whose code begins with one of
    `silent` are not evaluated.
    """
    present = frozenset(columns)
    facts = Facts(record, operator, as_of, present, law)
    if facts.past_retention:
        return Verdict(set(), set(), past_retention=True)
    applies = {
        code
        for code, rule in evaluated_rules(present, operator is not None, silent).items()
        if rule.eras & facts.eras and rule.about(facts)
    }
    codes = {code for code in applies if RULES[code].fires(facts)}
    return Verdict(codes, applies, field=invalid_date(facts) if "REG149" in codes else None)


@cache
def evaluated_rules(columns: frozenset[str], operator_given: bool, silent: tuple[str, ...] = ()) -> dict[str, Rule]:
    """The rules whose columns a file has.  Reading: an operator named for the whole file serves as the column."""
    there = columns | {"operator"} if operator_given else columns
    return {
        code: rule
        for code, rule in RULES.items()
        if all(there & set(group) for group in rule.columns) and not code.startswith(silent or ("\0",))
    }
