"""Damages to an export, anywhere in it: what is inserted, removed or cut off."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from helpers.exports import table
from helpers.people import ERROR, GOOD, people, person

RECORDS = [*people(18), ERROR, *people(20, 30), person(3) | {"full_name": "Trần Văn Bình"}]
SOUND = table(RECORDS).encode()
FIELDS = len(GOOD)
HEADER_LINE = SOUND.partition(b"\n")[0] + b"\n"
INSERTED = [b",", b'"', b'"', b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xe1\xbb", b'""', b',"', b'",', b"a"]

Change = Callable[[bytes], bytes]


def inserted(what: bytes, share: float) -> Change:
    return lambda body: body[: int(share * len(body))] + what + body[int(share * len(body)) :]


def removed(sign: bytes, share: float) -> Change:
    def change(body: bytes) -> bytes:
        at = body.find(sign, int(share * len(body)))
        return body if at < 0 else body[:at] + body[at + len(sign) :]

    return change


def line_inserted(line: bytes, share: float) -> Change:
    def change(body: bytes) -> bytes:
        at = body.rfind(b"\n", 0, int(share * len(body)) + 1) + 1
        return body[:at] + line + body[at:]

    return change


def cut_at(share: float) -> Change:
    return lambda body: body[: len(body) - int(share * len(body) / 10)]


SHARES = st.floats(0, 1, exclude_max=True)
CHANGES = st.one_of(
    st.builds(inserted, st.sampled_from(INSERTED), SHARES),
    st.builds(inserted, st.binary(min_size=1, max_size=4), SHARES),
    st.builds(removed, st.sampled_from([b",", b"\n", "ễ".encode()[:1]]), SHARES),
    st.builds(
        line_inserted, st.sampled_from([HEADER_LINE, b"\n", b" \t\n", b",\n", b"," * (FIELDS - 1) + b"\n"]), SHARES
    ),
    st.builds(cut_at, SHARES),
)
