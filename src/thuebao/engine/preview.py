"""A look at one export before it is audited: how its columns map and what that allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from thuebao.base.clock import today
from thuebao.base.errors import InputError
from thuebao.base.foreign_text import mask_text
from thuebao.engine.plan import compile_rules, lacking
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.columns import columns
from thuebao.rulebook.law import AUTO
from thuebao.sources import AS_THEY_ARE, Export, ReadAs, Stored, open_export, stored_at
from thuebao.sources.discover import STANDARD_INPUT
from thuebao.sources.headers.header import unrecognised
from thuebao.sources.headers.mapping import LOOK, mapping_for
from thuebao.sources.headers.proposal import Proposal, propose

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


def inspect(path: str, operator: str | None = None, read_as: ReadAs = AS_THEY_ARE) -> Inspection:
    """Return how the file at `path` (or `zip/member`) maps, by the first of the mappings that is for it.

    Raises InputError when it cannot be read, or nothing in its header is recognised nor proposed.
    """
    rulebook = read_rulebook()
    # A file of which nothing is recognised is just the one that proposals are for.
    look = replace(read_as, mappings=[*read_as.mappings, LOOK])
    export = open_export(_stored(path), operator, rulebook.reference, look, operator_needed=False)
    mapping = mapping_for(export.path, read_as.mappings)
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


def _stored(path: str) -> Stored:
    """Return what is at a path; of a zip the first member, or the one whose name follows the zip's."""
    if path == STANDARD_INPUT:
        raise InputError("input_not_shown")
    around = next((str(parent) for parent in Path(path).parents if parent.is_file()), path)
    members = stored_at(around).stored
    found = next((member for member in members if Path(member.path) == Path(path)), members[0])
    if around != path and Path(found.path) != Path(path):
        raise InputError("file_missing", path=path)
    return found


def _shown(values: pl.Series) -> list[str]:
    there = values.drop_nulls().filter(values.drop_nulls() != "")
    return [mask_text(value) for value in there.unique(maintain_order=True).head(_VALUES)]
