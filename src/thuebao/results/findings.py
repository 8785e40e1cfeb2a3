"""Findings, one row per record and rule, from the records that a batch's rules hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import polars as pl

from thuebao.base.foreign_text import mask, without_controls
from thuebao.base.helper_columns import ROW
from thuebao.rulebook.law import Law
from thuebao.rulebook.rule import Rule

SCHEMA = {
    "path": pl.String,
    "record": pl.UInt64,
    "operator": pl.String,
    "msisdn": pl.String,
    "code": pl.String,
    "name": pl.String,
    "severity": pl.String,
    "field": pl.String,
    "value": pl.String,
    "basis": pl.String,
    "group": pl.UInt64,
}
"""The columns of a findings file."""
_SHARED = ("code", "name", "severity", "field", "basis")
"""What findings of one rule and era have in common."""

ROWS = {
    ROW: pl.UInt32,
    "operator": pl.String,
    "msisdn": pl.String,
    "value": pl.String,
    "kind": pl.UInt32,
    "group": pl.UInt64,
}
"""What differs from finding to finding: a record, its operator and number, what stood in the field, and the group.

`kind` is a position in `Texts.frame`.
"""


@dataclass(frozen=True)
class Texts:
    """What all findings of one rule, field and era share: code, name, severity, field and basis, by `kind`.

    Kinds are in the order of codes, so that findings sorted by record and kind are sorted by code.
    """

    frame: pl.DataFrame
    eras: int
    first: dict[str, int]

    @classmethod
    def of(cls, rules: Sequence[Rule], law: Law) -> Texts:
        """Return the texts of `rules` in every era."""
        ordered = sorted(rules, key=lambda rule: rule.code)
        frame = pl.DataFrame(
            [
                (r.code, r.name, r.severity, field or "", r.basis_in(era, law))
                for r in ordered
                for field in r.fields
                for era in law.era_ids
            ],
            schema=dict.fromkeys(_SHARED, pl.String),
            orient="row",
        )
        eras = len(law.era_ids)
        before = accumulate((len(rule.fields) * eras for rule in ordered), initial=0)
        return cls(frame, eras, {rule.code: n for rule, n in zip(ordered, before, strict=False)})


@dataclass(frozen=True)
class Files:
    """Which file a record stands in: files by the number of their first record (ROW), in order."""

    paths: pl.Series
    first: pl.Series

    def places(self, rows: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return for each ROW the position of its file, and the record's number in it, from 1."""
        at = (self.first.search_sorted(rows, side="right") - 1).cast(pl.UInt32)
        return at, (rows - self.first.gather(at) + 1).cast(pl.UInt64)


@dataclass(frozen=True)
class Findings:
    """Findings in the order of records and codes.

    rows: as ROWS has them, without ROW; at: for each the position of its file in `paths`; record: its record's number
    in that file, from 1; texts: what findings of one `kind` share (Texts.frame).
    """

    rows: pl.DataFrame
    paths: pl.Series
    at: pl.Series
    record: pl.Series
    texts: pl.DataFrame

    @classmethod
    def placed(cls, rows: pl.DataFrame, files: Files, texts: Texts) -> Findings:
        """Return the findings `rows` (ROWS) with their places in the files."""
        at, record = files.places(rows[ROW])
        return cls(rows.drop(ROW), files.paths, at, record, texts.frame)

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Findings:
        """Return findings that are there in full (SCHEMA)."""
        texts = frame.select(_SHARED).unique(maintain_order=True)
        kind = frame.select(_SHARED).join(texts.with_row_index("kind"), on=_SHARED, how="left", nulls_equal=True)
        paths = frame["path"].unique(maintain_order=True)
        at = frame.select("path").join(paths.to_frame().with_row_index("at"), on="path", how="left")["at"]
        return cls(frame.with_columns(kind["kind"]), paths, at, frame["record"], texts.fill_null(""))

    @property
    def frame(self) -> pl.DataFrame:
        """The findings in full (SCHEMA)."""
        path = self.paths.gather(self.at).alias("path")
        kinds = self.texts.select(pl.all().gather(self.rows["kind"]))
        rest = self.rows.select(set(self.rows.columns) & set(SCHEMA) - set(kinds.columns) - {"path", "record"})
        return rest.hstack([path, self.record.alias("record"), *kinds]).select(*SCHEMA)


def shown(values: pl.Series, *, reveal: bool) -> pl.Series:
    """Return foreign text as a finding shows it: trimmed, composed, no control characters, masked unless `reveal`."""
    values = without_controls(values.str.strip_chars())
    if (values.str.len_bytes() != values.str.len_chars()).any():
        values = values.str.normalize("NFC")  # however the file spells it
    return values if reveal else mask(values).alias(values.name)
