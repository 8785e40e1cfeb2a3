"""Tells how many digits a number format shows at least: `0000000000` shows 912345678 as 0912345678."""

from __future__ import annotations

import re

_LITERAL = re.compile(r"\"[^\"]*\"|\\.|[_*].|\[[^\]]*\]")
_MOST = 32  # digits: no number is longer, and a format may have thousands
_DIGITS = re.compile(r"[0#?() -]+")


def digits_shown(form: str) -> int:
    """Return the number of digits that a format fills with zeros, 0 if it is none that only adds zeros in front.

    Groups may stand between them (`0000 000 000`), and places that show nothing behind (`0#########`).
    """
    plain = _LITERAL.sub("", form.partition(";")[0]).strip()
    if not _DIGITS.fullmatch(plain):
        return 0
    places = "".join(sign for sign in plain if sign in "0#?")
    shown = len(places) - places.find("0") if "0" in places else 0
    return shown if 1 < shown <= _MOST else 0
