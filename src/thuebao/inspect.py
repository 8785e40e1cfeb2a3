"""A look at one export before it is audited: how its columns map and what that allows."""

from __future__ import annotations

from dataclasses import dataclass

from thuebao.auditing import today
from thuebao.errors import InputError
from thuebao.law import AUTO
from thuebao.masking import mask_text
from thuebao.plan import compile_rules, lacking
from thuebao.record import columns, raw
from thuebao.rulebook import read_rulebook
from thuebao.sources import Export, open_export

_VALUES = 3


@dataclass(frozen=True)
class Mapping:
    """How a file maps.

    values: canonical column → up to three masked values; disabled: absent column → rules not evaluated for want of it.
    """

    export: Export
    values: dict[str, list[str]]
    disabled: dict[str, list[str]]
    titles: dict[str, dict[str, str]]


def inspect(path: str, operator: str | None = None) -> Mapping:
    """Return how the file at `path` maps. Raises InputError when it cannot be read."""
    rulebook = read_rulebook()
    export = open_export(path, operator, rulebook.reference, operator_needed=False)
    present = set(export.header.mapped)
    batch = next(export.batches(present), None)
    if batch is None or batch.is_empty():
        raise InputError("file_without_records", path=path)
    values = {
        c: [mask_text(v) for v in batch[raw(c)].drop_nulls().unique(maintain_order=True).head(_VALUES)] for c in present
    }
    needs = compile_rules(rulebook, today(), AUTO).needs
    missing = {code: {c for group in lacking(of, present) for c in group.split(" | ")} for code, of in needs.items()}
    disabled = {column: [code for code in needs if column in missing[code]] for column in export.header.absent}
    return Mapping(export, values, disabled, {c.name: c.title for c in columns().values()})
