"""Findings, one row per record and rule, from the records that a batch's rules hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from thuebao.law import Law
from thuebao.marks import ERA, HIT, ROW
from thuebao.masking import mask, without_controls
from thuebao.plan import Plan
from thuebao.record import raw
from thuebao.rule import Rule

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
    """What all findings of one rule and era share: code, name, severity, field and basis, by `kind`.

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
            [(r.code, r.name, r.severity, r.field or "", r.basis_in(era, law)) for r in ordered for era in law.era_ids],
            schema=dict.fromkeys(("code", "name", "severity", "field", "basis"), pl.String),
            orient="row",
        )
        eras = len(law.era_ids)
        return cls(frame, eras, {rule.code: n * eras for n, rule in enumerate(ordered)})


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
    """Findings (ROWS) in the order of records and codes, with the files and texts that they speak of."""

    rows: pl.DataFrame
    files: Files
    texts: Texts

    @property
    def frame(self) -> pl.DataFrame:
        """The findings in full (SCHEMA)."""
        at, record = self.files.places(self.rows[ROW])
        kinds = self.texts.frame.select(pl.all().gather(self.rows["kind"]))
        path = self.files.paths.gather(at).alias("path")
        return self.rows.drop(ROW, "kind").hstack([path, record.alias("record"), *kinds]).select(*SCHEMA)


_NO_FIELD = "_no_field"


def rows_of(evaluated: pl.DataFrame, plan: Plan, texts: Texts, *, reveal: bool) -> pl.DataFrame:
    """Return the findings (ROWS) of an evaluated batch, by record and code; `reveal` leaves values unmasked."""
    codes = [c.rule.code for c in plan.active]
    hit = evaluated.select(HIT, *codes).select(pl.all().any()).row(0, named=True) if codes else {HIT: False}
    if not hit[HIT]:
        return pl.DataFrame(schema=ROWS)
    hits = evaluated.select(pl.exclude(*set(plan.scopes))).filter(HIT)
    hits = hits.with_columns(pl.lit(None, dtype=pl.String).alias(_NO_FIELD))
    fields = {c.rule.code: raw(c.rule.field or "") for c in plan.active}
    rules = [(code, fields[code] if fields[code] in hits.columns else _NO_FIELD) for code in codes if hit[code]]
    # All rules in one go: for each the rows that it hit, and what stood in its column there.
    parts = hits.select(
        pl.concat_list(pl.col(code).arg_true().implode() for code, _ in rules).alias("row"),
        pl.concat_list(pl.col(column).filter(code).implode() for code, column in rules).alias("value"),
    ).explode("row", "value")
    row, values = parts["row"], parts["value"]
    lengths = hits.select(pl.col([code for code, _ in rules]).sum()).row(0)
    times = pl.DataFrame(
        {"kind": [texts.first[code] for code, _ in rules], "times": lengths}, schema_overrides={"kind": pl.UInt32}
    )
    kind = times.select(pl.col("kind").repeat_by("times").explode()).to_series() + hits[ERA][row]
    # One integer sorts faster than two columns: by record, and within it by rule.
    order = (row.cast(pl.UInt64) * len(texts.frame) + kind).arg_sort()
    row = row[order]
    number = shown(hits["shown_number"], reveal=reveal)
    return pl.DataFrame(
        {
            ROW: hits[ROW][row],
            "operator": hits["operator"][row],
            "msisdn": number[row],
            "value": shown(values[order], reveal=reveal),
            "kind": kind[order],
            "group": pl.repeat(None, len(row), dtype=pl.UInt64, eager=True),
        },
        schema=ROWS,
    )


def shown(values: pl.Series, *, reveal: bool) -> pl.Series:
    """Return foreign text as a finding shows it: trimmed, composed, no control characters, masked unless `reveal`."""
    values = without_controls(values.str.strip_chars())
    if (values.str.len_bytes() != values.str.len_chars()).any():
        values = values.str.normalize("NFC")  # however the file spells it
    return values if reveal else mask(values).alias(values.name)
