"""Damage for the NUM rules: subscriber numbers."""

from __future__ import annotations

import polars as pl

from thuebao.sample.defects.variant import Damage, Variant, one
from thuebao.sample.numbers import digits, scrambled
from thuebao.sample.plan import PER_PREFIX
from thuebao.sample.streams import at, number, step


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for NUM101 to NUM105."""
    msisdn, talks = pl.col("msisdn"), damage.human
    fixed = pl.concat_str(pl.lit("024"), digits(damage.draw("fixed line", 10**8), 8))
    found = [
        one("NUM101", "msisdn", damage.anyone, damage.missing("msisdn")),
        one("NUM102", "msisdn", talks, msisdn.str.slice(0, 9)),
        one("NUM102", "msisdn", talks, msisdn + damage.draw("digit", 10).cast(pl.String)),
        one("NUM102", "msisdn", talks, msisdn.str.replace("^0", "O")),
        one("NUM102", "msisdn", talks, msisdn.str.slice(0, 8) + pl.lit("xx")),
        one("NUM102", "msisdn", talks, fixed),
        _of_nobody(damage),
        *_of_another(damage),
    ]
    if damage.today > damage.law.dates["old_numbers_until"]:
        found.append(_old_form(damage))
    return found


def _old_form(damage: Damage) -> Variant:
    known = damage.law.old_prefixes
    prefix = pl.col("msisdn").str.slice(0, 3)
    old = prefix.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    return one("NUM103", "msisdn", prefix.is_in(list(known)), old + pl.col("msisdn").str.slice(3))


def _of_nobody(damage: Damage) -> Variant:
    """Return an unassigned range, with a number that no second record gets."""
    prefixes = pl.Series(damage.law.unassigned)
    size = len(prefixes) * PER_PREFIX
    index = scrambled(pl.col("_g"), size, step(size), damage.streams.constant("unassigned"))
    text = pl.concat_str(at(prefixes, index // number(PER_PREFIX)), digits(index % number(PER_PREFIX), 7))
    return one("NUM104", "msisdn", pl.col("_g") < number(size), text)


def _of_another(damage: Damage) -> list[Variant]:
    """Return numbers of other holders, from the end of their ranges that nobody in the sample reaches."""
    numbers, hosts = damage.numbers, damage.law.hosts
    found = []
    for place, carrier in enumerate(numbers.carriers):
        near = {
            carrier.holder,
            hosts.get(carrier.name),
            *(m for m, host in hosts.items() if host == carrier.name),
        }
        target = max(
            (holder for holder in numbers.holders if holder not in near),
            key=lambda h: (numbers.free_numbers(h), h),
        )
        index = number(numbers.size(target) - 1) - pl.col("_g")
        free = pl.col("_g") < number(numbers.free_numbers(target))
        text = numbers.in_range(pl.lit(numbers.holders.index(target), dtype=pl.UInt32), index)
        found.append(one("NUM105", "msisdn", (pl.col("_op") == place) & free, text))
    return found
