"""One carrier's view of a result: complete for the carrier, and nothing in it of any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Any

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.people import AS_OF, ERROR, GOOD, NAMELESS, people, person
from thuebao.base.errors import InputError
from thuebao.results.one_operator import CONDITION_HIDDEN, View, view_of_all, view_of_operator
from thuebao.results.result import AuditResult

OWN, OTHER = "VinaPhone", "MobiFone"
SHARED = {"id_number": person(0)["id_number"], "full_name": "Phạm Của Mạng Khác"}


def audit(*paths: str, **options: Any) -> AuditResult:
    result = thuebao.audit(
        paths, as_of=date.fromisoformat(AS_OF), findings="f.parquet", force=True, reveal=True, **options
    )
    assert not result.unreadable
    return result


def view(result: AuditResult, operator: str = OWN) -> View:
    return view_of_operator(result, result.findings, operator)


def told(value: Any) -> Iterator[str]:
    """Yield every text and number that a view holds, the shipped rulebook left out."""
    if isinstance(value, pl.DataFrame):
        yield from map(str, value.iter_rows())
    elif isinstance(value, dict):
        for pair in value.items():
            yield from told(pair)
    elif isinstance(value, list | tuple | frozenset):
        for item in value:
            yield from told(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            if name not in ("rulebook", "rule", "scan_findings"):
                yield from told(getattr(value, name))
    else:
        yield str(value)


def everything(seen: View) -> str:
    return "\n".join([*told(seen), *told(seen.result.findings.collect())])


@pytest.fixture
def two(desk: Desk) -> AuditResult:
    """Two carriers with a file each, an identity at both, and places and clerks of their own."""
    desk.export("VinaPhone.csv", *(p | {"pos_name": "VNP-1"} for p in (GOOD, ERROR)))
    others = (person(10) | NAMELESS, person(11) | SHARED, *people(3, 20))
    desk.export("MobiFone.csv", *(p | {"pos_name": "MBF-1", "clerk_name": "MBF-2"} for p in others))
    return audit("VinaPhone.csv", "MobiFone.csv", show=["DUP121"], by=["operator", "pos_name"], hash_inputs=True)


def test_nothing_of_another_carrier_is_in_the_view(two: AuditResult) -> None:
    unreadable = (InputError("file_unreadable", path="MobiFone-2.csv", reason="…"),)
    result = replace(two, notices=("MobiFone.csv: …",), unreadable=unreadable, where=f"operator <> '{OTHER}'")
    [digest] = [i.sha256 for i in two.inputs if i.path == "MobiFone.csv"]
    secrets = [OTHER, "MBF", SHARED["full_name"], person(10)["msisdn"][1:], str(digest)]
    whole = everything(view_of_all(result, result.findings))
    assert [secret for secret in secrets if secret not in whole] == []
    own = everything(view(result))
    assert [secret for secret in secrets if secret in own] == []


def test_all_of_the_carriers_own_is_in_the_view(two: AuditResult) -> None:
    seen = view(two)
    assert seen.operator == OWN
    assert seen.result.operators.rows() == two.operators.filter(operator=OWN).rows()
    assert seen.result.counts.rows() == two.counts.filter(operator=OWN).rows()
    assert seen.result.findings.collect().equals(two.findings.filter(operator=OWN).collect())
    assert seen.total == two.findings.filter(operator=OWN).collect().height > 0
    assert [i.path for i in seen.result.inputs] == ["VinaPhone.csv"]
    assert {r.rule.code: r.violations for r in seen.result.rules if r.violations} == {
        code: violations for _, code, _, violations in two.counts.filter(operator=OWN).iter_rows() if violations
    }


def test_identities_are_those_of_the_carrier(two: AuditResult) -> None:
    counted = replace(two, identities={None: {"4-9": 3, "10+": 1}, OTHER: {"4-9": 3, "10+": 1}})
    assert view(counted, OTHER).result.identities == {OTHER: {"4-9": 3, "10+": 1}}
    assert view(counted).result.identities == {OWN: {"4-9": 0, "10+": 0}}
    assert view(replace(two, identities=None)).result.identities is None


def test_of_a_group_across_carriers_the_size_is_not_told(two: AuditResult) -> None:
    [whole] = two.groups["DUP121"]
    assert whole.size == 2
    [own] = view(two).result.groups["DUP121"]
    assert (own.number, own.size, own.records["operator"].to_list()) == (whole.number, 1, [OWN])


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("operator = 'VinaPhone'", "operator = 'VinaPhone'"),
        ("operator <> 'mobifone'", CONDITION_HIDDEN),
        ("operator <> 'Viettel'", CONDITION_HIDDEN),  # a carrier that is not in this audit is one too
        ("sex = 'Nam'", "sex = 'Nam'"),
        (None, None),
    ],
)
def test_a_condition_that_names_others_is_hidden(two: AuditResult, condition: str | None, shown: str | None) -> None:
    assert view(replace(two, where=condition)).result.where == shown


def test_a_file_that_several_share_is_mixed(desk: Desk) -> None:
    desk.export("together.csv", *(person(n) | NAMELESS | {"operator": o} for n, o in enumerate((OWN, OTHER, OTHER))))
    result = audit("together.csv")
    assert view(result).mixed == view(result, OTHER).mixed == {"together.csv"}
    assert view_of_all(result, result.findings).mixed == frozenset()


def test_a_file_of_one_is_not_mixed_nor_one_without_an_operator_column(two: AuditResult, desk: Desk) -> None:
    assert view(two).mixed == view(two, OTHER).mixed == frozenset()
    desk.export("all_mine.csv", *(person(n) | NAMELESS | {"operator": OWN} for n in range(2)))
    assert view(audit("all_mine.csv")).mixed == frozenset()


def test_where_records_were_left_out_a_shared_column_makes_a_file_mixed(desk: Desk) -> None:
    """Records that a condition leaves out may be others'."""
    desk.export("all_mine.csv", *(person(n) | NAMELESS | {"operator": OWN} for n in range(2)))
    assert view(audit("all_mine.csv", where="operator = 'VinaPhone'")).mixed == {"all_mine.csv"}


def test_counts_that_agree_by_chance_do_not_hide_that_a_file_is_shared(desk: Desk) -> None:
    """Two records judged, and two in the only file with findings: one of those is another's all the same."""
    desk.export("shared.csv", *(person(n) | NAMELESS | {"operator": o} for n, o in enumerate((OWN, OTHER))))
    desk.export("mine.csv", person(5) | {"operator": OWN})
    result = audit("shared.csv", "mine.csv")
    assert [i.path for i in view(result).result.inputs] == ["shared.csv"]
    assert view(result).mixed == {"shared.csv"}


def test_a_condition_on_the_operator_does_not_give_it_the_files_of_others(desk: Desk) -> None:
    desk.export("a.csv", ERROR | {"operator": OWN})
    desk.export("b.csv", person(5) | {"operator": OTHER})
    result = audit("a.csv", "b.csv", where="operator = 'VinaPhone'")
    assert result.operators["operator"].to_list() == [OWN]
    assert [i.path for i in view(result).result.inputs] == ["a.csv"]


def test_rejected_lines_of_a_mixed_file_are_not_told(desk: Desk) -> None:
    shared = desk.export("shared.csv", *(person(n) | NAMELESS | {"operator": o} for n, o in enumerate((OWN, OTHER))))
    own = desk.export("VinaPhone.csv", ERROR)
    for file in (shared, own):
        desk.write(str(file), (desk.path / file).read_text("utf-8") + "one,field,too" + ",many" * 30 + "\n")
    result = audit("shared.csv", "VinaPhone.csv", max_rejected="60%")
    rejected = {rule.code for rule in result.rulebook.export_rules if rule.name == "records-rejected"}
    assert {f.path for f in result.export_findings if f.code in rejected} == {"shared.csv", "VinaPhone.csv"}
    assert {f.path for f in view(result).result.export_findings if f.code in rejected} == {"VinaPhone.csv"}


def test_a_file_without_findings_is_named_only_where_there_is_one_carrier(desk: Desk) -> None:
    desk.export("VinaPhone-1.csv", ERROR)
    desk.export("VinaPhone-2.csv", GOOD)
    alone = audit("VinaPhone-1.csv", "VinaPhone-2.csv")
    assert [i.path for i in view(alone).result.inputs] == ["VinaPhone-1.csv", "VinaPhone-2.csv"]
    desk.export("MobiFone.csv", *people(2, 10))
    both = audit("VinaPhone-1.csv", "VinaPhone-2.csv", "MobiFone.csv")
    assert [i.path for i in view(both).result.inputs] == ["VinaPhone-1.csv"]
    assert "VinaPhone" not in "".join(i.path for i in view(both, OTHER).result.inputs)


def test_columns_that_only_others_files_lack_are_no_reason(desk: Desk) -> None:
    desk.export("VinaPhone.csv", ERROR, GOOD)
    desk.export("MobiFone.csv", *({k: v for k, v in p.items() if k != "full_name"} for p in people(2, 10)))
    result = audit("VinaPhone.csv", "MobiFone.csv", ignore=["PER104"])

    def status(rules: AuditResult) -> dict[str, tuple[str, str | None]]:
        return {r.rule.code: (r.status, r.reason) for r in rules.rules}

    assert status(result)["PER101"] == ("partly evaluated", "full_name")
    assert status(view(result).result)["PER101"] == ("evaluated", None)
    assert status(view(result, OTHER).result)["PER101"][0] == "not evaluated"
    assert status(view(result).result)["PER104"][0] == "deselected"


def test_the_view_of_all_is_the_result_with_the_findings_given(two: AuditResult) -> None:
    some = two.findings.head(1)
    seen = view_of_all(two, some)
    assert (seen.operator, seen.total) == (None, 1)
    assert seen.result.findings.collect().equals(some.collect())
    others = [field.name for field in fields(two) if field.name != "scan_findings"]
    assert all(getattr(seen.result, name) is getattr(two, name) for name in others)
