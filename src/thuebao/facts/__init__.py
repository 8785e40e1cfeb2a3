"""Text → typed and derived columns: everything that a rule's predicate may speak of, by name.

A fact is a Polars expression over the export's own text (`~msisdn`) and over other facts. `layers` orders those
that are wanted so that each is computed once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import polars as pl

from thuebao.facts.codes import CODED, coded_facts
from thuebao.facts.dates import DAYS, date_facts
from thuebao.facts.document import document_facts
from thuebao.facts.groups import group_facts
from thuebao.facts.number import number_facts, operator_facts
from thuebao.facts.person import person_facts
from thuebao.facts.portrait import portrait_facts
from thuebao.facts.province import province_facts
from thuebao.facts.registration import registration_facts
from thuebao.facts.remedial import remedial_facts
from thuebao.facts.sim import sim_facts
from thuebao.facts.tax_code import tax_code_facts
from thuebao.facts.text import Cleaning, text_facts
from thuebao.rulebook.columns import CONTEXT, GIVEN, RAW, columns, given, raw
from thuebao.rulebook.reference import Reference

Facts = dict[str, pl.Expr]

_TYPED = ("msisdn", "full_name", "id_type", "id_number", "nationality", "province", "organisation_tax_code")
"""Columns, besides coded ones and dates, whose own facts say whether a value is there."""


def all_facts(reference: Reference, as_of: date, forced: date | None = None) -> Facts:
    """Return every fact by name, the cleaned canonical columns included.

    `as_of` is the audit's day; `forced` a day whose era judges every record (None: each by its own date).
    """
    cleaning = Cleaning(reference)
    return (
        text_facts(reference, cleaning, typed=(*_TYPED, *CODED, *DAYS))
        | coded_facts(reference, cleaning)
        | operator_facts(reference, cleaning)
        | number_facts(reference, cleaning)
        | date_facts(reference, cleaning)
        | person_facts(reference, cleaning)
        | document_facts(reference, cleaning, as_of)
        | province_facts(reference, cleaning)
        | tax_code_facts(reference, cleaning)
        | sim_facts(reference, cleaning)
        | registration_facts(as_of, forced)
        | remedial_facts(reference, as_of)
        | portrait_facts(reference)
        | group_facts(reference)
    )


def layers(facts: Facts, wanted: Iterable[str], known: Collection[str] = ()) -> list[Facts]:
    """Return the wanted facts and all that they rest on, in layers: each needs only those before it.

    known: facts that are there already.
    """
    depth: dict[str, int] = {}

    def visit(name: str) -> int:
        if name.startswith((RAW, GIVEN)) or name in known:
            return -1
        if name not in depth:
            depth[name] = 1 + max((visit(root) for root in facts[name].meta.root_names()), default=-1)
        return depth[name]

    for name in wanted:
        if name not in known:
            visit(name)
    found: list[Facts] = [{} for _ in range(max(depth.values(), default=-1) + 1)]
    for name, level in depth.items():
        found[level][name] = facts[name].alias(name)
    return found


def raw_columns(facts: Facts, wanted: Iterable[str]) -> set[str]:
    """Return the canonical columns that the wanted facts read."""
    return {name.removeprefix(RAW) for name in _ground(facts, wanted) if name.startswith(RAW)}


def needed_columns(facts: Facts, wanted: Iterable[str]) -> list[str]:
    """Return the canonical columns that the wanted facts cannot do without, in the catalogue's order."""
    read = raw_columns(facts, wanted)
    return [name for name in columns() if name in read and name not in CONTEXT]


def given_columns(facts: Facts, wanted: Iterable[str]) -> set[str]:
    """Return the canonical columns of which the wanted facts ask whether the export has them."""
    return {name.removeprefix(GIVEN) for name in _ground(facts, wanted) if name.startswith(GIVEN)}


def without_second_looks(facts: Facts, wanted: Iterable[str]) -> Facts:
    """Return the facts, presence taken from the cleaned text where that is wanted too: one look at a text is enough."""
    texts = {
        name
        for name in _reached(facts, wanted) & columns().keys()
        if f"has_{name}" in facts and facts[f"has_{name}"].meta.root_names() == [raw(name)]
    }
    return facts | {f"has_{name}": pl.col(name).is_not_null() for name in texts}


def with_constants(facts: Facts, wanted: Iterable[str], present: Collection[str]) -> Facts:
    """Return the facts, those that only rest on columns which a file does not have as what they are in every record.

    Working out a column of nothing costs a tenth of working out a column of text, and most files lack many columns.
    """
    names = list(wanted)
    # Whose the records of a file without an operator column are is said elsewhere.
    absent = {raw(name) for name in raw_columns(facts, names) - {*present, "operator"}}
    said = {given(name): name in present for name in given_columns(facts, names)}
    frame = pl.DataFrame(
        {name: [None] for name in absent} | {name: [value] for name, value in said.items()},
        schema=dict.fromkeys(absent, pl.String) | dict.fromkeys(said, pl.Boolean),
    )
    if frame.is_empty():
        return facts
    constant: Facts = {}
    for layer in layers(facts, names):
        found = {name: fact for name, fact in layer.items() if set(fact.meta.root_names()) <= set(frame.columns)}
        frame = frame.with_columns(**found)
        constant |= {name: pl.lit(frame[name]).first() for name in found}
    return facts | constant


def resting_on(facts: Facts, wanted: Iterable[str]) -> set[str]:
    """Return the wanted facts and all facts that they rest on."""
    return _reached(facts, wanted) & facts.keys()


def _ground(facts: Facts, wanted: Iterable[str]) -> set[str]:
    """Return what the wanted facts rest on in the end: columns of a batch."""
    return _reached(facts, wanted) - facts.keys()


def _reached(facts: Facts, wanted: Iterable[str]) -> set[str]:
    """Return the wanted facts and all that they rest on."""
    seen: set[str] = set()
    rest = list(wanted)
    while rest:
        name = rest.pop()
        if name not in seen:
            seen.add(name)
            rest += facts[name].meta.root_names() if name in facts else []
    return seen
