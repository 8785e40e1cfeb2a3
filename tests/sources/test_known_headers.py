"""The rows of a table that name columns: records below a header are told from it without looking each value up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.people import people
from thuebao.rulebook.columns import columns_by_header
from thuebao.sources.headers import position
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.position import find_header, known_headers, most_known_headers

MAPPING = Mapping("m.toml", {"msisdn": "1", "full_name": ("2", "Họ và tên đệm")})
CELLS = (
    st.sampled_from(list(columns_by_header()))
    | st.sampled_from(["1", "2", "02/2020", "H? tên", "S&#7889; thuê bao", "Họ tên", "Sè thuª bao", "CCCD", " ", ""])
    | st.text(max_size=8)
    | st.none()
)


@given(st.lists(st.lists(CELLS, max_size=6), max_size=5), st.sampled_from([None, MAPPING]))
def test_the_most_known_of_any_rows(rows: list[list[str | None]], mapping: Mapping | None) -> None:
    assert most_known_headers(rows, mapping) == max((known_headers(row, mapping) for row in rows), default=0)


@pytest.mark.parametrize("unknown", [0, 3])
def test_records_are_not_looked_up(unknown: int, monkeypatch: pytest.MonkeyPatch) -> None:
    records = people(50)
    rows = [[*records[0], *"XYZ"[:unknown]], *([*record.values(), *["1"] * unknown] for record in records)]
    looked_at = []

    def counted(row: position.Row, mapping: Mapping | None) -> int:
        looked_at.append(row)
        return known_headers(row, mapping)

    monkeypatch.setattr(position, "known_headers", counted)
    assert find_header("x.csv", rows, None).row == 0
    assert len(looked_at) == 2
