"""A look at one export before it is audited: how its columns map and what that allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from thuebao.auditing import today
from thuebao.errors import InputError
from thuebao.law import AUTO
from thuebao.masking import mask_text
from thuebao.plan import compile_rules, lacking
from thuebao.record import columns
from thuebao.rulebook import read_rulebook
from thuebao.sources.export import Export, ReadAs, open_export
from thuebao.sources.header import unrecognised
from thuebao.sources.mapping import LOOK, Mapping, mapping_for
from thuebao.sources.packed import stored_at
from thuebao.sources.proposal import Proposal, propose

_VALUES = 3


@dataclass(frozen=True)
class Inspection:
    """How a file maps.

    operator: whose the records are, as the user or the mapping says; proposals: as `propose` gives them;
    values: position of a header → up to three masked values;
    disabled: absent column → rules not evaluated for want of it.
    """

    export: Export
    operator: str | None
    proposals: list[Proposal]
    values: dict[int, list[str]]
    disabled: dict[str, list[str]]
    titles: dict[str, dict[str, str]]


def inspect(path: str, operator: str | None = None, mappings: Sequence[Mapping] = ()) -> Inspection:
    """Return how the file at `path` maps, by the first of the mappings that is for it.

    Raises InputError when it cannot be read, or nothing in its header is recognised nor proposed.
    """
    rulebook = read_rulebook()
    # A file of which nothing is recognised is just the one that proposals are for.
    read_as = ReadAs(mappings=[*mappings, LOOK])
    stored = stored_at(path).stored[0]  # of a zip the first: the others have their turn when they are unpacked
    export = open_export(stored, operator, rulebook.reference, read_as, operator_needed=False)
    mapping = mapping_for(export.path, mappings)
    sample = export.sample
    if sample.is_empty():
        raise InputError("file_without_records", path=path)
    proposals = propose(export.header, sample, mapping)
    if not any(proposal.header and proposal.column for proposal in proposals):
        raise unrecognised(path, export.header.names)
    values = {p.position: _shown(sample[str(p.position)]) for p in proposals if p.header}
    needs = compile_rules(rulebook, today(), AUTO).needs
    present = set(export.header.mapped)
    missing = {code: {c for group in lacking(of, present) for c in group.split(" | ")} for code, of in needs.items()}
    disabled = {column: [code for code in needs if column in missing[code]] for column in export.header.absent}
    said = operator or (mapping.operator if mapping else None)
    return Inspection(export, said, proposals, values, disabled, {c.name: c.title for c in columns().values()})


def _shown(values: pl.Series) -> list[str]:
    there = values.drop_nulls().filter(values.drop_nulls() != "")
    return [mask_text(value) for value in there.unique(maintain_order=True).head(_VALUES)]
