"""Verification: whether the inputs, rules and outputs that a manifest names are still what it says.

A manifest may come from anyone. Files that it names are only hashed, and nothing of what they hold is told; one whose
size is another, or that is no regular file, is not even opened.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from thuebao.base.errors import InputError, UsageError
from thuebao.results.evidence.digests import digest_of, digest_of_rules, fingerprint, shipped_rules
from thuebao.results.evidence.document import signatures_in_output
from thuebao.results.evidence.judged import is_as_wanted, unproved
from thuebao.results.evidence.manifest import File, Manifest, RuleFile, read_manifest
from thuebao.results.evidence.regular import read_regular
from thuebao.rulebook.reference import rules_home

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.examining import Signed

SAME, CHANGED, GONE, ADDED, UNCHECKED = "same", "changed", "gone", "added", "unchecked"
INPUT, OUTPUT, RULES, BESIDE = "input", "output", "rules", "beside"

_LARGEST = 64 << 20
_LARGEST_SIGNATURE = 1 << 20
_LARGEST_RULES = 16 << 20


@dataclass(frozen=True)
class Checked:
    """How a file stands to what the manifest says of it.

    kind: INPUT, OUTPUT, RULES or BESIDE (mappings, a baseline); status: SAME, CHANGED, GONE, ADDED (a rule file that
    was not there then), or UNCHECKED (standard input, or what was not there then either). reason: why it is CHANGED, a
    key of the texts in [verify]; found: where it was found, if not where the manifest says; signatures: those in an
    output that is a PDF.
    """

    kind: str
    path: str
    status: str
    reason: str | None = None
    found: str | None = None
    signatures: tuple[Signed, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it, its signatures aside."""
        return self.status in (SAME, UNCHECKED)


@dataclass(frozen=True)
class Verification:
    """What of a manifest holds.

    signed: None if there is no signature; signed_wanted: whether one by somebody trusted was asked for.
    """

    path: str
    version: str
    started: str
    ended: str
    made_by: str | None
    files: tuple[Checked, ...]
    rules: tuple[Checked, ...]
    signed: Signed | None
    signed_wanted: bool

    @property
    def not_checked(self) -> list[tuple[str, str | None]]:
        """What cannot be checked: a key of the texts in [not_checked], and the file, if it is one."""
        unchecked: list[tuple[str, str | None]] = [
            ("file", checked.path) for checked in self.files if checked.status == UNCHECKED
        ]
        if self.signed is None:
            unchecked += [("author", None), ("time", None)]
        every = [*([self.signed] if self.signed else []), *self.in_documents]
        left = unproved(every, wanted=self.signed_wanted)
        return [*unchecked, *(one for one in left if one not in unchecked)]

    @property
    def in_documents(self) -> list[Signed]:
        """The signatures in outputs that are PDF."""
        return [signed for checked in self.files for signed in checked.signatures]

    @property
    def holds(self) -> bool:
        """Whether everything is as the manifest says, and signed as it was asked for."""
        documents = all(is_as_wanted(signed, wanted=self.signed_wanted) for signed in self.in_documents)
        return all(checked.holds for checked in (*self.files, *self.rules)) and self.signature_holds and documents

    @property
    def signature_holds(self) -> bool:
        """Whether the signature is as it was asked for; where none was asked for, none is needed, but no bad one."""
        if self.signed is None:
            return not self.signed_wanted
        return is_as_wanted(self.signed, wanted=self.signed_wanted)


def signature_path(manifest: Path) -> Path:
    """Return where the signature of a manifest stands: beside it."""
    return manifest.with_name(f"{manifest.name}.p7s")


def verify(path: Path, *, root: Path | None = None, trust: Sequence[Path] = ()) -> Verification:
    """Return what of a manifest holds.

    root: a folder in which to look for its files instead; trust: files with certificates that a signature must lead
    back to. Raises InputError when it cannot be read or is no manifest, UsageError when there
    is no such folder or certificate, or when there is a signature and nothing installed to examine it.
    """
    if root is not None and not root.is_dir():
        raise UsageError("verify_root_missing", path=root)
    content = _content(path)
    manifest = read_manifest(path, content)
    signed = _signed(content, signature_path(path), trust)
    places = _Places(path.parent, root)
    hashing = _Hashing(places)
    files = [(INPUT, entry) for entry in [*manifest.inputs, *manifest.unreadable]]
    files += [(BESIDE, entry) for entry in manifest.read_beside]
    files += [(OUTPUT, entry) for entry in manifest.outputs]
    return Verification(
        str(path),
        manifest.tool.version,
        manifest.started,
        manifest.ended,
        manifest.made_by,
        tuple(_with_signatures(hashing.checked(kind, entry), trust) for kind, entry in files),
        tuple(_rules(manifest, places)),
        signed,
        bool(trust),
    )


def _with_signatures(checked: Checked, trust: Sequence[Path]) -> Checked:
    """Return an output with the signatures in it, if it is a PDF that has some."""
    path = Path(checked.found or checked.path)
    if checked.kind != OUTPUT or checked.status != SAME or path.suffix.lower() != ".pdf":
        return checked
    return replace(checked, signatures=signatures_in_output(path, trust))


def _content(path: Path) -> bytes:
    """Return a manifest. Raises InputError when it cannot be read, or is larger than any is."""
    content = read_regular(path, _LARGEST)
    if len(content) > _LARGEST:
        raise InputError("manifest_too_large", path=path, limit=f"{_LARGEST >> 20} MiB")
    return content


def _signed(content: bytes, path: Path, trust: Sequence[Path]) -> Signed | None:
    there = path.exists()
    if not there and not trust:
        return None
    from thuebao.results.evidence.signatures.certificates import read_trusted
    from thuebao.results.evidence.signatures.examining import examine

    trusted = read_trusted(trust)
    # A longer file than any signature is cut, and refused as what it then is.
    return examine(content, read_regular(path, _LARGEST_SIGNATURE), trusted) if there else None


@dataclass(frozen=True)
class _Places:
    """Where the files of a manifest may be: as given, from where we are or from the manifest; or below another root."""

    beside: Path
    root: Path | None

    def find(self, path: str) -> Path | None:
        """Return the first place where there is something, None if there is none."""
        return next((place for place in self._candidates(path) if _is_there(place)), None)

    def _candidates(self, path: str) -> Iterator[Path]:
        if self.root is None:
            yield Path(path)
            yield self.beside / path
            return
        parts = [part for part in PurePath(path).parts if part not in (PurePath(path).anchor, "..")]
        for first in range(len(parts)):
            yield self.root.joinpath(*parts[first:])


def _is_there(place: Path) -> bool:
    try:
        place.stat()
    except (OSError, ValueError):  # a name that no file can have
        return False
    return True


class _Hashing:
    """Compares files, each of them hashed once however often a manifest names it."""

    def __init__(self, places: _Places) -> None:
        self._places = places
        self._known: dict[Path, str] = {}

    def checked(self, kind: str, given: File) -> Checked:
        if given.sha256 is None or given.standard_input:
            return Checked(kind, given.path, UNCHECKED)
        place = self._places.find(given.path)
        if place is None:
            return Checked(kind, given.path, GONE)
        reason = self._difference(place, given)
        found = str(place) if place != Path(given.path) else None
        return Checked(kind, given.path, CHANGED if reason else SAME, reason, found)

    def _difference(self, place: Path, given: File) -> str | None:
        try:
            now = place.stat()
            if not stat.S_ISREG(now.st_mode):
                return "no_file"
            if now.st_size != given.bytes:
                return "size"
            if place not in self._known:
                self._known[place] = digest_of(place)
        except OSError:
            return "unreadable"
        return None if self._known[place] == given.sha256 else "digest"


def _rules(manifest: Manifest, places: _Places) -> Iterator[Checked]:
    """Yield how each rule file stands, the shipped ones against those of this installation."""
    shipped = {file.name: file.sha256 for file in shipped_rules(rules_home())}
    named = {file.name for file in manifest.rulebook.files if file.path is None}
    for file in manifest.rulebook.files:
        yield _own_rules(file, places) if file.path is not None else _shipped_rules(file, shipped)
    for name in sorted(shipped.keys() - named):
        yield Checked(RULES, name, ADDED)
    if fingerprint({file.name: file.sha256 for file in manifest.rulebook.files}) != manifest.rulebook.fingerprint:
        yield Checked(RULES, "fingerprint", CHANGED, "fingerprint")


def _shipped_rules(file: RuleFile, shipped: Mapping[str, str]) -> Checked:
    if file.name not in shipped:
        return Checked(RULES, file.name, GONE)
    same = shipped[file.name] == file.sha256
    return Checked(RULES, file.name, SAME if same else CHANGED, None if same else "digest")


def _own_rules(file: RuleFile, places: _Places) -> Checked:
    given = file.path or ""
    place = places.find(given)
    if place is None:
        return Checked(RULES, given, GONE)
    found = str(place) if place != Path(given) else None
    try:
        now = place.stat()
        if not stat.S_ISREG(now.st_mode) or now.st_size > _LARGEST_RULES:
            return Checked(RULES, given, CHANGED, "no_file", found)
        same = digest_of_rules(place) == file.sha256
    except OSError:
        return Checked(RULES, given, CHANGED, "unreadable", found)
    return Checked(RULES, given, SAME if same else CHANGED, None if same else "digest", found)
