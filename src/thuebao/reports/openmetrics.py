"""Renders the latest result of a trend as OpenMetrics text, for a collector that reads a file: gauges, no timestamps.

A collector of files takes no timestamps, and a metric has one value: what earlier results counted is in the changes
alone. What the latest result lacks has no sample at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import NamedTuple

from msgspec import Struct

from thuebao.base.clock import VIET_NAM
from thuebao.base.foreign_text import CONTROLS
from thuebao.results.trend import Trend, part_and_whole, share_of, steps

_PREFIX = "thuebao_"


class _Family(NamedTuple):
    """A gauge: its name without prefix, what it says, and its samples; a unit is the end of its name."""

    name: str
    said: str
    samples: Sequence[tuple[dict[str, str], float | int | None]]
    unit: str | None = None


def render(trend: Trend) -> str:
    """Return the text, which ends as the format asks for."""
    lines = [line for family in _families(trend) for line in _lines(family)]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _lines(family: _Family) -> Iterator[str]:
    known = [(labels, value) for labels, value in family.samples if value is not None]
    if not known:
        return
    name = f"{_PREFIX}{family.name}"
    yield f"# TYPE {name} gauge"
    if family.unit:
        yield f"# UNIT {name} {family.unit}"
    yield f"# HELP {name} {family.said}"
    for labels, value in known:
        listed = ",".join(f'{label}="{_escaped(said)}"' for label, said in labels.items())
        yield f"{name}{f'{{{listed}}}' if listed else ''} {value}"


def _families(trend: Trend) -> Iterator[_Family]:
    midnight = datetime.combine(trend.days[-1], time(), VIET_NAM)
    day = int(midnight.timestamp())
    yield _Family("as_of_timestamp_seconds", "The day of the latest audit.", [({}, day)], "seconds")
    yield _Family("unreadable_inputs", "Inputs that could not be read.", [({}, trend.results[-1].unreadable)])
    operators = [({"operator": series.key}, series.points) for series in trend.operators]
    yield from _counted("records", "records_with_errors", "", operators)
    findings = [(labels, last.records_with_findings if last else None) for labels, (*_, last) in operators]
    yield _Family("records_with_findings", "Records with any finding.", findings)
    rules = [({"operator": s.key[0], "rule": s.key[1]}, s.points) for s in trend.operator_rules]
    yield from _counted("evaluated", "violations", "", rules)
    provinces = [({"province": series.key or ""}, series.points) for series in trend.provinces]
    yield from _counted("province_records", "province_records_with_errors", " By province.", provinces)


def _counted(
    whole: str, part: str, more: str, series: Sequence[tuple[dict[str, str], Sequence[Struct | None]]]
) -> Iterator[_Family]:
    """Yield how many there are, how many of them are in violation, which share, and how many more than before."""
    last = [(labels, points[-1]) for labels, points in series]
    changes = [(labels, list(steps(points))[-1]) for labels, points in series]
    what = "Records that a rule was evaluated for" if whole == "evaluated" else "Records that were audited"
    bad = "Records that violate a rule" if whole == "evaluated" else "Records with an error"
    yield _Family(whole, f"{what}.{more}", [(of, part_and_whole(p)[1] if p else None) for of, p in last])
    yield _Family(part, f"{bad}.{more}", [(of, part_and_whole(p)[0] if p else None) for of, p in last])
    shares = [(of, share_of(p) if p else None) for of, p in last]
    yield _Family(f"{part}_ratio", f"{bad}, as a share.{more}", shares, "ratio")
    yield _Family(
        f"{part}_change", f"{bad}: how many more than before.{more}", [(of, s.part if s else None) for of, s in changes]
    )


def _escaped(value: str) -> str:
    """Return foreign text as a label's value, what no terminal should be told as its number: two names stay two."""
    visible = re.sub(CONTROLS, lambda sign: f"\\u{ord(sign[0]):04x}", value)
    return visible.replace("\\", "\\\\").replace('"', '\\"')
