"""--fail-on: what it takes, and that each condition is judged exactly, against counts made by hand."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from rich.console import Console, Group

import thuebao
from helpers.desks import Desk
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, people, person
from thuebao.base.errors import UsageError
from thuebao.base.messages import LANGUAGES, use_language
from thuebao.reports import gate as conditions
from thuebao.reports import verdicts as report
from thuebao.results import thresholds as gate
from thuebao.results.result import AuditResult
from thuebao.rulebook.book import Rulebook, read_rulebook

RULEBOOK = read_rulebook()


def audit(*paths: str, **options) -> AuditResult:
    return thuebao.audit(list(paths), as_of=date.fromisoformat(AS_OF), **options)


def judged(result: AuditResult, *given: str, rulebook: Rulebook = RULEBOOK) -> list[gate.Verdict]:
    return gate.judge(result, gate.conditions(given, rulebook))


def passes(result: AuditResult, *given: str) -> bool:
    return all(verdict.passed for verdict in judged(result, *given))


@pytest.mark.parametrize(
    ("given", "on", "share", "count"),
    [
        ("error", "error", None, None),
        (" Warning ", "warning", None, None),
        ("error:0.5%", "error", Fraction(1, 200), None),
        ("error: .5 %", "error", Fraction(1, 200), None),
        ("info:100%", "info", Fraction(1), None),
        ("error:100", "error", None, 100),
        ("dup111:0", "DUP111", None, 0),
        ("DUP111:0.1%", "DUP111", Fraction(1, 1000), None),
        ("DUP111:0%", "DUP111", Fraction(0), None),
        ("error:3.0", "error", None, 3),
    ],
)
def test_a_condition_is_a_severity_or_a_limit(given, on, share, count) -> None:
    [condition] = gate.conditions([given], RULEBOOK)
    assert (condition.on, condition.share, condition.count) == (on, share, count)


def test_conditions_are_repeated_or_separated_by_commas() -> None:
    some = gate.conditions(["error:1%,DUP111:0", "info", "info"], RULEBOOK)
    assert [condition.said for condition in some] == ["error:1%", "DUP111:0", "info"]
    assert gate.conditions(["never"], RULEBOOK) == gate.conditions([" NEVER ", "never"], RULEBOOK) == ()


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("", "fail_on_form"),
        ("error,", "fail_on_form"),
        ("fatal", "fail_on_form"),
        (":5", "fail_on_form"),
        ("error:", "fail_on_form"),
        ("error:x", "fail_on_form"),
        ("error:-1", "fail_on_form"),
        ("error:101%", "fail_on_form"),
        ("error:0,5", "fail_on_form"),
        ("error:1.5", "fail_on_form"),
        ("error:1e3", "fail_on_form"),
        ("error:٣", "fail_on_form"),
        ("error:1:2", "fail_on_form"),
        (f"error:{'9' * 5000}", "fail_on_form"),
        ("error:.", "fail_on_form"),
        ("DUP111", "fail_on_form"),
        ("DUP999:0", "fail_on_form"),
        ("DUP11:0", "fail_on_prefix"),
        ("NUM:1%", "fail_on_prefix"),
        ("EXP101:0", "fail_on_file_rule"),
        # Records with a warning or worse are counted nowhere: those with warnings and those with errors overlap.
        ("warning:1%", "fail_on_uncounted"),
        ("warning:5", "fail_on_uncounted"),
        ("never,error", "fail_on_never"),
        ("never:1%", "fail_on_form"),
    ],
)
def test_nonsense_is_refused_before_anything_is_read(given, key) -> None:
    with pytest.raises(UsageError) as refused:
        gate.conditions([given], RULEBOOK)
    assert refused.value.key == key
    for code in LANGUAGES:
        use_language(code)
        assert str(refused.value)
    use_language("en")


@pytest.mark.parametrize("severity", ["error", "warning", "info"])
@pytest.mark.parametrize(
    "record", [GOOD, ERROR, WARNING, INFO, GOOD | {"Tập thuê bao": "x"}, {"msisdn": "0912345678", "sex": "nam"}]
)
def test_a_severity_alone_means_what_the_worst_finding_means(desk: Desk, record, severity) -> None:
    desk.export("vina.csv", record)
    result = audit("vina.csv")
    worst, order = result.worst_severity(), ["error", "warning", "info"]
    assert passes(result, severity) == (worst is None or order.index(worst) > order.index(severity))


def test_a_share_that_is_the_limit_passes_and_one_record_more_does_not(desk: Desk) -> None:
    # 0.1 % of 1,000 is 1, which no float says exactly.
    records = people(999)
    desk.export("vina.csv", person(999) | NAMELESS, *records)
    result = audit("vina.csv")
    assert [(v.operator, v.counted, v.of, v.allowed, v.margin) for v in judged(result, "error:0.1%")] == [
        ("VinaPhone", 1, 1000, 1, 0),
        (None, 1, 1000, 1, 0),
    ]
    assert passes(result, "error:0.1%", "PER101:0.1%", "error:1", "PER101:1")
    for given in ("error:0.0999%", "PER101:0.0999%", "error:0", "PER101:0"):
        [last] = [verdict for verdict in judged(result, given) if verdict.operator is None]
        assert (last.passed, last.margin) == (False, -1)
    first = judged(result, "PER101:0.05%")[0]
    assert (first.value, first.limit) == (Fraction(1, 1000), Fraction(1, 2000))


def test_a_small_operator_does_not_hide_behind_a_large_one(desk: Desk) -> None:
    desk.export("vina.csv", *people(50))
    desk.export("mobi.csv", person(60) | NAMELESS | {"msisdn": "0901234567"}, person(61) | {"msisdn": "0901234568"})
    result = audit("vina.csv", "mobi.csv")
    verdicts = {verdict.operator: verdict.passed for verdict in judged(result, "error:10%")}
    assert verdicts == {"MobiFone": False, "VinaPhone": True, None: True}
    assert [v.operator for v in judged(result, "error:1")] == [None]


def test_any_condition_fails_the_gate(desk: Desk) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    result = audit("vina.csv")
    assert passes(result, "error:50%", "PER101:1")
    assert not passes(result, "error:50%,PER101:0")


def test_what_was_not_evaluated_does_not_pass(desk: Desk) -> None:
    desk.export("vina.csv", GOOD)
    result = audit("vina.csv")
    verdicts = judged(result, "DUP103:5%")
    assert [(v.operator, v.status, v.reason, v.passed) for v in verdicts] == [
        (None, "not evaluated", "sim_serial", False)
    ]
    [message] = gate.unevaluated(verdicts)
    assert "DUP103" in message
    assert "sim_serial" in message
    [verdict] = judged(audit("vina.csv", ignore="PER101"), "PER101:0")
    assert (verdict.status, verdict.passed, verdict.margin, verdict.value) == ("deselected", False, None, None)
    assert "--select" in next(iter(gate.unevaluated([verdict])))


def test_an_operator_without_the_column_does_not_pass(desk: Desk) -> None:
    desk.export("vina.csv", *[record | {"sim_serial": f"89840200010000{n:05}"} for n, record in enumerate(people(3))])
    desk.export("mobi.csv", person(60) | {"msisdn": "0901234567"})
    result = audit("vina.csv", "mobi.csv")
    for given in ("DUP103:0", "DUP103:1%"):
        verdicts = {v.operator: v for v in judged(result, given)}
        assert not verdicts["MobiFone"].passed
        assert verdicts[None].passed
        assert verdicts[None].status == "partly evaluated"
    assert audit("vina.csv").rules and passes(audit("vina.csv"), "DUP103:0,DUP103:0%")


def test_no_record_is_within_every_share(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    result = audit("vina.csv", where="full_name = 'Ai'")
    [verdict] = judged(result, "error:0%")
    assert (verdict.passed, verdict.counted, verdict.of, verdict.value) == (True, 0, 0, None)


def test_thresholds_agree_with_counts_made_by_hand(desk: Desk) -> None:
    dice = random.Random(7)
    broken = [{}, {}, NAMELESS, {"full_name": "An"}, {"id_number": "12"}, {"date_of_birth": "31/02/1990"}]
    for operator in ("Viettel", "VinaPhone", "Gmobile"):
        desk.export(
            f"{operator}.csv",
            *[person(n) | {"operator": operator} | dice.choice(broken) for n in range(dice.randint(1, 60))],
        )
    result = audit(".", findings="findings.parquet")
    rows = pl.read_parquet("findings.parquet").to_dicts()
    records = dict(result.operators.select("operator", "records").iter_rows())
    for on, severities in (("error", {"error"}), ("info", {"error", "warning", "info"})):
        wrong = Counter(
            o for o, _, _ in {(r["operator"], r["path"], r["record"]) for r in rows if r["severity"] in severities}
        )
        for hundredths in range(0, 10001, 137):
            limit = f"{hundredths / 100:.2f}%"
            expected = all(10000 * wrong[o] <= hundredths * n for o, n in records.items())
            assert passes(result, f"{on}:{limit}") == expected
        for most in range(sum(wrong.values()) + 2):
            assert passes(result, f"{on}:{most}") == (sum(wrong.values()) <= most)
    for code in {r["code"] for r in rows}:
        of = {o: e for o, c, e, _ in result.counts.iter_rows() if c == code}
        found = Counter(r["operator"] for r in rows if r["code"] == code)
        for hundredths in range(0, 10001, 331):
            expected = all(10000 * found[o] <= hundredths * n for o, n in of.items())
            assert passes(result, f"{code}:{hundredths / 100:.2f}%") == expected
        assert passes(result, f"{code}:{found.total()}")
        assert not passes(result, f"{code}:{found.total() - 1}")


def test_verdicts_are_shown_when_thresholds_were_given(desk: Desk) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    result = audit("vina.csv")
    assert report.parts(judged(result, "error")) == conditions.as_data(judged(result, "error")) == []
    verdicts = judged(result, "error:10%", "DUP103:0")
    data = conditions.as_data(verdicts)
    assert json.loads(json.dumps(data))[0] == {
        "condition": "error:10%",
        "operator": "VinaPhone",
        "passed": False,
        "counted": 1,
        "of": 2,
        "allowed": 0,
        "margin": -1,
        "status": "evaluated",
        "reason": None,
    }
    for code in LANGUAGES:
        use_language(code)
        console = Console(width=100, file=io.StringIO())
        with console.capture() as captured:
            console.print(Group(*report.parts(verdicts)))
        shown = captured.get()
        for part in ("error:10%", "VinaPhone", "-1", "DUP103", "sim_serial"):
            assert part in shown
