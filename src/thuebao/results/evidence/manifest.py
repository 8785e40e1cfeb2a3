"""Reads a manifest: the shape that it must have to be verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from thuebao.base.errors import InputError
from thuebao.results.compare.document import place_of

SCHEMA = "thuebao-manifest/1"
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class File(Struct, frozen=True):
    """A file as the manifest has it; bytes and sha256 are None for what was not known (standard input)."""

    path: str
    bytes: int | None
    sha256: Digest | None
    standard_input: bool = False


class RuleFile(Struct, frozen=True):
    """A rule file as the manifest has it; no path means that it travels with the package."""

    name: str
    path: str | None
    sha256: Digest


class _Rulebook(Struct, frozen=True):
    fingerprint: Digest
    files: list[RuleFile]


class _Tool(Struct, frozen=True):
    version: str


class Manifest(Struct, frozen=True):
    """A manifest that has everything that is needed of it, of the right kinds."""

    tool: _Tool
    started: str
    ended: str
    made_by: str | None
    rulebook: _Rulebook
    inputs: list[File]
    unreadable: list[File]
    outputs: list[File]
    read_beside: list[File] = []


def read_manifest(path: Path, content: bytes) -> Manifest:
    """Return the manifest that a file holds. Raises InputError when it is none, or lacks what is needed of it."""
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # what is wrong with it is not told: that would cite it
        raise InputError("manifest_not_json", path=path) from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str) or not schema.startswith("thuebao-manifest/"):
        raise InputError("manifest_none", path=path)
    if schema != SCHEMA:
        raise InputError("manifest_schema", path=path, known=SCHEMA)
    try:
        manifest = msgspec.convert(document, Manifest)
    except msgspec.ValidationError as error:
        raise InputError("manifest_key", path=path, key=place_of(error)) from None
    for file in (*manifest.inputs, *manifest.read_beside, *manifest.outputs):
        if not file.standard_input and file.sha256 is None:
            raise InputError("manifest_key", path=path, key="sha256")
    for file in (*manifest.inputs, *manifest.unreadable, *manifest.read_beside, *manifest.outputs):
        if file.sha256 is not None and file.bytes is None:
            raise InputError("manifest_key", path=path, key="bytes")
    return manifest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Raises ValueError on a key that stands twice: two readers could take it two ways."""
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key stands twice")
    return table


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
