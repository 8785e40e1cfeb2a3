"""A look at one export before it is audited: how its columns map and what that allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from thuebao.base.clock import today
from thuebao.base.errors import InputError
from thuebao.base.foreign_text import mask_text
from thuebao.engine.plan import compile_rules, lacking
from thuebao.facts.codes import CODED
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.columns import RAW, raw
from thuebao.rulebook.law import AUTO
from thuebao.sources import AS_THEY_ARE, Export, Operators, ReadAs, Stored, open_export
from thuebao.sources.discover import STANDARD_INPUT
from thuebao.sources.headers.header import is_value, unmapped, unrecognised
from thuebao.sources.headers.mapping import LOOK, Mapping, mapping_for
from thuebao.sources.headers.mapping_text import OpenValues
from thuebao.sources.headers.proposal import KNOWN, MAPPED, Proposal, propose
from thuebao.sources.headers.shapes import OF_ITS_OWN, present, recognised_values, shares
from thuebao.sources.packing.stored import named_at

_VALUES = 3
_MOST_VALUES = 20  # of one column that no code is known for
_MOST_RECORDS = 1_000_000  # that are looked at for such values


NOBODY = Operators()
"""Nothing is said of whose the records are."""
_ENOUGH = 2
"""Cells of a header that are values of their columns, from which it is a record."""


@dataclass(frozen=True)
class Inspection:
    """How a file maps.

    operator: whose the records are, as the user or the mapping says; proposals: as `propose` gives them;
    values: position of a header → up to three masked values;
    disabled: absent column → rules not evaluated for want of it; mapping: the one that is for the file;
    open_values: values of coded columns that no code is known for.
    """

    export: Export
    operator: str | None
    proposals: list[Proposal]
    values: dict[int, list[str]]
    disabled: dict[str, list[str]]
    mapping: Mapping | None
    open_values: list[OpenValues]


def inspect(
    path: str, operators: Operators = NOBODY, read_as: ReadAs = AS_THEY_ARE, *, reveal: bool = False
) -> Inspection:
    """Return how the file at `path` (or `zip/member`) maps, by the first of the mappings that is for it.

    Raises InputError when it cannot be read, nothing in its header is recognised nor proposed, or, unless `reveal`, a
    record stands where the header should: its values are somebody's, and are not to be shown as names of columns.
    """
    rulebook = read_rulebook()
    # A file of which nothing is recognised is just the one that proposals are for.
    look = replace(read_as, mappings=[*(replace(m, tentative=True) for m in read_as.mappings), LOOK])
    export = open_export(_stored(path), operators, rulebook.reference, look, operator_needed=False)
    mapping = mapping_for(export.path, read_as.mappings)
    sample = export.sample
    if sample.is_empty():
        raise InputError("file_without_records", path=path)
    proposals = propose(export.header, sample, mapping)
    if not any(proposal.header and proposal.column for proposal in proposals):
        raise unrecognised(path, export.header.names)
    if not reveal and _is_record(proposals):
        raise InputError("header_missing", path=path)
    values = {p.position: _shown(sample[str(p.position)]) for p in proposals if p.header}
    needs = compile_rules(rulebook, today(), AUTO).needs
    present = set(export.header.mapped)
    missing = {code: {c for group in lacking(of, present) for c in group.split(" | ")} for code, of in needs.items()}
    disabled = {column: [code for code in needs if column in missing[code]] for column in export.header.absent}
    said = (mapping.operator if mapping else None) or operators.name_for(export.path)
    open_values = _open_values(export, proposals)
    return Inspection(export, said, proposals, values, disabled, mapping, open_values)


def _is_record(proposals: Sequence[Proposal]) -> bool:
    """Return whether a file's header is rather one of its records."""
    names = [proposal.header for proposal in proposals if proposal.header]
    known = sum(proposal.why in (KNOWN, MAPPED) for proposal in proposals if proposal.header)
    if sum(map(is_value, names)) > known:
        return True
    # Where no number tells, cells that are what their own column holds: no header is called so.
    guessed = [p for p in proposals if p.column and p.header and p.why not in (KNOWN, MAPPED)]
    looks = shares(present({p.position: pl.Series([p.header], dtype=pl.String) for p in guessed}))
    fitting = sum(looks.get((p.position, p.column), 0) > 0 for p in guessed if p.column in OF_ITS_OWN)
    return fitting > known and fitting >= _ENOUGH


def _open_values(export: Export, proposals: Sequence[Proposal]) -> list[OpenValues]:
    """Return the values of coded columns, known and proposed ones, that no code is known for."""
    names = {}
    for proposal in proposals:
        column = proposal.column
        if column in (*CODED, "id_type", "nationality") and proposal.header and column not in names:
            certain = export.header.column_at(proposal.position) == column
            names[column] = (raw(column) if certain else unmapped(proposal.position), proposal.header)
    counted: dict[str, Counter[str]] = {column: Counter() for column in names}
    records = 0
    for batch in export.batches({name.removeprefix(RAW) for name, _ in names.values()}) if names else ():
        for column, (name, _) in names.items():
            counts = batch.records[name].drop_nulls().value_counts()
            counted[column].update(dict(counts.iter_rows()))
        records += batch.records.height
        if records >= _MOST_RECORDS:
            break
    return [
        OpenValues(column, header, tuple(found))
        for column, (_, header) in names.items()
        if (found := _most_frequent(column, counted[column]))
    ]


def _most_frequent(column: str, counted: Counter[str]) -> list[tuple[str, int]]:
    if not counted:
        return []
    texts = pl.Series(list(counted), dtype=pl.String)
    unknown = texts.filter(~recognised_values(column, texts).fill_null(value=True)).to_list()
    return sorted(((value, counted[value]) for value in unknown), key=lambda one: (-one[1], one[0]))[:_MOST_VALUES]


def _stored(path: str) -> Stored:
    """Return what is at a path; of a zip the first member, or the one whose name follows the zip's."""
    if path == STANDARD_INPUT:
        raise InputError("input_not_shown")
    return named_at(path)[1][0]


def _shown(values: pl.Series) -> list[str]:
    there = values.drop_nulls().filter(values.drop_nulls() != "")
    return [mask_text(value) for value in there.unique(maintain_order=True).head(_VALUES)]
