"""What of every record is staged while the files are read: enough to find groups in it afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from thuebao.engine.groups.search import Search
from thuebao.facts import Facts
from thuebao.facts.groups import EITHER, LATE

_SEED = 1


@dataclass(frozen=True)
class Staging:
    """The columns that are staged for the searches.

    parts: for each search's code, the column that says who takes part; keys: the name of its key; hashes: the hash
    of each key, from the key columns.
    facts: the facts staged under their own names; late: those worked out from them when they are wanted.
    """

    searches: tuple[Search, ...]
    parts: dict[str, str]
    keys: dict[str, str]
    part_columns: dict[str, pl.Expr]
    key_columns: dict[str, pl.Expr]
    hashes: dict[str, pl.Expr]
    facts: frozenset[str]
    late: dict[str, pl.Expr]

    def roots(self, names: Iterable[str]) -> set[str]:
        """Return the staged columns from which these facts are computed."""
        return {root for name in names for root in (self.late[name].meta.root_names() if name in self.late else [name])}

    def worked_out(self, rows: pl.LazyFrame, names: Collection[str]) -> pl.LazyFrame:
        """Return rows of what was staged with the late ones among `names` worked out."""
        late = [self.late[name].alias(name) for name in sorted(names) if name in self.late]
        return rows.with_columns(late) if late else rows


def staging_for(searches: Sequence[Search], facts: Facts, shown: Iterable[str]) -> Staging:
    """Return what is staged for `searches`, and of each record for showing it."""
    parts: dict[str, str] = {}
    keys: dict[str, str] = {}
    part_columns: dict[str, pl.Expr] = {}
    key_columns: dict[str, pl.Expr] = {}
    hashes: dict[str, pl.Expr] = {}
    names: dict[str, str] = {}
    values = {value for search in searches for value in search.values}
    late = {name: facts[name] for name in sorted(values & LATE)}
    late |= {name: pl.coalesce(EITHER[name]) for name in sorted(values & EITHER.keys())}

    def key_column(columns: tuple[str, ...]) -> str:
        name = names.setdefault(f"key {columns}", f"_key{len(key_columns)}")
        key_columns[name] = hashed(columns)
        return name

    for search in searches:
        # Who takes part also depends on the file: one that lacks a column that the rule needs has nobody.
        condition = f"{search.needs} {search.part.meta.serialize(format='binary')!r}"
        part = names.setdefault(condition, f"_part{len(part_columns)}")
        part_columns[part] = search.part
        parts[search.code] = part
        key_of = nominators(search.across)
        # What is one of several facts is found by their hashes, which other rules may need anyway.
        several = EITHER.get(key_of[0], ()) if len(key_of) == 1 else ()
        columns = [key_column((name,)) for name in several] or [key_column(key_of)]
        keys[search.code] = "_or".join(columns)
        hashes[keys[search.code]] = pl.coalesce(columns)
    staging = Staging(tuple(searches), parts, keys, part_columns, key_columns, hashes, frozenset(), late)
    return replace(staging, facts=frozenset(staging.roots(values | set(shown))))


def nominators(across: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a key by which its groups are nominated: fewer columns only nominate more.

    Late facts cost too much to be hashed for every record; and few keys differ in the operator alone, so that a
    rule with the operator can share its hash with one over all operators.
    """
    cheap = [name for name in across if name not in LATE]
    without_operator = [name for name in cheap if name != "operator"]
    return tuple(without_operator or cheap or across)


def hashed(names: Sequence[str]) -> pl.Expr:
    """Return the 64-bit hash of a key, NULL where one of its columns is."""
    there = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    whole = pl.col(names[0]) if len(names) == 1 else pl.struct(*names)
    return pl.when(there).then(whole.hash(_SEED))
