"""rules/*.toml → rules, each entry checked before any data is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from thuebao.base.errors import RuleError
from thuebao.base.messages import LANGUAGES
from thuebao.base.nearest import hint
from thuebao.base.shipped_toml import parse_shipped
from thuebao.base.small_file import SmallFileError, parse_toml, read_small
from thuebao.rulebook.columns import columns
from thuebao.rulebook.law import ALL_ERAS, Law
from thuebao.rulebook.rule import (
    ABSENT,
    LARGEST_PARAMETER,
    NOBODY,
    REMEDIES,
    Basis,
    Case,
    Example,
    Grouping,
    Order,
    Rule,
    parameter_names,
)

SEVERITIES = ("error", "warning", "info")
EXPORT_RULES = "export.toml"
CODE = re.compile(r"[A-Z]{2,5}[0-9]{3}")
_ACROSS = frozenset({"across", "where", "having", "order", "one_character_apart"})
_MADE = frozenset({"source", "examples", "grouping", "cases"})  # of a Rule, not written under that name
_KEYS = frozenset(Rule.__dataclass_fields__) - _MADE | {"example", "columns"} | _ACROSS


def read_rules(path: Path, law: Law, *, shipped: bool = False) -> Iterator[Rule]:
    """Yield the rules of one file; shipped: whether it is one of ours, whose rules must say who puts things right.

    Raises RuleError naming file, line and reason where it cannot be used.
    """
    try:
        source = read_small(path)
        document = (parse_shipped if shipped else parse_toml)(source)
    except (SmallFileError, ValueError) as error:
        raise RuleError("rule_file", path=path, reason=str(error)) from None
    tables = {"rule", "finding"} & document.keys() if path.name == EXPORT_RULES else {"rule"} & document.keys()
    for key, value in document.items():
        if key not in tables or not isinstance(value, list):
            raise RuleError("rule_file_key", path=path, key=key)
    for table in sorted(tables):
        for entry in document[table]:
            yield _Entry(entry, path, source, law, about_records=table == "rule", shipped=shipped).rule()


@dataclass(frozen=True)
class _Entry:
    """One [[rule]] of a file, on its way to a Rule."""

    entry: dict[str, Any]
    path: Path
    source: str
    law: Law
    about_records: bool
    shipped: bool

    def rule(self) -> Rule:
        for key in sorted(self.entry.keys() - _KEYS):
            self._refuse("rule_key_unknown", key=key, hint=hint(key, _KEYS))
        code = self._text("code")
        if not CODE.fullmatch(code):
            self._refuse("rule_code_malformed", code=code)
        needs = self._needs()
        cases = self._cases()
        field = cases[0].field if cases else self._optional_text("field")
        named = [case.field for case in cases] or ([field] if field else [])
        needed = (name.removeprefix(ABSENT) for group in needs or () for name in group)
        for name in [*named, *needed]:
            if name not in columns():
                self._refuse("rule_column_unknown", column=name, hint=hint(name, columns()))
        grouping = self._grouping()
        parameters = self._parameters()
        return Rule(
            code=code,
            name=self._text("name"),
            severity=self._one_of("severity", self._text("severity"), SEVERITIES),
            eras=self._eras(self.entry),
            field=field,
            applies=self._optional_text("applies"),
            violation=self._violation(cases, every=grouping is not None) if self.about_records else None,
            needs=needs,
            title=self._both_languages("title"),
            explain=self._both_languages("explain"),
            action=self._both_languages("action"),
            basis=tuple(self._basis(b) for b in self._tables("basis")),
            examples=tuple(self._example(e) for e in self._tables("example")),
            source=str(self.path),
            grouping=grouping,
            parameters=parameters,
            cases=cases,
            law_day=self._optional_text("law_day"),
            remedy=self._remedy(),
            notice=self._both_languages("notice") if "notice" in self.entry else {},
        )

    def _remedy(self) -> str:
        """Return who puts right what the rule finds; of a user's own rule that does not say so, nobody has to."""
        said = self._text("remedy") if self.shipped or "remedy" in self.entry else NOBODY
        return self._one_of("remedy", said, REMEDIES)

    def _cases(self) -> tuple[Case, ...]:
        """Return the cases of a rule whose `violation` is a list of them."""
        if not isinstance(self.entry.get("violation"), list):
            return ()
        if "field" in self.entry or _ACROSS & self.entry.keys():
            self._refuse("rule_cases")
        tables = self._tables("violation")
        return tuple(Case(*(str(self._typed(table, key, str)) for key in ("field", "when"))) for table in tables)

    def _violation(self, cases: tuple[Case, ...], *, every: bool) -> str:
        """Return which records violate the rule; of a group, left out, every one."""
        if cases:
            return " OR ".join(f"({case.when})" for case in cases)
        return "TRUE" if every and "violation" not in self.entry else self._text("violation")

    def _grouping(self) -> Grouping | None:
        given = sorted(_ACROSS & self.entry.keys())
        if not given:
            return None
        if "across" not in given:
            self._refuse("rule_grouping", keys=", ".join(given))
        across = self._texts(self.entry, "across", [])
        if not across or len(set(across)) < len(across):
            self._refuse("rule_across")
        order = None
        if "order" in given:
            entry = self._typed(self.entry, "order", dict)
            for key in sorted(entry.keys() - {"of", "by", "first"}):
                self._refuse("rule_key_unknown", key=f"order.{key}", hint=hint(key, ("of", "by", "first")))
            order = Order(*(str(self._typed(entry, key, str)) for key in ("of", "by", "first")))
        return Grouping(
            across=tuple(across),
            where=self._optional_text("where"),
            having=self._text("having"),
            order=order,
            one_character_apart=self._optional_text("one_character_apart"),
        )

    def _parameters(self) -> tuple[tuple[str, int], ...]:
        parameters = self._typed(self.entry, "parameters", dict, {})
        for name, value in parameters.items():
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_PARAMETER:
                self._refuse("rule_value_kind", key=f"parameters.{name}", kind="int")
        texts = [self.entry.get(key) for key in ("applies", "violation", "where", "having")]
        texts.append(self.entry.get("order", {}).get("first") if isinstance(self.entry.get("order"), dict) else None)
        for name in parameter_names(" ".join(text for text in texts if isinstance(text, str))):
            if name not in parameters:
                self._refuse("rule_parameter_unknown", name=name)
        return tuple(parameters.items())

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
        if "records" in example:
            records = self._typed(example, "records", list)
            violates = self._typed(example, "violates", list)
        else:
            records = [self._typed(example, "record", dict)]
            violates = [self._typed(example, "violates", bool)]
        if len(records) != len(violates) or not all(isinstance(v, bool) for v in violates):
            self._refuse("rule_value_kind", key="violates", kind="bool")
        try:
            as_of = _day(example.get("as_of"))
        except ValueError:
            self._refuse("rule_value_kind", key="as_of", kind="YYYY-MM-DD")
        return Example(tuple(records), tuple(violates), as_of)


def _reason(key: str, values: dict[str, object]) -> str:
    return str(RuleError(key, **values))


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
