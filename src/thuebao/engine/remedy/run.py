"""Finds whom a carrier has to notify: an audit, then the contracts of what it found, then the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.base.scratch import private_folder
from thuebao.engine.audit import Audit, Paths
from thuebao.engine.memory import enough
from thuebao.engine.options import AuditOptions
from thuebao.engine.progress import SETTLING, Step, Told
from thuebao.engine.remedy.collect import SEEN, Collected
from thuebao.engine.remedy.contracts import SameContract
from thuebao.engine.remedy.lists import Lists
from thuebao.facts.steps_ahead import first_notice as first_notice_from
from thuebao.facts.steps_ahead import reaches_the_contract
from thuebao.results.remedy import RemedyResult
from thuebao.results.result import AuditResult
from thuebao.rulebook.timetable import timetable_on, timetables

Write = Callable[[pl.DataFrame, pl.DataFrame], None]
"""Takes some of the two lists (results/remedy.py), in their order."""


class Remedy:
    """What is asked for, checked, so that it can run. Raises UsageError, RuleError or OutputError.

    outputs: files that are written.
    """

    def __init__(self, paths: Paths, options: AuditOptions, first_notice: date, outputs: Iterable[Path] = ()) -> None:
        self._audit = Audit(paths, options, seen=SEEN, outputs=outputs)
        prepared = self._audit.prepared
        self._first_notice = first_notice
        self._known = timetables(prepared.rulebook.reference)
        self._timetable = timetable_on(first_notice, self._known, prepared.as_of)

    @property
    def files(self) -> list[str]:
        """The exports that were found."""
        return list(self._audit.files)

    def run(
        self, opened: Callable[[AuditResult], AbstractContextManager[Write]], told: Told | None = None
    ) -> RemedyResult:
        """Audit the exports, and write the lists to what `opened` opens for the result of the audit."""
        prepared = self._audit.prepared
        with ExitStack() as stack:
            folder = stack.enter_context(private_folder(prepared.options.temp_dir))
            collected = Collected(folder, prepared)
            result = self._audit.run(told=told, seeing=collected, tell=collected.tell)
            collected.finish()
            if told:
                told(Step(SETTLING))
            first_notice = first_notice_from(self._first_notice)
            at_once = min(prepared.at_once, enough(collected.total))
            reference, reaches = prepared.rulebook.reference, reaches_the_contract(self._known)
            drawn = SameContract(collected, reference, first_notice, reaches, at_once).find()
            lists = Lists(prepared, collected, drawn, self._known, first_notice)
            if result.inputs:
                write = stack.enter_context(opened(result))
                for some in lists.batches():
                    write(*some)
        return RemedyResult(
            audit=result,
            first_notice=self._first_notice,
            timetable=self._timetable,
            days=self._timetable.days(self._first_notice),
            counts=lists.counts(result.operators["operator"].to_list()),
            codes=lists.codes(),
        )
