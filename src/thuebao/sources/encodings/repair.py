"""Repairs text that a wrong encoding damaged before it was stored in a sound file, of any format, column by column.

A sample of a batch is looked at first, which is all that sound files cost. What a column shows beyond doubt is undone
in it and in those that show nothing against it; whatever else is damaged stays as it is, for a rule to find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import compress

import polars as pl

from thuebao.sources.encodings import font_text, mojibake
from thuebao.sources.encodings.detection import UTF8
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.encodings.entities import shows_entities, without_entities
from thuebao.sources.encodings.words import kinds_of

_LOOKED_AT = 300  # records of a batch, at least
# Signs that right text seldom has: other than ASCII, Vietnamese letters and the usual punctuation; a letter and a
# mark as VNI fonts have them; an entity; a question mark in the place of a letter.
_ODD = (
    r"[^\t\n\r -~ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ\u0300\u0301\u0303\u0309\u0323–—‘’“”…\x{a0}]"
    r"|[aeAE][ùøûõâáàåãäêéèúüëÙØÛÕÂÁÀÅÃÄÊÉÈÚÜË]|&#?[0-9A-Za-z]{2,30};|\?"
)
_LOST, _LEFT = r"\p{L}[?\x{fffd}]|[?\x{fffd}]\p{L}", r"[^\x00-\x7f\x{fffd}]"
_SOME, _HALF, _NEARLY_ALL = 0.3, 0.5, 0.9
_LEAST_EVIDENCE = 2
ENTITIES = "entities"


@dataclass
class Repairs:
    """What is repaired in one file. said: the encoding that the user says its text is in; None: whatever it shows.

    undone: damage → the columns, as a batch calls them, in which something was repaired.
    """

    said: str | None = None
    undone: dict[str, set[str]] = field(default_factory=dict)
    _tally: dict[str, Counter[str]] = field(default_factory=dict)
    _found: dict[str, dict[str, None]] = field(default_factory=dict)

    @classmethod
    def as_said(cls, encoding: Encoding | None) -> Repairs:
        """Return what is repaired in a file of a format that knows Unicode alone, where the user names an encoding."""
        name = encoding.name if encoding else None
        return cls(name if name in (UTF8, *font_text.FONTS, *mojibake.MISREADINGS) else None)

    @property
    def encodings(self) -> list[str]:
        """What text was converted from, by the names that messages have for it."""
        undone = sorted(self.undone.keys() - {ENTITIES})
        return [f"{name}-in-unicode" if name in font_text.FONTS else name for name in undone]

    @property
    def lost(self) -> set[str]:
        """The columns whose letters other than ASCII were lost: hardly any is left, most values have a `?`."""
        return {
            name
            for name, seen in self._tally.items()
            if seen["lost"] > _HALF * seen["filled"] and seen["left"] <= (1 - _NEARLY_ALL) * seen["filled"]
        }

    def take_over(self, other: Repairs) -> None:
        """Add what was seen of other records of the file, in which nothing was repaired."""
        for name, seen in other._tally.items():
            self._tally.setdefault(name, Counter()).update(seen)

    @property
    def needed(self) -> bool:
        """Whether something is repaired: what was seen in a batch counts for those behind it."""
        return bool(self._found)

    def repaired(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return a batch of text columns, with what was damaged as it was before."""
        # The places are gathered: `gather_every` costs ten times as much.
        self._look(records[pl.int_range(0, records.height, max(1, records.height // _LOOKED_AT), eager=True)])
        for damage, columns in self._found.items():
            for name in columns.keys() & {*records.columns}:
                before = records[name]
                after = _undone(before, damage)
                if not after.equals(before):
                    self.undone.setdefault(damage, set()).add(name)
                    records = records.with_columns(after)
        return records

    def _look(self, sample: pl.DataFrame) -> None:
        """Decide by a sample which columns are damaged, and how."""
        if self.said in font_text.FONTS or self.said in mojibake.MISREADINGS:
            for name in sample.columns:
                self._settle(name, str(self.said))
            return
        if self._found.keys() - {ENTITIES}:
            return
        odd = _odd_columns(sample)
        self._count_lost(sample, odd)
        distinct = {name: sample[name].drop_nulls().unique() for name in odd}
        for name, values in distinct.items():
            if shows_entities(values):
                self._settle(name, ENTITIES)
        if self.said or not odd:
            return
        damaged = {name: damage for name, values in distinct.items() if (damage := _damage(_not_ascii(values)))}
        if damaged:
            self._settle_all(sample, damaged)

    def _count_lost(self, sample: pl.DataFrame, odd: Collection[str]) -> None:
        """Count values, and in odd columns those with a lost letter and those with letters left."""
        texts = [name for name, dtype in sample.schema.items() if dtype == pl.String]
        if not texts:
            return  # a table without a record has columns of no kind
        counts = {"filled": pl.col(texts).str.len_bytes() > 0}
        if odd:
            counts |= {"lost": pl.col(odd).str.contains(_LOST), "left": pl.col(odd).str.contains(_LEFT)}
        for kind, expression in counts.items():
            for name, count in sample.select(expression.sum()).row(0, named=True).items():
                self._tally.setdefault(name, Counter())[kind] += count

    def _settle_all(self, sample: pl.DataFrame, damaged: dict[str, str]) -> None:
        """Settle the columns that say how they are damaged, and those that show nothing against the same."""
        usual = max(sorted(set(damaged.values())), key=list(damaged.values()).count)
        for name in sample.columns:
            if name in damaged:
                self._settle(name, damaged[name])
            elif _allows(_not_ascii(sample[name].drop_nulls().unique()), usual):
                self._settle(name, usual)

    def _settle(self, name: str, damage: str) -> None:
        self._found.setdefault(damage, {})[name] = None


def _odd_columns(frame: pl.DataFrame) -> list[str]:
    """Return the columns in which some value has an odd sign: each as one text, which is cheaper than its values."""
    texts = frame.select(pl.col(pl.String).str.join("\n", ignore_nulls=True))
    return list(compress(texts.columns, texts.transpose().to_series().str.contains(_ODD))) if texts.width else []


def _not_ascii(values: pl.Series) -> pl.Series:
    return values.filter(values.str.contains(font_text.NOT_ASCII))


def _damage(values: pl.Series) -> str | None:
    """Return how a column is damaged, by its distinct values that are not ASCII; None where that is not certain."""
    if values.is_empty() or values.str.contains(_ODD).sum() < _SOME * values.len():
        return None
    misread = {name: share for name in mojibake.MISREADINGS if (share := _undone_share(values, name))}
    if misread:
        return max(misread, key=lambda name: misread[name])
    verdicts = {font: font_text.verdict(values, font) for font in font_text.FONTS}
    font = max(verdicts, key=lambda font: (verdicts[font].says, verdicts[font].decoded, verdicts[font].evidence))
    return font if verdicts[font].says else None


def _allows(values: pl.Series, damage: str) -> bool:
    """Return whether nothing in a column speaks against its being damaged so."""
    if values.is_empty():
        return True
    if damage in font_text.FONTS:
        return font_text.verdict(values, damage).allows
    return _misread(values, damage).null_count() <= (1 - _NEARLY_ALL) * values.len()


def _undone_share(values: pl.Series, name: str) -> float:
    """Return what part of the words is Vietnamese when values are repaired; 0 when they were not misread so."""
    before = _misread(values, name)
    if before.null_count() > (1 - _NEARLY_ALL) * values.len():
        return 0
    now, then = (_kinds(side) for side in (values.filter(before.is_not_null()), before.drop_nulls()))
    now_share, then_share = (sum(map(bool, kinds)) / max(len(kinds), 1) for kinds in (now, then))
    certain = sum(then) >= _LEAST_EVIDENCE and then_share >= _HALF and then_share > 2 * now_share
    return then_share if certain else 0


def _kinds(values: pl.Series) -> list[int]:
    """Return for each distinct word that is not ASCII whether it is Vietnamese; see kinds_of."""
    words = font_text.words_of(values.str.normalize("NFC")).explode().drop_nulls().unique()
    return [kind for kind in kinds_of(words.to_list()) if kind is not None]


def _misread(values: pl.Series, name: str) -> pl.Series:
    """Return texts as they were before they were misread; NULL for those that were not."""
    return pl.Series([mojibake.repaired_text(text, name) for text in values], dtype=pl.String)


def _undone(values: pl.Series, damage: str) -> pl.Series:
    """Return values as they were before they were damaged so."""
    if damage == ENTITIES:
        return without_entities(values)
    if damage in font_text.FONTS:
        return font_text.read_as(values, damage)
    distinct = _not_ascii(values.drop_nulls().unique())
    before = _misread(distinct, damage)
    changed = before.is_not_null()
    return values.replace(distinct.filter(changed), before.filter(changed)) if changed.any() else values
