"""A look at all exports before they are audited: whose each is and how that is known, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from thuebao.base.errors import InputError, ThuebaoError
from thuebao.results.own import is_ours
from thuebao.rulebook.reference import Reference, shipped_reference
from thuebao.sources import AS_THEY_ARE, Export, Operators, Stored, find_exports, open_export, open_exports, stored_at
from thuebao.sources.headers.mapping import LOOK
from thuebao.sources.headers.proposal import KNOWN, Proposal, propose
from thuebao.sources.operators import COLUMN

OPERATOR_UNKNOWN = "operator_unknown"


@dataclass(frozen=True)
class Surveyed:
    """An export as it would be read.

    operator_from: how it is known whose the records are (sources/operators.py), None if nothing says so.
    operator: whose they are, None where each record says so itself.
    proposals: for headers that no audit takes without a mapping file; error: why it could not be read.
    """

    path: str
    operator: str | None = None
    operator_from: str | None = None
    proposals: tuple[Proposal, ...] = ()
    error: ThuebaoError | None = None

    @property
    def lacks_operator(self) -> bool:
        """Whether all that is in the way is that nothing says whose it is."""
        return self.error is not None and self.error.key == OPERATOR_UNKNOWN


def survey(paths: Sequence[str]) -> list[Surveyed]:
    """Return the exports that `paths` name, in the order in which they would be read.

    Raises InputError where a path names nothing.
    """
    found = find_exports(paths)
    if found.errors:
        raise found.errors[0]
    reference, earlier = shipped_reference(), list[Export]()
    return [one for path in found.files for one in _surveyed(path, reference, earlier)]


def _surveyed(path: str, reference: Reference, earlier: list[Export]) -> Iterator[Surveyed]:
    try:
        opened = stored_at(path)
    except InputError as error:
        yield Surveyed(path, error=error)
        return
    yield from (Surveyed(str(error.values.get("path", path)), error=error) for error in opened.errors)
    for stored in opened.stored:
        if stored.packing is not None or not is_ours(stored.file):
            yield _one(stored, reference, earlier)


def _one(stored: Stored, reference: Reference, earlier: list[Export]) -> Surveyed:
    try:
        exports = open_exports(stored, Operators(), reference, AS_THEY_ARE, earlier)
        first = exports[0]
        proposals = [proposal for export in exports for proposal in _proposals(export)]
    except InputError as error:
        return Surveyed(stored.path, proposals=_proposals_for(stored, reference), error=error)
    earlier += exports
    of_file = first.operator_from != COLUMN
    return Surveyed(stored.path, first.operator if of_file else None, first.operator_from, tuple(proposals))


def _proposals(export: Export) -> list[Proposal]:
    found = propose(export.header, export.sample)
    return [proposal for proposal in found if proposal.column and proposal.why != KNOWN]


def _proposals_for(stored: Stored, reference: Reference) -> tuple[Proposal, ...]:
    """Return what is proposed for a file that cannot be read as it is: its headers may be all that is in the way."""
    try:
        look = replace(AS_THEY_ARE, mappings=[LOOK])
        return tuple(_proposals(open_export(stored, None, reference, look, operator_needed=False)))
    except InputError:
        return ()
