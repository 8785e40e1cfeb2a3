"""What the rules across records compare: whose document it is, and whose numbers are counted together."""

from __future__ import annotations

import polars as pl

from thuebao.facts.kernel import elementwise, fill_where
from thuebao.rulebook.reference import Reference

LATE = frozenset({"comparable_name", "folded_name", "case_folded_name", "named_operator", "sim_block"})
"""Facts of one other that rules across records work out only for the few records that may violate them."""

EITHER = {"customer": ("organisation_key", "identity")}
"""Facts that are, wherever they are there, the first of several others that is: those are staged in their place."""

COSTLY = frozenset({"comparable_name", "folded_name"})
"""Those of them that are worked out once for each different value."""

OUTLINES = {
    "case_folded_name": pl.col("full_name").str.len_chars()
    # The only letter that is two when it is small, which no usual name has.
    + pl.col("unusual_name").str.count_matches("İ", literal=True).fill_null(0)
}
"""What is alike in records of which a late fact is the same, and cheaper to know than the fact."""

USUAL = {
    "document_number": pl.col("identity"),
    "shown_number": pl.col("subscriber_number"),
    "registration_minute": pl.col("registration_moment").dt.truncate("1m"),
}
"""What the value of a fact nearly always is, from others: it has to be set aside only where it is not."""


def group_facts(reference: Reference) -> dict[str, pl.Expr]:
    """Return the keys under which records are taken for those of one person or one customer."""
    law = reference.document("documents")["identity"]
    kind, number = pl.col("document_kind"), pl.col("document_number")
    faults = ("document_number_malformed", "document_number_placeholder", "document_number_lost_zeros")
    sound = ~pl.any_horizontal(faults)
    other = pl.col("personal_number").is_null() & sound & kind.is_in(law["kinds"])
    # The same number of two countries is two people's, so without a country it tells nobody from others.
    by_nationality = pl.col("kind").is_in(law["kinds_by_nationality"])
    nationality = pl.when(by_nationality).then(pl.col("nationality")).otherwise(pl.lit(""))
    by_kind = pl.concat_str(pl.col("kind").cast(pl.String), pl.lit(":"), nationality, pl.col("number"))

    def with_others(values: pl.Series) -> pl.Series:
        # Few have another document, and putting the texts together takes long.
        rows = values.struct.unnest()
        found = rows.filter("others").select(by_kind).to_series()
        return fill_where(rows["personal"], rows["others"], found) if len(found) else rows["personal"]

    # A kind that is not recognised may be the other one: then nobody knows whether it is an organisation's machine.
    somebodys = pl.col("is_individual") | pl.col("is_h2h")
    of_all = pl.struct(
        pl.col("personal_number").alias("personal"),
        (somebodys & other).fill_null(value=False).alias("others"),
        kind.alias("kind"),
        pl.col("nationality_code").alias("nationality"),
        number.alias("number"),
    )
    return {
        "identity": pl.when(somebodys).then(elementwise(of_all, with_others, pl.String)),
        "organisation_key": pl.when(pl.col("is_organisation") & pl.col("is_h2h")).then("mst_key"),
        "customer": pl.when("is_individual").then("identity").otherwise("organisation_key"),
    }
