"""Faults of single records, each of which a rule of the catalogue must find; named by that rule."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from .text import below, draw, share
from .words import CMND, DAYS, PASSPORT

BACKUPS = ("PER101", "REG121", "ID131", "NUM102", "REG143")  # where a fault would be none: these always are


@dataclass(frozen=True)
class Fault:
    """What a fault makes of columns, and where it is one; without changes it is made before there is text."""

    changes: dict[str, pl.Expr] = field(default_factory=dict)
    era: str = ""  # "D49" or "D163": from then on
    kinds: tuple[int, ...] = ()  # of the paper
    single: bool = False  # of people with one number alone: with more, it would be found on all of them


def _none(column: str) -> dict[str, pl.Expr]:
    return {column: pl.lit(None, dtype=pl.String)}


def _text(column: str, text: str) -> dict[str, pl.Expr]:
    return {column: pl.lit(text)}


_NUMBER, _TAIL = pl.col("msisdn"), pl.col("msisdn").str.slice(3)
_DOCUMENT = pl.col("id_number")
NEWER = (1, 2)

FAULTS: dict[str, Fault] = {
    "NUM101": Fault(_none("msisdn")),
    "NUM102": Fault({"msisdn": _NUMBER.str.slice(0, 8)}),
    "NUM103": Fault({"msisdn": pl.lit("016") + _NUMBER.str.slice(2)}),  # of numbers 032 to 039
    "NUM104": Fault({"msisdn": pl.lit("095") + _TAIL}),
    "PER101": Fault(_none("full_name")),
    "PER102": Fault(_text("full_name", "KHÁCH HÀNG"), single=True),
    "PER103": Fault({"full_name": pl.lit("Nguyá»…n ") + pl.col("full_name")}, single=True),
    "PER104": Fault(_text("full_name", "Hường"), single=True),
    "PER111": Fault(_none("date_of_birth")),
    "PER112": Fault({"date_of_birth": pl.lit("31/02/") + pl.col("date_of_birth").str.slice(6)}),
    "PER113": Fault(single=True),
    "PER114": Fault({"date_of_birth": pl.col("date_of_birth").str.slice(6)}),
    "PER121": Fault(_none("nationality")),
    "PER122": Fault(_text("nationality", "Nước ngoài")),
    "PER131": Fault(_none("address"), kinds=(CMND, *NEWER)),
    "ID101": Fault(_none("id_number")),
    "ID102": Fault(_none("id_type")),
    "ID103": Fault(_text("id_type", "Giấy phép lái xe"), era="D49"),
    "ID104": Fault({"id_number": _DOCUMENT.str.slice(0, 7)}, kinds=NEWER),
    "ID105": Fault({"id_number": _DOCUMENT.str.slice(1)}, kinds=NEWER),
    "ID106": Fault(_text("id_number", "111111111111"), kinds=NEWER),
    "ID107": Fault(_text("id_type", "Giấy tờ tùy thân")),
    "ID111": Fault(kinds=NEWER, single=True),
    "ID113": Fault(kinds=NEWER, single=True),
    "ID121": Fault(_none("id_issue_date")),
    "ID122": Fault({"id_issue_date": pl.lit("30/02/") + pl.col("id_issue_date").str.slice(6)}),
    "ID124": Fault(),
    "ID127": Fault(),
    "ID131": Fault(_none("id_issue_place")),
    "ID141": Fault(kinds=(CMND,)),
    "ID142": Fault({"id_type": pl.lit("CMND"), "id_number": _DOCUMENT.str.slice(3)}, era="2025", kinds=NEWER),
    "ID143": Fault(_text("nationality", "Hàn Quốc"), kinds=(CMND, *NEWER)),
    "REG101": Fault(_none("payment_type")),
    "REG102": Fault(_text("payment_type", "Gói T7")),
    "REG111": Fault(_none("portrait_hash")),
    "REG112": Fault({"portrait_taken_at": pl.col("portrait_taken_at").str.slice(0, 10)}, era="D49"),
    "REG113": Fault(era="D49"),
    "REG121": Fault(_none("document_scan_ref")),
    "REG122": Fault(
        _none("confirmation_ref") | _none("contract_number") | _text("payment_type", "Trả trước"), era="D49"
    ),
    "REG123": Fault(_none("contract_number") | _text("payment_type", "Trả sau"), era="D163"),
    "REG131": Fault(_none("registered_at")),
    "REG132": Fault({"registered_at": pl.lit("32") + pl.col("registered_at").str.slice(2)}),
    "REG133": Fault(),
    "REG134": Fault(_none("clerk_name"), era="D49"),
    "REG135": Fault(_none("pos_address") | _none("pos_code"), era="D49"),
    "REG136": Fault(_none("pos_phone"), era="D49"),
    "REG141": Fault(era="D49"),
    "REG142": Fault(_none("service_started_at")),
    "REG143": Fault(_none("status")),
    "REG144": Fault(_text("status", "Mã 17")),
    "REG149": Fault({"service_started_at": pl.lit("00") + pl.col("service_started_at").str.slice(2)}),
}
CODES = list(FAULTS)
NONE = len(CODES)
_BEGINS = {"": -(10**6), "D49": DAYS["decree_49"], "D163": DAYS["decree_163"], "2025": DAYS["decree_163"] + 8}


@dataclass(frozen=True)
class Drawn:
    """The faults of each record: mostly one, of one in five two; `NONE` where there is none."""

    first: np.ndarray
    second: np.ndarray

    def has(self, code: str) -> np.ndarray:
        """Return which records have a fault."""
        return (self.first == CODES.index(code)) | (self.second == CODES.index(code))


def drawn(
    seed: int,
    record: np.ndarray,
    there: np.ndarray,
    kind: np.ndarray,
    day: np.ndarray,
    single: np.ndarray,
    renumbered: np.ndarray,
) -> Drawn:
    """Return which faults records are to have.

    They depend on the kind of paper, the day of registration, whether it is the person's only number, and whether the
    number's range had an older form.
    """
    begins = np.array([_BEGINS[fault.era] for fault in FAULTS.values()])
    fits = np.array([[not f.kinds or kind in f.kinds for kind in range(PASSPORT + 1)] for f in FAULTS.values()])
    shared = np.array([not fault.single for fault in FAULTS.values()])
    backups = np.array([CODES.index(code) for code in BACKUPS])
    old_form = CODES.index("NUM103")

    def one(purpose: str, there: np.ndarray) -> np.ndarray:
        code = below(draw(seed, purpose, record), len(CODES))
        right = (day >= begins[code]) & fits[code, kind] & ((code != old_form) | renumbered) & (shared[code] | single)
        return np.where(there, np.where(right, code, backups[code % len(BACKUPS)]), NONE).astype(np.uint8)

    return Drawn(
        one("fault", there),
        one("second fault", there & (share(draw(seed, "two faults", record)) < 0.2)),
    )


def made_faulty(records: pl.DataFrame, faults: Drawn) -> pl.DataFrame:
    """Return the records with what their faults make of their text."""
    codes = {"first": pl.Series(faults.first), "second": pl.Series(faults.second)}
    changed: dict[str, pl.Expr] = {}
    for place, fault in enumerate(FAULTS.values()):
        here = (pl.col("first") == place) | (pl.col("second") == place)
        for name, text in fault.changes.items():
            if name in records.columns:
                changed[name] = pl.when(here).then(text).otherwise(changed.get(name, pl.col(name)))
    dirty = records.with_columns(**codes).with_row_index("row")
    wrong = dirty.filter((pl.col("first") != NONE) | (pl.col("second") != NONE)).with_columns(**changed)
    right = dirty.filter((pl.col("first") == NONE) & (pl.col("second") == NONE))
    return pl.concat([right, wrong]).sort("row").select(records.columns)
