"""Whose records a file holds: by its column, a mapping, its name or folder, and the user's word where none says."""

from __future__ import annotations

from datetime import date

import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, people
from thuebao.results.result import AuditResult

DAY = date.fromisoformat(AS_OF)


def audited(*names: str, **options: object) -> AuditResult:
    result = thuebao.audit(names, as_of=DAY, **options)
    assert not result.unreadable
    return result


def whose(result: AuditResult) -> list[tuple[str, int]]:
    return result.operators.select("operator", "records").rows()


@pytest.mark.parametrize(
    ("path", "operator"),
    [
        ("viettel_2026.csv", "Viettel"),
        ("2026-10 MobiFone.csv", "MobiFone"),
        ("xuat_vietnam_mobile_10.csv", "Vietnamobile"),
        ("operator=MobiFone/part-0.csv", "MobiFone"),
        ("operator=Viettel%20Telecom/part-0.csv", "Viettel"),
        ("nh%C3%A0%20m%E1%BA%A1ng=Vina%50hone/x.csv", "VinaPhone"),
        ("operator=Viettel/date=2026-01-01/part-0.csv", "Viettel"),
        ("date=2026-01-01/operator=Mobi%46one/month=01/part-0.csv", "MobiFone"),
        ("operator=Local/part-0.csv", "Local"),
        ("operator=itel/pos_name=Viettel%20Store/part-0.csv", "iTel"),
        ("mobifone/date=2026-01-01/part-0.csv", "MobiFone"),
        ("mobifone/x/date=2026-01-01/part-0.csv", None),
        ("operator=__HIVE_DEFAULT_PARTITION__/part-0.csv", None),
        ("VNPT/VinaPhone/x.csv", "VinaPhone"),
        ("Gmobile/itel_1.csv", "iTel"),
        ("itel/viettel_vs_mobifone.csv", "iTel"),
        ("local.csv", None),
        ("local/dulieu.csv", None),
        ("viettelmobile.csv", None),
        ("MobiFone/2026/x.csv", None),
        ("viettel_mobifone.csv", None),
    ],
)
def test_the_name_of_a_file_or_of_its_folder(desk: Desk, cli: Command, path: str, operator: str | None) -> None:
    desk.write(path, table(people(2)))
    if operator is None:
        done = cli("audit", path)
        assert done.code == 3
        one_message(done, path, "--operator")
        result = audited(path, operator="Local")
        assert (whose(result), result.inputs[0].operator_from) == ([("Local", 2)], "option")
    else:
        result = audited(path)
        assert (whose(result), result.inputs[0].operator_from) == ([(operator, 2)], "name")


def test_the_option_only_fills_what_nothing_else_says(desk: Desk, cli: Command) -> None:
    desk.write("viettel.csv", table(people(2)))
    names = ("MobiFone", "", "N/A", "Viettel")
    records = [{"operator": name} | record for name, record in zip(names, people(4, 10), strict=True)]
    desk.write("dulieu.csv", table(records))
    result = audited("viettel.csv", "dulieu.csv", operator="MobiFone")
    assert whose(result) == [("MobiFone", 3), ("Viettel", 3)]
    first, second = result.inputs
    assert (first.operator_from, second.operator_from) == ("name", "column")
    assert [(notice.code, notice.count) for notice in first.notices] == [("operator_differs", None)]
    assert [(notice.code, notice.count) for notice in second.notices] == [("operator_differs", 1)]
    done = cli("audit", "viettel.csv", "dulieu.csv", "--operator", "MobiFone")
    assert "viettel.csv: the file's name says Viettel, --operator says MobiFone" in done.said
    assert "dulieu.csv: 1 record names another operator than --operator MobiFone" in done.said
    result = audited("dulieu.csv")
    assert ("(unknown)", 2) in whose(result)


def test_a_mapping_goes_before_the_file_s_name(desk: Desk) -> None:
    desk.write("viettel.csv", table(people(2)))
    desk.write("m.toml", 'operator = "MobiFone"\n')
    result = audited("viettel.csv", mappings=["m.toml"], operator=["iTel"])
    assert (whose(result), result.inputs[0].operator_from) == ([("MobiFone", 2)], "mapping")
    assert [notice.code for notice in result.inputs[0].notices] == ["operator_differs"]
    result = audited("viettel.csv", mappings=["m.toml"], operator="Mobifone KV1")
    assert result.inputs[0].notices == ()


def test_an_option_for_some_files(desk: Desk, cli: Command) -> None:
    for n, name in enumerate(("a/dulieu1.csv", "a/dulieu2.csv", "a/khac.csv")):
        desk.write(name, table(people(2, 10 * n)))
    arguments = ("--operator", "iTel", "--operator", "DuLieu*.csv=Vietnamobile", "--format", "json")
    done = cli("audit", "a", *arguments, "--fail-on", "never")
    assert done.code == 0
    assert [(o["operator"], o["records"]) for o in done.document["operators"]] == [("Vietnamobile", 4), ("iTel", 2)]
    done = cli("audit", "a", "--operator", "dulieu*.csv=Vietnamobile")
    assert done.code == 3
    one_message(done, "a/khac.csv")


@pytest.mark.parametrize("given", ["Viettell", "viettl", "dulieu*.csv=Vietel"])
def test_a_name_near_a_known_one_asks(desk: Desk, cli: Command, given: str) -> None:
    desk.write("a.csv", table(people(2)))
    done = cli("audit", "a.csv", "--operator", given)
    assert done.code == 2
    one_message(done, "Did you mean 'Viettel'?")
    desk.write("m.toml", 'operator = "MobiFonee"\n')
    done = cli("audit", "a.csv", "--mapping", "m.toml")
    assert done.code == 2
    one_message(done, "m.toml", "Did you mean 'MobiFone'?")


@pytest.mark.parametrize("given", ["Mạng 000", "ABC Telecom", "VNPT Net", "Mobifone KV1", "vina phone"])
def test_a_name_that_is_nobody_s_or_known_is_taken(desk: Desk, given: str) -> None:
    desk.write("a.csv", table(people(2)))
    assert sum(count for _, count in whose(audited("a.csv", operator=given))) == 2


@pytest.mark.parametrize("given", ["", " ", "a*=", "=Viettel"])
def test_an_empty_name_is_refused(desk: Desk, cli: Command, given: str) -> None:
    desk.write("a.csv", table(people(2)))
    done = cli("audit", "a.csv", "--operator", given)
    assert done.code == 2
    one_message(done, "--operator")
