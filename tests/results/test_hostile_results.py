"""Documents that are no results of an audit: each is one clear message."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from helpers.desks import Desk
from helpers.months import audit, printed
from helpers.people import ERROR, GOOD, people
from thuebao.base.errors import InputError
from thuebao.reports import comparison as report
from thuebao.reports import verdicts as gate_report
from thuebao.results import thresholds as gate
from thuebao.results.compare.results import compare, read_result
from thuebao.rulebook.book import read_rulebook


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "compare_no_json"),
        (b"\xff\xfe\x00", "compare_no_json"),
        (b"PK\x03\x04", "compare_no_json"),
        (b"[" * 100_000, "compare_no_json"),
        (b'{"schema": ' + b"9" * 10_000 + b"}", "compare_no_json"),
        (b"[]", "compare_shape"),
        (b"null", "compare_shape"),
        (b"{}", "compare_shape"),
        (b'{"schema": ["thuebao-audit/1"]}', "compare_shape"),
        (b'{"schema": "thuebao-audit/2"}', "compare_schema"),
        (b'{"schema": "thuebao-comparison/1"}', "compare_schema"),
        (b'{"schema": "thuebao-audit/1"}', "compare_shape"),
    ],
)
def test_what_is_no_result_gets_a_clear_message(desk: Desk, content, key) -> None:
    path = desk.write("x.json", content)
    with pytest.raises(InputError) as refused:
        read_result(path)
    assert refused.value.key == key
    assert "x.json" in str(refused.value)
    with pytest.raises(InputError):
        read_result(Path("nowhere.json"))
    with pytest.raises(InputError):
        read_result(desk.path)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    return [path, *(place for name, one in inner for place in _places(one, (*path, name)))]


def test_any_part_may_be_of_the_wrong_kind(desk: Desk) -> None:
    """Whatever stands anywhere: it is read, or there is one message; what is read has counts that are counts."""
    desk.export("vina.csv", ERROR)
    audit("one.json", "vina.csv")
    whole = json.loads(Path("one.json").read_text("utf-8"))
    # One rule is as good as sixty.
    for rules in (whole["rules"], whole["operators"][0]["rules"]):
        del rules[1:]
    refused = 0
    for place in _places(whole)[1:]:
        for wrong in (None, True, -1, 1.5, 10**30, "x", [], {}, [None], [[]], {"a": None}, ...):
            inner = document = deepcopy(whole)
            for name in place[:-1]:
                inner = inner[name]
            if wrong is ...:
                del inner[place[-1]]
            else:
                inner[place[-1]] = wrong
            Path("x.json").write_text(json.dumps(document), "utf-8")
            try:
                both = compare(Path("one.json"), Path("x.json"))
            except InputError as error:
                refused += 1
                assert error.key in ("compare_shape", "compare_schema")
                assert "x.json" in str(error)
            else:
                assert all(0 <= c.violations < 2**63 for row in both.rows for c in (row.old, row.new) if c)
                report.render(both)
                report.notices(both)
    assert refused > 100


def test_a_screen_shows_the_first_of_very_many(desk: Desk) -> None:
    desk.export("vina.csv", *[record | {"operator": f"Mạng {n:03}"} for n, record in enumerate(people(130))])
    desk.export("none.csv", GOOD)
    audit("none.json", "none.csv", operator="Mạng 000")
    result = audit("all.json", "vina.csv")
    both = compare(Path("none.json"), Path("all.json"))
    shown = printed(both)
    assert "The first 100 of 130" in shown
    assert shown.count("Mạng") < 300
    assert len(report.as_dict(both)["operators"]) == 130
    verdicts = gate.judge(result, gate.conditions(["info:50%"], read_rulebook()))
    console = Console(width=110, file=io.StringIO())
    with console.capture() as captured:
        console.print(*gate_report.parts(verdicts))
    assert "The first 100 of 131" in captured.get()


def test_foreign_names_do_not_speak_to_the_terminal(desk: Desk) -> None:
    desk.export("vina.csv", ERROR | {"operator": "A[red]\u202e"})
    audit("one.json", "vina.csv")
    text = Path("one.json").read_text("utf-8").replace("A[red]", "B[red]\\u001b")
    Path("two.json").write_text(text, "utf-8")
    shown = printed(compare(Path("one.json"), Path("two.json")))
    assert "B[red]" in shown
    assert "\x1b" not in shown
