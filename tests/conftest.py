"""What the tests of the command share: good records, files made of them, and the command itself.

`cli` runs the command in this process (fast), `process` in one of its own (as a user does); both in an empty folder,
with an environment that says nothing about language, colour or width.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from thuebao.base import messages as texts
from thuebao.cli.app import run

AS_OF = "2026-11-23"

REGISTERED = datetime(2025, 6, 1, 9, 10)
GIVEN_NAMES = ("An", "Bình", "Cường", "Dũng", "Giang", "Hà", "Khánh", "Lâm", "Minh", "Nam")


def person(n: int) -> dict[str, str]:
    """Return the record of the n-th person: none has a number, document, name, portrait or minute of another.

    A VinaPhone number, registered under Decree 163/2024 before Circular 08/2026, on which no rule finds anything,
    alone or among others.
    """

    def moment(minutes: int) -> str:
        return f"{REGISTERED + timedelta(minutes=n + minutes):%d/%m/%Y %H:%M}"

    return {
        "msisdn": f"0{912345678 + n}",
        "full_name": " ".join(["Nguyễn", "Văn", *(GIVEN_NAMES[int(digit)] for digit in str(n))]),
        "date_of_birth": "02/01/1990",
        "nationality": "Việt Nam",
        "sex": "Nam",
        "id_type": "CCCD",
        "id_number": f"0010900{12345 + 11 * n}",  # multiples of 11 differ in two digits at least: see DUP123
        "id_issue_date": "10/05/2021",
        "id_issue_place": "Cục Cảnh sát QLHC về TTXH",
        "address": "Số 5 Lê Lợi, Hà Nội",
        "payment_type": "Trả trước",
        "confirmation_ref": f"XN{n + 1}",
        "document_scan_ref": f"GT{n + 1}",
        "portrait_ref": f"A{n + 1}",
        "portrait_taken_at": moment(-5),
        "registered_at": moment(0),
        "service_started_at": moment(50),
        "status": "Đang hoạt động",
        "clerk_name": "Trần Thị Bình",
        "pos_address": "1 Tràng Tiền, Hà Nội",
        "pos_phone": "02438000000",
    }


def people(count: int, first: int = 0) -> list[dict[str, str]]:
    """Return the records of so many people."""
    return [person(n) for n in range(first, first + count)]


NAMELESS = {"full_name": ""}  # PER101
UNASSIGNED = {"msisdn": "0952345678"}  # NUM104: 095 is not in use
SHORT_NAME = {"full_name": "An"}  # PER104

# Four people, so that only the rules named here find anything where they stand together.
GOOD = person(0)
ERROR = person(1) | NAMELESS
WARNING = person(2) | UNASSIGNED
INFO = person(3) | SHORT_NAME

HIDDEN_ENVIRONMENT = (
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "TTY_COMPATIBLE",
    "COLUMNS",
    "TERM",
    "RUST_BACKTRACE",
)


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Everything printed, in one line: a frame or a column may break a sentence anywhere."""
        return re.sub(r"[\s│]+", " ", self.out + self.err)


def one_message(done: Outcome, *parts: str) -> None:
    """Hold that exactly one line was said, that it says `parts`, and that nobody sees the insides."""
    [message] = done.err.splitlines()
    for part in parts:
        assert part in message
    assert "Traceback" not in message
    assert "error of its own" not in message


def violated(document: dict[str, Any]) -> dict[str, int]:
    """Return code → violations of the rules that found something."""
    return {rule["code"]: rule["violations"] for rule in document["rules"] if rule["violations"]}


def table(records: Sequence[dict[str, str]], separator: str = ",", end: str = "\n") -> str:
    """Return records as delimited text, with the first one's keys as its header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(records[0])
    writer.writerows(record.values() for record in records)
    return text.getvalue()


@dataclass(frozen=True)
class Desk:
    """An empty folder that the commands of a test run in."""

    path: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Path(name)

    def export(self, name: str, *records: dict[str, str], separator: str = ",", end: str = "\n") -> Path:
        return self.write(name, table(records or [GOOD], separator, end))

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a CSV file."""
        with (self.path / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def files(self) -> set[str]:
        """Return the names of all files, hidden ones included."""
        return {str(path.relative_to(self.path)) for path in self.path.rglob("*") if not path.is_dir()}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in HIDDEN_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    language = texts.language()
    yield Desk(folder)
    texts.use_language(language)


Command = Callable[..., Outcome]


@pytest.fixture
def cli(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def call(*arguments: object, **environment: object) -> Outcome:
        capsys.readouterr()
        with monkeypatch.context() as context, pytest.raises(SystemExit) as end:
            for name, value in ({"COLUMNS": 100} | environment).items():
                context.setenv(name, str(value))
            run([str(argument) for argument in arguments])
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
        timeout: float = 120,
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
