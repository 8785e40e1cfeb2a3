"""rules/*.toml → rules, checked before any data is read.

A rule is data: who it applies to, what violates it (SQL over canonical columns and facts), its texts, its legal
basis by era, and examples.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from thuebao.errors import RuleError, UsageError
from thuebao.law import ALL_ERAS, Law
from thuebao.record import columns
from thuebao.reference import Reference, rules_home
from thuebao.texts import LANGUAGES

SEVERITIES = ("error", "warning", "info")
EXPORT_RULES = "export.toml"
_LAW = "law.toml"
_CODE = re.compile(r"[A-Z]{2,5}[0-9]{3}")


@dataclass(frozen=True)
class Basis:
    """Where a rule stands in the law, for some eras: instrument, provision, and what that is about."""

    eras: tuple[str, ...]
    instrument: str
    provision: str
    about: str


@dataclass(frozen=True)
class Example:
    """A record by canonical column, and whether it violates the rule; a column it lacks is absent."""

    violates: bool
    record: dict[str, str]
    as_of: date | None


@dataclass(frozen=True)
class Rule:
    """One rule about a record, or (without `violation`) about a file."""

    code: str
    name: str
    severity: str
    eras: tuple[str, ...]
    field: str | None
    applies: str | None
    violation: str | None
    needs: tuple[tuple[str, ...], ...] | None
    title: dict[str, str]
    explain: dict[str, str]
    action: dict[str, str]
    basis: tuple[Basis, ...]
    examples: tuple[Example, ...]
    source: str

    def bases_in(self, era: str, law: Law) -> list[Basis]:
        """Return the bases that hold in `era`."""
        eras = {ALL_ERAS, *law.chain(era)}
        return [b for b in self.basis if not eras.isdisjoint(b.eras)]

    def basis_in(self, era: str, law: Law) -> str:
        """Return what a finding of `era` cites: instruments and provisions, `; ` between them."""
        return "; ".join(f"{law.instruments[b.instrument].number}, {b.provision}" for b in self.bases_in(era, law))


@dataclass(frozen=True)
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

    def with_severities(self, overrides: dict[str, str]) -> Rulebook:
        """Return the rulebook with the severity of some rules, by code or prefix, changed.

        Raises UsageError on an unknown code or severity.
        """
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
    law = Law.read(home)
    rules: list[Rule] = []
    export_rules: list[Rule] = []
    for folder in (home, *extra):
        for path in _rule_files(folder):
            found = list(_read_rules(path, law))
            (export_rules if path.name == EXPORT_RULES and folder == home else rules).extend(found)
    _check_unique([*rules, *export_rules])
    return Rulebook(tuple(rules), tuple(export_rules), law, Reference(home))


_ORDER = ("number", "person", "document", "minors", "organisation", "registration")


def _rule_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError("rules_not_a_folder", path=folder)
    files = [path for path in folder.glob("*.toml") if path.name != _LAW]
    if not files:
        raise UsageError("rules_folder_empty", path=folder)
    return sorted(files, key=lambda path: (_ORDER.index(path.stem) if path.stem in _ORDER else len(_ORDER), path.name))


def _read_rules(path: Path, law: Law) -> Iterator[Rule]:
    try:
        source = path.read_text("utf-8-sig")
        document = tomllib.loads(source)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError("rule_file", path=path, reason=error) from None
    tables = {"rule", "finding"} & document.keys() if path.name == EXPORT_RULES else {"rule"} & document.keys()
    for key, value in document.items():
        if key not in tables or not isinstance(value, list):
            raise RuleError("rule_file_key", path=path, key=key)
    for table in sorted(tables):
        for entry in document[table]:
            yield _Entry(entry, path, source, law, about_records=table == "rule").rule()


@dataclass(frozen=True)
class _Entry:
    """One [[rule]] of a file, on its way to a Rule."""

    entry: dict[str, Any]
    path: Path
    source: str
    law: Law
    about_records: bool

    def rule(self) -> Rule:
        known = set(Rule.__dataclass_fields__) - {"source", "examples"} | {"example", "columns"}
        for key in self.entry.keys() - known:
            self._refuse("rule_key_unknown", key=key)
        code = self._text("code")
        if not _CODE.fullmatch(code):
            self._refuse("rule_code_malformed", code=code)
        needs = self._needs()
        field = self._optional_text("field")
        for name in [*([field] if field else []), *(n for group in needs or () for n in group)]:
            if name not in columns():
                self._refuse("rule_column_unknown", column=name)
        return Rule(
            code=code,
            name=self._text("name"),
            severity=self._one_of("severity", self._text("severity"), SEVERITIES),
            eras=self._eras(self.entry),
            field=field,
            applies=self._optional_text("applies"),
            violation=self._text("violation") if self.about_records else None,
            needs=needs,
            title=self._both_languages("title"),
            explain=self._both_languages("explain"),
            action=self._both_languages("action"),
            basis=tuple(self._basis(b) for b in self._tables("basis")),
            examples=tuple(self._example(e) for e in self._tables("example")),
            source=str(self.path),
        )

    def _refuse(self, reason: str, **values: object) -> NoReturn:
        code = self.entry.get("code", "?")
        line = next((n for n, text in enumerate(self.source.splitlines(), 1) if f'"{code}"' in text), 1)
        raise RuleError("rule_broken", path=self.path, line=line, code=code, reason=_reason(reason, values))

    def _typed(self, entry: dict[str, Any], key: str, kind: type, default: Any = None) -> Any:
        """Return a value of an entry. Refuses the rule if it is of another kind, or missing without a default."""
        if key not in entry and default is not None:
            return default
        value = entry.get(key)
        if value is None or value == "":
            self._refuse("rule_key_missing", key=key)
        if not isinstance(value, kind):
            self._refuse("rule_value_kind", key=key, kind=kind.__name__)
        return value

    def _text(self, key: str) -> str:
        text = str(self._typed(self.entry, key, str))
        if not text.strip():
            self._refuse("rule_key_missing", key=key)
        return text

    def _optional_text(self, key: str) -> str | None:
        return self._text(key) if key in self.entry else None

    def _tables(self, key: str) -> list[dict[str, Any]]:
        tables = self._typed(self.entry, key, list, [])
        if not all(isinstance(table, dict) for table in tables):
            self._refuse("rule_value_kind", key=key, kind="table")
        return list(tables)

    def _texts(self, entry: dict[str, Any], key: str, default: list[str]) -> list[str]:
        texts = self._typed(entry, key, list, default)
        if not all(isinstance(text, str) for text in texts):
            self._refuse("rule_value_kind", key=key, kind="str")
        return list(texts)

    def _one_of(self, key: str, value: str, allowed: Iterable[str]) -> str:
        if value not in allowed:
            self._refuse("rule_value_unknown", key=key, value=value, known=", ".join(allowed))
        return value

    def _both_languages(self, key: str) -> dict[str, str]:
        """Return a text by language; a user's own rule may give one text for both, or leave it out."""
        value = self.entry.get(key, "")
        texts = value if isinstance(value, dict) else dict.fromkeys(LANGUAGES, value)
        if not all(isinstance(text, str) for text in texts.values()):
            self._refuse("rule_value_kind", key=key, kind="str")
        any_text = next(iter(texts.values()), "")
        return {language: texts.get(language, any_text) for language in LANGUAGES}

    def _eras(self, entry: dict[str, Any]) -> tuple[str, ...]:
        known = [ALL_ERAS, *self.law.era_ids]
        return tuple(self._one_of("eras", era, known) for era in self._texts(entry, "eras", [ALL_ERAS]))

    def _needs(self) -> tuple[tuple[str, ...], ...] | None:
        key = "needs" if "needs" in self.entry else "columns"
        if key not in self.entry:
            return None
        groups = self._texts(self.entry, key, [])
        return tuple(tuple(part.strip() for part in group.split("|")) for group in groups)

    def _basis(self, basis: dict[str, Any]) -> Basis:
        instrument = self._one_of("instrument", self._typed(basis, "instrument", str), self.law.instruments)
        provision = self._typed(basis, "provision", str)
        return Basis(self._eras(basis), instrument, provision, str(basis.get("about", "")))

    def _example(self, example: dict[str, Any]) -> Example:
        violates = self._typed(example, "violates", bool)
        record = self._typed(example, "record", dict)
        try:
            as_of = _day(example.get("as_of"))
        except ValueError:
            self._refuse("rule_value_kind", key="as_of", kind="YYYY-MM-DD")
        return Example(violates, record, as_of)


def _reason(key: str, values: dict[str, object]) -> str:
    return str(RuleError(key, **values))


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _check_unique(rules: Sequence[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.code in seen:
            raise RuleError("rule_code_twice", code=rule.code, path=rule.source, other=seen[rule.code].source)
        seen[rule.code] = rule
