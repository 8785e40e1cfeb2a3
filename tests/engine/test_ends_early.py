"""What cannot come out well ends as soon as that is sure."""

from __future__ import annotations

import pytest

from helpers.bad_input import HEADER, LINE
from helpers.desks import Desk
from helpers.outcomes import Command, one_message

BROKEN = {"too few fields": "1,2\n", "an open quote": '"' + LINE, "too many fields": LINE.rstrip() + ",x,y\n"}


@pytest.mark.parametrize("kind", BROKEN)
def test_nothing_but_rejected_lines(desk: Desk, cli: Command, kind: str) -> None:
    lines = 20_000_000 // len(BROKEN[kind])
    desk.write("vina.csv", HEADER + LINE + BROKEN[kind] * lines)
    done = cli("audit", "vina.csv", "-q")
    assert done.code == 3
    one_message(done, "vina.csv", "reading ended there", "--max-rejected allows 1%")
    read = int(done.err.partition(" lines are no records")[0].rpartition(" ")[2].replace(",", ""))
    assert read < lines / 2


def test_a_bad_beginning_is_read_on_where_the_rest_can_make_up_for_it(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", HEADER + LINE + "1,2\n" * 3000 + LINE * 320_000)
    assert cli("audit", "vina.csv", "-q", "--select", "PER104").code in (0, 1)


def test_more_operators_than_there_can_be(desk: Desk, cli: Command) -> None:
    header, *values = (HEADER.rstrip().split(","), LINE.rstrip().split(","))
    if "operator" not in header:
        header, values = [*header, "operator"], [[*values[0], "Viettel"]]
    place = header.index("operator")

    def export(operators: int) -> str:
        rows = []
        for n in range(operators):
            row = list(values[0])
            row[place] = f"Đại lý số {n}"
            rows.append(",".join(row))
        return "\n".join([",".join(header), *rows]) + "\n"

    desk.write("a.csv", export(200))
    assert cli("audit", "a.csv", "-q").code in (0, 1)
    desk.write("a.csv", export(201))
    done = cli("audit", "a.csv", "-q")
    assert done.code == 3
    one_message(done, "a.csv", "'operator'", "200", "--mapping")
    desk.write("m.toml", '[columns]\noperator = ""\n')
    assert cli("audit", "a.csv", "-q", "--mapping", "m.toml", "--operator", "Viettel").code in (0, 1)
