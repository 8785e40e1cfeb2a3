"""Small exports as the world writes them (tests/cases/README.md), through the command: what is found, what is not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF

CASES = Path(__file__).parents[1] / "cases"
ON_EVERY_RECORD = {"PER131", "ID131", "REG121", "REG122", "REG134"}


def found(desk: Desk, cli: Command, name: str) -> set[tuple[int, str]]:
    export = CASES / f"{name}.csv"
    done = cli("audit", export, "--operator", "Viettel", "--as-of", AS_OF, "--findings", "f.parquet", "-q")
    assert done.code in (0, 1), done.err
    return set(pl.read_parquet(desk.path / "f.parquet").select("record", "code").iter_rows())


def records(name: str) -> range:
    return range(1, len((CASES / f"{name}.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.csv")))
def test_no_file_is_missing_below(name: str) -> None:
    assert name in {*SILENT, "sound", "id-type-words", "null-texts", "names-garbled", "time-sa-ch", *FIRES}


SILENT = {
    "time-one-digit-hour": {"PER112", "REG132", "REG112", "REG151"},
    "date-oracle": {"PER112", "REG132", "REG112", "REG151"},
    "time-sa-ch": {"PER112", "REG132", "REG112", "REG151"},
    "id-type-words": {"ID103", "ID104", "ID124", "ID126"},
    "status-cancelled": {"DUP101", "REG144"},
    "pos-kind-online-words": {"REG134", "REG135", "REG136"},
    "portrait-flag": {"DUP131"},
    "tax-code-forms": {"ORG102", "ORG103"},
    "one-person-spelt-twice": {"DUP121"},
    "names-garbled": {"DUP121"},
}
FIRES = {
    "time-sa-ch": {(1, "REG141"), (3, "REG113"), (4, "REG113")},
    "status-cancelled": {(1, "REG145")},
    "terminated-1900": {(1, "DUP101"), (2, "DUP101")},
    "one-person-spelt-twice": {(record, "DUP151") for record in records("one-person-spelt-twice")},
    "null-texts": {(record, code) for record in records("null-texts") for code in ON_EVERY_RECORD},
    "names-garbled": {(1, "PER103"), (2, "PER103"), (3, "PER103")},
}


@pytest.mark.parametrize(("name", "silent"), SILENT.items())
def test_what_must_not_be_found(desk: Desk, cli: Command, name: str, silent: set[str]) -> None:
    assert not {(record, code) for record, code in found(desk, cli, name) if code in silent}


@pytest.mark.parametrize(("name", "fires"), FIRES.items())
def test_what_must_be_found(desk: Desk, cli: Command, name: str, fires: set[tuple[int, str]]) -> None:
    assert fires <= found(desk, cli, name)


def test_a_sound_export_has_no_finding(desk: Desk, cli: Command) -> None:
    assert found(desk, cli, "sound") == set()
