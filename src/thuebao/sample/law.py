"""What the sample takes from rules/: places, number ranges, eras. The law is not repeated in this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from thuebao.base.shipped_toml import parse_shipped
from thuebao.rulebook.law import Law as Periods
from thuebao.rulebook.reference import Reference
from thuebao.sample.words import document

EPOCH = date(1970, 1, 1)


def days(when: date) -> int:
    """Return a date as days since 1970-01-01, the unit of all dates in this package."""
    return (when - EPOCH).days


@dataclass(frozen=True)
class Terms:
    """The steps that follow wrong information, or a SIM in another device, and when each is due.

    step: days from the first notice to the suspension of one way, and from that to both ways; to_end: days from then
    to the end, to_end_of_49 those of Decree 49/2017. device_from: the first day of changes of device that count;
    device_seconds: until outgoing service is suspended; device_step, device_to_end: days to both ways, and to the end.
    """

    step: int
    to_end_of_49: int
    to_end: int
    device_from: int
    device_seconds: int
    device_step: int
    device_to_end: int


@dataclass(frozen=True)
class Law:
    """The rules' reference data, as the sample needs it."""

    rules_dir: Path

    @cached_property
    def reference(self) -> Reference:
        """The reference tables of the rules."""
        return Reference(self.rules_dir)

    @cached_property
    def provinces(self) -> list[tuple[str, str]]:
        """Code and name of the provinces of personal numbers, by code."""
        return sorted((row["code"], row["name"]) for row in self.reference.table("provinces"))

    @cached_property
    def provinces_now(self) -> dict[str, str]:
        """Code of before the merger of 2025 → name since."""
        return {row["code"]: row["now"] for row in self.reference.table("provinces")}

    @cached_property
    def prefixes(self) -> dict[str, list[str]]:
        """Holder → its three-digit prefixes. A prefix that a longer one divides is left out."""
        listed = {row["prefix"]: row["holder"] for row in self.reference.table("mobile_ranges")}
        divided = {prefix[:3] for prefix in listed if len(prefix) > 3}
        found: dict[str, list[str]] = {}
        for prefix, holder in listed.items():
            if len(prefix) == 3 and holder and prefix not in divided:
                found.setdefault(holder, []).append(prefix)
        return found

    @cached_property
    def unassigned(self) -> list[str]:
        """Prefixes in the form of a mobile number that nobody holds."""
        known = {row["prefix"][:3] for row in self.reference.table("mobile_ranges")}
        return [p for first in "35789" for p in (f"0{first}{n}" for n in range(10)) if p not in known]

    @cached_property
    def old_prefixes(self) -> dict[str, str]:
        """Prefix of today → the four-digit prefix it had until 2018."""
        return {row["new"]: row["old"] for row in self.reference.table("prefixes_2018")}

    @cached_property
    def hosts(self) -> dict[str, str]:
        """Virtual operator → the network that hosts it."""
        return {row["mvno"]: row["host"] for row in self.reference.table("mvno_hosts")}

    @cached_property
    def countries(self) -> dict[str, dict[str, str]]:
        """Alpha-2 code → row of the table of countries."""
        return {row["alpha2"]: row for row in self.reference.table("countries")}

    @cached_property
    def periods(self) -> Periods:
        """The eras, and how long information is kept."""
        return Periods.read(self.rules_dir)

    @cached_property
    def eras(self) -> tuple[int, int, int]:
        """First days of Decree 49/2017, Decree 163/2024 and Circular 08/2026."""
        start = {era.id: days(era.start) for era in self.periods.eras if era.start}
        return start["D49"], start["D163"], start["C08"]

    @cached_property
    def stock_owes_from(self) -> int:
        """From when numbers registered before Decree 49/2017 owe its list."""
        return next(days(era.owed_from) for era in self.periods.eras if era.owed_from)

    @cached_property
    def terms(self) -> Terms:
        """The terms of the remedial timetable and of changes of device."""
        remedial = self.reference.document("remedial")
        of_49, of_163 = remedial["notice"]
        device = remedial["device"]
        return Terms(
            step=of_163["one_way_after_notice"],
            to_end_of_49=of_49["end_after_two_way"],
            to_end=of_163["end_after_two_way"],
            device_from=days(device["from"]),
            device_seconds=3600 * device["hours_to_suspend_outgoing"],
            device_step=device["two_way_after_outgoing"],
            device_to_end=device["end_after_two_way"],
        )

    @cached_property
    def personal_tax_codes_from(self) -> int:
        """From when a tax code may be a personal number."""
        return days(self.reference.document("tax_code")["personal_from"])

    @cached_property
    def dates(self) -> dict[str, int]:
        """The days of data/dates.toml."""
        return {name: days(when) for name, when in document("dates").items()}

    @cached_property
    def papers(self) -> dict[str, Any]:
        """The table of identity documents."""
        return self.reference.document("documents")

    @cached_property
    def kinds(self) -> dict[str, dict[str, Any]]:
        """Kind of document → how long it is valid."""
        return {kind["id"]: kind for kind in self.papers["kind"]}

    @cached_property
    def loose_names(self) -> tuple[int, int]:
        """First and last day on which a card called căn cước was a CCCD."""
        earlier = self.kinds["can_cuoc"]["earlier"]
        return days(earlier["from"]), days(earlier["to"])

    @cached_property
    def prolonged(self) -> tuple[int, int]:
        """Cards that would end between these days ran on to the second."""
        extended = self.papers["validity"]["extended"]
        return days(extended["from"]), days(extended["until"])

    @cached_property
    def words(self) -> dict[str, dict[str, list[str]]]:
        """Coded column, id_type too → code → the texts that mean it."""
        found: dict[str, dict[str, list[str]]] = {}
        for row in self.reference.table("codes"):
            found.setdefault(row["column"], {}).setdefault(row["code"], []).append(row["text"])
        texts = {row["kind"]: [*row.get("phrases", []), *row.get("words", [])] for row in self.papers["id_type"]}
        return found | {"id_type": texts}

    @cached_property
    def font_text(self) -> dict[str, str]:
        """Letter → what stands for it in text of the old TCVN3 fonts."""
        table = self.reference.document("encodings")["tcvn3"]
        rows = {int(start, 16): row.split(" ") for start, row in table.items() if len(start) == 2 and start >= "A0"}
        found = {letter: chr(start + i) for start, row in rows.items() for i, letter in enumerate(row)}
        return {letter: sign for letter, sign in found.items() if letter.islower() or letter in "ĂÂÊÔƠƯĐ"}

    @cached_property
    def in_force(self) -> dict[str, int]:
        """Instrument → since when it is in force, where that is known."""
        document = parse_shipped((self.rules_dir / "law.toml").read_text("utf-8"))
        listed = {row["id"]: row["in_force"] for row in document["instrument"]}
        return {name: days(period["from"]) for name, period in listed.items() if "from" in period}
