"""Random numbers that depend on nothing but a seed, a name and a key: splitmix64 as Polars expressions.

A value is a function of the record's (or person's) index, so it is the same whatever the size of a chunk, the
number of threads or the order of rows; no generator has a state to carry along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import polars as pl

_GOLDEN = 0x9E3779B97F4A7C15
_SCALE = 1_000_000


def number(value: int) -> pl.Expr:
    """Return an unsigned 64-bit literal; arithmetic on it wraps around."""
    return pl.lit(value, dtype=pl.UInt64)


def mix(x: pl.Expr) -> pl.Expr:
    """Return the splitmix64 finaliser of a UInt64 expression: a bijection of 64-bit numbers."""
    # Polars has no shift operator for expressions; dividing by a power of two is the same.
    x = (x ^ (x // number(1 << 30))) * number(0xBF58476D1CE4E5B9)
    x = (x ^ (x // number(1 << 27))) * number(0x94D049BB133111EB)
    return x ^ (x // number(1 << 31))


@dataclass(frozen=True)
class Streams:
    """Independent streams of numbers, one for every name."""

    seed: int

    def constant(self, name: str) -> int:
        """Return the 64-bit number that sets the stream `name` apart."""
        digest = hashlib.blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little")

    def bits(self, name: str, key: pl.Expr) -> pl.Expr:
        """Return 64 random bits for every key (UInt64)."""
        return mix(key * number(_GOLDEN) + number(self.constant(name)))

    def below(self, name: str, key: pl.Expr, limit: int | pl.Expr) -> pl.Expr:
        """Return a number from 0 to limit − 1 (UInt64); `limit` is at least 1."""
        bound = number(limit) if isinstance(limit, int) else limit.cast(pl.UInt64)
        return self.bits(name, key) % bound

    def chance(self, name: str, key: pl.Expr, share: float) -> pl.Expr:
        """Return true for about `share` (0 to 1) of the keys."""
        return self.below(name, key, _SCALE) < number(round(share * _SCALE))

    def pick(self, name: str, key: pl.Expr, words: pl.Series) -> pl.Expr:
        """Return one of `words`; a word that stands there twice comes twice as often."""
        return at(words, self.below(name, key, len(words)))


def at(values: pl.Series, index: pl.Expr) -> pl.Expr:
    """Return values[index], null where the index is null."""
    return pl.lit(values).gather(index.cast(pl.UInt32))


def choice(index: pl.Expr, texts: Sequence[pl.Expr]) -> pl.Expr:
    """Return texts[index], the last one for an index beyond."""
    found = texts[-1]
    for place, text in enumerate(texts[:-1]):
        found = pl.when(index == place).then(text).otherwise(found)
    return found


def repeated(words: Sequence[str], weights: Sequence[int]) -> pl.Series:
    """Return every word as often as its weight says."""
    return pl.Series([word for word, weight in zip(words, weights, strict=True) for _ in range(weight)])


def step(size: int) -> int:
    """Return a number without common divisor with `size`, near its golden section.

    x → (x · step + any) mod size then visits all of 0 … size − 1 before it repeats, far apart.
    """
    found = max(1, int(size * 0.6180339887))
    while gcd(found, size) != 1:
        found += 1
    return found
