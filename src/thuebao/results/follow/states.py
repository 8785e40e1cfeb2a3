"""What became of each number of a list on a later day: in which state it is, and whether a step is overdue.

What each state means: docs/follow.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from thuebao.facts.remedial import due_days
from thuebao.results.follow.columns import (
    ACTIVE,
    ENDED,
    GONE,
    IN_TIME,
    NOT_CHECKED,
    NOT_SEEN,
    ONE_WAY,
    OVERDUE,
    PUT_RIGHT,
    TWO_WAY,
    UNDECIDED,
    UNKNOWN,
    WRONG,
)
from thuebao.results.follow.listed import Listed
from thuebao.rulebook.timetable import Timetable

SEEN = {
    "item": pl.UInt32,
    "judged": pl.UInt16,
    "status": pl.UInt8,
    "ended": pl.Boolean,
    "ended_day": pl.Date,
    "registration_day": pl.Date,
    "service_start_day": pl.Date,
    "first_notice_day": pl.Date,
    "one_way_day": pl.Date,
    "two_way_day": pl.Date,
    "contract": pl.UInt64,
}
"""What is kept of each record of a listed number. item: which one; judged: which rules judged the record (Seen.judged);
status: a place in STATUSES, NULL where it is not known; contract: a hash of operator and number of the contract."""
STATUSES = ("active", "one_way", "two_way")


@dataclass(frozen=True)
class Seen:
    """What the exports of a day say of the numbers of a list.

    records: SEEN; found: item, code (its place in `code_names`) of the faults that were found on them; judged: the
    rules that judged records, by SEEN.judged; operators: those that have records; whole: whether all could be read.
    """

    records: pl.DataFrame
    found: pl.DataFrame
    code_names: Sequence[str]
    judged: Sequence[frozenset[str]]
    operators: frozenset[str]
    whole: bool


@dataclass(frozen=True)
class Before:
    """What earlier days said, a row for each number of the list: its contract, and when it ended."""

    contract: pl.Series
    ended_day: pl.Series

    @classmethod
    def nothing(cls, listed: Listed) -> Before:
        """Return what is known before the first day: the contracts that the list itself shows."""
        numbers = listed.numbers
        contract = numbers.select(
            pl.when(pl.col("contract").is_not_null()).then(pl.struct("operator", "contract").hash())
        )
        return cls(contract.to_series().alias("contract"), pl.repeat(None, numbers.height, dtype=pl.Date, eager=True))


def states_on(
    day: date, listed: Listed, seen: Seen, before: Before, known: Sequence[Timetable], retention_years: int
) -> tuple[pl.DataFrame, Before]:
    """Return state, time and more of each number of the list, and what is known from this day on.

    time: one of TIMES, of a number that is still wrong; over, again: whether its service ended, or it is another's;
    more: whether it has faults that the list does not name.
    """
    numbers = listed.numbers.select("item", "operator", "own", "first_notice")
    each = numbers.join(_of_records(numbers, seen.records), on="item", how="left", maintain_order="left")
    now = Before(
        before.contract.zip_with(before.contract.is_not_null(), each["contract"]).alias("contract"),
        each["ended_day"].zip_with(each["ended_day"].is_not_null(), before.ended_day),
    )
    each = each.with_columns(now.contract, earlier_end=before.ended_day)
    each = _with_faults(each, listed, seen)
    lawfully_gone = (pl.col("earlier_end").dt.offset_by(f"{retention_years}y") < day).fill_null(value=False)
    read = pl.lit(seen.whole) & pl.col("operator").is_in(list(seen.operators))
    status = pl.col("status")
    each = each.with_columns(
        state=pl.when(pl.col("there").is_null())
        .then(pl.when(lawfully_gone).then(pl.lit(ENDED)).when(read).then(pl.lit(GONE)).otherwise(pl.lit(NOT_SEEN)))
        .when("over")
        .then(pl.lit(ENDED))
        .when(pl.col("wrong").is_null())
        .then(pl.lit(NOT_CHECKED))
        .when(~pl.col("wrong"))
        .then(pl.lit(PUT_RIGHT))
        .when(status.is_null())
        .then(pl.lit(UNKNOWN))
        .otherwise(status.replace_strict(range(len(STATUSES)), STATUSES, return_dtype=pl.String))
    )
    return _with_times(each, day, known), now


def _of_records(numbers: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each number that has records: what they say of the subscriber whom the list is about.

    there; over: the service ended, or the number is another's; again: it is another's; status, its days, contract,
    judged: of what is left of the subscriber's records.
    """
    each = records.join(numbers.select("item", "first_notice"), on="item", how="left", maintain_order="left")
    each = each.with_columns(first_notice=pl.coalesce("first_notice", "first_notice_day"))
    registered, began = pl.col("registration_day"), pl.col("service_start_day")
    # Registered since, of a line that began since: another's. Who contracts anew keeps the day on which service began.
    another = (registered > pl.col("first_notice")) & (began.is_null() | (began > pl.col("first_notice")))
    each = each.with_columns(_another=another.fill_null(value=False))
    own, alive = ~pl.col("_another"), ~pl.col("_another") & ~pl.col("ended")
    # Of several records the least that was done counts; an unknown status may be less than any but active.
    least = pl.col("status").filter(alive)
    status = pl.when((least == 0).any()).then(0).when(least.is_null().any()).then(None).otherwise(least.min())
    return each.group_by("item", maintain_order=True).agg(
        there=pl.lit(value=True),
        over=~alive.any(),
        again=pl.col("_another").any(),
        status=status.cast(pl.UInt8),
        ended_day=pl.col("ended_day").filter(own & pl.col("ended")).max(),
        notice=pl.col("first_notice").min(),
        one_way_day=pl.col("one_way_day").filter(alive).max(),
        two_way_day=pl.col("two_way_day").filter(alive).max(),
        contract=pl.col("contract").filter(own).drop_nulls().first(),
        judged=pl.col("judged").filter(alive).first(),
    )


def _with_faults(each: pl.DataFrame, listed: Listed, seen: Seen) -> pl.DataFrame:
    """Return the numbers with `wrong`, NULL where it cannot be said, and `more`: faults that the list does not name."""
    names = pl.Series(seen.code_names, dtype=pl.String)
    found = seen.found.with_columns(name=names.gather(seen.found["code"])).select("item", "name")
    wanted = listed.codes.with_columns(name=pl.Series(listed.code_names, dtype=pl.String).gather(listed.codes["code"]))
    wanted = wanted.select("item", "name")
    still = wanted.join(found, on=["item", "name"], how="semi")["item"].unique()
    # Which faults were looked for depends on the columns of the record's file.
    judged = pl.DataFrame(
        [(at, name) for at, names in enumerate(seen.judged) for name in names],
        schema={"judged": pl.UInt16, "name": pl.String},
        orient="row",
    )
    looked = wanted.join(each.select("item", "judged"), on="item")
    missed = looked.join(judged, on=["judged", "name"], how="anti")["item"].unique()
    item = pl.col("item")
    own = pl.when(item.is_in(still.implode())).then(True).when(item.is_in(missed.implode())).then(None).otherwise(False)
    each = each.with_columns(wrong=pl.when(pl.col("there") & ~pl.col("over")).then(own))
    theirs = wanted.join(each.filter("own").select("item"), on="item", how="semi")
    beyond = found.join(theirs, on=["item", "name"], how="anti")["item"].unique()
    # Whoever was given a number answers for all of its faults: none of them is on the list.
    theirs_anew = item.is_in(found["item"].unique().implode())
    each = each.with_columns(more=pl.when("over").then(theirs_anew).otherwise(item.is_in(beyond.implode())))
    if each["own"].all():
        return each
    return each.with_columns(wrong=pl.when("own").then("wrong").otherwise(_of_contract()))


def _of_contract() -> pl.Expr:
    """Return whether a number that is listed for its contract is still to be put right: NULL where it cannot be said.

    It is as long as one of the contract's numbers is that was listed for its own faults.
    """
    drawing = pl.col("own") & pl.col("there")
    wrong = pl.when(drawing & ~pl.col("over")).then("wrong")
    unsaid = drawing & ~pl.col("over") & pl.col("wrong").is_null()
    by = "contract"
    said = (
        pl.when(wrong.any().over(by))
        .then(True)
        .when(unsaid.any().over(by))
        .then(None)
        .when(drawing.any().over(by))
        .then(False)
    )
    return pl.when(pl.col("contract").is_not_null()).then(said)


def _with_times(each: pl.DataFrame, day: date, known: Sequence[Timetable]) -> pl.DataFrame:
    state, latest = pl.col("state"), pl.lit(day)
    each = each.with_columns(first_notice_day=pl.coalesce("first_notice", "notice"))
    each = each.with_columns(**due_days(known))
    # Where the day of a step is not known, the next one is in time at least until all steps would be due in a row.
    in_a_row = each.select("first_notice_day", one_way_day="one_way_due").with_columns(two_way_day=None)
    in_a_row = in_a_row.with_columns(pl.col("two_way_day").cast(pl.Date), two_way_due=due_days(known)["two_way_due"])
    in_a_row = in_a_row.with_columns(two_way_day="two_way_due").with_columns(end_due=due_days(known)["end_due"])
    each = each.with_columns(_two=in_a_row["two_way_due"], _end=in_a_row["end_due"])
    due = pl.when(state == ACTIVE).then("one_way_due").when(state == ONE_WAY).then("two_way_due")
    due = due.when(state == TWO_WAY).then("end_due")
    least = pl.when(state == ONE_WAY).then("_two").when(state == TWO_WAY).then("_end").otherwise("one_way_due")
    time = (
        pl.when(due < latest)
        .then(pl.lit(OVERDUE))
        .when((due >= latest) | (least >= latest))
        .then(pl.lit(IN_TIME))
        .otherwise(pl.lit(UNDECIDED))
    )
    return each.with_columns(time=pl.when(state.is_in(WRONG)).then(time))
