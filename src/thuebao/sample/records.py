"""Chunks of clean records: the facts about each record, and the texts of its canonical columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from thuebao.sample.documents import with_documents
from thuebao.sample.keys import Keys
from thuebao.sample.law import Law
from thuebao.sample.numbers import Numbers
from thuebao.sample.places import Pools
from thuebao.sample.plan import BLOCK, Carrier, FilePlan
from thuebao.sample.population import SLOTS, with_people
from thuebao.sample.registration import days_of_registration, with_registration
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.style import Style
from thuebao.sample.texts import Texts
from thuebao.sample.timetable import with_timetable
from thuebao.sample.words import rows

_ONE_CONTRACT = 0.4  # of people with two or three numbers, in a campaign


class Records:
    """Makes any records of a plan.

    `planted` has a row per record kept for violations across records, `people` are the slots of the
    population; without `updates`, no record was updated since; of a `campaign`, no number is under way, and some
    people have all of their numbers under one contract.
    """

    def __init__(
        self,
        carriers: Sequence[Carrier],
        planted: pl.DataFrame,
        people: pl.DataFrame,
        streams: Streams,
        law: Law,
        style: Style,
        as_of: date,
        *,
        updates: bool,
        campaign: bool = False,
    ) -> None:
        self.keys = Keys(carriers, streams, planted)
        self.streams, self.law, self.as_of, self.updates = streams, law, as_of, updates
        self.campaign = campaign
        self.numbers = Numbers(carriers, streams, law)
        self.people = people
        blocks = carriers[-1].blocks + carriers[-1].records // BLOCK + 1
        self.numbers.check_room(self.people, blocks * BLOCK // SLOTS + 1)
        self.draws = days_of_registration(law, as_of)
        nations = [i for i, row in enumerate(rows("nationalities")) for _ in range(int(row["weight"]))]
        self.nations = pl.Series(nations, dtype=pl.UInt32)
        pools = Pools(carriers, streams, law)
        operators = {name: self.keys.operator(pl.col(name)) for name in ("_number_of", "_sim_of")}
        self.columns = Texts(carriers, pools, self.numbers, streams, law, style).expressions(operators)

    def frame(self, file: FilePlan, start: int, stop: int) -> pl.DataFrame:
        """Return rows `start` to `stop` − 1 of a file: facts (names start with `_`) and canonical columns."""
        frame = self.keys.frame(file, start, stop)
        frame = with_people(frame, self.people, self.streams, self.law)
        nation = at(self.nations, self.streams.below("nation", pl.col("_person"), len(self.nations)))
        frame = with_registration(frame.with_columns(_nation=nation), self.draws, self.streams, self.law, self.as_of)
        frame = with_timetable(frame, self.streams, self.law, self.as_of, updates=self.updates, campaign=self.campaign)
        frame = with_documents(frame, self.streams, self.law).with_columns(self.columns)
        return frame.with_columns(contract_number=self._contract()) if self.campaign else frame

    def _contract(self) -> pl.Expr:
        """Return the contract of each number: one for all numbers of some people who have two or three."""
        several = pl.col("_c").is_between(2, 3) & self.streams.chance("one contract", pl.col("_person"), _ONE_CONTRACT)
        whole = pl.concat_str(pl.lit("HDC"), pl.col("_person") + number(1))
        return pl.when(several).then(whole).otherwise("contract_number")
