"""The audit as a page: every count is that of the JSON."""

import re
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.pages import ABOUT, STARTED, SVG, Pages, by_id, count, counts, page, parsed, rows, said, total
from helpers.people import ERROR, GOOD, INFO, WARNING, people, person
from thuebao.base import messages as texts
from thuebao.reports.html.page import first_findings
from thuebao.reports.json_document import as_dict
from thuebao.results import findings as found
from thuebao.results.result import AuditResult


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_count_is_that_of_the_json(sample: AuditResult, sample_pages: Pages, language: texts.Language) -> None:
    _, tree = sample_pages[language]
    document = as_dict(sample)
    totals = document["totals"]
    assert {
        name: count(said(by_id(tree, f"card-{name}")[1])) for name in ("records", "errors", "findings", "rejected")
    } == {
        "records": totals["records"],
        "errors": totals["records_with_errors"],
        "findings": totals["records_with_findings"],
        "rejected": totals["rejected"],
    }
    assert count(said(by_id(tree, "card-files")[1])) == len(document["inputs"])
    assert [[*row[:3], *counts(row, 4, 5, 6), row[7]] for row in rows(tree, "read")] == [
        [i["path"], i["format"], i["encoding"], i["bytes"], i["records"], i["rejected"], i["sha256"]]
        for i in document["inputs"]
    ]
    assert [[row[0], *counts(row, 1, 2, 4)] for row in rows(tree, "by-operator")] == [
        [o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"]]
        for o in document["operators"]
    ]
    tiers = document["identities"]
    assert [[row[0], *map(count, row[1:])] for row in rows(tree, "tiers")] == [
        [o["operator"], *o["tiers"].values()] for o in tiers["operators"]
    ]
    assert [*map(count, total(tree, "tiers")[1:])] == [*tiers["tiers"].values()]
    for name, listed in (("point-of-sale", "points_of_sale"), ("clerk-name", "clerks")):
        assert [[*row[:2], *counts(row, 2, 3)] for row in rows(tree, name)] == [
            [o["name"], o["operator"], o["findings"], o["records"]] for o in document[listed]
        ]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_rule_stands_once_with_its_counts(
    sample: AuditResult, sample_pages: Pages, language: texts.Language
) -> None:
    _, tree = sample_pages[language]
    document = as_dict(sample)
    evaluated: dict[str, int] = {}
    for operator in document["operators"]:
        for rule in operator["rules"]:
            evaluated[rule["code"]] = evaluated.get(rule["code"], 0) + rule["evaluated"]
    hit = {r["code"]: r["violations"] for r in document["rules"] if r["violations"]}
    assert {row[0]: counts(row, 3, 4) for row in rows(tree, "violated")} == {
        code: [evaluated[code], n] for code, n in hit.items()
    }
    for code, violations in hit.items():
        assert counts(total(tree, f"{code}-operators"), 1, 2) == [evaluated[code], violations]
        of = {
            o["operator"]: [rule["evaluated"], rule["violations"]]
            for o in document["operators"]
            for rule in o["rules"]
            if rule["code"] == code and rule["violations"]
        }
        assert {row[0]: counts(row, 1, 2) for row in rows(tree, f"{code}-operators") if row[0] in of} == of
        summed = [counts(row, 1, 2) for row in rows(tree, f"{code}-operators")]
        assert [sum(n) for n in zip(*summed, strict=True)] == [evaluated[code], violations]
        assert len(rows(tree, f"{code}-samples")) == min(violations, 5)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_charts_tables_and_descriptions_say_the_same_as_the_json(
    sample: AuditResult, sample_pages: Pages, language: texts.Language
) -> None:
    _, tree = sample_pages[language]
    severity = {r.rule.code: r.rule.severity for r in sample.rules}
    for position, operator in enumerate(as_dict(sample)["operators"], 1):
        expected = {code.rstrip("0123456789"): [0, 0, 0] for code in severity}
        for rule in operator["rules"]:
            row = expected[rule["code"].rstrip("0123456789")]
            row[("error", "warning", "info").index(severity[rule["code"]])] += rule["violations"]
        listed = rows(tree, f"chart-{position}-table")
        assert {row[0].split()[0]: counts(row, 1, 2, 3) for row in listed} == expected
        sums = {family: sum(row) for family, row in expected.items()}
        assert [count(row[4]) for row in listed] == [*sums.values()]
        [chart] = [e for e in tree.iter(f"{SVG}svg") if e.get("aria-labelledby") == f"chart-{position}-title"]
        labels = [said(e) for e in chart.iter(f"{SVG}text")]
        assert dict(zip(labels[::2], map(count, labels[1::2]), strict=True)) == sums
        assert operator["operator"] in said(by_id(tree, f"chart-{position}-title"))
        described = said(by_id(tree, f"chart-{position}-desc")).split("; ")
        assert {told.split()[0]: count(told.split()[1]) for told in described} == sums


def test_samples_are_the_first_findings_of_their_rule(sample: AuditResult, sample_findings: pl.LazyFrame) -> None:
    tree = parsed(page(sample, sample_findings))
    everything = sample_findings.collect()
    for code in ("NUM101", "DUP141"):
        of = everything.filter(pl.col("code") == code).head(5)
        shown = [(row[0], count(row[1]), row[3]) for row in rows(tree, f"{code}-samples")]
        assert shown == list(of.select("path", "record", "operator").iter_rows())
    assert "5 of 12" in said(by_id(tree, "DUP141-samples").find("caption"))


def test_samples_say_which_period_of_the_law_they_cite(sample: AuditResult, sample_findings: pl.LazyFrame) -> None:
    tree = parsed(page(sample, sample_findings))
    law = sample.rulebook.law
    for r in sample.rules:
        if not r.violations:
            continue
        periods = [said(e) for e in by_id(tree, r.rule.code).iter("ol")]
        for row in rows(tree, f"{r.rule.code}-samples"):
            assert re.fullmatch(r"\(\d\)", row[6]), (r.rule.code, row)
        for basis in r.rule.basis:
            assert f"{law.instruments[basis.instrument].number}, {basis.provision}" in periods[0]


def test_findings_are_read_to_the_last_rule_and_kept_in_order() -> None:
    many = pl.DataFrame(
        {name: [None] * 60_003 if kind == pl.UInt64 else ["x"] * 60_003 for name, kind in found.SCHEMA.items()},
        schema=found.SCHEMA,
    ).with_columns(record=pl.int_range(60_003, dtype=pl.UInt64), code=pl.lit("NUM101"))
    rare = many.with_columns(code=pl.when(pl.col("record") > 60_000).then(pl.lit("DUP151")).otherwise("code"))
    first = first_findings(rare.lazy(), {"NUM101": 60_001, "DUP151": 2, "PER101": 0})
    assert {code: [row["record"] for row in some] for code, some in first.items()} == {
        "NUM101": [0, 1, 2, 3, 4],
        "DUP151": [60_001, 60_002],
    }


def test_rules_not_evaluated_deselected_and_clean_are_told_apart(desk: Desk) -> None:
    without = {column: value for column, value in GOOD.items() if column != "clerk_name"}
    result = thuebao.audit(
        [desk.export("Viettel.csv", without), desk.export("MobiFone.csv", GOOD)],
        ignore="NUM10",
        as_of=date(2026, 11, 23),
    )
    tree = parsed(page(result))
    status = {r["code"]: r["status"] for r in as_dict(result)["rules"]}
    listed = {row[0]: row[2] for row in rows(tree, "not-evaluated")}
    assert set(listed) == {code for code, state in status.items() if state != "evaluated"}
    assert listed["NUM101"] == "left out on request"
    assert "partly evaluated" in status.values()
    clean = {row[0] for row in rows(tree, "silent")}
    assert clean == {
        r.rule.code for r in result.rules if not r.violations and r.status in ("evaluated", "partly evaluated")
    }
    assert "clerk_name" in dict(rows(tree, "absent"))["Viettel.csv"]
    about_files = rows(tree, "about-files")
    assert {(row[0], row[2]) for row in about_files} == {
        (f["code"], f["path"]) for f in as_dict(result)["export_findings"]
    }


def test_breakdown_groups_scope_unreadable_files_and_notices_have_their_place(desk: Desk) -> None:
    twice = [person(1), person(1) | {"full_name": "Lê Văn Khác"}]
    desk.export("Viettel.csv", *people(5, first=10), *twice)
    desk.write("empty.csv", "")
    result = thuebao.audit(
        ["Viettel.csv", "empty.csv", "Viettel.csv"],
        by=["month", "operator"],
        show="DUP101",
        where="sex = 'male' OR TRUE",
        as_of=date(2026, 11, 23),
    )
    tree = parsed(page(result))
    text = said(tree)
    assert [[row[1], *counts(row, 2, 3, 5)] for row in rows(tree, "by")] == [
        ["Viettel", 7, *counts(rows(tree, "by")[0], 3, 5)]
    ]
    assert "Largest groups of DUP101" in text
    assert "sex = 'male' OR TRUE" in text
    assert "empty.csv" in said(by_id(tree, "unreadable"))
    assert "Given twice" in text
    assert count(said(by_id(tree, "card-unreadable")[1])) == 1


def test_the_title_block_says_who_when_and_by_which_law(desk: Desk) -> None:
    result = thuebao.audit(
        desk.export("Viettel.csv", ERROR, WARNING, INFO), law="decree-49-2017", as_of=date(2026, 11, 23)
    )
    tree = parsed(page(result))
    head = said(tree.find(".//header"))
    assert "Sở KH&CN" in head
    assert "2026-11-23 09:00:05 – 09:00:07 UTC+07:00" in head
    assert "every record by one law: Decree 49/2017" in head
    assert thuebao.__version__ in head
    texts.use_language("vi")
    nobody = replace(ABOUT, made_by=None, ended=STARTED + timedelta(days=1))
    assert "không ghi" in page(result, about=nobody)
    assert "23/11/2026 09:00:05 UTC+07:00" in page(result, about=nobody)


def test_a_revealed_audit_does_not_call_its_values_masked(desk: Desk) -> None:
    result = thuebao.audit(desk.export("Viettel.csv", ERROR), reveal=True, as_of=date(2026, 11, 23))
    masked, revealed = page(result), page(result, about=replace(ABOUT, options={"reveal": "true"}))
    assert "Values are masked" in masked
    assert "Contains personal data in full" not in masked
    assert "Values are masked" not in revealed
    assert "Contains personal data in full" in revealed


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_audit_without_any_record_is_a_page_too(desk: Desk, language: texts.Language) -> None:
    texts.use_language(language)
    result = thuebao.audit(desk.write("Viettel.csv", "msisdn,full_name\n"), as_of=date(2026, 11, 23))
    tree = parsed(page(result, pl.LazyFrame(schema=found.SCHEMA)))
    assert count(said(by_id(tree, "card-records")[1])) == 0
    assert count(said(by_id(tree, "card-unreadable")[1])) == 1


def test_a_hundred_operators_keep_their_counts(desk: Desk) -> None:
    records = [person(n) | {"operator": f"Operator {n:03}"} | ({"full_name": ""} if n % 2 else {}) for n in range(100)]
    result = thuebao.audit(desk.export("all.csv", *records), as_of=date(2026, 11, 23))
    document = page(result)
    tree = parsed(document)
    assert len(rows(tree, "by-operator")) == 100
    assert len(list(tree.iter("figure"))) == 100
    per101 = rows(tree, "PER101-operators")
    assert len(per101) == 51
    assert per101[-1][:3] == ["Operators without violations (50)", "50", "0"]
    assert len(document) < 2_000_000


def test_rules_of_the_users_own_have_a_family_of_their_own(sample: AuditResult, sample_findings: pl.LazyFrame) -> None:
    [first, *others] = sample.rules
    own = replace(first, rule=replace(first.rule, code="OWN101", field=None, basis=(), grouping=None))
    of_own = sample.counts.with_columns(pl.col("code").replace("NUM101", "OWN101"))
    tree = parsed(page(replace(sample, rules=(*others, own), counts=of_own), sample_findings))
    assert [count(row[4]) for row in rows(tree, "violated") if row[0] == "OWN101"] == [first.violations]
    assert "OWN rules of the user" in said(tree)
    assert "No provision is cited" in said(by_id(tree, "OWN101"))
