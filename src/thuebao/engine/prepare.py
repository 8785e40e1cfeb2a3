"""What an audit needs before any data is read: its options checked, its rules compiled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from thuebao.base.clock import today
from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.engine.groups.identities import IdentityPicture
from thuebao.engine.groups.search import Search
from thuebao.engine.groups.staging import staging_for
from thuebao.engine.memory import bytes_at_once, memory_limit, records_at_once
from thuebao.engine.offenders import OFFENDERS
from thuebao.engine.options import AuditOptions
from thuebao.engine.plan import Columns, Compilation, Plan, Wanted, compile_rules, plan_for
from thuebao.engine.rejected import rejected_limit
from thuebao.engine.shown import shown_fact
from thuebao.engine.where import where_of
from thuebao.results.findings import Texts
from thuebao.results.limit import Limit
from thuebao.results.number_key import NUMBER, keyed, read_key
from thuebao.rulebook.book import Rulebook, read_rulebook
from thuebao.rulebook.columns import columns
from thuebao.rulebook.sql import compile_where
from thuebao.sources import Operators, ReadAs
from thuebao.sources.encodings.encoding import encoding_named
from thuebao.sources.operators import checked_mapping

if TYPE_CHECKING:
    from thuebao.engine.exposure import ExposurePlan

COUNTED_BY = {"month": "registration_month", "province_now": "province_now"}
"""What records can be counted by beside the canonical columns."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """An audit that is ready to run.

    by: the fact for each column of --by; keys: what records are counted by; shows: the fact that findings of a rule
    across records show, by code; where: what records are limited by; picture: counts identities by their numbers,
    None if no rule across records is asked for; most_rejected: how many of a file's lines may be no records; at_once:
    how many records may be held in memory while groups are decided; key: of the hash of numbers; exposure: what is
    counted for what the law provides for, None if nobody asks.
    """

    options: AuditOptions
    rulebook: Rulebook
    compilation: Compilation
    as_of: date
    by: dict[str, str]
    keys: tuple[str, ...]
    searches: dict[str, Search]
    shows: dict[str, str]
    picture: IdentityPicture | None
    where: str | None
    wanted: Wanted
    texts: Texts
    read_as: ReadAs
    operators: Operators
    most_rejected: Limit
    at_once: int
    key: bytes | None
    exposure: ExposurePlan | None = None

    _plans: dict[Columns, Plan] = field(default_factory=dict, init=False)

    def plan(self, columns: Columns) -> Plan:
        """Return the plan for files with some columns, made once."""
        if columns not in self._plans:
            self._plans[columns] = plan_for(self.compilation, self.wanted, columns)
        return self._plans[columns]

    def keyed(self, records: pl.DataFrame) -> pl.Series:
        """Return the keyed hash of each record's number; all NULL where no key was given."""
        return keyed(records, self.key)


def rulebook_of(options: AuditOptions) -> Rulebook:
    """Return the rules that an audit is asked for. Raises RuleError or UsageError."""
    rulebook = read_rulebook(tuple(options.rules))
    return rulebook.with_severities(options.severity).with_parameters(options.parameters)


def reading_of(options: AuditOptions) -> ReadAs:
    """Return how files are to be read where they do not show it themselves. Raises UsageError."""
    encoding = encoding_named(options.encoding) if options.encoding is not None else None
    mappings = [checked_mapping(path) for path in options.mappings]
    memory = memory_limit(options.memory_limit)
    return ReadAs(encoding, options.sheet, mappings, memory, bytes_at_once(memory))


def prepare(options: AuditOptions, rulebook: Rulebook | None = None) -> Prepared:
    """Return an audit that is ready to run, by `rulebook` (None: the one that the options ask for).

    Raises UsageError or RuleError on what it cannot be asked for.
    """
    rulebook = rulebook or rulebook_of(options)
    as_of = options.as_of or today()
    selected = rulebook.selected(options.select, options.ignore)
    compilation = compile_rules(rulebook, as_of, options.law)
    facts, schema = compilation.facts, compilation.schema
    searches = {s.code: s for s in compilation.searches if s.code in selected}
    options = replace(options, show=tuple(rulebook.code_of(said) for said in options.show))
    for code in options.show:
        if code not in searches:
            raise UsageError("show_unknown", code=code, known=", ".join(searches), hint=hint(code, searches))
    by = {name: _fact_of(name) for name in options.by}
    keys = ("operator", *(fact for fact in by.values() if fact != "operator"))
    shows = {code: fact for code, s in searches.items() if (fact := shown_fact(rulebook.by_code[code].field, s))}
    picture = IdentityPicture.of(rulebook.reference, facts, schema, rulebook.law) if searches else None
    read_as = reading_of(options)
    exposure = _exposure(rulebook, as_of) if options.exposure else None
    where = where_of(options.where, options.province, rulebook.reference)
    wanted = Wanted(
        selected,
        frozenset(
            {
                "shown_number",
                *OFFENDERS,
                *keys,
                *([NUMBER] if options.key_file else []),
                *(exposure.facts if exposure else ()),
            }
        ),
        compile_where(where, schema) if where else None,
        staging_for([*searches.values(), *(picture.searches if picture else ())], facts, shows.values()),
        frozenset(keys),
    )
    return Prepared(
        options=options,
        rulebook=rulebook,
        compilation=compilation,
        as_of=as_of,
        by=by,
        keys=keys,
        searches=searches,
        shows=shows,
        picture=picture,
        where=where,
        wanted=wanted,
        texts=Texts.of(rulebook.rules, rulebook.law),
        read_as=read_as,
        operators=Operators.of(options.operator, read_as.mappings, reveal=options.reveal),
        most_rejected=rejected_limit(options.max_rejected),
        at_once=records_at_once(memory_limit(options.memory_limit)),
        key=read_key(options.key_file) if options.key_file else None,
        exposure=exposure,
    )


def _exposure(rulebook: Rulebook, as_of: date) -> ExposurePlan:
    from thuebao.engine.exposure import ExposurePlan  # few ask for it

    return ExposurePlan.of(rulebook, as_of)


def _fact_of(name: str) -> str:
    """Return the fact that records are counted by for a column of --by. Raises UsageError on one there is not."""
    if name not in columns() and name not in COUNTED_BY:
        known = [*columns(), *COUNTED_BY]
        raise UsageError("by_unknown", name=name, known=", ".join(known), hint=hint(name, known))
    return COUNTED_BY.get(name, name)
