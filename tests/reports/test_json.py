"""The JSON document: its keys, its counts, its bytes."""

from __future__ import annotations

import hashlib
import json

from helpers.counts import counts
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, person
from thuebao import __version__
from thuebao.rulebook.book import read_rulebook


def test_json_has_the_keys_of_the_catalogue_in_their_order(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR | {"Tập thuê bao": "x"})
    document = cli("audit", "vina.csv", "--as-of", AS_OF, "--format", "json").document
    ours = {"unreadable", "where", "points_of_sale", "clerks", "files_passed_over"}
    assert ours < set(document)
    assert [key for key in document if key not in ours] == [
        "schema",
        "tool",
        "as_of",
        "law",
        "inputs",
        "export_findings",
        "operators",
        "rules",
        "identities",
        "totals",
    ]
    assert document["schema"] == "thuebao-audit/1"
    assert document["tool"] == {"name": "thuebao", "version": __version__}
    assert (document["as_of"], document["law"]) == (AS_OF, "auto")
    [given] = document["inputs"]
    assert list(given) == [
        "path",
        "sha256",
        "bytes",
        "format",
        "encoding",
        "records",
        "rejected",
        "columns",
        "absent",
        "operator_from",
        "passed_over",
        "notices",
        # Beyond the catalogue: of workbooks.
        "sheets",
        "sheets_left",
    ]
    assert given["sha256"] is None
    assert given["bytes"] == (desk.path / "vina.csv").stat().st_size
    assert (given["path"], given["format"], given["encoding"]) == ("vina.csv", "csv", "utf-8")
    assert (given["records"], given["rejected"]) == (1, 0)
    assert given["columns"] == {name: name for name in GOOD}
    assert "sim_serial" in given["absent"]
    assert document["export_findings"] == [
        {
            "code": "EXP104",
            "path": "vina.csv",
            "severity": "info",
            "detail": "Tập thuê bao",
            "column": "Tập thuê bao",
            "rule": None,
            "count": 1,
        }
    ]
    [operator] = document["operators"]
    assert list(operator) == ["operator", "records", "records_with_errors", "records_with_findings", "rules"]
    assert list(operator["rules"][0]) == ["code", "evaluated", "violations"]
    parameters = {rule["code"]: rule.pop("parameters") for rule in document["rules"] if "parameters" in rule}
    assert parameters == {
        "DUP111": {"allowed": 3},
        "DUP112": {"allowed": 3},
        "DUP113": {"allowed": 3},
        "DUP141": {"threshold": 10},
        "DUP142": {"threshold": 5},
        "DUP151": {"threshold": 10},
    }
    assert all(
        list(rule) == ["code", "name", "severity", "status", "reason", "violations"] for rule in document["rules"]
    )
    assert document["identities"]["tiers"] == {"4-9": 0, "10-19": 0, "20+": 0}


def test_json_lists_every_rule_with_its_status_and_reason(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.export("mobifone.csv", {name: GOOD[name] for name in GOOD if name != "full_name"})
    options = ("--ignore", "PER104", "--format", "json", "--as-of", AS_OF)
    document = cli("audit", "vina.csv", "mobifone.csv", *options).document
    listed = {rule["code"]: (rule["status"], rule["reason"], rule["violations"]) for rule in document["rules"]}
    assert list(listed) == [rule.code for rule in read_rulebook().rules]
    assert listed["NUM101"] == ("evaluated", None, 0)
    assert listed["PER101"] == ("partly evaluated", "full_name", 1)
    assert listed["MIN101"] == ("not evaluated", "guardian_name", 0)
    assert listed["MIN103"] == ("not evaluated", "consent_ref, guardian_name", 0)
    assert listed["PER104"] == ("deselected", None, 0)


def test_json_counts_agree_with_each_other(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, INFO, WARNING, GOOD, person(4) | NAMELESS | {"msisdn": "1"})
    desk.export("viettel.csv", person(5) | {"msisdn": "0961234567"}, person(6) | NAMELESS | {"msisdn": "0961234568"})
    document = cli("audit", "vina.csv", "viettel.csv", "--as-of", AS_OF, "--format", "json").document
    assert document["totals"] == {
        "records": 7,
        "rejected": 0,
        "records_with_errors": 3,
        "records_with_findings": 5,
    }
    assert [
        (o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"])
        for o in document["operators"]
    ] == [("Viettel", 2, 1, 1), ("VinaPhone", 5, 2, 4)]
    assert violated(document) == {"NUM102": 1, "NUM104": 1, "PER101": 3, "PER104": 1}
    assert counts(document, "VinaPhone")["PER101"] == (5, 2)
    assert counts(document, "Viettel")["PER101"] == (2, 1)
    # Zeros are listed; a rule of another era applies to nobody.
    assert counts(document, "Viettel")["NUM102"] == (2, 0)
    assert counts(document, "Viettel")["REG101"] == (0, 0)


def test_json_is_the_same_to_the_byte(desk: Desk, process: Command) -> None:
    names = ("Viettel", "iTel", "Vinaphone", "Nhà mạng Z", "zz", "Ánh")
    records = [r | {"operator": name} for name in names for r in (ERROR, WARNING, INFO, GOOD)]
    desk.export("export.csv", *records)
    first, second = (
        process("audit", "export.csv", "--format", "json", PYTHONHASHSEED=seed, POLARS_MAX_THREADS=threads).out
        for seed, threads in ((1, 1), (2, 8))
    )
    assert first == second
    assert json.loads(first)["totals"]["records"] == len(records)


def test_hash_is_that_of_the_file(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    [given] = cli("audit", "vina.csv", "--hash", "--format", "json").document["inputs"]
    assert given["sha256"] == hashlib.sha256((desk.path / "vina.csv").read_bytes()).hexdigest()
