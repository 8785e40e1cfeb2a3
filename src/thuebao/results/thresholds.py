"""What makes an audit fail: a severity, or how many records or violations there may be, as a number or a share.

    error              anything of this severity or worse fails, findings about files included
    error:0.5%         more than 0.5 % of an operator's records have an error
    error:100          more than 100 records of the whole audit have one
    DUP111:0           more than 0 violations of a rule in the whole audit
    DUP111:0.1%        more than 0.1 % of an operator's records that the rule was evaluated for violate it
    worse              any rule has more violations of any operator than in the result of --compare-with

A share is judged for every operator by itself: a small one must not hide behind a large one. (Where every operator
keeps within a share, all together do.) A number is judged over the whole audit. All of it is in whole numbers and
fractions: a value that is exactly the limit passes, and one record more does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.base.nearest import hint
from thuebao.results.limit import Limit, read_limit
from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY, AuditResult, RuleResult
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.load import SEVERITIES

NEVER, WORSE = "never", "worse"
_BETWEEN = re.compile(r",(?![0-9])")  # before a digit, a comma is that of a share: no condition begins with one
_COUNTED = {"error": "records_with_errors", "info": "records_with_findings"}
"""The records that an audit counts by severity: with an error, and with anything (info or worse)."""


@dataclass(frozen=True)
class Condition:
    """One condition of --fail-on.

    said: as the user wrote it; on: a severity, a rule's code, or WORSE; limit: the most that passes, None for a
    severity alone.
    """

    said: str
    on: str
    limit: Limit | None = None

    @property
    def is_threshold(self) -> bool:
        """Whether it says how much may be found, not just how severe it may be."""
        return self.limit is not None

    @property
    def share(self) -> Fraction | None:
        """The share that passes; None where a number is judged."""
        return self.limit.share if self.limit else None

    @property
    def count(self) -> int | None:
        """The number that passes; None where a share is judged."""
        return self.limit.count if self.limit and self.limit.share is None else None

    @property
    def is_rule(self) -> bool:
        """Whether it speaks of a rule."""
        return self.on not in (*SEVERITIES, WORSE)

    def allowed(self, of: int) -> int:
        """Return the largest number, of so many, that passes."""
        return self.limit.allowed(of) if self.limit else 0


@dataclass(frozen=True)
class Verdict:
    """How a condition fared for one operator, or (None) over the whole audit.

    counted, of: records, violations or findings, of how many; counted is None where nobody could count, of is None
    where there is nothing to compare with. allowed: the largest number that would pass. status: whether the rule was
    evaluated (see thuebao.results.result), and reason the columns that it lacked.
    """

    condition: Condition
    operator: str | None
    counted: int | None
    of: int | None
    allowed: int
    status: str = EVALUATED
    reason: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the condition is met; what was not evaluated never is."""
        return self.counted is not None and self.counted <= self.allowed

    @property
    def margin(self) -> int | None:
        """How many more there may be before it fails; below 0, how many there are too many."""
        return None if self.counted is None else self.allowed - self.counted

    @property
    def value(self) -> Fraction | int | None:
        """What was found, in the kind of the limit: a share or a number. None where there is nothing."""
        if self.counted is None or self.condition.share is None:
            return self.counted
        return Fraction(self.counted, self.of) if self.of else None

    @property
    def limit(self) -> Fraction | int:
        """The most that passes: a share or a number."""
        share = self.condition.share
        return self.allowed if share is None else share


def conditions(given: Sequence[str], rulebook: Rulebook, *, compared: bool = True) -> tuple[Condition, ...]:
    """Return the conditions of --fail-on, given several times or separated by commas; none of them for `never`.

    compared: whether there is an earlier result to compare with. Raises UsageError on what is no condition, or one that
    no count of an audit could decide exactly.
    """
    said = [condition.strip() for one in given for condition in _BETWEEN.split(one)]
    if any(condition.lower() == NEVER for condition in said):
        if {condition.lower() for condition in said} != {NEVER}:
            raise UsageError("fail_on_never", value=",".join(said))
        return ()
    found = tuple(dict.fromkeys(_condition(condition, rulebook) for condition in said))
    if not compared and (alone := next((one.said for one in found if one.on == WORSE), None)):
        raise UsageError("fail_on_worse", value=alone)
    return found


def _condition(said: str, rulebook: Rulebook) -> Condition:
    name, sign, given = (part.strip() for part in said.partition(":"))
    if name.lower() in SEVERITIES:
        on = name.lower()
        if sign and on not in _COUNTED:
            raise UsageError("fail_on_uncounted", value=said, severity=on)
        return Condition(said, on, _limit(said, given)) if sign else Condition(said, on)
    if said.lower() == WORSE:
        return Condition(said, WORSE, Limit(said, None))
    on = rulebook.code_of(name)
    if on not in {rule.code for rule in rulebook.rules}:
        known = [*SEVERITIES, NEVER, WORSE, *rulebook.by_code, *(rule.name for rule in rulebook.rules)]
        raise UsageError(_no_rule(on, rulebook), value=said, code=on, hint=hint(name, known))
    if not sign:
        raise UsageError("fail_on_form", value=said, hint="")
    return Condition(said, on, _limit(said, given))


def _no_rule(code: str, rulebook: Rulebook) -> str:
    """Return the key of what is wrong with a name that is neither a severity nor a rule about records."""
    if code in rulebook.by_code:
        return "fail_on_file_rule"
    # The records of several rules overlap and their denominators differ: no share of a prefix is exact.
    prefix = bool(code) and any(known.startswith(code) for known in rulebook.by_code)
    return "fail_on_prefix" if prefix else "fail_on_form"


def _limit(said: str, given: str) -> Limit:
    limit = read_limit(given)
    if limit is None:
        raise UsageError("fail_on_form", value=said, hint="")
    return limit


def judge(
    result: AuditResult, conditions: Iterable[Condition], risen: Mapping[str, int] | None = None
) -> list[Verdict]:
    """Return how every condition fared: operators first, in their order, then the whole audit.

    risen: by operator, how many violations more there are than in an earlier result (compare/results.py).
    """
    return [verdict for condition in conditions for verdict in _verdicts(result, condition, risen or {})]


def unevaluated(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield a message for each condition that failed because its rule was not evaluated."""
    for verdict in verdicts:
        if verdict.counted is None:
            key = "gate.deselected" if verdict.status == DESELECTED else "gate.unevaluated"
            operator = text("summary.all_operators") if verdict.operator is None else verdict.operator
            said, code = verdict.condition.said, verdict.condition.on
            yield text(key, condition=said, code=code, operator=operator, columns=verdict.reason or "–")


def _verdicts(result: AuditResult, condition: Condition, risen: Mapping[str, int]) -> Iterator[Verdict]:
    if condition.on == WORSE:
        for operator in result.operators["operator"]:
            yield Verdict(condition, operator, risen.get(operator, 0), None, 0)
        yield Verdict(condition, None, sum(risen.values()), None, 0)
    elif condition.is_rule:
        yield from _of_rule(result, condition)
    elif condition.is_threshold:
        counted = _COUNTED[condition.on]
        if condition.share is not None:
            for row in result.operators.iter_rows(named=True):
                yield _verdict(condition, row["operator"], row[counted], row["records"])
        yield _verdict(condition, None, result.totals[counted], result.totals["records"])
    else:
        yield Verdict(condition, None, _findings(result, condition.on), None, 0)


def _of_rule(result: AuditResult, condition: Condition) -> Iterator[Verdict]:
    rule = next(r for r in result.rules if r.rule.code == condition.on)
    if rule.status in (NOT_EVALUATED, DESELECTED):
        yield _unknown(condition, None, rule, rule.status)
        return
    counts = {
        o: (evaluated, violations)
        for o, code, evaluated, violations in result.counts.iter_rows()
        if code == condition.on
    }
    for operator in result.operators["operator"]:
        evaluated, violations = counts.get(operator, (0, 0))
        if operator not in counts and rule.status == PARTLY:
            # None of its files has the columns: what was not looked at has not passed.
            yield _unknown(condition, operator, rule, NOT_EVALUATED)
        elif condition.share is not None:
            yield _verdict(condition, operator, violations, evaluated, rule)
    evaluated = sum(evaluated for evaluated, _ in counts.values())
    yield _verdict(condition, None, rule.violations, evaluated, rule)


def _verdict(
    condition: Condition, operator: str | None, counted: int, of: int, rule: RuleResult | None = None
) -> Verdict:
    status, reason = (rule.status, rule.reason) if rule else (EVALUATED, None)
    return Verdict(condition, operator, counted, of, condition.allowed(of), status, reason)


def _unknown(condition: Condition, operator: str | None, rule: RuleResult, status: str) -> Verdict:
    return Verdict(condition, operator, None, None, condition.allowed(0), status, rule.reason)


def counting(severity: str) -> tuple[str, ...]:
    """Return a severity and those that are worse."""
    return SEVERITIES[: SEVERITIES.index(severity) + 1]


def _findings(result: AuditResult, severity: str) -> int:
    """Return how many findings there are of a severity or worse, those about files included."""
    counted = counting(severity)
    of_records = sum(r.violations for r in result.rules if r.rule.severity in counted)
    return of_records + sum(f.severity in counted for f in result.export_findings)
