"""--where: what is counted, while everything is compared."""

from __future__ import annotations

import csv

import polars as pl
import pytest

import thuebao
from helpers.across import IN_HOA_BINH, PATHS, audited, places, refused
from helpers.desks import Desk
from helpers.outcomes import Command, one_message, violated
from oracles import worlds


def test_where_limits_what_is_counted_not_what_is_compared(provinces: Desk, cli: Command) -> None:
    document = audited(cli, *PATHS, "--where", IN_HOA_BINH, "--findings", "found.csv")
    assert document["where"] == IN_HOA_BINH
    assert document["totals"] == {
        "records": 3,
        "rejected": 0,
        "records_with_errors": 3,
        "records_with_findings": 3,
    }
    assert [(o["operator"], o["records"]) for o in document["operators"]] == [("VinaPhone", 3)]
    # The other record of each duplicate is in Hà Nội: it is seen, and neither counted nor written.
    assert violated(document) == {"PER101": 1, "DUP101": 1, "DUP102": 1}
    assert places(provinces) == [
        ("vina.csv", "1", "DUP101"),
        ("vina.csv", "2", "PER101"),
        ("vina.csv", "3", "DUP102"),
    ]
    # Files are read whole.
    assert [given["records"] for given in document["inputs"]] == [5, 1, 2]
    said = cli("audit", *PATHS, "--where", IN_HOA_BINH).said
    assert f"Limited to records where {IN_HOA_BINH}; groups are looked for among all 8 records." in said


def test_where_leaves_out_duplicates_that_are_wholly_outside(provinces: Desk, cli: Command) -> None:
    document = audited(cli, *PATHS, "--where", "province = 'Sơn La'", "--show", "DUP101", "--findings", "found.csv")
    assert document["totals"]["records"] == 0
    assert violated(document) == {}
    assert document["groups"] == {"DUP101": []}
    assert provinces.rows("found.csv") == []


@pytest.mark.parametrize("seed", [1, 2])
def test_where_gives_the_findings_of_the_whole_that_stand_inside(desk: Desk, seed) -> None:
    for name, records in (("a.csv", worlds.world(seed)[:140]), ("b.csv", worlds.world(seed)[140:])):
        with (desk.path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, worlds.COLUMNS)
            writer.writeheader()
            writer.writerows(records)
    options = {"as_of": worlds.AS_OF, "operator": "Viettel", "reveal": True}
    whole = thuebao.audit(["a.csv", "b.csv"], **options, findings="whole.parquet").findings.collect()
    limited = thuebao.audit(["a.csv", "b.csv"], **options, findings="some.parquet", where="operator = 'Viettel'")
    some = limited.findings.collect()
    inside = whole.filter(operator="Viettel")
    assert 0 < some.height < whole.height
    assert some.drop("group").equals(inside.drop("group"))
    # Groups are numbered anew, but the same records are together.
    pairs = pl.DataFrame({"some": some["group"], "whole": inside["group"]}).unique()
    assert pairs.height == pairs["some"].n_unique() == pairs["whole"].n_unique()
    assert sum(rule.violations for rule in limited.rules) == some.height


def test_where_over_several_columns_and_facts(provinces: Desk, cli: Command) -> None:
    where = "registration_month = '2025-07' AND (province IS NULL OR operator = 'VinaPhone')"
    assert audited(cli, *PATHS, "--where", where)["totals"]["records"] == 2
    assert audited(cli, *PATHS, "--where", "status = 'active'")["totals"]["records"] == 8
    assert audited(cli, *PATHS)["where"] is None


def test_where_speaks_of_a_column_that_a_file_lacks(provinces: Desk, cli: Command) -> None:
    done = cli("audit", *PATHS, "--where", IN_HOA_BINH, "--fail-on", "never")
    one_message(done, "mobi.csv", "province", "--where")
    assert cli("audit", *PATHS, "--where", IN_HOA_BINH, "--fail-on", "never", "--quiet").err == ""
    # The operator is known without a column, and a missing status has a meaning of its own.
    for where in ("operator = 'Viettel'", "sex = 'male'"):
        assert cli("audit", *PATHS, "--where", where, "--fail-on", "never").err == ""
    one_message(cli("audit", *PATHS, "--where", "pos_kind = 'online'", "--fail-on", "never"), "No record fulfils")


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("province = ", ("cannot be read",)),
        ("province = = 'x'", ("cannot be read",)),
        ("provinz = 'x'", ("'provinz'", "province")),
        ("province", ("true or false",)),
        ("5", ("true or false",)),
        ("province = 'x'; DROP TABLE y", ("cannot be read",)),
        ("nonsense(province)", ("nonsense",)),
        ("msisdn IN (SELECT msisdn FROM x)", ()),
        ("province > 5", ("cannot be read",)),
        ("COUNT(msisdn) > 1", ("other records",)),
        ("COUNT(*) > 1", ("other records",)),
        ("", ()),
    ],
)
def test_where_that_cannot_be_used(desk: Desk, cli: Command, where, parts) -> None:
    desk.export("vina.csv")
    message = refused(desk, cli, "--where", where)
    assert "--where" in message
    for part in parts:
        assert part in message
