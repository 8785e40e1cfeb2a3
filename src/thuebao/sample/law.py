"""What the sample takes from rules/: places, number ranges, eras. The law is not repeated in this package."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from thuebao.rulebook.reference import Reference

EPOCH = date(1970, 1, 1)


def day(year: int, month: int, day_of_month: int) -> int:
    """Return a date as days since 1970-01-01, the unit of all dates in this package."""
    return days(date(year, month, day_of_month))


def days(when: date) -> int:
    """Return a date as days since 1970-01-01."""
    return (when - EPOCH).days


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
    def provinces_2025(self) -> dict[str, str]:
        """Code → name since the merger of 2025."""
        return {row["code"]: row["name"] for row in self.reference.table("provinces_2025")}

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
    def eras(self) -> tuple[int, int, int]:
        """First days of Decree 49/2017, Decree 163/2024 and Circular 08/2026."""
        listed = tomllib.loads((self.rules_dir / "law.toml").read_text("utf-8"))["era"]
        start = {era["id"]: days(era["from"]) for era in listed if "from" in era}
        return start["D49"], start["D163"], start["C08"]
