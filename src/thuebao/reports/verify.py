"""Shows what a verification of a manifest found: on a screen, and as JSON (schema thuebao-verification/1)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao import __version__
from thuebao.base.messages import text
from thuebao.reports.format import MOST_ROWS, titled
from thuebao.reports.manifest import moment
from thuebao.reports.terminal import light_table, plain
from thuebao.results.evidence.verify import ADDED, CHANGED, GONE, SAME, UNCHECKED, Checked, Verification

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.examining import Signed

SCHEMA = "thuebao-verification/1"
_STYLES = {SAME: "green", CHANGED: "bold red", GONE: "bold red", ADDED: "bold red", UNCHECKED: "yellow"}


def print_verification(found: Verification, console: Console) -> None:
    """Print which files and rules still match the manifest, those that differ first, and the signature."""
    files = sorted(found.files, key=lambda checked: checked.holds)
    differing = [checked for checked in found.rules if not checked.holds]
    parts: list[RenderableType] = [_head(found), Line(text("verify.files"), align="left"), _table(files[:MOST_ROWS])]
    if len(files) > MOST_ROWS:
        parts.append(Text(text("verify.files_some", some=MOST_ROWS, all=len(files))))
    parts.append(Line(text("verify.rules"), align="left"))
    parts.append(_table(differing) if differing else Text(text("verify.rules_same", count=len(found.rules))))
    parts += [Line(text("verify.signature"), align="left"), _signature(found)]
    if found.not_checked:
        parts.append(Line(text("verify.not_checked"), align="left"))
        parts += [plain(text(f"not_checked.{what}", path=path or "")) for what, path in found.not_checked[:MOST_ROWS]]
    verdict = Text(text("verify.holds" if found.holds else "verify.differs"))
    verdict.stylize("bold green" if found.holds else "bold red")
    console.print(Group(*parts, verdict))


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


def _signature(found: Verification) -> Text:
    lines = _said(found.signed) if found.signed else [text("signature.none")]
    told = Text("\n").join(plain(line) for line in lines)
    if not found.signature_holds:
        told.stylize("bold red")
    return told


def _said(signed: Signed) -> list[str]:
    lines = [text(f"signature.{signed.state}")]
    if signed.reason:
        lines.append(text(f"signature.{signed.reason}"))
    if signed.detail:
        lines.append(text("signature.detail", detail=signed.detail))
    if signed.signer:
        lines.append(text("signature.by", name=signed.signer, issuer=signed.issuer, serial=signed.serial))
    if signed.at:
        lines.append(text("signature.at", at=moment(signed.at)))
    if signed.stamped:
        lines.append(text("signature.stamped", at=moment(signed.stamped)))
    return lines


def as_dict(found: Verification) -> dict[str, Any]:
    """Return the document as plain data."""
    signed = asdict(found.signed) if found.signed else {"state": "none"}
    signed |= {name: moment(value) for name, value in signed.items() if isinstance(value, datetime)}
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "manifest": found.path,
        "made": {name: getattr(found, name) for name in ("version", "started", "ended", "made_by")},
        "holds": found.holds,
        "files": [asdict(checked) for checked in found.files],
        "rules": {
            "same": all(checked.holds for checked in found.rules),
            "files": [asdict(checked) for checked in found.rules],
        },
        "signature": {"holds": found.signature_holds} | signed,
        "not_checked": [{"what": what, "path": path} for what, path in found.not_checked],
    }


def render(found: Verification) -> str:
    """Return the document as text."""
    return json.dumps(as_dict(found), ensure_ascii=False, indent=1)
