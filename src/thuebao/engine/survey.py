"""A look at all exports before they are audited: whose each is and how that is known, and what is in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from thuebao.base.clock import today
from thuebao.base.errors import InputError, ThuebaoError
from thuebao.engine.plan import compile_rules, lacking
from thuebao.engine.rejected import Rejections
from thuebao.results.limit import Limit
from thuebao.results.own import is_ours
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.law import AUTO
from thuebao.rulebook.reference import Reference, shipped_reference
from thuebao.rulebook.rule import ABSENT, Needs
from thuebao.sources import AS_THEY_ARE, Export, Operators, ReadAs, Stored, find_exports, open_exports, stored_at
from thuebao.sources.headers.mapping import LOOK, mapping_for
from thuebao.sources.headers.proposal import KNOWN, MAPPED, Proposal, propose
from thuebao.sources.operators import COLUMN

OPERATOR_UNKNOWN = "operator_unknown"
READY, NEEDS_MAPPING, STOPS = "ready", "needs_mapping", "stops"
"""Whether an audit counts a file as it is; only by a mapping file, or without what a header may mean; not at all."""


@dataclass(frozen=True)
class Surveyed:
    """An export as it would be read.

    operator_from: how it is known whose the records are (sources/operators.py), None if nothing says so.
    operator: whose they are, None where each record says so itself.
    proposals: for headers that no audit takes without a mapping file; error: why it could not be read.
    understood, unknown: headers that name a column, and those that map to nothing, beside the proposals.
    rivals: columns that several headers name, so that the file needs a mapping that says which counts.
    records, rejected: how many there are, None where nobody asked or it cannot be read; lost: rules that cannot be
    evaluated in all of it for want of columns.
    """

    path: str
    operator: str | None = None
    operator_from: str | None = None
    proposals: tuple[Proposal, ...] = ()
    error: ThuebaoError | None = None
    understood: int = 0
    unknown: int = 0
    rivals: int = 0
    records: int | None = None
    rejected: int | None = None
    lost: tuple[str, ...] = ()

    @property
    def lacks_operator(self) -> bool:
        """Whether all that is in the way is that nothing says whose it is."""
        return self.error is not None and self.error.key == OPERATOR_UNKNOWN

    @property
    def state(self) -> str:
        """Whether it is ready for an audit."""
        if self.error is not None and (self.lacks_operator or not (self.proposals or self.rivals)):
            return STOPS
        return NEEDS_MAPPING if self.proposals or self.error is not None else READY


@dataclass
class _Survey:
    """A survey under way. most_rejected: how many lines of a file may be no records, None if nobody counts them."""

    operators: Operators
    read_as: ReadAs
    most_rejected: Limit | None
    reference: Reference = field(default_factory=shipped_reference)
    earlier: list[Export] = field(default_factory=list)

    def of(self, path: str) -> Iterator[Surveyed]:
        """Yield what is at a path: an export, or those of an archive."""
        try:
            opened = stored_at(path)
        except InputError as error:
            yield Surveyed(path, error=error)
            return
        yield from (Surveyed(str(error.values.get("path", path)), error=error) for error in opened.errors)
        for stored in opened.stored:
            if stored.packing is not None or not is_ours(stored.file):
                yield self._one(stored)

    def _one(self, stored: Stored) -> Surveyed:
        try:
            exports = open_exports(stored, self.operators, self.reference, self.read_as, self.earlier)
            first = exports[0]
            surveyed = self._headers(exports, Surveyed(stored.path))
        except InputError as error:
            return self._of_unreadable(stored, error)
        self.earlier += exports
        of_file = first.operator_from != COLUMN
        surveyed = replace(surveyed, operator=first.operator if of_file else None, operator_from=first.operator_from)
        if self.most_rejected is None:
            return surveyed
        try:
            records, rejected = self._counted(exports, self.most_rejected)
        except InputError as error:
            return replace(surveyed, proposals=(), error=error)
        return replace(surveyed, records=records, rejected=rejected)

    def _headers(self, exports: Sequence[Export], surveyed: Surveyed) -> Surveyed:
        """Add what is understood of the headers."""
        found = [
            proposal
            for export in exports
            for proposal in propose(export.header, export.sample, mapping_for(export.path, self.read_as.mappings))
            if proposal.header
        ]
        known = [proposal for proposal in found if proposal.column and proposal.why in (KNOWN, MAPPED)]
        rivals = {column: places for export in exports for column, places in export.header.rivals.items()}
        lost = _lost(exports) if self.most_rejected is not None else ()
        return replace(
            surveyed,
            proposals=tuple(p for p in found if p.column and p.why not in (KNOWN, MAPPED)),
            understood=len(known),
            unknown=sum(not proposal.column for proposal in found),
            rivals=len(rivals),
            lost=lost,
        )

    def _of_unreadable(self, stored: Stored, error: InputError) -> Surveyed:
        """Return what is proposed for a file that cannot be read as it is: its header may be all that is wrong."""
        mappings = [*(replace(mapping, tentative=True) for mapping in self.read_as.mappings), LOOK]
        look = replace(self.read_as, mappings=mappings)
        try:
            exports = open_exports(stored, self.operators, self.reference, look, operator_needed=False)
            return self._headers(exports, Surveyed(stored.path, error=error))
        except InputError:
            return Surveyed(stored.path, error=error)

    def _counted(self, exports: Sequence[Export], most: Limit) -> tuple[int, int]:
        """Return how many records and rejected lines there are. Raises InputError where an audit does not take them."""
        records = rejected = 0
        for export in exports:
            rejections, own = Rejections.of(export), 0
            mapping = mapping_for(export.path, self.read_as.mappings)
            dates = mapping.month_first if mapping else frozenset()
            for batch in export.batches({"msisdn", *dates}):
                own += batch.records.height
                for line in batch.rejected.values():
                    rejections.add(line)
            rejections.check(export.path, own, most)
            records, rejected = records + own, rejected + rejections.count
        if not records:
            raise InputError("file_without_records", path=exports[0].path)
        exports[0].close()
        return records, rejected


def survey(
    paths: Sequence[str],
    operators: Operators | None = None,
    read_as: ReadAs = AS_THEY_ARE,
    most_rejected: Limit | None = None,
) -> list[Surveyed]:
    """Return the exports that `paths` name, in the order in which they would be read.

    most_rejected: read them to their ends too, count their records, and hold them against this limit as an audit does.
    Raises InputError where a path names nothing.
    """
    found = find_exports(paths)
    if found.errors:
        raise found.errors[0]
    under_way = _Survey(operators or Operators(), read_as, most_rejected)
    return [one for path in found.files for one in under_way.of(path)]


def _lost(exports: Sequence[Export]) -> tuple[str, ...]:
    """Return the rules that cannot be evaluated in all of a file for want of columns."""
    needs = compile_rules(read_rulebook(), today(), AUTO).needs
    present = [export.header.mapped for export in exports]
    # A rule that is for files without some column is not lost where that is there.
    return tuple(code for code, of in needs.items() if any(_wanting(of, columns) for columns in present))


def _wanting(needs: Needs, present: Collection[str]) -> bool:
    return any(not group.startswith(ABSENT) for group in lacking(needs, present))
