"""All rules of a run, with the law and the reference data they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from thuebao.base.errors import RuleError, UsageError
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

    def with_severities(self, overrides: Mapping[str, str]) -> Rulebook:
        """Return the rulebook with the severity of some rules, by code or prefix, changed.

        Raises UsageError on an unknown code or severity.
        """
        if not overrides:
            return self
        for code, severity in overrides.items():
            if severity not in SEVERITIES:
                raise UsageError("severity_unknown", severity=severity, known=", ".join(SEVERITIES))
            self._check_known([code])

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
        rules = {rule.code: rule for rule in self.rules}
        for name, value in changes.items():
            code, _, parameter = name.rpartition(".")
            try:
                rules[code] = rules[code].with_parameter(parameter, value)
            except KeyError:
                known = [f"{r.code}.{p}" for r in self.rules for p, _ in r.parameters]
                raise UsageError("parameter_unknown", name=name, known=", ".join(known)) from None
        return replace(self, rules=tuple(rules.values()))

    def selected(self, select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
        """Return the codes that `select` names (all if empty) and `ignore` does not; both take prefixes.

        Raises UsageError on a code or prefix that no rule has.
        """
        self._check_known([*select, *ignore])
        chosen = (code for code in self.by_code if not select or code.startswith(tuple(select)))
        return frozenset(code for code in chosen if not ignore or not code.startswith(tuple(ignore)))

    def _check_known(self, prefixes: Iterable[str]) -> None:
        for prefix in prefixes:
            if not prefix or not any(code.startswith(prefix) for code in self.by_code):
                raise UsageError("code_unknown", code=prefix)


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
    found = {path.name: list(read_rules(path, law)) for path in _rule_files(home)}
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
