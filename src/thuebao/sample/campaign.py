"""A campaign in stages: exports of the day of an audit and of later days, in which numbers are put right, or not.

The people, numbers and faults of all stages are the same: those of the as-of day. What becomes of a number with a fault
that its subscriber must put right is drawn once, and each stage shows how far it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from thuebao.base.messages import text
from thuebao.rulebook.timetable import Timetable, timetable_on, timetables
from thuebao.sample.law import Law, days
from thuebao.sample.streams import Streams
from thuebao.sample.style import Style

LAST = 3
"""The last stage."""
TO_PUT_RIGHT, PUT_RIGHT, NEW = "to_put_right", "put_right", "new"
ACTIVE, ONE_WAY, TWO_WAY = "active", "one_way", "two_way"
ENDED, GIVEN, GONE, NOTHING = "ended", "given_again", "gone", ""
STATES = (TO_PUT_RIGHT, PUT_RIGHT, NEW, ACTIVE, ONE_WAY, TWO_WAY, ENDED, GIVEN, GONE)
"""What a truth file says of a number."""

_COURSES = (
    *(((PUT_RIGHT, "early"),) * 3,) * 2,
    ((ONE_WAY, "one"), (PUT_RIGHT, "second"), (PUT_RIGHT, "second")),
    ((ONE_WAY, "one"), (TWO_WAY, "two"), (ENDED, "end")),
    ((ACTIVE, ""), (ONE_WAY, "late"), (PUT_RIGHT, "third")),
    ((ACTIVE, ""),) * 3,
    ((ONE_WAY, "one"),) * 3,
    ((ONE_WAY, "one"), (TWO_WAY, "two"), (TWO_WAY, "two")),
    ((ENDED, "left"), (GIVEN, "given"), (GIVEN, "given")),
    ((ENDED, "left"), (GONE, ""), (GONE, "")),
    ((GONE, ""),) * 3,
    ((NOTHING, ""), (NEW, ""), (NEW, "")),
)
"""What becomes of a number by each later stage, and on which day (Campaign.when): each course is as likely."""
_OPENS, _QUARTER = 36_000, 900  # 10:00, and the time from one thing to the next
_CODES = {ACTIVE: "active", ONE_WAY: "one_way", TWO_WAY: "two_way", ENDED: "terminated"}


@dataclass(frozen=True)
class Campaign:
    """One stage of a campaign. codes: of faults that subscribers put right. Raises ValueError for one there is not."""

    stage: int
    law: Law
    as_of: date
    streams: Streams
    style: Style
    codes: Collection[str]

    def __post_init__(self) -> None:
        if not 0 <= self.stage <= LAST:
            raise ValueError(text("sample_error.stage", stage=self.stage, last=LAST))
        start = timetables(self.law.reference)[0].start
        if self.as_of < start:
            raise ValueError(text("sample_error.stage_early", day=self.as_of, start=start))

    @cached_property
    def notice(self) -> date:
        """The day of the first notice of all numbers."""
        return self.as_of + timedelta(days=1)

    @cached_property
    def _terms(self) -> Timetable:
        return timetable_on(self.notice, timetables(self.law.reference), self.notice)

    @cached_property
    def day(self) -> date:
        """The day of the stage's exports: one step is over on each, that was due."""
        due = self._terms.days(self.notice)
        of_stages = (
            self.as_of,
            due.one_way + timedelta(days=2),
            due.two_way + timedelta(days=4),
            due.end + timedelta(days=8),
        )
        return of_stages[self.stage]

    @cached_property
    def when(self) -> Mapping[str, date]:
        """The days of what happens, by name."""
        due = self._terms.days(self.notice)
        after = {
            "early": (self.notice, 5),
            "left": (self.notice, 3),
            "late": (due.one_way, 4),
            "second": (due.one_way, 5),
            "given": (due.one_way, 7),
            "third": (due.two_way, 7),
        }
        found = {name: day + timedelta(days=count) for name, (day, count) in after.items()}
        return found | {"one": due.one_way, "two": due.two_way, "end": due.end}

    def apply(
        self, clean: pl.DataFrame, damaged: pl.DataFrame, shown: Sequence[str], newcomers: Callable[[str], pl.DataFrame]
    ) -> pl.DataFrame:
        """Return the damaged records as this stage shows them, with `_became` and `_gone`.

        clean: the same records, before they were damaged, with their facts; newcomers: records of an operator whose
        people may be given a number.
        """
        clean, damaged = clean.sort("_row"), damaged.sort("_row")
        alive = clean["_terminated"].is_null()
        open_to = alive & damaged["_code"].is_in(list(self.codes))
        course = clean.select(self.streams.below("campaign", pl.col("_g"), len(_COURSES))).to_series()
        marked = damaged.with_columns(_open=open_to, _course=course, _g=clean["_g"])
        sound = clean.select(shown).with_columns(_code=damaged["_code"], _column=damaged["_column"], _g=clean["_g"])
        parts = [self._shown(marked.filter(~pl.col("_open")), shown, NOTHING, gone=False)]
        for n, states in enumerate(_COURSES):
            here = marked["_open"] & (marked["_course"] == n)
            if here.any():
                parts.append(self._part(marked.filter(here), sound.filter(here), states, shown, newcomers))
        return pl.concat(parts)

    def _part(
        self,
        damaged: pl.DataFrame,
        sound: pl.DataFrame,
        states: Sequence[tuple[str, str]],
        shown: Sequence[str],
        newcomers: Callable[[str], pl.DataFrame],
    ) -> pl.DataFrame:
        """Return the records of one course."""
        if not self.stage:
            return (
                self._shown(sound.with_columns(_code=None, _column=None), shown, NOTHING, gone=False)
                if states[0][0] == NOTHING
                else self._shown(damaged, shown, TO_PUT_RIGHT, gone=False)
            )
        state, name = states[self.stage - 1]
        if state == NOTHING:
            return self._shown(sound.with_columns(_code=None, _column=None), shown, NOTHING, gone=False)
        if state in (GONE, NEW):
            return self._shown(damaged, shown, state, gone=state == GONE)
        if state == GIVEN:
            return self._given(damaged, shown, newcomers)
        notice = {"first_notice_at": self._moment(self.notice)}
        if state == PUT_RIGHT:
            texts = notice | {"info_updated_at": self._moment(self.when[name])}
            return self._shown(sound.with_columns(**texts), shown, state, gone=False)
        before = {done: self.when[day] for done, day in states[: self.stage] if done in (ONE_WAY, TWO_WAY)}
        texts = notice | {f"{done}_since": self._moment(day) for done, day in before.items()}
        if state == ENDED:
            texts["terminated_at"] = self._moment(self.when[name])
        texts["status"] = pl.lit(self.style.value(_CODES[state]))
        return self._shown(damaged.with_columns(**texts), shown, state, gone=False)

    def _given(
        self, damaged: pl.DataFrame, shown: Sequence[str], newcomers: Callable[[str], pl.DataFrame]
    ) -> pl.DataFrame:
        """Return records of other people, who were given the numbers; ended, where an operator has nobody for it."""
        day, rows = self.when["given"], []
        for (operator,), part in damaged.partition_by("operator", as_dict=True, maintain_order=True).items():
            people = newcomers(str(operator))
            if people.is_empty():
                rows.append(self._left(part, shown))
                continue
            draws = part.select(self.streams.below("newcomer", pl.col("_g"), people.height).cast(pl.UInt32))
            new = people[draws.to_series()]
            kept = ("operator", "msisdn", "sim_serial", "_row", "_code", "_column", "_g")
            new = new.with_columns(*(part[name] for name in kept))
            later = {"registered_at": 1, "authenticated_at": 2, "service_started_at": 3}
            texts = {
                name: pl.when(pl.col(name).is_not_null()).then(self._moment(day, _QUARTER * after // 3))
                for name, after in {"portrait_taken_at": 0, **later}.items()
            }
            rows.append(self._shown(new.with_columns(**texts), shown, GIVEN, gone=False))
        return pl.concat(rows)

    def _left(self, damaged: pl.DataFrame, shown: Sequence[str]) -> pl.DataFrame:
        texts = {
            "first_notice_at": self._moment(self.notice),
            "terminated_at": self._moment(self.when["left"]),
            "status": pl.lit(self.style.value(_CODES[ENDED])),
        }
        return self._shown(damaged.with_columns(**texts), shown, ENDED, gone=False)

    def _moment(self, day: date, after: int = 0) -> pl.Expr:
        moment = self.style.moment(pl.lit(days(day), dtype=pl.Int32), pl.lit(_OPENS + after, dtype=pl.Int32))
        return pl.lit(pl.select(moment).item(), dtype=pl.String)

    @staticmethod
    def _shown(frame: pl.DataFrame, shown: Sequence[str], state: str, *, gone: bool) -> pl.DataFrame:
        said = pl.lit(state or None, dtype=pl.String).alias("_became")
        return frame.select(pl.col(shown), said, pl.lit(gone).alias("_gone"))


def without_timetable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return records to which nothing has happened but their end: what happens next is the campaign's."""
    nothing = pl.lit(None, dtype=pl.Int32)
    states = pl.when(pl.col("_terminated").is_null()).then(0).otherwise(3)
    names = ("_notice", "_one_way", "_two_way", "_device", "_outgoing", "_again", "_mended")
    return frame.with_columns(_state=states, **dict.fromkeys(names, nothing))
