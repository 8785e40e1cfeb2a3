"""Points of sale and their clerks, and organisations: small pools, built once for a sample."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.sample.addresses import Addresses
from thuebao.sample.law import Law
from thuebao.sample.names import vietnamese_name
from thuebao.sample.numbers import digits
from thuebao.sample.plan import Carrier
from thuebao.sample.registration import D163
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.words import column

POINTS = 12
"""Points of sale of an operator in a province; every third is the operator's own."""
CLERKS = 3
OWN, AUTHORISED = 0, 1
"""Places of an own fixed and of an authorised point among the points."""

KINDS = ("own_fixed", "own_mobile", "authorised", "online")
_MOBILE = 5
_ORGANISATIONS = 20_000
_WORDS = ("kind", "field", "name")


class Pools:
    """The addresses, points of sale, clerks and organisations of a sample of so many records."""

    kinds = KINDS

    def __init__(self, carriers: Sequence[Carrier], streams: Streams, law: Law) -> None:
        self.addresses = Addresses(streams, law)
        self.points = points(carriers, self.addresses, streams)
        self.clerks = clerks(carriers, self.addresses, streams)
        self.organisations = organisations(self.addresses, streams, law, sum(c.records for c in carriers))

    def province(self) -> pl.Expr:
        """Return where each record was registered (place in the list of provinces)."""
        return pl.coalesce("_province", "_lives").cast(pl.UInt64)

    def point_of(self, streams: Streams) -> pl.Expr:
        """Return the point of sale (row of `points`) of each record."""
        draw = streams.below("at point", pl.col("_g"), POINTS)
        # From the fourth prepaid number on, which organisations mostly have: at an own fixed point only (DUP112).
        own = draw // number(3) * number(3) + number(OWN)
        many = (pl.col("_k") >= 3) | (~pl.col("_individual") & (pl.col("_era") >= D163))
        point = pl.coalesce(pl.col("_pos").cast(pl.UInt64), pl.when(many).then(own).otherwise(draw))
        start = pl.col("_op").cast(pl.UInt64) * number(len(self.addresses.old_names)) + self.province()
        return start * number(POINTS) + point

    def clerk_of(self, streams: Streams) -> pl.Expr:
        """Return the clerk (row of `clerks`) of each record."""
        clerk = pl.coalesce(pl.col("_clerk").cast(pl.UInt64), streams.below("by clerk", pl.col("_g"), CLERKS))
        return self.point_of(streams) * number(CLERKS) + clerk


def points(carriers: Sequence[Carrier], addresses: Addresses, streams: Streams) -> pl.DataFrame:
    """Return all points of sale, POINTS for each operator and province in order.

    Columns: code, name, address, phone (texts), kind (place in KINDS).
    """
    provinces = len(addresses.old_names)
    key, code = pl.col("n"), pl.Series([c.code for c in carriers])
    words = {kind: column("pos_words", "words", kind=kind) for kind in KINDS[:3]}
    kind = pl.col("kind")
    return (
        pl.DataFrame({"n": pl.int_range(len(carriers) * provinces * POINTS, dtype=pl.UInt64, eager=True)})
        .with_columns(
            of=key // number(provinces * POINTS),
            province=key // number(POINTS) % number(provinces),
            point=key % number(POINTS),
        )
        .with_columns(
            kind=pl.when(pl.col("point") % 3 == OWN).then(0).when(pl.col("point") == _MOBILE).then(1).otherwise(2)
        )
        .select(
            "kind",
            code=pl.concat_str(at(code, pl.col("of")), digits(pl.col("province"), 2), digits(pl.col("point"), 2)),
            name=pl.concat_str(
                pl.when(kind == 0)
                .then(streams.pick("point", key, words["own_fixed"]))
                .when(kind == 1)
                .then(streams.pick("point", key, words["own_mobile"]))
                .otherwise(streams.pick("point", key, words["authorised"])),
                pl.lit(" "),
                streams.pick("point name", key, column("streets", "name")),
            ),
            address=addresses.short("point", key, pl.col("province")),
            phone=pl.concat_str(
                at(addresses.areas, pl.col("province")),
                streams.below("point phone", key, 9_000_000) + number(1_000_000),
            ),
        )
    )


def clerks(carriers: Sequence[Carrier], addresses: Addresses, streams: Streams) -> pl.Series:
    """Return the names of all clerks, CLERKS for each point of sale in order."""
    many = len(carriers) * len(addresses.old_names) * POINTS * CLERKS
    people = pl.DataFrame({"n": pl.int_range(many, dtype=pl.UInt64, eager=True)})
    key = pl.col("n") + number(1 << 60)
    return people.select(vietnamese_name(key, streams.chance("clerk", key, 0.35), streams)).to_series()


def organisations(addresses: Addresses, streams: Streams, law: Law, records: int) -> pl.DataFrame:
    """Return the organisations of a sample of so many records: name, tax_code, address."""
    many = min(_ORGANISATIONS, max(50, records // 200))
    provinces, tax = len(addresses.old_names), law.reference.document("tax_code")
    modulus = int(tax["modulus"])
    key = pl.col("n")
    place = streams.below("organisation province", key, provinces)
    found = pl.DataFrame({"n": pl.int_range(many, dtype=pl.UInt64, eager=True)}).with_columns(
        serial=streams.below("tax code", key, 10**9 - 2).cast(pl.Int64) + 1
    )

    def weighed() -> pl.Expr:
        serial = pl.col("serial")
        parts = [serial // 10 ** (8 - i) % 10 * weight for i, weight in enumerate(tax["weights"])]
        return pl.sum_horizontal(parts) % modulus

    # A sum that 11 divides has no check digit. The next number has another sum, or the one after it.
    for _ in range(3):
        found = found.with_columns(serial=pl.when(weighed() == 0).then(pl.col("serial") + 1).otherwise("serial"))
    branch = streams.below("branch", key, 10)
    return found.select(
        name=pl.concat_str(
            *(streams.pick(word, key, column("organisation_words", "word", part=word)) for word in _WORDS),
            separator=" ",
        ),
        tax_code=pl.concat_str(
            digits(pl.col("serial"), 9),
            tax["check_minuend"] - weighed(),
            pl.when(branch == 0).then(pl.lit("-001")).when(branch == 1).then(pl.lit("002")).otherwise(pl.lit("")),
        ),
        address=addresses.short("organisation", key, place),
    )
