"""What files hold, as SHA-256: so that it can be shown later that they are still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from thuebao.base.as_read import as_read, digest_of_text
from thuebao.rulebook.book import Rulebook

_RULE_FILES = (".toml", ".csv")
_LARGEST_RULE_FILE = 64 << 20


@dataclass(frozen=True)
class RuleFile:
    """A file that rules or reference data were read from.

    name: the same on every machine; path: as the user gave it, None for what travels with the package.
    """

    name: str
    path: str | None
    sha256: str


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_rules(path: Path) -> str:
    """Return the SHA-256 of a text as rules are: how its lines end, which copying may change, is no part of it.

    Raises OSError.
    """
    with path.open("rb") as file:
        data = file.read(_LARGEST_RULE_FILE)
    return digest_of_text(data)


def _as_loaded(path: Path) -> str:
    """Return the digest of a rule file as it was loaded, or as it is now if it was not needed."""
    loaded = as_read(path)
    return loaded.text if loaded else digest_of_rules(path)


def shipped_rules(home: Path) -> list[RuleFile]:
    """Return the rules, the law and the reference data below a folder, by name."""
    files = {path.relative_to(home).as_posix(): path for path in home.rglob("*") if path.suffix in _RULE_FILES}
    return [RuleFile(name, None, _as_loaded(path)) for name, path in sorted(files.items())]


def rules_of(rulebook: Rulebook) -> list[RuleFile]:
    """Return the files behind a rulebook: what is shipped, then the user's own, in the order of their folders."""
    home = rulebook.reference.home
    sources = dict.fromkeys(Path(rule.source) for rule in rulebook.rules)
    own = [path for path in sources if path.parent != home]
    folders = list(dict.fromkeys(path.parent for path in own))
    return shipped_rules(home) + [
        # A number stands for the folder, whose name differs from machine to machine.
        RuleFile(f"own/{folders.index(path.parent) + 1}/{path.name}", str(path), _as_loaded(path))
        for path in own
    ]


def fingerprint(files: Mapping[str, str]) -> str:
    """Return one SHA-256 for all files: over a line "digest, two spaces, name" for each, by name."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()
