"""The command as tests call it, in an empty folder, with an environment that says nothing about language or colour.

`cli` runs the command in this process (fast), `process` in one of its own (as a user does).
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest

from helpers.desks import HIDDEN_ENVIRONMENT, Desk
from helpers.outcomes import Command, Outcome
from thuebao.base.errors import InputError
from thuebao.base.messages import use_language
from thuebao.cli.app import run
from thuebao.sources import errors_of_libraries

# The same examples in every run, so that a change is judged by what it changes. New ones are looked for with
# `--hypothesis-profile default`.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")

# A job in the background inherits that interrupts are ignored, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# And under `nohup` that the terminal's end is.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="module", autouse=True)
def english_module() -> Iterator[None]:
    """Start each module in English: what all tests of a module share is made before the first of them begins.

    And end it with the memory that it began with. A command looks for waste rarely, since it ends soon; hundreds of
    them in one process would leave gigabytes.
    """
    use_language("en")
    yield
    gc.collect()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


@pytest.fixture(autouse=True)
def english() -> None:
    """Start each test in English, whatever the one before spoke."""
    use_language("en")


@pytest.fixture(autouse=True)
def nothing_unforeseen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where an error that nobody has foreseen was taken for a file's damage: it may be one of ours."""
    met: list[BaseException] = []
    damage = errors_of_libraries.damage

    def noted(path: str, error: BaseException) -> InputError:
        found = damage(path, error)
        if found.key == "file_damaged":  # not the disk's fault
            met.append(error)
        return found

    monkeypatch.setattr(errors_of_libraries, "damage", noted)
    yield
    if met and not request.node.get_closest_marker("unforeseen"):
        raise AssertionError(f"nobody has foreseen {met[0]!r}") from met[0]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in (*HIDDEN_ENVIRONMENT, *(name for name in os.environ if name.startswith("THUEBAO_"))):
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
