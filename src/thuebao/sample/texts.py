"""The texts of the canonical columns, from the facts about a record."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.sample.addresses import Addresses
from thuebao.sample.documents import Paper
from thuebao.sample.law import Law, day
from thuebao.sample.names import full_name, vietnamese_name
from thuebao.sample.numbers import Numbers
from thuebao.sample.places import Pools
from thuebao.sample.plan import Carrier
from thuebao.sample.population import Kind
from thuebao.sample.registration import C08, D49, D163
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.style import Style
from thuebao.sample.words import column

PAPERS = ("cmnd", "cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport")
"""Codes of the kinds of Paper."""

_STATES = ("active", "one_way", "two_way", "terminated")
_UNDER_6, _FROM_6 = 2250, 2130
"""Age in days up to which (from which) a child is treated as under (from) 6; each with a margin."""
_GUARDIANS = 1 << 61  # keys of guardians lie apart from those of subscribers
_PLACE_CHANGED = day(2018, 10, 10)


class Texts:
    """Expressions for the canonical columns."""

    def __init__(
        self,
        carriers: Sequence[Carrier],
        pools: Pools,
        numbers: Numbers,
        streams: Streams,
        law: Law,
        style: Style,
    ) -> None:
        self.carriers, self.pools, self.numbers = carriers, pools, numbers
        self.streams, self.law, self.style = streams, law, style
        self.addresses: Addresses = pools.addresses

    def expressions(self, operator_of: dict[str, pl.Expr]) -> list[pl.Expr]:
        """Return all columns; `operator_of` has the operators of `_number_of` and `_sim_of`."""
        named = self._person() | self._document() | self._organisation() | self._registration() | self._channel()
        named["operator"] = at(pl.Series([c.name for c in self.carriers]), pl.col("_op"))
        named["msisdn"] = self.numbers.msisdn(operator_of["_number_of"], pl.col("_number_of"))
        named["sim_serial"] = self.numbers.sim_serial(operator_of["_sim_of"], pl.col("_sim_of"))
        return [text.alias(name) for name, text in named.items()]

    def _person(self) -> dict[str, pl.Expr]:
        person, style, streams = pl.col("_person"), self.style, self.streams
        human = ~pl.col("_m2m")
        minor = pl.col("_kind") == Kind.MINOR
        age = pl.col("_day") - pl.col("_birth")
        new_law = pl.col("_era") >= D163
        guardian = minor & (~new_law | (age < _UNDER_6) | streams.chance("guardian", pl.col("_g"), 0.5))
        key = person + number(_GUARDIANS)
        nations = [self.law.countries[code] for code in column("nationalities", "alpha2")]
        abroad = at(pl.Series([style.country(row) for row in nations]), pl.col("_nation"))
        home, neighbour = (style.country(self.law.countries[code]) for code in ("VN", "KH"))
        nationality = (
            pl.when(pl.col("_kind") == Kind.FOREIGNER)
            .then(abroad)
            # Holders of the certificate are of Vietnamese origin, most have lived in Cambodia.
            .when(pl.col("_paper") == Paper.CERTIFICATE)
            .then(pl.lit(neighbour))
            .otherwise(pl.lit(home))
        )
        sex = style.coded(("male", "female"), pl.when("_male").then(0).otherwise(1))
        return {
            "full_name": pl.when(human).then(full_name(streams)),
            "date_of_birth": pl.when(human).then(style.day(pl.col("_shown_birth"))),
            "nationality": pl.when(human).then(nationality),
            "sex": pl.when(human & ~streams.chance("no sex", person, 0.05)).then(sex),
            "address": pl.when(human).then(self.addresses.text("address", person, pl.col("_lives"), pl.col("_day"))),
            "guardian_name": pl.when(guardian).then(vietnamese_name(key, streams.chance("father", key, 0.5), streams)),
            "consent_ref": pl.when(minor & new_law & (age >= _FROM_6)).then(self._reference("DY")),
        }

    def _document(self) -> dict[str, pl.Expr]:
        human, paper, style = ~pl.col("_m2m"), pl.col("_paper"), self.style
        places = column("nationalities", "issue_place")
        place = (
            pl.when(pl.col("_kind") == Kind.FOREIGNER)
            .then(at(places, pl.col("_nation")))
            .when(paper == Paper.PASSPORT)
            .then(pl.lit("Cục Quản lý xuất nhập cảnh"))
            .when(paper.is_in([Paper.CMND, Paper.CMND_12]))
            .then(at(self.addresses.police, pl.col("_born_in")))
            .when(paper != Paper.CCCD)
            .then(pl.lit("Bộ Công an"))
            .when(pl.col("_issued") < _PLACE_CHANGED)
            .then(pl.lit("Cục CS ĐKQL cư trú và DLQG về dân cư"))
            .otherwise(pl.lit("Cục CS QLHC về TTXH"))
        )
        return {
            "id_type": pl.when(human).then(style.coded(PAPERS, paper)),
            "id_number": pl.when(human).then(self.numbers.document()),
            "id_issue_date": pl.when(human).then(style.day(pl.col("_issued"))),
            "id_issue_place": pl.when(human).then(place),
            "id_expiry_date": pl.when(human & pl.col("_printed")).then(style.day(pl.col("_valid"))),
        }

    def _organisation(self) -> dict[str, pl.Expr]:
        pool, style = self.pools.organisations, self.style
        legal = ~pl.col("_individual")
        index = self.streams.below("organisation of", pl.col("_person"), len(pool))
        kinds = pl.when(legal).then(1).otherwise(0)
        return {
            "subscriber_kind": style.coded(("individual", "organisation"), kinds),
            "organisation_name": pl.when(legal).then(at(pool["name"], index)),
            "organisation_tax_code": pl.when(legal).then(at(pool["tax_code"], index)),
            "organisation_address": pl.when(legal).then(at(pool["address"], index)),
            "connection_kind": style.coded(("h2h", "m2m"), pl.when("_m2m").then(1).otherwise(0)),
        }

    def _registration(self) -> dict[str, pl.Expr]:
        style, streams, key = self.style, self.streams, pl.col("_g")
        when, second, era = pl.col("_day"), pl.col("_second"), pl.col("_era")
        since_2017 = era >= D49
        portrait = since_2017 & ~pl.col("_m2m")

        def later(name: str, least: int, room: int) -> pl.Expr:
            return style.moment(when, second + least + streams.below(name, key, room).cast(pl.Int32))

        # Before 2017 only the person was registered, and often little more.
        kept = since_2017 | streams.chance("old record", key, 0.6)
        payment = style.coded(("prepaid", "postpaid"), pl.when("_prepaid").then(0).otherwise(1))
        authenticated = (era >= C08) | ((era == D163) & streams.chance("checked", key, 0.5))
        state = pl.when(pl.col("_terminated").is_not_null()).then(3).otherwise("_state")
        ended = style.moment(pl.col("_terminated"), streams.below("end", key, 86_400))
        return {
            "payment_type": pl.when(kept).then(payment),
            "contract_number": pl.when("_contract").then(self._reference("HD")),
            "confirmation_ref": pl.when(since_2017 & pl.col("_prepaid")).then(self._reference("XN")),
            "document_scan_ref": pl.when(kept).then(self._reference("GT")),
            "portrait_ref": pl.when(portrait).then(self._reference("A")),
            "portrait_hash": pl.when(portrait).then(self.numbers.portrait_hash(pl.col("_portrait_of"))),
            "portrait_taken_at": pl.when(portrait).then(later("portrait", -1260, 1200)),
            "registered_at": style.moment(when, second),
            "authenticated_at": pl.when(authenticated).then(later("authenticated", 30, 120)),
            "service_started_at": later("service", 180, 3600),
            "terminated_at": pl.when(pl.col("_terminated").is_not_null()).then(ended),
            "status": style.coded(_STATES, state),
        }

    def _channel(self) -> dict[str, pl.Expr]:
        pools, style, key = self.pools, self.style, pl.col("_g")
        kept = (pl.col("_era") >= D49) | self.streams.chance("old point", key, 0.6)
        offline = kept & ~pl.col("_online")
        index = pools.point_of(self.streams)
        kind = pl.when("_online").then(3).otherwise(at(pools.points["kind"], index))
        texts = {
            f"pos_{name}": pl.when(offline).then(at(pools.points[name], index))
            for name in ("code", "name", "address", "phone")
        }
        return texts | {
            "clerk_name": pl.when(offline).then(at(pools.clerks, pools.clerk_of(self.streams))),
            "pos_kind": pl.when(kept).then(style.coded(pools.kinds, kind)),
            "province": self.addresses.province(pools.province(), pl.col("_day")),
        }

    def _reference(self, letters: str) -> pl.Expr:
        return pl.concat_str(pl.lit(letters), pl.col("_g") + number(1))
