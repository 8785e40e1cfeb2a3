"""The manifest of an audit: which inputs, which rules, which outputs, by digest (schema thuebao-manifest/1).

Who has the manifest can show later that nothing of these has changed; who signs it, also who says so. It is written
last, when all outputs are there. It holds no record and no value of one. Paths are as they were given, and so are
options: one such as --where may hold a value, for it is the question that was asked.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thuebao import __version__
from thuebao.base.as_read import AsRead
from thuebao.base.atomic_file import AtomicFile, Written, writing
from thuebao.base.clock import VIET_NAM
from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.reports.about import About
from thuebao.reports.json_document import render
from thuebao.results.evidence.digests import digest_of, fingerprint, rules_of
from thuebao.results.evidence.manifest import SCHEMA
from thuebao.results.evidence.verify import signature_path
from thuebao.results.result import Archive, AuditResult, Input
from thuebao.rulebook.book import Rulebook
from thuebao.sources.discover import STANDARD_INPUT_SHOWN

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.signer import Signer

_NO_LIBRARIES = frozenset({"thuebao", "python"})


def manifest_of(
    result: AuditResult,
    about: About,
    outputs: Mapping[str, Path],
    written: Mapping[Path, Written],
    beside: Sequence[tuple[str, Path, AsRead]] = (),
) -> dict[str, Any]:
    """Return the manifest of an audit. `outputs`: the files it wrote, by the name of their option.

    Digests are those of what was read and written: of exports while they were read, of an archive when it was opened,
    of rules and mappings as they were loaded, of outputs as they were written. written: what is known of these;
    beside: what was read beside the exports, with the option that names it.
    Raises InputError when a file that could not be read is gone.
    """
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "python": platform.python_version(),
        "libraries": {name: v for name, v in about.versions.items() if name.lower() not in _NO_LIBRARIES},
        "platform": f"{platform.system()} {platform.machine()}",
        "started": moment(about.started),
        "ended": moment(about.ended),
        "made_by": about.made_by,
        "as_of": result.as_of.isoformat(),
        "law": result.law,
        "options": dict(about.options),
        "settings": dict(about.settings),
        "rulebook": _rulebook(result.rulebook),
        "inputs": _inputs(result),
        "unreadable": _unreadable(result),
        "passed_over": [passed._asdict() for passed in result.passed_over],
        "read_beside": [{"name": name, "path": str(path), **_known(read)} for name, path, read in beside],
        "counts": _counts(result),
        "result": {"schema": "thuebao-audit/1", "sha256": result_digest(result)},
        "outputs": [{"name": name, "path": str(path), **_known(written[path])} for name, path in outputs.items()],
    }


def result_digest(result: AuditResult) -> str:
    """Return the SHA-256 of what `--format json` prints of a result, to compare it with that of an audit made again.

    It follows the language, and whether inputs were hashed, as the document does.
    """
    return hashlib.sha256((render(result) + "\n").encode("utf-8", "backslashreplace")).hexdigest()


def moment(value: datetime) -> str:
    """Return a time as it is in Viet Nam, with its zone."""
    return value.astimezone(VIET_NAM).isoformat(timespec="seconds")


def _file(path: Path, known: Archive | Input | None = None) -> dict[str, Any]:
    """Return size, time of change and digest of a file; the digest is that of `known`, if that has one.

    Raises InputError when the file cannot be read.
    """
    try:
        found = path.stat()
        sha256 = (known and known.sha256) or digest_of(path)
    except OSError as error:
        raise InputError("file_unreadable", path=path, reason=error.strerror or error) from None
    return {
        "bytes": known.bytes if known else found.st_size,
        "changed": moment(datetime.fromtimestamp(found.st_mtime, VIET_NAM)),
        "sha256": sha256,
    }


def _known(file: Written | AsRead) -> dict[str, Any]:
    changed = moment(datetime.fromtimestamp(file.changed, VIET_NAM))
    return {"bytes": file.bytes, "changed": changed, "sha256": file.sha256}


_NO_FILE: dict[str, Any] = {"bytes": None, "changed": None, "sha256": None}


def _is_standard_input(path: str) -> bool:
    """Return whether a path stands for standard input, or for an export in a zip that came from there."""
    inside = path.startswith(f"{STANDARD_INPUT_SHOWN}/") and not Path(path).is_file()
    return path == STANDARD_INPUT_SHOWN or inside


def _container(path: str) -> str | None:
    """Return the file that an export is in: itself, or the zip around it; None for standard input or nothing at all."""
    if _is_standard_input(path):
        return None
    if Path(path).is_file():
        return path
    return next((str(part) for part in Path(path).parents if part.is_file()), None)


def _inputs(result: AuditResult) -> list[dict[str, Any]]:
    """Return the files that were read; an archive is one of them, with the exports in it as its members."""
    files: dict[str, list[Input]] = {}
    for read in result.inputs:
        files.setdefault(_container(read.path) or read.path, []).append(read)
    return [
        _export(reads[0]) if reads[0].path == path else _archive(path, reads, result.archives.get(path))
        for path, reads in files.items()
    ]


def _export(read: Input) -> dict[str, Any]:
    once = _is_standard_input(read.path)
    known = _NO_FILE | {"bytes": read.bytes, "sha256": read.sha256} if once else _file(Path(read.path), read)
    known = known if known["sha256"] else _NO_FILE
    return {"path": read.path, "standard_input": once, **known, **_reading(read)}


def _archive(path: str, members: Sequence[Input], opened: Archive | None) -> dict[str, Any]:
    totals = {"records": sum(m.records for m in members), "rejected": sum(m.rejected for m in members)}
    listed = [{"path": member.path, **_reading(member)} for member in members]
    known = {"path": path, "standard_input": False, **_file(Path(path), opened)}
    return {**known, "format": "zip", "encoding": None, **totals, "members": listed}


def _reading(read: Input) -> dict[str, Any]:
    return {
        "format": read.format,
        "encoding": read.encoding,
        "operator_from": read.operator_from,
        "records": read.records,
        "rejected": read.rejected,
    }


def _unreadable(result: AuditResult) -> list[dict[str, Any]]:
    """Return what could not be read: the key of the reason, not its text, which may cite the file."""
    entries = []
    for error in result.unreadable:
        path = str(error.values.get("path", ""))
        file = _container(path)
        try:
            known = _file(Path(file)) if file else _NO_FILE
        except InputError:
            known = _NO_FILE
        entries.append({"path": file or path, **known, "reason": error.key, "at": path})
    return entries


def _rulebook(rulebook: Rulebook) -> dict[str, Any]:
    files = rules_of(rulebook)
    return {
        "fingerprint": fingerprint({file.name: file.sha256 for file in files}),
        "files": [{"name": file.name, "path": file.path, "sha256": file.sha256} for file in files],
    }


def _counts(result: AuditResult) -> dict[str, Any]:
    return {
        "totals": result.totals,
        "operators": [
            {
                **row,
                "rules": list(result.counts.filter(operator=row["operator"]).drop("operator").iter_rows(named=True)),
            }
            for row in result.operators.iter_rows(named=True)
        ],
        "rules": [
            {"code": r.rule.code, "severity": r.rule.severity, "status": r.status, "violations": r.violations}
            | ({"parameters": dict(r.rule.parameters)} if r.rule.parameters else {})
            for r in result.rules
        ],
    }


def write_manifest(path: Path, manifest: Mapping[str, Any], signer: Signer | None = None) -> list[Path]:
    """Write a manifest, and its signature beside it; return their paths. Each is there whole or not at all.

    Readable by their owner only. Raises OutputError when one cannot be written.
    """
    # A lone surrogate, part of a file's name that is no text, becomes its own escape: JSON stays JSON.
    content = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")
    signature = signature_path(path)
    contents = {path: content} | ({signature: signer.sign(content, signature)} if signer else {})
    with ExitStack() as stack:
        written = [_written(target, data, stack) for target, data in contents.items()]
        # An earlier signature goes first: at no moment does one stand beside a manifest that it does not sign.
        _remove(signature)
        for replacement in written:
            replacement.keep()
    return list(contents)


def _written(path: Path, content: bytes, stack: ExitStack) -> AtomicFile:
    """Return a replacement with that content, which is discarded with the stack unless it is kept."""
    replacement = AtomicFile(path)
    stack.callback(replacement.discard)
    with writing(path):
        replacement.file.write(content)
        replacement.file.flush()
    return replacement


def _remove(path: Path) -> None:
    with writing(path):
        path.unlink(missing_ok=True)


def written(paths: Sequence[Path], signer: Signer | None = None) -> list[str]:
    """Return what to say of the files that `write_manifest` wrote."""
    said = [text("manifest.written", path=paths[0])]
    return [*said, *(text("manifest.signed", path=path, name=signer.name) for path in paths[1:] if signer)]
