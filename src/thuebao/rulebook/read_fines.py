"""Reads rules/reference/fines.toml, and refuses what cannot be so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NoReturn

from thuebao.base.errors import RuleError
from thuebao.base.messages import LANGUAGES
from thuebao.rulebook.fines import (
    CARRIER,
    DAYS,
    MEASURES,
    NUMBER,
    Bracket,
    Caveat,
    Condition,
    Fine,
    Fines,
    Ladder,
    Pointer,
    Regime,
    Sanction,
    Texts,
)
from thuebao.rulebook.reference import Reference

_WHO = (CARRIER, "subscriber")
_TRUST = ("verbatim", "press", "partial", "none", "inferred")
_CONDITION = re.compile(r"([a-z_]+)(<>|=)([a-z_]+)")
_POINTER = re.compile(r"([A-Z]{2,5}[0-9]{3})(?:\[(.*)\])?")
_FILE = "fines.toml"


def read_fines(reference: Reference, codes: Collection[str]) -> Fines:
    """Return what the law provides for; `codes`: of all rules. Raises RuleError on what cannot be so."""
    coded = frozenset((row["column"], row["code"]) for row in reference.table("codes"))
    return _Reader(reference.document(_FILE.removesuffix(".toml")), codes, coded).fines()


@dataclass(frozen=True)
class _Reader:
    document: Mapping[str, Any]
    codes: Collection[str]
    coded: Collection[tuple[str, str]]  # columns with the codes that they may have

    def fines(self) -> Fines:
        try:
            return self._fines()
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            self._refuse(_FILE, f"{type(error).__name__}: {error}")

    def _fines(self) -> Fines:
        regimes = {r["id"]: self._regime(r) for r in self.document["regime"]}
        in_order = sorted(regimes.values(), key=lambda r: r.start)
        for earlier, later in pairwise(in_order):
            if earlier.end is None or (later.start - earlier.end).days != 1:
                self._refuse(later.id, "from")
        if not any(regime.computable for regime in in_order):
            self._refuse("regime", "computable")
        ladders = {name: self._ladder(name, entry) for name, entry in self.document["ladder"].items()}
        fines = tuple(self._fine(entry, regimes, ladders) for entry in self.document["fine"])
        if len({fine.id for fine in fines}) < len(fines):
            self._refuse("fine", "id")
        return Fines(
            currency=str(self.document["currency"]),
            not_computable=self._texts("not_computable", self.document["not_computable"]),
            caveats=tuple(
                Caveat(c["id"], self._texts(c["id"], c), self._texts(c["id"], c["short"]))
                for c in self.document["caveat"]
            ),
            regimes=tuple(in_order),
            fines=fines,
        )

    def _regime(self, entry: Mapping[str, Any]) -> Regime:
        self._known(entry["id"], entry["trust"], _TRUST)
        return Regime(entry["id"], entry["from"], entry.get("to"), entry["provision"], entry["computable"] is True)

    def _fine(self, entry: Mapping[str, Any], regimes: Mapping[str, Regime], ladders: Mapping[str, Ladder]) -> Fine:
        name = str(entry["id"])
        for key, known in (("trust", _TRUST), ("mapping_trust", _TRUST), ("day", DAYS)):
            self._known(name, entry[key], known)
        self._known(name, entry["regime"], regimes)
        who = entry.get("who", CARRIER)
        self._known(name, who, _WHO)
        for ladder in entry["ladders"]:
            self._known(name, ladder, ladders)
        own = tuple(self._sanction(name, one) for one in entry.get("also", ()))
        pointers = tuple(self._pointer(name, said) for said in entry["rules"])
        if who != CARRIER and pointers:
            self._refuse(name, "who")
        signs = tuple(entry.get("signs", ()))
        for code in signs:
            self._known(name, code, self.codes)
        return Fine(
            id=name,
            clause=str(entry["clause"]),
            short=str(entry["short"]),
            act=self._texts(name, entry["act"]),
            who=who,
            day=entry["day"],
            ladders=tuple(
                replace(of, sanctions=(*own, *of.sanctions)) for of in map(ladders.get, entry["ladders"]) if of
            ),
            pointers=pointers,
            signs=signs,
            trust=entry["trust"],
            mapping_trust=entry["mapping_trust"],
            regime=regimes[entry["regime"]],
        )

    def _ladder(self, name: str, entry: Mapping[str, Any]) -> Ladder:
        self._known(name, entry["measure"], MEASURES)
        brackets = tuple(self._bracket(name, one) for one in entry["brackets"])
        self._check_gaps(name, brackets)
        sanctions = tuple(self._sanction(name, one) for one in entry.get("also", ()))
        for title in {id(s.title): s.title for s in sanctions}.values():
            self._check_overlaps(name, [s for s in sanctions if s.title is title])
        where = self._condition(name, entry["where"]) if "where" in entry else None
        return Ladder(entry["measure"], where, brackets, sanctions)

    def _bracket(self, name: str, entry: Mapping[str, Any]) -> Bracket:
        first, last = self._range(name, entry)
        least, most = entry["amount"]
        if not (type(least) is type(most) is int and 0 < least <= most) or entry.get("per", NUMBER) != NUMBER:
            self._refuse(name, "amount")
        return Bracket(first, last, least, most, str(entry["provision"]), "per" in entry)

    def _sanction(self, name: str, entry: Mapping[str, Any]) -> Sanction:
        first, last = self._range(name, entry)
        titles: Mapping[str, Texts] = self.document["sanction"]
        self._known(name, entry["kind"], titles)
        months = entry.get("months")
        if months is not None and not (len(months) == 2 and 0 < months[0] <= months[1]):
            self._refuse(name, "months")
        title = titles[entry["kind"]]
        self._texts(name, title)
        return Sanction(first, last, title, tuple(months) if months else None, str(entry["provision"]))

    def _range(self, name: str, entry: Mapping[str, Any]) -> tuple[int, int | None]:
        first, last = entry["from"], entry.get("to")
        if type(first) is not int or first < 1 or (last is not None and (type(last) is not int or last < first)):
            self._refuse(name, "from, to")
        return first, last

    def _check_gaps(self, name: str, brackets: Sequence[Bracket]) -> None:
        """Refuse brackets that do not begin with 1, go on without a gap or an overlap, and end open."""
        expected: int | None = 1
        for bracket in brackets:
            if expected is None or bracket.first != expected:
                self._refuse(name, "brackets")
            expected = None if bracket.last is None else bracket.last + 1
        if expected is not None:
            self._refuse(name, "brackets")

    def _check_overlaps(self, name: str, sanctions: Sequence[Sanction]) -> None:
        for earlier, later in pairwise(sanctions):
            if earlier.last is None or later.first != earlier.last + 1:
                self._refuse(name, "also")

    def _pointer(self, name: str, said: str) -> Pointer:
        found = _POINTER.fullmatch(said)
        if not found:
            self._refuse(name, said)
        self._known(name, found[1], self.codes)
        return Pointer(found[1], self._condition(name, found[2]) if found[2] is not None else None)

    def _condition(self, name: str, said: str) -> Condition:
        found = _CONDITION.fullmatch(said)
        if not found or (found[1], found[3]) not in self.coded:
            self._refuse(name, said)
        return Condition(found[1], found[3], found[2] == "<>")

    def _texts(self, name: str, entry: Mapping[str, Any]) -> Texts:
        if not all(entry.get(language) for language in LANGUAGES):
            self._refuse(name, ", ".join(LANGUAGES))
        return {language: str(entry[language]) for language in LANGUAGES}

    def _known(self, name: str, said: object, known: Collection[str]) -> None:
        if said not in known:
            self._refuse(name, str(said))

    def _refuse(self, name: str, what: str) -> NoReturn:
        raise RuleError("fines_unusable", file=_FILE, entry=name, what=what)
