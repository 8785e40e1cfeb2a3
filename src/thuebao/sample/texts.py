"""The texts of the canonical columns, from the facts about a record."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.sample.addresses import Addresses
from thuebao.sample.documents import Paper, has_personal_number
from thuebao.sample.law import Law
from thuebao.sample.names import full_name, vietnamese_name
from thuebao.sample.numbers import Numbers, digits
from thuebao.sample.places import Pools
from thuebao.sample.plan import Carrier
from thuebao.sample.population import Kind
from thuebao.sample.registration import C08, D49, D163
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.style import Style
from thuebao.sample.words import column

PAPERS = ("cmnd", "cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport")
"""Codes of the kinds of Paper."""

STATES = ("active", "one_way", "two_way", "terminated")
_FROM_6 = 2130  # days of age, with a margin
USAGES = ("self", "child", "ward", "device", "employee")
MATCHED = ("matched_id_number", "matched_name", "matched_birth_date", "matched_face")
_GUARDIANS = 1 << 61  # keys of guardians lie apart from those of subscribers
_REPRESENTATIVES = 3 << 60  # likewise those of representatives
_OPENS, _OPEN_SECONDS = 28_800, 32_000  # from 8:00 on: what befell a number since


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
        named: dict[str, pl.Expr] = {}
        for part in (self._person, self._document, self._organisation, self._registration, self._channel, self._since):
            named |= part()
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
        guardian, foreigner = pl.col("_guarded"), pl.col("_kind") == Kind.FOREIGNER
        key = person + number(_GUARDIANS)
        nations = [self.law.countries[code] for code in column("nationalities", "alpha2")]
        abroad = at(pl.Series([style.country(row) for row in nations]), pl.col("_nation"))
        home, neighbour = (style.country(self.law.countries[code]) for code in ("VN", "KH"))
        nationality = (
            pl.when(foreigner)
            .then(abroad)
            # Holders of the certificate are of Vietnamese origin, most have lived in Cambodia.
            .when(pl.col("_paper") == Paper.CERTIFICATE)
            .then(pl.lit(neighbour))
            .otherwise(pl.lit(home))
        )
        # A passport holds no address.
        homeless = pl.when(new_law).then(pl.col("_paper") == Paper.PASSPORT).otherwise(foreigner)
        addressed = human & ~(homeless & streams.chance("no address", person, 0.4))
        stay = foreigner & (pl.col("_era") >= D49) & streams.chance("stay", person, 0.85)
        until = pl.col("_to") + 20 + streams.below("stay until", person, 700).cast(pl.Int32)
        proof = guardian & (new_law | streams.chance("proof", pl.col("_g"), 0.3))
        address = self.addresses.text("address", person, pl.col("_lives"), pl.col("_day"))
        sex = style.coded(("male", "female"), pl.when("_male").then(0).otherwise(1))
        return {
            "full_name": pl.when(human).then(full_name(streams)),
            "date_of_birth": pl.when(human).then(style.day(pl.col("_shown_birth"))),
            "nationality": pl.when(human).then(nationality),
            "sex": pl.when(human & ~streams.chance("no sex", person, 0.05)).then(sex),
            "address": pl.when(addressed).then(address),
            "guardian_name": pl.when(guardian).then(vietnamese_name(key, streams.chance("father", key, 0.5), streams)),
            "consent_ref": pl.when(minor & new_law & (age >= _FROM_6)).then(self._reference("DY")),
            "relationship_ref": pl.when(proof).then(self._reference("QH")),
            "stay_until": pl.when(stay).then(style.day(until)),
        }

    def _document(self) -> dict[str, pl.Expr]:
        paper, style = pl.col("_paper"), self.style
        human = ~pl.col("_m2m") & (paper != Paper.NONE)
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
            .when(pl.col("_issued") < self.law.dates["issue_place_changed"])
            .then(pl.lit("Cục CS ĐKQL cư trú và DLQG về dân cư"))
            .otherwise(pl.lit("Cục CS QLHC về TTXH"))
        )
        return {
            "id_type": pl.when(human).then(style.coded(PAPERS, pl.min_horizontal(paper, pl.lit(int(Paper.PASSPORT))))),
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
        # Since Decree 163/2024 those who register numbers of people register themselves.
        owed = (pl.col("_era") == D49) | pl.col("_m2m")
        came = legal & (pl.col("_era") >= D49) & (owed | self.streams.chance("came", pl.col("_g"), 0.3))
        representative = index + number(_REPRESENTATIVES)
        male = self.streams.chance("representative", representative, 0.6)
        personal_number = pl.concat_str(
            self.streams.pick("representative", representative, self.numbers.provinces),
            pl.when(male).then(pl.lit("0")).otherwise(pl.lit("1")),
            digits(number(6 * 10**7) + self.streams.below("number", representative, 3 * 10**7), 8),
        )
        return {
            "subscriber_kind": style.coded(("individual", "organisation"), kinds),
            "organisation_name": pl.when(legal).then(at(pool["name"], index)),
            "organisation_tax_code": pl.when(legal).then(at(pool["tax_code"], index)),
            "organisation_address": pl.when(legal).then(at(pool["address"], index)),
            "representative_name": pl.when(came).then(vietnamese_name(representative, male, self.streams)),
            "representative_id_number": pl.when(came).then(personal_number),
            "authorisation_ref": pl.when(came).then(self._reference("UQ")),
            "connection_kind": style.coded(("h2h", "m2m"), pl.when("_m2m").then(1).otherwise(0)),
        }

    def _registration(self) -> dict[str, pl.Expr]:
        style, streams, key = self.style, self.streams, pl.col("_g")
        when, second, era = pl.col("_day"), pl.col("_second"), pl.col("_era")
        since_2017, portrait = era >= D49, pl.col("_owed")

        def later(name: str, least: int, room: int) -> pl.Expr:
            return style.moment(when, second + least + streams.below(name, key, room).cast(pl.Int32))

        # Before 2017 only the person was registered, and often little more; what is still in use owes the rest.
        kept = portrait | streams.chance("old record", key, 0.6)
        payment = style.coded(("prepaid", "postpaid"), pl.when("_prepaid").then(0).otherwise(1))
        authenticated = (era >= C08) | ((era == D163) & streams.chance("checked", key, 0.5))
        usual = pl.when("_m2m").then(3).when(~pl.col("_individual")).then(4)
        child = pl.when(streams.chance("ward", key, 0.1)).then(2).otherwise(1)
        usage = usual.when(pl.col("_kind") == Kind.MINOR).then(child).otherwise(0)
        told = (era == D49) | streams.chance("usage", key, 0.6)
        in_order = self._moment("_updated", -1260)
        taken = pl.when("_stock").then(in_order).otherwise(later("portrait", -1260, 1200))
        vietnamese = (pl.col("_kind") != Kind.FOREIGNER) & (pl.col("_paper") != Paper.CERTIFICATE)
        matched = authenticated & vietnamese & has_personal_number()
        faced = (era >= C08) | streams.chance("faced", key, 0.5)
        ended = style.moment(pl.col("_terminated"), streams.below("end", key, 86_400))
        return {
            "payment_type": pl.when(kept).then(payment),
            "contract_number": pl.when("_contract").then(self._reference("HD")),
            "confirmation_ref": pl.when(since_2017 & pl.col("_prepaid")).then(self._reference("XN")),
            "document_scan_ref": pl.when(kept).then(self._reference("GT")),
            "portrait_ref": pl.when(portrait).then(self._reference("A")),
            "portrait_hash": pl.when(portrait).then(self.numbers.portrait_hash(pl.col("_portrait_of"))),
            "portrait_taken_at": pl.when(portrait).then(taken),
            "usage_kind": pl.when(told).then(style.coded(USAGES, usage)),
            **{
                name: pl.when(matched & (faced if name == "matched_face" else True)).then(pl.lit(style.value("yes")))
                for name in MATCHED
            },
            "registered_at": style.moment(when, second),
            "authenticated_at": pl.when(authenticated).then(later("authenticated", 30, 120)),
            "service_started_at": later("service", 180, 3600),
            "terminated_at": pl.when(pl.col("_terminated").is_not_null()).then(ended),
            "status": style.coded(STATES, pl.col("_state")),
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

    def _since(self) -> dict[str, pl.Expr]:
        """Return what befell the number since its registration."""
        return {
            "info_updated_at": self._moment("_updated", 0),
            "first_notice_at": self._moment("_notice", 0),
            "one_way_since": self._moment("_one_way", 3600),
            "two_way_since": self._moment("_two_way", 7200),
            "device_changed_at": self._moment("_device", 0),
            "outgoing_suspended_at": self._moment("_device", pl.col("_outgoing")),
            "reauthenticated_at": self._moment("_device", pl.col("_again")),
        }

    def _moment(self, day: str, after: int | pl.Expr) -> pl.Expr:
        """Return a moment of a day (a column) so many seconds after some second of it; null where either is."""
        start = _OPENS + self.streams.below(f"second {day}", pl.col("_g"), _OPEN_SECONDS).cast(pl.Int32)
        return self.style.moment(pl.col(day), start + after)

    def _reference(self, letters: str) -> pl.Expr:
        return pl.concat_str(pl.lit(letters), pl.col("_g") + number(1))
