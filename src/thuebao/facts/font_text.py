"""Text typed for a font of its own (TCVN3, VNI) and saved as Unicode: `NguyÔn V¨n An`, `Nguyeãn Vaên An`."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from thuebao.rulebook.charsets import charset
from thuebao.rulebook.syllables import syllables

_ENCODINGS = ("tcvn3", "vni")


class FontText:
    """Tells text that reads as Vietnamese only when it is taken for one of the old encodings."""

    @cached_property
    def _vietnamese(self) -> str:
        """A pattern for texts of syllables: made when a name is first doubted, which most audits never do."""
        known = syllables()
        onsets, rimes = ("|".join(sorted(parts)) for parts in (known.onsets - {""}, known.rimes))
        syllable = f"(?:{onsets})?(?:{rimes})"
        return f"^{syllable}(?: {syllable})*$"

    def matches(self, texts: pl.Series) -> pl.Series:
        """Return whether each text is such."""
        frame = pl.DataFrame({"text": texts})
        as_written = self._reads(pl.col("text"))
        taken = [charset(name).real(pl.col("text")) for name in _ENCODINGS]
        others = [(text != pl.col("text")) & self._reads(text) for text in taken]
        return frame.select(~as_written & pl.any_horizontal(others)).to_series()

    def _reads(self, text: pl.Expr) -> pl.Expr:
        """Return whether every word of a text is a Vietnamese syllable."""
        letters = text.str.normalize("NFC").str.to_lowercase().str.replace_all("ð", "đ", literal=True)
        letters = letters.str.replace_all(r"[\s[:punct:]]+", " ")
        return letters.str.strip_chars().str.contains(self._vietnamese)
