"""Texts of a group masked: what differs is seen to differ, and no more than half of a text is to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thuebao.base.foreign_text import mask_apart, mask_text


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["001090012345", "001090112345"], ["001*****0*****45", "001*****1*****45"]),
        (["001090012345", "001090012345"], ["001*****45", "001*****45"]),
        (["Nguyễn Văn An", "Nguyễn Thị An"], ["Ng*****Văn*****n", "Ng*****Thị*****n"]),
        (["Nguyễn Văn An", "Trần Thị Bình"], ["Ngu*****An", "Trầ*****nh"]),
        (["123456789", "123406789"], ["12*****5*****9", "12*****0*****9"]),
        (["1", "2", "1"], ["***** (1)", "***** (2)", "***** (1)"]),
        (["001123456745", "001987650045"], ["001*****45 (1)", "001*****45 (2)"]),
        ([], []),
    ],
)
def test_what_differs_stays_visible(values, shown) -> None:
    assert mask_apart(values) == shown


@given(st.lists(st.text("01ab ", max_size=9), max_size=6))
def test_two_texts_look_alike_only_if_they_are_and_half_of_each_is_hidden(values) -> None:
    shown = mask_apart(values)
    for one, as_shown in zip(values, shown, strict=True):
        for other, beside in zip(values, shown, strict=True):
            assert (one == other) is (as_shown == beside)
        numbered = as_shown.rpartition(" (")[0] if as_shown.endswith(")") else as_shown
        assert len(numbered.replace("*", "")) <= len(one) / 2
        assert as_shown == mask_text(one) or any(mask_text(one) == mask_text(other) != one for other in values)
