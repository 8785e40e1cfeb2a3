"""Numbers that no two records (or persons) share: of subscribers, SIMs, documents, photos.

All come from a counter through a bijection; none needs to remember what was dealt out.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.base.messages import text
from thuebao.sample.documents import Paper
from thuebao.sample.law import Law
from thuebao.sample.plan import PER_PREFIX, Carrier, of_operator
from thuebao.sample.population import Kind
from thuebao.sample.streams import Streams, at, mix, number, step
from thuebao.sample.words import rows

TAILS = 900_000
"""Last digits of document numbers stay below this: a tail with a 9 in front is nobody's (see DUP123)."""
_CMND_TAILS = 9 * TAILS
_PASSPORTS = 7_000_000
_SIMS, _BATCHES = 10**9, 999


def digits(value: pl.Expr, width: int) -> pl.Expr:
    """Return a number as text with leading zeros; it must have no more than `width` digits."""
    return (value.cast(pl.UInt64) + number(10**width)).cast(pl.String).str.slice(1)


def scrambled(index: pl.Expr, size: int | pl.Expr, factor: int | pl.Expr, salt: int) -> pl.Expr:
    """Return a bijection of 0 … size − 1 without a visible pattern; `size` is a multiple of 10,000."""
    bound = number(size) if isinstance(size, int) else size
    by = number(factor) if isinstance(factor, int) else factor
    spread = (index * by) % bound
    high, low = spread // number(10_000), spread % number(10_000)
    low = (low + mix(high + number(salt)) % number(10_000)) % number(10_000)
    return ((high * number(10_000) + low) * by) % bound


class Numbers:
    """The number plan of a sample."""

    def __init__(self, carriers: Sequence[Carrier], streams: Streams, law: Law) -> None:
        self.carriers = carriers
        self.streams, self.law = streams, law
        self.holders = list(law.prefixes)
        self.prefixes = pl.Series([p for holder in self.holders for p in law.prefixes[holder]])
        counts = [len(law.prefixes[holder]) for holder in self.holders]
        self._start = {h: sum(counts[:i]) for i, h in enumerate(self.holders)}
        self._size = {h: count * PER_PREFIX for h, count in zip(self.holders, counts, strict=True)}
        codes = {row["code"]: row["cmnd_prefix"] for row in rows("provinces")}
        self._cmnd = [codes[code] for code, _ in law.provinces]
        self.provinces = pl.Series([code for code, _ in law.provinces])
        nations = rows("nationalities")
        self._letters = pl.Series([row["letters"] for row in nations])
        self._more_digits = pl.Series([int(row["digits"]) - 7 for row in nations])

    def check_room(self, slots: pl.DataFrame, rounds: int) -> None:
        """Raise ValueError when so many people in each slot are more than there are document numbers."""
        room = {"cards": TAILS, "cmnds": _CMND_TAILS, "passports": _PASSPORTS}
        for name, limit in room.items():
            if int(slots[name].max() or 0) * rounds > limit:  # type: ignore[arg-type]
                raise ValueError(text("sample_error.document_numbers"))

    def free_numbers(self, holder: str) -> int:
        """Return how many numbers of a holder's ranges no operator of the sample uses."""
        return self._size[holder] - sum(c.records for c in self.carriers if c.holder == holder)

    def size(self, holder: str) -> int:
        """Return how many numbers a holder's ranges have."""
        return self._size[holder]

    def msisdn(self, operator: pl.Expr, record: pl.Expr) -> pl.Expr:
        """Return the subscriber number of a record (its number through all operators)."""
        first, numbers = (of_operator(self.carriers, value, operator) for value in ("first", "numbers"))
        index = record - first + numbers
        holder = pl.Series([self.holders.index(c.holder) for c in self.carriers], dtype=pl.UInt32)
        return self.in_range(at(holder, operator), index)

    def in_range(self, holder: pl.Expr, index: pl.Expr) -> pl.Expr:
        """Return number `index` of a holder (its place in `holders`), counted in no visible order."""
        sizes = list(self._size.values())
        size = at(pl.Series(sizes, dtype=pl.UInt64), holder)
        factor = at(pl.Series([step(s) for s in sizes], dtype=pl.UInt64), holder)
        found = scrambled(index, size, factor, self.streams.constant("numbers"))
        start = at(pl.Series(list(self._start.values()), dtype=pl.UInt64), holder)
        prefix = at(self.prefixes, start + found // number(PER_PREFIX))
        return pl.concat_str(prefix, digits(found % number(PER_PREFIX), 7))

    def sim_serial(self, operator: pl.Expr, record: pl.Expr) -> pl.Expr:
        """Return the ICCID of a record: 8984, network, 12 digits, Luhn's check digit."""
        batch = self.streams.below("sim batch", record // number(5000), _BATCHES)
        serial = batch * number(_SIMS) + scrambled(record, _SIMS, step(_SIMS), self.streams.constant("sims"))
        # DUP142: neighbours in a batch of their own.
        place = pl.col("_sim_place").cast(pl.UInt64)
        block = number(_BATCHES * _SIMS) + record % number(_SIMS // 100) * number(100) + place
        serial = pl.when(place.is_null()).then(serial).otherwise(block)
        head = pl.Series([f"8984{c.mnc}" for c in self.carriers])
        check = at(pl.Series([_luhn_sum(h) for h in head], dtype=pl.UInt32), operator)
        # Four digits are an even number: Luhn's doubling falls on the same places in each group.
        sums = pl.Series([_luhn_sum(f"{n:04}") for n in range(10_000)], dtype=pl.UInt32)
        for part in (1, 10_000, 100_000_000):
            check += at(sums, serial // number(part) % number(10_000))
        return pl.concat_str(at(head, operator), digits(serial, 12), (10 - check % 10) % 10)

    def portrait_hash(self, record: pl.Expr) -> pl.Expr:
        """Return 16 hexadecimal digits, others for every record."""
        bits = mix(record + number(self.streams.constant("portrait")))
        words = pl.Series([f"{n:04x}" for n in range(1 << 16)])
        return pl.concat_str([at(words, bits // number(1 << n) % number(1 << 16)) for n in (48, 32, 16, 0)])

    def document(self) -> pl.Expr:
        """Return the document number of each record's person."""
        return (
            pl.when(pl.col("_paper") == Paper.NONE)
            .then(pl.lit(None, dtype=pl.String))
            .when(pl.col("_paper") == Paper.PASSPORT)
            .then(self._passport())
            .when(pl.col("_paper") == Paper.CMND)
            .then(self._old_card())
            .otherwise(self._personal_number())
        )

    def _personal_number(self) -> pl.Expr:
        """Place of birth, century and sex, year, and a tail that no one else with the same start has."""
        index = pl.col("_round") * pl.col("_cards") + pl.col("_card")
        salt = self.streams.below("tail", pl.col("_born_in").cast(pl.UInt64) + pl.col("_year").cast(pl.UInt64), TAILS)
        tail = _twin((index * number(step(TAILS)) + salt) % number(TAILS), TAILS)
        century = (pl.col("_year") // 100 - 19) * 2 + pl.when("_male").then(0).otherwise(1)
        start = (century * 100 + pl.col("_year") % 100).cast(pl.UInt64)
        return pl.concat_str(at(self.provinces, pl.col("_born_in")), digits(start * number(10**6) + tail, 9))

    def _old_card(self) -> pl.Expr:
        """Two digits of the province, a third that breaks any run (ID106), and a tail."""
        index = pl.col("_round") * pl.col("_cmnds") + pl.col("_cmnd")
        found = (index * number(step(_CMND_TAILS))) % number(_CMND_TAILS)
        prefix = pl.Series([int(p) for p in self._cmnd], dtype=pl.UInt64)
        # The third digit goes through nine of the ten; the tenth would carry on the run of the first two.
        third = pl.Series([(2 * int(p[1]) - int(p[0]) + 1) % 10 for p in self._cmnd], dtype=pl.UInt64)
        born = pl.col("_born_in")
        middle = (at(third, born) + found // number(TAILS)) % number(10)
        tail = _twin(found % number(TAILS), TAILS)
        return digits(at(prefix, born) * number(10**7) + middle * number(10**6) + tail, 9)

    def _passport(self) -> pl.Expr:
        """Letters and 7 to 9 digits; the first two never stand side by side in a run (ID106)."""
        index = pl.col("_round") * pl.col("_passports") + pl.col("_passport")
        found = (index * number(step(_PASSPORTS))) % number(_PASSPORTS)
        pair, rest = found // number(10**5), found % number(10**5)
        first = pair // number(7)
        second = (first + number(2) + pair % number(7)) % number(10)
        serial = (first * number(10) + second) * number(10**5) + rest
        foreign = pl.col("_kind") == Kind.FOREIGNER
        new = pl.col("_issued") >= self.law.dates["long_passports_from"]
        more = self.streams.below("passport", pl.col("_person"), 100)
        nation = pl.col("_nation")
        extra = pl.when(foreign).then(at(self._more_digits, nation)).otherwise(new.cast(pl.Int64))
        tail = pl.when(extra == 0).then(pl.lit("")).when(extra == 1).then(digits(more % number(10), 1))
        letter = pl.when(new).then(pl.lit("P")).when(more < 50).then(pl.lit("C")).otherwise(pl.lit("B"))
        letters = pl.when(foreign).then(at(self._letters, nation)).otherwise(letter)
        return pl.concat_str(letters, digits(serial, 7), tail.otherwise(digits(more, 2)))


def _twin(tail: pl.Expr, limit: int) -> pl.Expr:
    """Return the tail, or for DUP123 the one that differs from it in its first digit, which is then a 9."""
    tenth = number(limit // 9)
    return pl.when("_twin").then(tail % tenth + number(limit)).otherwise(tail)


def _luhn_sum(text: str) -> int:
    """Return Luhn's sum of digits that an even number of digits and the check digit follow."""
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(text))]
    return sum(d // 10 + d % 10 for d in doubled)
