"""An oracle for damaged delimited text: what is a record in it, character by character, in plain Python.

Written from the rules that users are told, not from the tool. It is slow and knows nothing of blocks.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST, MOST_LINES = 4 << 20, 100
"""How many bytes and lines a record of several lines may have."""

DIGITS_OF_A_VALUE = 5
"""How many digits make a cell a value rather than a name."""

LF, CR = ord("\n"), ord("\r")
_SEPARATING_SIGNS = dict.fromkeys(range(0x1C, 0x20), "x")


@dataclass(frozen=True)
class Found:
    """A record (fields) or a rejected line (reason, and its bytes), and the line of the file where it begins."""

    line: int
    fields: tuple[str, ...] | None
    reason: str | None = None
    text: bytes = b""


def found_in(body: bytes, width: int, line: int = 2, separator: str = ",", quote: str = '"') -> list[Found]:
    """Return what stands in the text below a header of `width` fields; its first line is the file's `line`."""
    found = []
    at = 0
    while at < len(body):
        first_end = _line_end(body, at)  # behind the line end
        one_line = _without_end(body[at:first_end])
        if _is_nothing(one_line, width, separator):
            at, line = first_end, line + 1
            continue
        fields, end = _cut(body, at, ord(separator), ord(quote))
        if fields is not None and end > first_end and not _belong(body[first_end:end], width, separator, quote):
            fields = None
        if fields is None:
            end, reason = first_end, "quote"
        elif len(fields) == width:
            reason = None
        elif end > first_end:
            end, reason = first_end, "quote"
        else:
            reason = "too_few" if len(fields) < width else "too_many"
        whole = _without_end(body[at:end])
        if 0 in whole:
            reason = "nul"
        elif not _decodes(whole):
            reason = "bytes"
        # A line that is cut short lacks something; it has nothing too much.
        if reason in ("too_few", "quote", "bytes") and end == len(body) and not body.endswith(b"\n"):
            reason = "cut"
        if reason is None:
            assert fields is not None
            found.append(Found(line, tuple(field.decode() for field in fields)))
        else:
            found.append(Found(line, None, reason, whole))
        line += body.count(b"\n", at, end)
        at = end
    return found


def _cut(body: bytes, at: int, separator: int, quote: int) -> tuple[list[bytes] | None, int]:
    """Return the fields of the record that begins here, None if its quotes make no sense, and where it ends."""
    fields: list[bytes] = []
    field = bytearray()
    state = "start"
    n, lines = at, 0
    while True:
        sign = body[n] if n < len(body) else None
        if state == "quoted":
            if sign is None or n - at > LONGEST + 2:
                return None, n
            if sign == quote:
                state = "closed?"
            else:
                lines += sign == LF
                field.append(sign)
            n += 1
            continue
        if state == "closed?" and sign == quote:
            field.append(quote)
            state = "quoted"
            n += 1
            continue
        end = _ends_here(body, n)
        if end is not None:
            fields.append(bytes(field))
            too_long = lines and len(_without_end(body[at:end])) > LONGEST
            return (None if too_long else fields), end
        if sign == separator:
            fields.append(bytes(field))
            field = bytearray()
            state = "start"
        elif state == "closed?":
            return None, n
        elif state == "start" and sign == quote:
            state = "quoted"
        else:
            state = "plain"
            field.append(body[n])
        n += 1


def _ends_here(body: bytes, n: int) -> int | None:
    """Return where the next line begins if one ends here; a carriage return before the line end is part of it."""
    if n == len(body):
        return n
    if body[n] == CR and n + 1 == len(body):
        return n + 1
    if body[n] == CR and body[n + 1] == LF:
        return n + 2
    return n + 1 if body[n] == LF else None


def _belong(rest: bytes, width: int, separator: str, quote: str) -> bool:
    """Return whether the lines behind the first may be part of one record: no line but the last is one by itself."""
    lines = rest.removesuffix(b"\n").split(b"\n")
    if len(lines) >= MOST_LINES:
        return False
    for line in lines[:-1]:
        if width >= 3 and _decodes(line) and b"\0" not in line and not _is_nothing(line, width, separator):
            fields, _ = _cut(line, 0, ord(separator), ord(quote))
            if fields is not None and len(fields) == width:
                return False
    return True


def _line_end(body: bytes, at: int) -> int:
    while at < len(body) and body[at] != LF:
        at += 1
    return min(at + 1, len(body))


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _is_nothing(line: bytes, width: int, separator: str) -> bool:
    # Python takes the signs between files, groups, records and units for white space, too: they can be separators.
    if not _decodes(line) or line.decode().translate(_SEPARATING_SIGNS).strip():
        return False
    return width == 1 or line.count(separator.encode()) != width - 1


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def cells_of(found: Found, separator: str = ",", quote: str = '"') -> list[str] | None:
    """Return the cells of what was found, None where its quotes make no sense or a byte is no text."""
    if found.fields is not None:
        return list(found.fields)
    if found.reason not in ("too_few", "too_many", "cut") or found.text.count(quote.encode()) % 2:
        return None
    fields, _ = _cut(found.text, 0, ord(separator), ord(quote))
    return None if fields is None else [field.decode(errors="replace") for field in fields]


def is_blank(found: Found, separator: str = ",") -> bool:
    """Return whether nothing but separators (and empty quotes) stands in what was found."""
    cells = cells_of(found, separator)
    return (
        cells is not None
        and found.reason != "too_many"
        and not any(cell.translate(_SEPARATING_SIGNS).strip() for cell in cells)
    )


def is_title(found: Found, separator: str = ",") -> bool:
    """Return whether a line that is no record is one cell with a letter, and no number of nine digits: a title."""
    text = found.text.decode(errors="replace")
    alone = found.reason in ("too_few", "cut") and separator not in text
    return alone and any(sign.isalpha() for sign in text) and sum(sign.isdigit() for sign in text) < 9


class TwoExportsError(Exception):
    """A header below the header whose columns stand in another order."""


def is_header_again(found: Found, headings: tuple[str, ...], separator: str = ",", quote: str = '"') -> bool:
    """Return whether a row is the file's header again. Raises TwoExportsError where its columns stand elsewhere."""
    cells = cells_of(found, separator, quote)
    if cells is None:
        return False
    own = [letters_of(heading) for heading in headings]
    named = {n: letters_of(cell) for n, cell in enumerate(cells) if letters_of(cell) in own}
    filled = sum(bool(cell.strip()) for cell in cells)
    values = sum(sum(map(str.isdigit, cell)) >= DIGITS_OF_A_VALUE for cell in cells)
    enough = 2 * len(named) >= len(own) or (len(named) > 2 and 2 * len(named) >= filled)
    if not enough or len(named) <= values:
        return False
    beyond = any(cell.strip() for cell in cells[len(own) :])
    if beyond and values:
        return False  # a header and a record in one line: what it holds of the record is lost, and said to be
    if any(n >= len(own) or own[n] != name for n, name in named.items()):
        raise TwoExportsError
    for cell, name in zip(map(letters_of, cells), own, strict=False):
        # A digit or two may be damage; a value is no name.
        if cell and sum(map(str.isdigit, cell)) < DIGITS_OF_A_VALUE and SequenceMatcher(None, cell, name).ratio() < 0.5:
            raise TwoExportsError
    return not beyond


def letters_of(text: str) -> str:
    """Return the letters and digits of a name, which are all that is compared of it."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())
