"""Foreign text made safe for where it lands: personal values masked, control characters and formulas neutralised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_FIRST, _LAST = 3, 2
"""Characters of a masked value that stay at its beginning and end."""
_STARS = "*****"
"""What stands for the rest, however long that is: its length would tell of a name."""
FORMULA = r"(?:[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|::)"
"""What must not begin a cell: a formula, in full-width signs too, which East Asian spreadsheets take for the same,
and a command to GitHub Actions, which reads whatever a step prints."""
CONTROLS = (
    r"[\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Control and format characters (Unicode Cc, Cf, Zl, Zp): terminal escapes, line breaks, what is not seen, and what
turns the reading direction. A regular expression as both Python and Polars understand it."""
# What a name that is no text leaves in Python's strings, and no file takes.
_HARMFUL = re.compile(rf"{CONTROLS}|[\ud800-\udfff]")


def mask(values: pl.Series) -> pl.Series:
    """Return each text with its first 3 and last 2 characters, at most half of it, and five stars for the rest."""
    import polars as pl  # not for who only prints a line of help

    # Most are so long that the same is kept of each.
    whole = _in_stars(values, pl.lit(_FIRST), pl.lit(_LAST))
    short = (values.str.len_chars() < 2 * (_FIRST + _LAST)).arg_true()
    if not len(short):
        return whole
    some = values.gather(short)
    length = some.str.len_chars()
    kept = length // 2
    last = (kept // 2).clip(upper_bound=_LAST)
    masked = _in_stars(some, pl.lit(kept - last), pl.lit(last))
    return whole.scatter(short, masked.zip_with(length > 0, some))


def _in_stars(values: pl.Series, first: pl.Expr, last: pl.Expr) -> pl.Series:
    import polars as pl

    value = pl.col("value").str
    masked = pl.concat_str(value.head(first), pl.lit(_STARS), value.tail(last))
    return values.alias("value").to_frame().select_seq(masked).to_series()


def mask_text(value: str) -> str:
    """Return one text masked as `mask` does."""
    import polars as pl

    return str(mask(pl.Series([value]))[0])


def mask_apart(values: Sequence[str]) -> list[str]:
    """Return texts masked as `mask` does, but so that those that differ do not look alike.

    Where they look alike, what differs stays in place of the beginning and the end, as long as that is at most half of
    a text; else they are numbered.
    """
    texts = list(dict.fromkeys(values))
    masked = {value: mask_text(value) for value in texts}
    for alike in _alike(masked):
        masked |= _with_difference(alike)
    for alike in _alike(masked):
        masked |= {value: f"{masked[value]} ({number})" for number, value in enumerate(alike, 1)}
    return [masked[value] for value in values]


def _alike(masked: Mapping[str, str]) -> list[list[str]]:
    """Return the texts that look alike, together."""
    by_mask: dict[str, list[str]] = {}
    for value, said in masked.items():
        by_mask.setdefault(said, []).append(value)
    return [values for values in by_mask.values() if len(values) > 1]


def _with_difference(values: Sequence[str]) -> dict[str, str]:
    """Return the texts with what differs between them visible; none of those of which that were more than half."""
    start = _common(values)
    end = _common([value[start:][::-1] for value in values])
    found = {}
    for value in values:
        differing = value[start : len(value) - end]
        kept = min(len(value) // 2 - len(differing), _FIRST + _LAST)
        if kept < 0:
            continue
        last = min(kept // 2, _LAST, end)
        first = min(kept - last, _FIRST, start)
        found[value] = f"{value[:first]}{_STARS}{differing}{_STARS}{value[len(value) - last :]}"
    return found


def _common(values: Sequence[str]) -> int:
    """Return the length of the beginning that texts share."""
    return sum(1 for _ in takewhile(lambda signs: len(set(signs)) == 1, zip(*values, strict=False)))


def without_controls(values: pl.Series) -> pl.Series:
    """Return each text with control and format characters made visible as U+FFFD."""
    found = values.str.contains(CONTROLS)
    return values.zip_with(~found, values.str.replace_all(CONTROLS, "\ufffd")) if found.any() else values


def visible(value: object) -> str:
    """Return one line of text with control and format characters made visible as U+FFFD."""
    return _HARMFUL.sub("\ufffd", str(value))


def harmless(value: object) -> str:
    """Return one line of visible text that is no command to GitHub Actions, wherever a terminal folds it."""
    return visible(value).replace("::", ": :").replace("##[", "## [")


def without_formula(values: pl.Series) -> pl.Series:
    """Return each text so that a spreadsheet takes it for text: a formula gets an apostrophe before it."""
    found = values.str.contains(f"^{FORMULA}")
    return values.zip_with(~found, "'" + values) if found.any() else values
