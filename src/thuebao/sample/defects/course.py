"""Damage for the AUT, DEV and REM rules: matching, changes of device, the remedial timetable."""

from __future__ import annotations

import polars as pl

from thuebao.sample.defects.variant import Damage, Variant, cleared, one
from thuebao.sample.registration import C08, D163
from thuebao.sample.texts import MATCHED

_NO_RESULTS = ("chờ", "đang đối soát", "2", "timeout", "khác")
_LATE = 90  # days before the as-of date at which any timetable that is over can begin
_STEPS = (
    *("first_notice_at", "one_way_since", "two_way_since"),
    *("device_changed_at", "outgoing_suspended_at", "reauthenticated_at"),
)


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the AUT, DEV and REM rules."""
    return [*_matching(damage), *_device(damage), *(_remedies(damage) if damage.updates else [])]


def _matching(damage: Damage) -> list[Variant]:
    era, no = pl.col("_era"), pl.lit(damage.style.value("no"))
    about = damage.has_personal_number & damage.vietnamese
    found = []
    for name in MATCHED:
        judged = about & ((era >= D163) if name != "matched_face" else (era == C08))
        found += [
            one("AUT101", name, judged, no),
            one("AUT102", name, about & (era == C08), damage.missing(name), rare=1),
            one("AUT103", name, about & (era >= D163), damage.one_of(name, _NO_RESULTS)),
        ]
    return found


def _device(damage: Damage) -> list[Variant]:
    second, today, terms = pl.col("_second"), damage.today, damage.law.terms
    since = pl.max_horizontal(pl.col("_day"), pl.lit(terms.device_from))
    open_to, talks = damage.in_use, damage.human
    style = damage.style

    def steps(code: str, column: str, status: str | None, least: int, after: dict[str, pl.Expr]) -> Variant:
        changed = today - least - damage.draw("changed", 5)
        texts = {"device_changed_at": style.moment(changed, second)}
        if status:
            texts["status"] = pl.lit(style.value(status))
        texts |= after
        when = open_to & (talks if status else damage.anyone) & (since < today - least - 5)
        return Variant(code, column, when, cleared(*_STEPS) | texts)

    def at(least: int, later: int, seconds: int = 0) -> pl.Expr:
        return style.moment(today - least - damage.draw("changed", 5) + later, second + seconds)

    outgoing, again = "outgoing_suspended_at", "reauthenticated_at"
    over = terms.device_step + 2
    ended = over + terms.device_to_end + 2
    return [
        steps("DEV101", outgoing, None, 10, {again: at(10, 1)}),
        steps("DEV101", outgoing, None, 10, {}),
        steps("DEV101", outgoing, None, 10, {outgoing: at(10, 0, terms.device_seconds + 60), again: at(10, 1)}),
        steps("DEV102", "status", "active", over, {outgoing: at(over, 0, terms.device_seconds - 60)}),
        steps("DEV102", "status", "one_way", over, {outgoing: at(over, 0, 60)}),
        steps(
            "DEV103",
            "status",
            "two_way",
            ended,
            {outgoing: at(ended, 0, 60), "two_way_since": at(ended, terms.device_step)},
        ),
    ]


def _remedies(damage: Damage) -> list[Variant]:
    today, second, style, terms = damage.today, pl.col("_second"), damage.style, damage.law.terms
    before = today - _LATE
    updated = pl.col("_updated").fill_null(pl.col("_day"))
    when = damage.in_use & (pl.max_horizontal("_day", updated) < before) & (before > damage.law.eras[0])
    last = terms.to_end if before >= damage.law.eras[1] else terms.to_end_of_49
    rest = damage.draw("overdue", 8) + 1
    notices = {
        "REM101": ("active", (rest + terms.step,)),
        "REM102": ("one_way", (rest + 2 * terms.step, rest + terms.step)),
        "REM103": ("two_way", (rest + last + 2 * terms.step, rest + last + terms.step, rest + last)),
    }
    return [
        Variant(
            code,
            "status",
            when,
            cleared(*_STEPS)
            | {"status": pl.lit(style.value(status))}
            | {name: style.moment(today - ago, second) for name, ago in zip(_STEPS, steps, strict=False)},
        )
        for code, (status, steps) in notices.items()
    ]
