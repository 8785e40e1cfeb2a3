"""What of every record is staged while the files are read: enough to find groups in it afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from thuebao.engine.groups.search import Search
from thuebao.facts import Facts
from thuebao.facts.groups import COSTLY, EITHER, LATE, OUTLINES, USUAL

_SEED, _SEED_OF_COUNTED = 1, 3
OUTLINE = (1 << 36) - 1
"""The bits of the hash by which a group is nominated that say what its late facts look like, if there is a way to."""


@dataclass(frozen=True)
class Family:
    """Keys whose groups are nominated together: by the same hashes of records.

    searches: by key; parts: the columns that say who takes part; columns: of the hashes by which groups are nominated;
    counted: the column of the hash of what rules count in a group that so few records as `least` may fulfil; None
    where that many records fulfil such a rule whatever they say.
    """

    searches: dict[str, list[Search]]
    parts: tuple[str, ...]
    columns: tuple[str, ...]
    counted: str | None

    @property
    def least(self) -> int:
        """Of how many records a group is at least."""
        return min(search.having.least for some in self.searches.values() for search in some)


@dataclass(frozen=True)
class Staging:
    """The columns that are staged for the searches.

    parts: for each search's code, the column that says who takes part; keys: the name of its key; hashes: the hash
    of each key, from the facts; families: the keys that are nominated together; key_columns: what that takes.
    facts: the facts staged under their own names; late: those worked out from them when they are wanted.
    """

    searches: tuple[Search, ...]
    parts: dict[str, str]
    keys: dict[str, str]
    part_columns: dict[str, pl.Expr]
    key_columns: dict[str, pl.Expr]
    hashes: dict[str, pl.Expr]
    families: tuple[Family, ...]
    facts: frozenset[str]
    late: dict[str, pl.Expr]

    @property
    def usual(self) -> Mapping[str, pl.Expr]:
        """What the value of some of the facts is nearly always, from others."""
        return {name: expr for name, expr in USUAL.items() if {name, *expr.meta.root_names()} <= self.facts}

    def roots(self, names: Iterable[str]) -> set[str]:
        """Return the staged columns from which these facts are computed."""
        return {root for name in names for root in (self.late[name].meta.root_names() if name in self.late else [name])}

    def worked_out(self, rows: pl.LazyFrame, names: Collection[str], *, held: bool) -> pl.LazyFrame:
        """Return rows with the late ones among `names` worked out; held: whether memory holds all of them."""
        late = [name for name in sorted(names) if name in self.late]
        costly = COSTLY.intersection(late) if held else set()
        for name in costly:
            [root] = self.late[name].meta.root_names()
            known = rows.select(root).unique().collect(engine="streaming").with_columns(self.late[name].alias(name))
            rows = rows.join(known.lazy(), on=root, how="left", nulls_equal=True, maintain_order="left")
        return rows.with_columns(self.late[name].alias(name) for name in late if name not in costly)


def staging_for(searches: Sequence[Search], facts: Facts, shown: Iterable[str]) -> Staging:
    """Return what is staged for `searches`, and of each record for showing it."""
    parts: dict[str, str] = {}
    keys: dict[str, str] = {}
    part_columns: dict[str, pl.Expr] = {}
    key_columns: dict[str, pl.Expr] = {}
    hashes: dict[str, pl.Expr] = {}
    hashed_by: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    values = {value for search in searches for value in search.values}
    late = {name: facts[name] for name in sorted(values & LATE)}
    late |= {name: pl.coalesce(EITHER[name]) for name in sorted(values & EITHER.keys())}

    def key_column(columns: tuple[str, ...], outlined: tuple[str, ...]) -> str:
        name = names.setdefault(f"key {columns} {outlined}", f"_key{len(key_columns)}")
        key_columns[name] = _outlined(hashed(columns), outlined)
        return name

    for search in searches:
        # Who takes part also depends on the file: one that lacks a column that the rule needs has nobody.
        condition = f"{search.needs} {search.part.meta.serialize(format='binary')!r}"
        part = names.setdefault(condition, f"_part{len(part_columns)}")
        part_columns[part] = search.part
        parts[search.code] = part
        key_of = nominators(search.across)
        outlined = tuple(name for name in search.across if name in OUTLINES and name not in key_of)
        # What is one of several facts is found by their hashes, which other rules may need anyway.
        several = EITHER.get(key_of[0], ()) if len(key_of) == 1 else ()
        wholes: list[tuple[str, ...]] = [(name,) for name in several] or [key_of]
        columns = [key_column(whole, outlined) for whole in wholes]
        keys[search.code] = "_or".join(columns)
        hashes[keys[search.code]] = pl.coalesce(hashed(whole) for whole in wholes)
        hashed_by[keys[search.code]] = tuple(columns)
    staging = Staging(tuple(searches), parts, keys, part_columns, key_columns, hashes, (), frozenset(), late)
    families = tuple(_families(staging, hashed_by))
    return replace(staging, families=families, facts=frozenset(staging.roots(values | set(shown))))


def _families(staging: Staging, hashed_by: Mapping[str, tuple[str, ...]]) -> Iterable[Family]:
    """Yield keys that share a hash as one family; adds to the key columns what is counted in its groups."""
    together: list[set[str]] = []
    for by in hashed_by.values():
        others = [some for some in together if some & set(by)]
        together = [some for some in together if some not in others] + [set(by).union(*others)]
    for columns in together:
        keys = [key for key, by in hashed_by.items() if columns & set(by)]
        searches = {key: [s for s in staging.searches if staging.keys[s.code] == key] for key in keys}
        parts = tuple(sorted({staging.parts[s.code] for some in searches.values() for s in some}))
        family = Family(searches, parts, tuple(sorted(columns)), None)
        smallest = [s for some in searches.values() for s in some if s.having.least == family.least]
        if all(search.having.grows and search.having.counted for search in smallest):
            counted = f"_counted{'_'.join(family.columns)}"
            roots = sorted(staging.roots(column for search in smallest for column in search.having.counted))
            staging.key_columns[counted] = _whole(roots).hash(_SEED_OF_COUNTED)
            family = replace(family, counted=counted)
        yield family


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
    return pl.when(there).then(_whole(names).hash(_SEED))


def _whole(names: Sequence[str]) -> pl.Expr:
    return pl.col(names[0]) if len(names) == 1 else pl.struct(*names)


def _outlined(key_hash: pl.Expr, late: Sequence[str]) -> pl.Expr:
    """Return a hash with what late facts of the key look like, if anything is known of them, in its last bits."""
    if not late:
        return key_hash
    outline = pl.struct(OUTLINES[name].alias(name) for name in late).hash(_SEED)
    bits = pl.lit(OUTLINE, dtype=pl.UInt64)
    return (key_hash & ~bits) | (outline & bits)
