"""What other processes read along is what one process reads: the same findings, counts, lines and rejected lines."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest

import thuebao
from helpers.exports import write_csv
from oracles.messy import messy_records
from oracles.records import COLUMNS as ALL_COLUMNS
from thuebao.base.messages import use_language
from thuebao.engine import prepare
from thuebao.engine.shares import read_along, workers
from thuebao.engine.shares.share import Share, ShareRead
from thuebao.engine.shares.workers import Workers
from thuebao.reports.json_document import as_dict
from thuebao.sources import parquet

AS_OF = date(2026, 11, 23)
RECORDS = messy_records(3_000, seed=14)
_OF_A_SHARE = 250


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the same records as exports that are cut into shares in different ways."""
    folder = tmp_path_factory.mktemp("exports")
    plain = write_csv(folder / "plain.csv", RECORDS, list(ALL_COLUMNS))
    lines = plain.read_text("utf-8").splitlines()
    damaged = ["Danh sách thuê bao", "", lines[0]]
    for n, line in enumerate(lines[1:]):
        damaged += [line, *(["too,few"] if n % 400 == 7 else []), *([""] if n % 300 == 5 else [])]
        damaged += [lines[0]] if n == 1_500 else []
    misread = [line.encode().decode("cp1252", "replace") for line in lines[2_000:]]
    others = {
        "damaged": "\n".join([*damaged, "Tổng cộng: 3000"]),
        "broken lines": "\n".join([lines[0] + ",note", *(line + ',"one\n\ntwo"' for line in lines[1:])]),
        "damaged letters": "\n".join(lines[:2_000] + misread),
        "unclosed": "\n".join([*lines[:1_500], '"' + lines[1_500], *lines[1_501:]]),
    }
    for name, text in others.items():
        (folder / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    pl.read_csv(plain, infer_schema=False).write_parquet(folder / "plain.parquet", row_group_size=700)
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture
def along(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, ...]]:
    """Return an audit in which others read along from a few records on, with how many shares were taken over."""
    taken: list[Share] = []
    put_together = read_along.put_together

    def counted(audit: Any, read: ShareRead, *rest: Any) -> None:
        taken.append(read)
        put_together(audit, read, *rest)

    monkeypatch.setattr(read_along, "put_together", counted)
    monkeypatch.setattr(read_along, "_SHARE", _OF_A_SHARE)
    monkeypatch.setattr(prepare, "bytes_at_once", lambda _: 1 << 16)
    monkeypatch.setattr(parquet, "_FIRST_STRETCH", 500)
    monkeypatch.setattr(parquet, "_LARGEST_STRETCH", 2_000)

    def audited(paths: Any, **options: Any) -> tuple[Any, ...]:
        monkeypatch.setattr(workers, "WORTH_OF_TEXT", 1)
        monkeypatch.setattr(workers, "WORTH", {})
        monkeypatch.setattr(pl, "thread_pool_size", lambda: 3)
        taken.clear()
        found = outcome(paths, **options)
        return *found, len(taken)

    return audited


def outcome(paths: Any, **options: Any) -> tuple[Any, ...]:
    with TemporaryDirectory() as folder:
        findings, rejects = Path(folder) / "findings.csv", Path(folder) / "rejects.csv"
        result = thuebao.audit(paths, as_of=AS_OF, max_rejected="20%", findings=findings, rejects=rejects, **options)
        return as_dict(result), findings.read_bytes(), rejects.read_bytes()


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("plain.csv", 5),
        ("plain.parquet", 5),
        ("damaged.csv", 5),
        ("broken lines.csv", 5),
        ("damaged letters.csv", 0),
        ("unclosed.csv", 0),
    ],
)
def test_same_outputs(exports: dict[str, Path], along: Callable[..., tuple[Any, ...]], name: str, shares: int) -> None:
    alone = outcome(exports[name])
    *found, taken = along(exports[name])
    assert tuple(found) == alone
    assert taken >= shares
    assert alone[0]["totals"]["records"] > 0


@pytest.mark.parametrize(
    "options",
    [
        {"by": ("province_now", "payment_type")},
        {"where": "payment_type = 'prepaid'"},
        {"select": ("NUM",)},
        {"select": ("DUP",), "show": ("DUP101",)},
        {"exposure": True},
    ],
    ids=["by", "where", "rules about records", "rules across records", "exposure"],
)
def test_same_with_options(exports: dict[str, Path], along: Callable[..., tuple[Any, ...]], options: Any) -> None:
    paths = [exports["plain.csv"], exports["damaged.csv"]]
    alone = outcome(paths, **options)
    *found, taken = along(paths, **options)
    assert tuple(found) == alone
    assert bool(taken) != ("exposure" in options)  # which is counted in one process


def test_in_vietnamese(exports: dict[str, Path], along: Callable[..., tuple[Any, ...]]) -> None:
    use_language("vi")
    alone = outcome(exports["plain.csv"])
    assert along(exports["plain.csv"])[:3] == alone


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="handles are no files here")
@pytest.mark.parametrize("deleted", [False, True])
def test_a_file_that_is_a_handle(
    exports: dict[str, Path], along: Callable[..., tuple[Any, ...]], tmp_path: Path, *, deleted: bool
) -> None:
    path = tmp_path / "viettel.csv"
    path.write_bytes(exports["plain.csv"].read_bytes())
    with path.open("rb") as file:
        if deleted:
            path.unlink()
        here = f"/dev/fd/{file.fileno()}"
        alone = outcome(here)
        *found, taken = along(here)
    assert tuple(found) == alone
    assert bool(taken) != deleted  # which others cannot find


def test_a_process_that_is_killed(
    exports: dict[str, Path], along: Callable[..., tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, read = outcome(exports["plain.csv"]), Workers._read
    asked: list[Share] = []

    def killed(self: Workers, share: Share) -> ShareRead | None:
        asked.append(share)
        if len(asked) == 3:
            for process in self._processes:
                os.kill(process.pid, signal.SIGTERM)
        return read(self, share)

    monkeypatch.setattr(Workers, "_read", killed)
    *found, taken = along(exports["plain.csv"])
    assert tuple(found) == alone
    assert taken < 5


def test_nothing_stays(exports: dict[str, Path], along: Callable[..., tuple[Any, ...]], tmp_path: Path) -> None:
    started: list[Workers] = []
    begin = Workers.__init__

    def noted(self: Workers, *given: Any) -> None:
        started.append(self)
        begin(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workers, "__init__", noted)
        along(exports["plain.csv"], temp_dir=tmp_path)
    assert not list(tmp_path.iterdir())
    [once] = {id(one): one for one in started}.values()
    assert all(process.poll() is not None for process in once._processes)


@pytest.mark.parametrize(("limit", "threads"), [("1GB", 4), ("8GB", 1), (None, 1)])
def test_none_are_started_without_room(
    exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch, limit: str | None, threads: int
) -> None:
    monkeypatch.setattr(workers, "WORTH_OF_TEXT", 1)
    monkeypatch.setattr(pl, "thread_pool_size", lambda: threads)
    monkeypatch.setattr(Workers, "__init__", lambda *_: pytest.fail("started"))
    thuebao.audit(exports["plain.csv"], memory_limit=limit)


def test_none_are_started_for_small_exports(exports: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl, "thread_pool_size", lambda: 4)
    monkeypatch.setattr(Workers, "__init__", lambda *_: pytest.fail("started"))
    thuebao.audit(exports["plain.csv"])
