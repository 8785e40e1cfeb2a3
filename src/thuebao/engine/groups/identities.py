"""How many numbers an identity has: not a rule but a picture, in the tiers of rules/reference/identities.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from thuebao.engine.groups.finder import Found
from thuebao.engine.groups.search import Search, compile_search
from thuebao.facts import Facts
from thuebao.rulebook.law import Law
from thuebao.rulebook.reference import Reference
from thuebao.rulebook.rule import Grouping, Rule
from thuebao.rulebook.sql import distinct

_OVERALL, _BY_OPERATOR = "identities", "identities by operator"


@dataclass(frozen=True)
class IdentityPicture:
    """The searches behind the picture, and the tiers, each from so many numbers on."""

    searches: tuple[Search, Search]
    tiers: tuple[int, ...]
    counted: str

    @classmethod
    def of(cls, reference: Reference, facts: Facts, schema: Mapping[str, pl.DataType], law: Law) -> IdentityPicture:
        """Return the picture as the reference data describes it."""
        entry = reference.document("identities")
        needs = tuple((column,) for column in entry["needs"])
        having = f"COUNT(DISTINCT {entry['counted']}) >= {entry['tiers'][0]}"

        def search(code: str, across: tuple[str, ...]) -> Search:
            grouping = Grouping(across, entry["where"], having)
            rule = Rule(
                code,
                code,
                "info",
                (),
                None,
                None,
                None,
                needs,
                {},
                {},
                {},
                (),
                (),
                "identities.toml",
                grouping,
            )
            return compile_search(rule, grouping, facts, schema, law)

        identity = str(entry["identity"])
        searches = (search(_OVERALL, (identity,)), search(_BY_OPERATOR, ("operator", identity)))
        return cls(searches, tuple(entry["tiers"]), str(entry["counted"]))

    @property
    def labels(self) -> list[str]:
        """The tiers as they are written: 4-9, 10-19, 20+."""
        ends = [f"-{following - 1}" for following in self.tiers[1:]]
        return [f"{start}{end}" for start, end in zip(self.tiers, [*ends, "+"], strict=True)]

    def tiers_of(self, found: Mapping[str, Found]) -> dict[str | None, dict[str, int]]:
        """Return how many identities are in each tier, by operator; under None over all operators."""
        frames = [f for code in (_OVERALL, _BY_OPERATOR) for f in found[code].tallies]
        pictured: dict[str | None, dict[str, int]] = {None: dict.fromkeys(self.labels, 0)}
        for frame in frames:
            for row in frame.iter_rows(named=True):
                tier = max(n for n, start in enumerate(self.tiers) if row[distinct(self.counted)] >= start)
                operator = row.get("operator")
                pictured.setdefault(operator, dict.fromkeys(self.labels, 0))
                pictured[operator][self.labels[tier]] += row["len"]
        return dict(sorted(pictured.items(), key=lambda item: item[0] or ""))
