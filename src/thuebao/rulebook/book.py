"""All rules of a run, with the law and the reference data they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from thuebao.base.errors import RuleError, UsageError
from thuebao.base.nearest import hint
from thuebao.rulebook.law import Law
from thuebao.rulebook.load import EXPORT_RULES, SEVERITIES, read_rules
from thuebao.rulebook.reference import Reference, rules_home
from thuebao.rulebook.rule import Rule

_LAW = "law.toml"
_ORDER = (
    "number",
    "person",
    "document",
    "minors",
    "organisation",
    "registration",
    "authentication",
    "device",
    "remedial",
    "duplicates",
)


@dataclass(frozen=True, eq=False)  # one rulebook is told from another by being another: what is compiled of it is kept
class Rulebook:
    """All rules of a run, in the order of their codes, with the law and the reference data they rest on."""

    rules: tuple[Rule, ...]
    export_rules: tuple[Rule, ...]
    law: Law
    reference: Reference

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        """Every rule by its code, those about files included."""
        return {rule.code: rule for rule in (*self.rules, *self.export_rules)}

    @cached_property
    def _codes(self) -> dict[str, str]:
        """The code of each rule by its name."""
        return {rule.name.lower(): rule.code for rule in self.by_code.values()}

    def code_of(self, said: str) -> str:
        """Return the code that is meant, in capital letters: of the rule with this name, else what is said itself."""
        return self._codes.get(said.strip().lower(), said.strip().upper())

    def rule_of(self, said: str) -> Rule:
        """Return the rule of this code or name. Raises UsageError, with the nearest one, if there is none."""
        rule = self.by_code.get(self.code_of(said))
        if rule is None:
            raise self.unknown(said)
        return rule

    def unknown(self, said: str) -> UsageError:
        """Return the error for a code or name that no rule has."""
        return UsageError("code_unknown", code=said, hint=hint(said, [*self.by_code, *self._codes]))

    def with_severities(self, overrides: Mapping[str, str]) -> Rulebook:
        """Return the rulebook with the severity of some rules, by code or prefix, changed.

        Raises UsageError on an unknown code or severity.
        """
        if not overrides:
            return self
        for severity in overrides.values():
            if severity not in SEVERITIES:
                known = ", ".join(SEVERITIES)
                raise UsageError("severity_unknown", severity=severity, known=known, hint=hint(severity, SEVERITIES))
        overrides = dict(zip(self._known(overrides), overrides.values(), strict=True))

        def severity_of(rule: Rule) -> str:
            fitting = [prefix for prefix in overrides if rule.code.startswith(prefix)]
            return overrides[max(fitting, key=len)] if fitting else rule.severity

        def changed(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
            return tuple(replace(r, severity=severity_of(r)) for r in rules)

        return replace(self, rules=changed(self.rules), export_rules=changed(self.export_rules))

    def with_parameters(self, changes: Mapping[str, int]) -> Rulebook:
        """Return the rulebook with some parameters (`CODE.name` → value) changed.

        Raises UsageError on a rule or a parameter that there is not.
        """
        if not changes:
            return self
        rules = {rule.code: rule for rule in (*self.rules, *self.export_rules)}
        for name, value in changes.items():
            said, _, parameter = name.rpartition(".")
            code = self.code_of(said)
            try:
                rules[code] = rules[code].with_parameter(parameter, value)
            except KeyError:
                known = [f"{r.code}.{p}" for r in self.by_code.values() for p, _ in r.parameters]
                near = hint(f"{code}.{parameter}", known)
                raise UsageError("parameter_unknown", name=name, known=", ".join(known), hint=near) from None
        changed = tuple(tuple(rules[r.code] for r in some) for some in (self.rules, self.export_rules))
        return replace(self, rules=changed[0], export_rules=changed[1])

    def selected(self, select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
        """Return the codes that `select` names (all if empty) and `ignore` does not; both take prefixes.

        Raises UsageError on a code or prefix that no rule has.
        """
        select, ignore = self._known(select), self._known(ignore)
        chosen = (code for code in self.by_code if not select or code.startswith(tuple(select)))
        return frozenset(code for code in chosen if not ignore or not code.startswith(tuple(ignore)))

    def _known(self, said: Iterable[str]) -> list[str]:
        """Return the codes and prefixes that are meant. Raises UsageError on one that no rule has."""
        codes = [(one, self.code_of(one)) for one in said]
        for one, prefix in codes:
            if not prefix or not any(code.startswith(prefix) for code in self.by_code):
                raise self.unknown(one)
        return [code for _, code in codes]


def read_rulebook(extra: Sequence[Path] = (), home: Path | None = None) -> Rulebook:
    """Return the shipped rules and those of the folders in `extra`.

    Raises RuleError naming file, line and reason when a rule file cannot be used.
    """
    home = home or rules_home()
    shipped = _shipped(home) if home == rules_home() else _read(home)
    if not extra:
        return shipped
    added = [rule for folder in extra for path in _rule_files(folder) for rule in read_rules(path, shipped.law)]
    _check_unique([*shipped.rules, *shipped.export_rules, *added])
    return replace(shipped, rules=(*shipped.rules, *added))


def _read(home: Path) -> Rulebook:
    law = Law.read(home)
    found = {path.name: list(read_rules(path, law, shipped=True)) for path in _rule_files(home)}
    export_rules = found.pop(EXPORT_RULES, [])
    rules = [rule for some in found.values() for rule in some]
    _check_unique([*rules, *export_rules])
    return Rulebook(tuple(rules), tuple(export_rules), law, Reference(home))


_shipped = cache(_read)  # they do not change while the program runs


def _rule_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError("rules_not_a_folder", path=folder)
    files = [path for path in folder.glob("*.toml") if path.name != _LAW]
    if not files:
        raise UsageError("rules_folder_empty", path=folder)
    return sorted(files, key=lambda path: (_ORDER.index(path.stem) if path.stem in _ORDER else len(_ORDER), path.name))


def _check_unique(rules: Sequence[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.code in seen:
            raise RuleError("rule_code_twice", code=rule.code, path=rule.source, other=seen[rule.code].source)
        seen[rule.code] = rule
