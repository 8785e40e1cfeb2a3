"""Findings, one row per record and rule, from the records that a batch's rules hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

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
    "line": pl.UInt64,
    "sheet": pl.String,
    "key": pl.String,
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
    "key": pl.String,
}
"""What differs from finding to finding: a record, its operator and number, what stood in the field, group and key.

`kind` is a position in `Texts.frame`.
"""

KINDS = {ROW: ROWS[ROW], "kind": ROWS["kind"]}
"""Which findings there are, where nobody asks what stood in the field."""

_UNUSUAL = r"[^ -~\u00a1-\u00ac\u00ae-\u02ff\u1ea0-\u1ef9]|^ | $"
"""What text has that may need trimming, composing or a control character shown: Latin letters, those of Vietnamese
among them, and ASCII do not."""


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
    """Which file a record stands in, and where: files by the number of their first record (ROW), in order.

    The sheets of a workbook stand here each for itself; number_from: the first record (ROW) of the file around them.
    sheets: their names; starts, lines: stretches of records on consecutive lines (results/places.py).
    """

    paths: pl.Series
    sheets: pl.Series
    first: pl.Series
    number_from: pl.Series
    starts: pl.Series
    lines: pl.Series

    def places(self, rows: pl.Series) -> Places:
        """Return where each ROW stands."""
        at = (self.first.search_sorted(rows, side="right") - 1).cast(pl.UInt32)
        record = (rows - self.number_from.gather(at) + 1).cast(pl.UInt64)
        stretch = (self.starts.search_sorted(rows, side="right") - 1).cast(pl.UInt32)
        line = (self.lines.gather(stretch) + (rows - self.starts.gather(stretch))).cast(pl.UInt64)
        return Places(at, record, line)


class Places(NamedTuple):
    """Where records stand: the position of their file, their number in it, and their line, each from 1 but the first.

    line: NULL where there are no lines.
    """

    at: pl.Series
    record: pl.Series
    line: pl.Series


@dataclass(frozen=True)
class Findings:
    """Findings in the order of records and codes.

    rows: as ROWS has them, without ROW; places: for each of them, files by their position in `paths` and `sheets`;
    texts: what findings of one `kind` share (Texts.frame).
    """

    rows: pl.DataFrame
    paths: pl.Series
    sheets: pl.Series
    places: Places
    texts: pl.DataFrame

    @classmethod
    def placed(cls, rows: pl.DataFrame, files: Files, texts: Texts) -> Findings:
        """Return the findings `rows` (ROWS) with their places in the files."""
        return cls(rows.drop(ROW), files.paths, files.sheets, files.places(rows[ROW]), texts.frame)

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Findings:
        """Return findings that are there in full (SCHEMA)."""
        texts = frame.select(_SHARED).unique(maintain_order=True)
        kind = frame.select(_SHARED).join(
            texts.with_row_index("kind"), on=_SHARED, how="left", nulls_equal=True, maintain_order="left"
        )
        files = frame.select("path", "sheet").unique(maintain_order=True)
        at = frame.select("path", "sheet").join(
            files.with_row_index("at"), on=["path", "sheet"], how="left", nulls_equal=True, maintain_order="left"
        )["at"]
        places = Places(at, frame["record"], frame["line"])
        rows = frame.select("operator", "msisdn", "value", "group", "key", kind["kind"])
        return cls(rows, files["path"], files["sheet"], places, texts.fill_null(""))

    @property
    def frame(self) -> pl.DataFrame:
        """The findings in full (SCHEMA)."""
        at, record, line = self.places
        files = [self.paths.gather(at).alias("path"), self.sheets.gather(at).alias("sheet")]
        kinds = self.texts.select(pl.all().gather(self.rows["kind"]))
        return self.rows.hstack([*files, record.alias("record"), line.alias("line"), *kinds]).select(*SCHEMA)


def shown(values: pl.Series, *, reveal: bool) -> pl.Series:
    """Return foreign text as a finding shows it: trimmed, composed, no control characters, masked unless `reveal`."""
    unusual = values.str.contains(_UNUSUAL).arg_true()
    if len(unusual):
        some = without_controls(values.gather(unusual).str.strip_chars())
        values = values.clone().scatter(unusual, some.str.normalize("NFC"))  # however the file spells it
    return values if reveal else mask(values).alias(values.name)
