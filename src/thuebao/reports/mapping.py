"""Saves a mapping file, as `columns --save` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from thuebao.base.atomic_file import AtomicFile
from thuebao.base.errors import UsageError
from thuebao.base.paths import same_file
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.mapping_text import OpenValues, mapping_text
from thuebao.sources.headers.proposal import Proposal


def write_mapping(
    out: Path,
    proposals: Sequence[Proposal],
    source: str,
    operator: str | None,
    used: Mapping | None = None,
    open_values: Sequence[OpenValues] = (),
    *,
    force: bool,
) -> None:
    """Write the proposals for the file `source` to `out`: whole or not at all, readable by its owner only.

    operator, used, open_values: as `mapping_text` takes them. Raises UsageError when `out` is there (unless `force`)
    or is the source itself, OutputError when it cannot be written.
    """
    check_mapping_path(out, source, force=force)
    with AtomicFile(out) as atomic:
        atomic.file.write(mapping_text(proposals, source, operator, used, open_values).encode())


def check_mapping_path(out: Path, source: str, *, force: bool) -> None:
    """Raise UsageError when a mapping file may not be written there."""
    if same_file(source, out):
        raise UsageError("mapping_over_input", path=out)
    if out.exists() and not force:
        raise UsageError("mapping_exists", path=out)
