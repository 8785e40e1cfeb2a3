"""Findings of two audits matched with each other, in bounded memory.

A finding has no name of its own: the number of its record and the path of its file change from export to export. What
stays is whose number it is and which rule it violates (NUMBER), where the number may stand as a keyed hash (HASH);
within one and the same export, also where the record stands (RECORD). Several findings of one key are as many as they
are: of three where there were two, one is new.

Masked numbers are no key: many people share 091*****78.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path

import polars as pl

from thuebao.base.errors import InputError, UsageError
from thuebao.base.foreign_text import FORMULA
from thuebao.base.helper_columns import ROW
from thuebao.base.nearest import hint
from thuebao.base.spill import writing_scratch
from thuebao.results.findings import SCHEMA

NUMBER, RECORD, HASH = "number", "record", "hash"
KEYS: Mapping[str, tuple[str, ...]] = {
    NUMBER: ("operator", "msisdn", "code"),
    RECORD: ("operator", "path", "record", "code"),
    HASH: ("operator", "key", "code"),
}
"""What findings are told apart by. The rule says the field, so that it need not be part of a key."""

_MAY_BE_MISSING = ("msisdn", "key")
"""Columns of a key that a finding need not have: a record may have no number, or a malformed one."""
_NEEDED = ("path", "record", "operator", "msisdn", "code")

AT_ONCE = 2_000_000
"""How many findings are held in memory at a time."""
_BATCH = 250_000
_LOOKED_AT = 1_000
_HASH = "_hash"
# A formula is given an apostrophe in CSV and not in Parquet: the same number must be the same key in both.
_NEUTRALISED = rf"^'({FORMULA})"
# What masking.mask makes of four characters and more: its first and last characters, and stars between them.
# Five, but in files of earlier versions as many as characters were left out.
_MASKED = r"^(?:[^*]\*{2,5}[^*]|[^*]{2}\*{3,5}[^*]|[^*]{2}\*{4,5}[^*]{2}|[^*]{3}\*{5,40}[^*]{2})$"


def check_key(key: str) -> None:
    """Raise UsageError unless there is such a key."""
    if key not in KEYS:
        raise UsageError("key_unknown", key=key, known=", ".join(KEYS), hint=hint(key, KEYS))


def scan_findings(path: Path) -> pl.LazyFrame:
    """Return the findings of a file, without reading more than how it begins.

    Raises InputError when it is no findings file, UsageError when its name ends in neither .csv nor .parquet.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".parquet"):
        raise UsageError("findings_kind", path=path)
    with reading(path):
        if kind == ".csv" and not ends_with_a_line(path):
            raise InputError("findings_cut", path=path)
        scan = _scan_csv(path) if kind == ".csv" else pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
    absent = [name for name in _NEEDED if schema.get(name) != SCHEMA[name]]
    if absent:
        raise InputError("findings_columns", path=path, columns=", ".join(absent))
    return scan


def ends_with_a_line(path: Path) -> bool:
    """Return whether the file ends as a whole one does: a copy that broke off rarely stops behind a line."""
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
        file.seek(max(0, size - 1))
        return file.read(1) == b"\n"


def _scan_csv(path: Path) -> pl.LazyFrame:
    numbers = {name: kind for name, kind in SCHEMA.items() if kind != pl.String}
    return pl.scan_csv(path, infer_schema=False, schema_overrides=numbers, glob=False)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while `path` is read into InputError."""
    try:
        yield
    except FileNotFoundError:
        raise InputError("compare_missing", path=path) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        # The message of a parser may quote what it stumbled over, which may be personal: only its kind is said.
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError("findings_damaged", path=path, reason=reason) from None


@dataclass(frozen=True)
class Keys:
    """The keys of findings, stored in files: the columns of a key, a hash and the findings' positions (ROW)."""

    by: tuple[str, ...]
    parts: tuple[Path, ...]
    rows: int

    def bucket(self, number: int, of: int) -> pl.LazyFrame:
        """Return one of so many parts of the keys; equal keys are in the same part of any two Keys."""
        return self.scan().filter(pl.col(_HASH) % of == number)

    def scan(self) -> pl.LazyFrame:
        """Return all of them, in order."""
        if not self.parts:
            columns = {name: SCHEMA[name] for name in self.by}
            return pl.LazyFrame(schema={**columns, _HASH: pl.UInt64, ROW: pl.UInt64})
        return pl.scan_parquet(list(self.parts), glob=False)


def store_keys(findings: pl.LazyFrame, path: Path, key: str, folder: Path, name: str) -> Keys:
    """Store the keys of the findings of `path` in `folder`, under `name`.

    Raises InputError when they cannot be read or are masked where the key is the number.
    """
    by, rows, stars = KEYS[key], 0, _Stars()
    parts: list[Path] = []
    for batch in batches(findings.select(by), path):
        keys = batch.with_columns(as_written(text) for text in batch if text.dtype == pl.String)
        _check_whole(keys, path)
        if key == NUMBER:
            stars.look(keys["msisdn"], path)
        parts.append(folder / f"{name}-{len(parts)}.parquet")
        position = pl.int_range(rows, rows + batch.height, dtype=pl.UInt64)
        keys = keys.with_columns(pl.struct(by).hash().alias(_HASH), position.alias(ROW))
        with writing_scratch(folder):
            keys.write_parquet(parts[-1], compression="uncompressed")
        rows += batch.height
    stars.check(path)
    return Keys(by, tuple(parts), rows)


def as_written(texts: pl.Series) -> pl.Series:
    """Return texts as they are the same in CSV and Parquet: no formula is neutralised, and what is empty is missing."""
    if texts.str.starts_with("'").any():
        texts = texts.str.replace(_NEUTRALISED, "$1")
    empty = texts == ""
    return texts.set(empty, None) if empty.any() else texts


def batches(findings: pl.LazyFrame, path: Path) -> Iterator[pl.DataFrame]:
    """Yield findings in order, some at a time. Raises InputError, naming `path`, when they cannot be read."""
    # Of CSV all columns are read: with some of them only, a line of too many fields would pass for a whole one.
    flags = pl.QueryOptFlags(projection_pushdown=path.suffix.lower() != ".csv")
    with reading(path):
        lazy = findings.collect_batches(chunk_size=_BATCH, maintain_order=True, engine="streaming", optimizations=flags)
        some = iter(lazy)
    while True:
        with reading(path):
            batch = next(some, None)
        if batch is None:
            return
        if batch.height:
            yield batch


def _check_whole(keys: pl.DataFrame, path: Path) -> None:
    """Raise InputError on a finding without a rule or a record: its line has broken off."""
    if sum(keys[name].null_count() for name in keys.columns if name not in _MAY_BE_MISSING):
        raise InputError("findings_cut", path=path)


class _Stars:
    """Whether the numbers of a file are masked: one that the mask has written, or none without a star."""

    def __init__(self) -> None:
        self._plain = self._starred = False

    def look(self, numbers: pl.Series, path: Path) -> None:
        """Look at some numbers. Raises InputError when one is masked."""
        starred = numbers.drop_nulls().str.contains("*", literal=True)
        self._starred |= bool(starred.any())
        self._plain |= not starred.all()
        if self._starred and numbers.str.contains(_MASKED).any():
            raise InputError("findings_masked", path=path)

    def check(self, path: Path) -> None:
        """Raise InputError when all numbers that were looked at have stars."""
        if self._starred and not self._plain:
            raise InputError("findings_masked", path=path)


def refuse_masked(findings: pl.LazyFrame, path: Path) -> None:
    """Raise InputError when the first numbers of a file are masked, as all of them are in a masked file."""
    with reading(path):
        first = findings.select("msisdn").drop_nulls().head(_LOOKED_AT).collect(engine="streaming")["msisdn"]
    stars = _Stars()
    stars.look(as_written(first), path)
    stars.check(path)


def _refuse_without_hash(findings: pl.LazyFrame, path: Path) -> None:
    """Raise InputError when findings carry no keyed hash at all, though there are some."""
    with reading(path):
        kind = findings.collect_schema().get("key")
        counted = [pl.len(), pl.col("key").count()] if kind == SCHEMA["key"] else [pl.len(), pl.lit(0).alias("key")]
        found, hashed = findings.select(counted).collect(engine="streaming").row(0)
    if found and not hashed:
        raise InputError("findings_without_hash", path=path)


def refuse_unlike(findings: pl.LazyFrame, path: Path, key: str) -> None:
    """Raise InputError when findings cannot be told apart by a key, as far as it shows before all of them are read."""
    if key == NUMBER:
        refuse_masked(findings, path)
    elif key == HASH:
        _refuse_without_hash(findings, path)


def whole(findings: pl.LazyFrame) -> pl.LazyFrame:
    """Return the findings of a file with all columns (SCHEMA), of an earlier version's too, and texts as they were."""
    schema = findings.collect_schema()
    given = [
        pl.col(name).map_batches(as_written, return_dtype=kind) if kind == pl.String else pl.col(name)
        for name, kind in SCHEMA.items()
        if schema.get(name) == kind
    ]
    missing = [pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items() if schema.get(name) != kind]
    return findings.select(*given, *missing).select(*SCHEMA)


def buckets(at_once: int, *keys: Keys) -> int:
    """Return into how many parts keys are divided so that about `at_once` of them are looked at together."""
    return max(1, -(-sum(k.rows for k in keys) // at_once))


def matched(old: Keys, new: Keys, at_once: int = AT_ONCE) -> pl.DataFrame:
    """Return operator, code, old, new, fixed, unchanged and added: how many findings of each there are."""
    of = buckets(at_once, old, new)
    counted = [_matched_in(old.bucket(number, of), new.bucket(number, of), old.by) for number in range(of)]
    return pl.concat(counted).group_by("operator", "code").agg(pl.all().sum()).sort("operator", "code")


def _matched_in(old: pl.LazyFrame, new: pl.LazyFrame, by: tuple[str, ...]) -> pl.DataFrame:
    sides = [
        side.select(*by, old=pl.lit(before, pl.Int64), new=pl.lit(1 - before, pl.Int64))
        for side, before in ((old, 1), (new, 0))
    ]
    each = pl.concat(sides).group_by(by).agg(pl.col("old", "new").sum())
    same = pl.min_horizontal("old", "new")
    each = each.with_columns(fixed=pl.col("old") - same, unchanged=same, added=pl.col("new") - same)
    summed = each.group_by("operator", "code").agg(pl.col("old", "new", "fixed", "unchanged", "added").sum())
    return summed.collect(engine="streaming")


def added(old: Keys, new: Keys, at_once: int = AT_ONCE) -> pl.Series:
    """Return for each new finding whether it exceeds the old count for its key, in order."""
    flags = pl.repeat(False, new.rows, dtype=pl.Boolean, eager=True)
    of = buckets(at_once, old, new)
    for number in range(of):
        known = old.bucket(number, of).group_by(old.by).agg(pl.len().cast(pl.Int64).alias("known"))
        left = known.collect(engine="streaming")
        for batch in new.bucket(number, of).collect_batches(chunk_size=_BATCH, maintain_order=True):
            ranked = batch.with_columns(rank=pl.int_range(pl.len()).over(new.by))
            ranked = ranked.join(left, on=new.by, how="left", nulls_equal=True)
            beyond = ranked.filter(pl.col("rank") >= pl.col("known").fill_null(0))[ROW]
            flags = flags.scatter(beyond, True) if beyond.len() else flags
            left = _less(left, batch, new.by)
    return flags


def _less(left: pl.DataFrame, batch: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Return how many of each key are left when those of a batch are taken away."""
    taken = batch.group_by(by).agg(pl.len().cast(pl.Int64).alias("taken"))
    rest = left.join(taken, on=by, how="left", nulls_equal=True)
    return rest.select(*by, known=pl.col("known") - pl.col("taken").fill_null(0)).filter(pl.col("known") > 0)
