"""Folded text: every sign of Unicode, alone and behind a letter, as its definition says."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from thuebao.base.fold import fold_text

LOOK_ALIKES = "đĐðÐɖƉ"


def by_definition(value: str) -> str:
    letters = unicodedata.normalize("NFD", "".join("d" if sign in LOOK_ALIKES else sign for sign in value))
    bare = "".join(sign for sign in letters if unicodedata.category(sign) not in ("Mn", "Mc", "Me"))
    return " ".join(bare.lower().split())


def test_every_sign() -> None:
    signs = map(chr, range(sys.maxunicode + 1))
    assert [sign for sign in signs if fold_text(f"Đ{sign}ạ") != by_definition(f"Đ{sign}ạ")] == []


@given(st.text(st.sampled_from("aĐđẠ \t\x1cệ\u0300\u0323\u031b\u0489ǅİ\ud800ß"), max_size=8))
def test_any_text(value: str) -> None:
    assert fold_text(value) == by_definition(value)
