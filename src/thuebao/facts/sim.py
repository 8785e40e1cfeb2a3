"""The SIM's serial number (ICCID)."""

from __future__ import annotations

import polars as pl

from thuebao.facts.byte_tables import fitting
from thuebao.facts.document import clean_document_number
from thuebao.facts.kernel import elementwise, holds, only_where, replace_where, there
from thuebao.facts.text import Cleaning
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference


def sim_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the serial that can be compared (NULL if it is none), and the block of serials that it lies in."""
    law = reference.document("numbering")["sim_serial"]
    in_form = fitting(law["form"])

    def parse(values: pl.Series) -> pl.Series:
        plain = holds(in_form(values))
        others = ~plain & there(values)
        return replace_where(values, others, clean)

    def clean(values: pl.Series) -> pl.Series:
        serial = clean_document_number(cleaning.exact(values)).str.strip_suffix(law["filler"])
        return only_where(serial, holds(in_form(serial)), lambda part: part, pl.String)

    serial = pl.col("sim_number")
    return {
        "sim_number": elementwise(pl.col(raw("sim_serial")), parse, pl.String),
        "sim_block": serial.str.head(-int(law["digits_within_a_block"])),
    }
