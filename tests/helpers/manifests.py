"""An audit with its manifest, and what verifying it gives."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

import thuebao
from helpers.certificates import NOW, between, officer, signer_of
from helpers.desks import Desk
from helpers.people import ERROR, GOOD, person
from thuebao.base.atomic_file import recorded
from thuebao.reports.about import About
from thuebao.reports.manifest import manifest_of, write_manifest
from thuebao.reports.verify import print_verification
from thuebao.results.evidence.signatures.signer import Signer
from thuebao.results.evidence.verify import Verification

ABOUT = About("Phòng Thanh tra", NOW - timedelta(minutes=5), NOW, {"where": "province = 'Hà Nội'"}, {"polars": "2.1"})


@dataclass(frozen=True)
class Made:
    """An audit that was made, and its manifest as it was written."""

    desk: Desk
    result: thuebao.AuditResult
    path: Path

    @property
    def document(self) -> dict[str, Any]:
        return json.loads((self.desk.path / self.path).read_text("utf-8"))

    def rewrite(self, change: Callable[[dict[str, Any]], object]) -> None:
        document = self.document
        change(document)
        self.desk.write(str(self.path), json.dumps(document))


def make(desk: Desk, *paths: str, signer: Signer | None = None, **options: Any) -> Made:
    with recorded() as written:
        result = thuebao.audit(paths, as_of=NOW.date(), findings="fix.csv", force=True, hash_inputs=True, **options)
    manifest = manifest_of(result, ABOUT, {"findings": Path("fix.csv")}, written)
    write_manifest(Path("bản kê.json"), manifest, signer)
    return Made(desk, result, Path("bản kê.json"))


def make_signed(desk: Desk) -> Made:
    """Audit two exports and sign the manifest."""
    desk.export("exports/vina.csv", ERROR, GOOD)
    desk.export("exports/viettel.csv", person(5))
    return make(desk, "exports", signer=signer_of(officer(), between()))


def states(found: Verification) -> dict[str, str]:
    """Return path → state of the files, and the reason where there is one."""
    return {c.path: f"{c.status} {c.reason}" if c.reason else c.status for c in found.files}


def shown(found: Verification) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    print_verification(found, console)
    return console.file.getvalue()
