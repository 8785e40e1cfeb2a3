"""Foreign text made harmless for a terminal: one definition for the summary and for messages."""

from __future__ import annotations

import re

# Control and format characters: terminal escapes, bidirectional overrides, line breaks.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def harmless(value: object) -> str:
    """Return a line of text with its control and format characters made visible as U+FFFD."""
    return _CONTROLS.sub("\ufffd", str(value))
