"""Addresses and names of provinces, in the forms of before and since the merger of July 2025."""

from __future__ import annotations

import polars as pl

from thuebao.sample.law import Law
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.words import column, rows


class Addresses:
    """Addresses in the two forms of before and since July 2025."""

    def __init__(self, streams: Streams, law: Law) -> None:
        self.streams, self.districts_until = streams, law.dates["districts_until"]
        own = {row["code"]: row for row in rows("provinces")}
        kinds = [own[code]["kind"] for code, _ in law.provinces]
        old = [_with_kind(kind, name) for kind, (_, name) in zip(kinds, law.provinces, strict=True)]
        self.old_names = pl.Series([name for _, name in law.provinces])
        self.new_names = pl.Series([law.provinces_now[code] for code, _ in law.provinces])
        districts: dict[str, list[str]] = {}
        for row in rows("districts"):
            districts.setdefault(row["code"], []).append(row["name"])
        self.tails = pl.Series([f"{d}, {name}" for code, name in law.provinces for d in _four(districts, code)])
        self.districts = pl.Series([d for code, _ in law.provinces for d in _four(districts, code)])
        areas = [int(own[code]["area_code"]) for code, _ in law.provinces]
        # Subscribers of the two largest cities have eight digits, all others seven.
        self.areas = pl.Series([f"0{area}3" if area < 100 else f"0{area}" for area in areas])
        self.police = pl.Series([f"Công an {name}" for name in old])

    def text(self, name: str, key: pl.Expr, province: pl.Expr, when: pl.Expr) -> pl.Expr:
        """Return the address of `key` in a province, as it was written on a day."""
        draw = self.streams
        district = province.cast(pl.UInt64) * number(4) + draw.below(f"{name} district", key, 4)
        tail = (
            pl.when(when < self.districts_until).then(at(self.tails, district)).otherwise(at(self.new_names, province))
        )
        ward = draw.pick(f"{name} ward", key, column("wards", "name"))
        return pl.concat_str(self._street(name, key), pl.lit(", "), ward, pl.lit(", "), tail)

    def short(self, name: str, key: pl.Expr, province: pl.Expr) -> pl.Expr:
        """Return the address of `key` in a province without ward and province."""
        district = province.cast(pl.UInt64) * number(4) + self.streams.below(f"{name} district", key, 4)
        return pl.concat_str(self._street(name, key), pl.lit(", "), at(self.districts, district))

    def _street(self, name: str, key: pl.Expr) -> pl.Expr:
        house = self.streams.below(f"{name} house", key, 399) + number(1)
        street = self.streams.pick(f"{name} street", key, column("streets", "name"))
        return pl.concat_str(house, pl.lit(" "), street)

    def province(self, place: pl.Expr, when: pl.Expr) -> pl.Expr:
        """Return the name of a province on a day."""
        new = at(self.new_names, place)
        return pl.when(when < self.districts_until).then(at(self.old_names, place)).otherwise(new)


def _with_kind(kind: str, name: str) -> str:
    return name if "." in name else f"{kind} {name}"


def _four(districts: dict[str, list[str]], code: str) -> list[str]:
    found = districts[code]
    return [found[i % len(found)] for i in range(4)]
