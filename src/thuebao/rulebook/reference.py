"""The reference data of rules/: read once, as plain Python values.

Nothing here decides anything: it hands lists, tables and forms of the law to the facts and the rulebook.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from thuebao.base.as_read import read_text
from thuebao.base.fold import fold_name_of_place, fold_text, spell_name_of_place
from thuebao.base.shipped_toml import parse_shipped


@cache
def rules_home() -> Path:
    """Return the folder of the shipped rules: inside the package, or the repository's in development."""
    packaged = Path(__file__).parents[1] / "rules"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "rules"


@dataclass(frozen=True)
class Reference:
    """The files of `home`/reference, each read once, when first asked for; what they hold is not to be changed."""

    home: Path
    _tables: dict[str, list[dict[str, str]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _documents: dict[str, dict[str, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a CSV file, by column name."""
        if name not in self._tables:
            lines = read_text(self.home / "reference" / f"{name}.csv")
            self._tables[name] = list(csv.DictReader(io.StringIO(lines, newline="")))
        return self._tables[name]

    def document(self, name: str) -> dict[str, Any]:
        """Return a TOML file."""
        if name not in self._documents:
            self._documents[name] = parse_shipped(read_text(self.home / "reference" / f"{name}.toml"))
        return self._documents[name]

    @cached_property
    def missing_tokens(self) -> list[str]:
        """Texts, in lower case, that mean that there is no value."""
        return [token.lower() for token in self.document("text")["missing"]]

    @cached_property
    def missing_signs(self) -> str:
        """Signs of which, and of dashes, a missing value may consist."""
        return str(self.document("text")["missing_signs"])

    @cached_property
    def name_placeholders(self) -> list[str]:
        """Names that are nobody's, as they are written."""
        return list(self.document("text")["name_placeholders"])

    @cached_property
    def countries(self) -> dict[str, str]:
        """Name or code of a country, spelt out → its ISO 3166-1 alpha-2 code; a name goes before a code."""
        return self._countries(spell_name_of_place)

    @cached_property
    def countries_folded(self) -> dict[str, str]:
        """The same without diacritics, for texts that `countries` does not have."""
        return self._countries(fold_name_of_place)

    def _countries(self, form: Callable[[str], str]) -> dict[str, str]:
        names, codes = {}, {}
        for row in self.table("countries"):
            for name in [row["name_en"], row["name_vi"], *row["other"].split("|")]:
                names[form(name)] = row["alpha2"]
            for code in [row["alpha2"], row["alpha3"]]:
                codes[form(code)] = row["alpha2"]
        return {form: country for form, country in (codes | names).items() if form}

    @cached_property
    def operators(self) -> dict[str, str]:
        """Folded name of an operator → its canonical name."""
        return {fold_text(row["text"]): row["operator"] for row in self.table("operators")}


@cache
def shipped_reference() -> Reference:
    """Return the reference data that travels with the package."""
    return Reference(rules_home())
