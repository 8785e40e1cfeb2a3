"""Foreign text made harmless for a terminal or a cell: one definition for summary, messages and workbooks."""

from __future__ import annotations

import re

CONTROLS = (
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
"""Control and format characters: terminal escapes, line breaks, what is not seen, and what turns the reading direction.

A regular expression as both Python and Polars understand it.
"""

# What a name that is no text leaves in Python's strings, and no file takes.
_HARMFUL = re.compile(rf"{CONTROLS}|[\ud800-\udfff]")


def harmless(value: object) -> str:
    """Return a line of text with its control and format characters made visible as U+FFFD."""
    return _HARMFUL.sub("\ufffd", str(value))
