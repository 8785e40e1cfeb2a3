"""The command as tests call it, in an empty folder, with an environment that says nothing about language or colour.

`cli` runs the command in this process (fast), `process` in one of its own (as a user does).
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from helpers.desks import HIDDEN_ENVIRONMENT, Desk
from helpers.outcomes import Command, Outcome
from thuebao.base.messages import language, use_language
from thuebao.cli.app import run
from thuebao.engine import plan
from thuebao.rulebook import book


@pytest.fixture(scope="session", autouse=True)
def shipped_rules_read_once() -> Iterator[None]:
    """Read the rules of a folder once and not for each audit; those of a test's own are read each time."""
    right = book.read_rulebook
    once = cache(lambda home: right((), home))

    def read(extra: Sequence[Path] = (), home: Path | None = None) -> book.Rulebook:
        return once(home or book.rules_home()) if not extra else right(extra, home)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("thuebao.rulebook.book", "thuebao.engine.audit", "thuebao.engine.preview"):
            patch.setattr(f"{module}.read_rulebook", read)
        yield


@pytest.fixture(scope="session", autouse=True)
def equal_rules_compiled_once() -> Iterator[None]:
    """Compile a rulebook for a day and a law once and not for each audit: an equal one is compiled to the same."""
    right = plan.compile_rules
    known: deque[tuple[tuple[book.Rulebook, date, str], plan.Compilation]] = deque(maxlen=8)

    def compiled(rulebook: book.Rulebook, as_of: date, law: str) -> plan.Compilation:
        asked = (rulebook, as_of, law)
        for given, compilation in known:
            if given == asked:
                return compilation
        known.append((asked, right(rulebook, as_of, law)))
        return known[-1][1]

    with pytest.MonkeyPatch.context() as patch:
        for module in ("thuebao.engine.run", "thuebao.engine.preview"):
            patch.setattr(f"{module}.compile_rules", compiled)
        yield


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Start each test in English, whatever the one before spoke."""
    before = language()
    use_language("en")
    yield
    use_language(before)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in HIDDEN_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return Desk(folder)


@pytest.fixture
def cli(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def call(*arguments: object, **environment: object) -> Outcome:
        capsys.readouterr()
        with monkeypatch.context() as context, pytest.raises(SystemExit) as end:
            for name, value in ({"COLUMNS": 100} | environment).items():
                context.setenv(name, str(value))
            run([str(argument) for argument in arguments])
        gc.unfreeze()  # the command ends here, the process does not
        printed = capsys.readouterr()
        code = end.value.code
        return Outcome(code if isinstance(code, int) else int(code is not None), printed.out, printed.err)

    return call


@pytest.fixture
def process(desk: Desk) -> Command:
    def call(
        *arguments: object,
        before: Callable[[], None] | None = None,
        given: str | None = None,
        timeout: float = 600,
        **environment: object,
    ) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "thuebao", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            preexec_fn=before,
            input=given,
            timeout=timeout,
            env=os.environ | {"COLUMNS": "100"} | {name: str(value) for name, value in environment.items()},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call
