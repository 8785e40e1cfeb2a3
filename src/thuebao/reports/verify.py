"""Shows what a verification of a manifest or a PDF found: on a screen, and as JSON (schema thuebao-verification/1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao import __version__
from thuebao.base.messages import text
from thuebao.reports.format import MOST_ROWS, titled
from thuebao.reports.signed import signature_data, signature_text, signatures_data
from thuebao.reports.terminal import light_table, plain
from thuebao.results.evidence.document import DocumentVerification
from thuebao.results.evidence.judged import is_as_wanted
from thuebao.results.evidence.verify import ADDED, CHANGED, GONE, SAME, UNCHECKED, Checked, Verification

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.examining import Signed

SCHEMA = "thuebao-verification/1"
_STYLES = {SAME: "green", CHANGED: "bold red", GONE: "bold red", ADDED: "bold red", UNCHECKED: "yellow"}


def print_verification(found: Verification, console: Console, *, reveal: bool = False) -> None:
    """Print which files and rules still match the manifest, those that differ first, and the signatures.

    reveal: also the signers' personal numbers in full.
    """
    files = sorted(found.files, key=lambda checked: checked.holds)
    differing = [checked for checked in found.rules if not checked.holds]
    parts: list[RenderableType] = [_head(found), Line(text("verify.files"), align="left"), _table(files[:MOST_ROWS])]
    if len(files) > MOST_ROWS:
        parts.append(Text(text("verify.files_some", some=MOST_ROWS, all=len(files))))
    parts.append(Line(text("verify.rules"), align="left"))
    parts.append(_table(differing) if differing else Text(text("verify.rules_same", count=len(found.rules))))
    parts += [Line(text("verify.signature"), align="left"), _signature(found, reveal=reveal)]
    for checked in files:
        if checked.signatures:
            parts += _document(checked.path, checked.signatures, wanted=found.signed_wanted, reveal=reveal)
    parts += _not_checked(found.not_checked)
    parts.append(_verdict("verify.holds" if found.holds else "verify.differs", holds=found.holds))
    console.print(Group(*parts))


def print_document(found: DocumentVerification, console: Console, *, reveal: bool = False) -> None:
    """Print what each signature in a PDF is worth."""
    parts = _document(found.path, found.signatures, wanted=found.signed_wanted, reveal=reveal)
    parts += _not_checked(found.not_checked, {"time": "time_of_document"})
    if found.signatures:
        parts.append(_verdict("verify.document_holds" if found.holds else "verify.document_differs", holds=found.holds))
    console.print(Group(*parts))


def _document(path: str, signatures: Sequence[Signed], *, wanted: bool, reveal: bool) -> list[RenderableType]:
    parts: list[RenderableType] = [Line(plain(text("verify.document", path=path)), align="left")]
    if not signatures:
        parts.append(Text(text("signature.none"), style="bold red"))
    for number, signed in enumerate(signatures, 1):
        said = text("verify.document_number", number=number, count=len(signatures), field=signed.field)
        parts += [plain(said), signature_text(signed, holds=is_as_wanted(signed, wanted=wanted), reveal=reveal)]
    return parts


def _not_checked(
    left: Sequence[tuple[str, str | None]], called: Mapping[str, str] = MappingProxyType({})
) -> list[RenderableType]:
    """Return what is said of what was not checked. called: keys of texts other than those of [not_checked]."""
    said = [plain(text(f"not_checked.{called.get(what, what)}", path=path or "")) for what, path in left[:MOST_ROWS]]
    return [Line(text("verify.not_checked"), align="left"), *said] if said else []


def _verdict(key: str, *, holds: bool) -> Text:
    return Text(text(key), style="bold green" if holds else "bold red")


def _head(found: Verification) -> Text:
    lines = [text("verify.made", started=found.started, ended=found.ended, version=found.version)]
    if found.made_by:
        lines.append(text("verify.made_by", name=found.made_by))
    if found.version != __version__:
        lines.append(text("verify.other_version", version=__version__))
    return Text("\n").join(plain(line) for line in lines)


def _table(rows: list[Checked]) -> Table:
    table = light_table(*titled("left", "verify.file", "verify.kind", "verify.status"))
    for checked in rows:
        status = Text(text(f"verify_status.{checked.status}"), style=_STYLES[checked.status])
        if checked.reason:
            status.append(f": {text(f'verify_status.{checked.reason}')}")
        if checked.found:
            status.append_text(plain(f" ({checked.found})"))
        table.add_row(plain(checked.path), text(f"verify_kind.{checked.kind}"), status)
    return table


def _signature(found: Verification, *, reveal: bool) -> Text:
    if found.signed:
        return signature_text(found.signed, holds=found.signature_holds, reveal=reveal)
    return Text(text("signature.none"), style="" if found.signature_holds else "bold red")


def as_dict(found: Verification, *, reveal: bool = False) -> dict[str, Any]:
    """Return the document as plain data."""
    signed = signature_data(found.signed, reveal=reveal) if found.signed else {"state": "none"}
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "manifest": found.path,
        "made": {name: getattr(found, name) for name in ("version", "started", "ended", "made_by")},
        "holds": found.holds,
        "files": [_file(checked, wanted=found.signed_wanted, reveal=reveal) for checked in found.files],
        "rules": {
            "same": all(checked.holds for checked in found.rules),
            "files": [_file(checked, wanted=False, reveal=reveal) for checked in found.rules],
        },
        "signature": {"holds": found.signature_holds} | signed,
        "not_checked": _left(found.not_checked),
    }


def document_as_dict(found: DocumentVerification, *, reveal: bool = False) -> dict[str, Any]:
    """Return the document of a PDF as plain data."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "document": found.path,
        "holds": found.holds,
        "signatures": signatures_data(found.signatures, wanted=found.signed_wanted, reveal=reveal),
        "not_checked": _left(found.not_checked),
    }


def _file(checked: Checked, *, wanted: bool, reveal: bool) -> dict[str, Any]:
    """Return a file as plain data; signatures only of a PDF that has some."""
    data = asdict(checked) | {"signatures": signatures_data(checked.signatures, wanted=wanted, reveal=reveal)}
    return {name: value for name, value in data.items() if name != "signatures" or value}


def _left(not_checked: Sequence[tuple[str, str | None]]) -> list[dict[str, str | None]]:
    return [{"what": what, "path": path} for what, path in not_checked]


def render(found: Verification | DocumentVerification, *, reveal: bool = False) -> str:
    """Return the document as text. reveal: with the signers' personal numbers in full."""
    if isinstance(found, DocumentVerification):
        data = document_as_dict(found, reveal=reveal)
    else:
        data = as_dict(found, reveal=reveal)
    return json.dumps(data, ensure_ascii=False, indent=1)
