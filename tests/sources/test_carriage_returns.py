"""Carriage returns alone among lines that end with line feeds: no record is lost in silence, and none is made up."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, people

RECORDS = [
    {name: value.replace(",", "") for name, value in person.items()}
    for person in people(12)  # without commas, so that no quote is needed, and each line feed ends a line
]
HEADER, *LINES = table(RECORDS).splitlines()
AUDIT = ("--as-of", AS_OF, "--format", "json", "--max-rejected", "100%", "--select", "EXP102,PER101")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["\r", "\r", "\r\r", "\n\r", ",\r"]))).map(
        lambda places: places[:3]  # the header and most lines end with a line feed
    ),
    st.lists(st.integers(0, len(LINES) - 2), max_size=2, unique=True),
)
def test_every_line_is_counted_once(desk: Desk, cli: Command, inserted, glued) -> None:
    body = "".join(line + ("\r" if n in glued else "\n") for n, line in enumerate(LINES))
    for share, what in inserted:
        at = int(share * len(body))
        body = body[:at] + what + body[at:]
    desk.write("vina.csv", f"{HEADER}\n{body}")
    done = cli("audit", "vina.csv", *AUDIT)
    lines = body.count("\n") + (not body.endswith("\n"))
    document = done.document
    if not document["inputs"]:
        assert done.code == 3
        return
    [read] = document["inputs"]
    assert read["records"] + read["rejected"] + sum(read["passed_over"].values()) == lines
    assert read["passed_over"]["headers"] == 0
    whole = [line for line in body.split("\n") if line.rstrip("\r") in LINES]
    assert read["records"] >= len(whole)


def test_a_header_that_ends_with_one_is_refused_for_it(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", "\r".join([HEADER, "\n".join(LINES)]))
    done = cli("audit", "vina.csv", *AUDIT)
    assert done.code == 3
    one_message(done, "a carriage return alone ends the header's line")


@pytest.mark.parametrize("end", ["\r", "\r\r\n", "\n\r"])
def test_one_line_end_for_all_is_read(desk: Desk, cli: Command, end: str) -> None:
    desk.write("vina.csv", end.join([HEADER, *LINES, ""]))
    [read] = cli("audit", "vina.csv", *AUDIT).document["inputs"]
    assert (read["records"], read["rejected"]) == (len(LINES), 0)


@pytest.mark.parametrize("title", ["DANH\rSÁCH\n", "DANH SÁCH\r\n", '"DANH\rSÁCH"\n'])
def test_titles_with_carriage_returns(desk: Desk, cli: Command, title: str) -> None:
    desk.write("vina.csv", title + "\n".join([HEADER, *LINES, ""]))
    [read] = cli("audit", "vina.csv", *AUDIT).document["inputs"]
    assert (read["records"], read["rejected"], read["passed_over"]["titles"]) == (len(LINES), 0, 1)
