"""Which records are damaged, and how: a choice by the record's number, applied to columns at once."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.sample.defects import course, document, number, person, registration
from thuebao.sample.defects.variant import Damage, Variant
from thuebao.sample.streams import number as literal

_VARIANT_BITS, _CHOICE_BITS = 10, 12


class Defects:
    """Plants one defect in about `share` of the records."""

    def __init__(self, damage: Damage, share: float) -> None:
        self.damage, self.share = damage, share
        self.variants: list[Variant] = [
            *number.variants(damage),
            *person.variants(damage),
            *document.variants(damage),
            *registration.variants(damage),
            *course.variants(damage),
        ]

    def chosen(self) -> pl.Expr:
        """Return whether a record gets a defect.

        Records of violations across records get none, nor those of people with four numbers, who a defect
        could make break a rule across records, nor those that ended too long ago to be judged.
        """
        open_to = ~pl.col("_is_planted") & (pl.col("_c") < 4) & ~pl.col("_past")
        return open_to & self.damage.streams.chance("defect", pl.col("_g"), self.share)

    def apply(self, frame: pl.DataFrame, shown: Sequence[str]) -> pl.DataFrame:
        """Return the records damaged, in another order, with the columns `shown`."""
        drawn = frame.with_columns(self._draws())
        parts = drawn.with_columns(_variant=self._choice()).partition_by("_variant", as_dict=True)
        done = [frame.select(shown).clear()]
        for (place,), part in sorted(parts.items(), key=lambda item: str(item[0])):
            variant = self.variants[place]
            texts = {column: text.cast(pl.String) for column, text in variant.texts.items()}
            texts |= {"_code": pl.lit(variant.code), "_column": pl.lit(variant.column)}
            done.append(part.select(texts.get(name, pl.col(name)).alias(name) for name in shown))
        return pl.concat(done)

    def _draws(self) -> list[pl.Expr]:
        """Return a draw for every rule, and one to choose among its variants by."""
        streams, key = self.damage.streams, pl.col("_g")
        # Room below for a variant, above for a mark.
        high, low = (
            literal(1 << (_VARIANT_BITS + _CHOICE_BITS + 1)),
            literal(1 << (_VARIANT_BITS + _CHOICE_BITS)),
        )
        rare_first = streams.below("rare first", key, 2)
        codes = dict.fromkeys(variant.code for variant in self.variants)
        return [
            *((streams.bits(f"defect {code}", key) // high * low).alias(f"_draw_{code}") for code in codes),
            streams.bits("variant", key).alias("_draw"),
            (rare_first * literal(1 << 63)).alias("_rare_first"),
            (rare_first * literal((1 << 63) - (1 << (_VARIANT_BITS + _CHOICE_BITS)))).alias("_rarest"),
        ]

    def _choice(self) -> pl.Expr:
        """Return which variant damages a record: the one with the highest draw of those that can.

        The draw is one for all variants of a rule, so that rules, not variants, are equally likely. In half
        of the records, the rare rules come before all others.
        """
        scores = []
        for place, variant in enumerate(self.variants):
            salt = literal(self.damage.streams.constant(f"variant {place}") | 1)
            choice = pl.col("_draw") * salt // literal(1 << (64 - _CHOICE_BITS)) * literal(1 << _VARIANT_BITS)
            draw = pl.col(f"_draw_{variant.code}")
            if variant.rare:
                # Rarest of all: wins whenever the rare rules come first.
                draw = pl.col("_rare_first") + (pl.max_horizontal(draw, "_rarest") if variant.rare > 1 else draw)
            scores.append(pl.when(variant.when).then(draw + choice + literal(place)))
        return (pl.max_horizontal(scores) % literal(1 << _VARIANT_BITS)).cast(pl.UInt32)
