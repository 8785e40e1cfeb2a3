"""Whatever the order of columns, wherever an export is cut, the same is found."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.desks import Desk
from helpers.formats.cases import CASES, HEADERS, carried, rows_of
from helpers.formats.forms import FORMS
from helpers.formats.held import audit, hold, plainly
from helpers.outcomes import Command

few_times = settings(
    max_examples=4, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few_times
@given(
    st.permutations(range(len(HEADERS) + 2)),
    st.sampled_from(["semicolon", "vni", "xlwt", "NDJSON", "Parquet by Arrow"]),
)
def test_the_order_of_columns_changes_nothing(desk: Desk, cli: Command, order: list[int], name: str) -> None:
    written = FORMS[name]
    cases = carried(written.without)
    for file, data in written.write([[row[n] for n in order] for row in rows_of(cases)]).items():
        desk.write(file, data)
    hold(audit(desk, cli, written.path), cases, plainly(desk, cli, written.without))


@few_times
@given(
    st.lists(st.integers(1, len(CASES) - 1), min_size=1, max_size=4, unique=True).map(sorted),
    st.lists(
        st.sampled_from(
            ["tab", "header in quotes", "Unicode text, utf-16-be", "openpyxl", "gzip", "NDJSON", "by Arrow"]
        ),
        min_size=5,
        max_size=5,
    ),
)
def test_wherever_an_export_is_cut_the_parts_are_the_whole(
    desk: Desk, cli: Command, cuts: list[int], names: list[str]
) -> None:
    header, *lines = rows_of(CASES)
    edges = [0, *cuts, len(lines)]
    paths = []
    for n, (start, end) in enumerate(pairwise(edges)):
        [data] = FORMS[names[n]].write([header, *lines[start:end]]).values()
        paths.append(f"part {n}")
        desk.write(paths[-1], data)
    found = audit(desk, cli, *paths)
    hold(found, CASES, plainly(desk, cli))
    assert Counter(one["records"] for one in found.document["inputs"]) == Counter(b - a for a, b in pairwise(edges))
