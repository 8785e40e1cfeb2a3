"""Audits thousands of damaged files of every format, and says which of them break what is promised.

    python tests/attack/fuzz.py --files 10000 --seed 1               the command, a sound file beside each damaged one
    python tests/attack/fuzz.py --files 10000 --seed 1 --readers     readers alone: many times as fast
    … --format parquet --damage directory                            of one format, of one kind of damage

A file of each format (needs the extra `test`) is damaged at random: anywhere, in its directory (the footer of a Parquet
file, the directory of an archive), or in what is packed in it. For each of them the command must end with 0, 1 or 3 in
time and in little memory, count the sound file beside it, say nothing of its insides, leave no file behind, and give
totals that are the sums over its inputs. Readers must read it, or raise an InputError that someone has foreseen.
Prints what does not hold, with the seed of the file; exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from damages import damaged, damaged_directory, repacked
from sound import RECORDS, sound_files

LONGEST = 20  # seconds of processor time that a file may take
MOST_MEMORY = 1_500_000  # KiB that a process may have taken
_DAMAGES = {"anywhere": damaged, "directory": damaged_directory, "repacked": repacked}
_FOREIGN = ("Traceback", "panicked", "error of its own", "nobody has foreseen")


class TooLongError(BaseException):
    """Raised by the clock: no guard takes it for a file's damage."""


def broken_promise(path: Path, sound: bytes) -> str | None:
    """Audit a file with a sound one beside it; return what does not hold, None if all does."""
    (path.parent / "vina.csv").write_bytes(sound)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(path.parent), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _run(["audit", "vina.csv", path.name, "--as-of", "2026-11-23", "--format", "json"])
    said = err.getvalue()
    left = sorted(file.name for file in path.parent.iterdir() if file.name not in (path.name, "vina.csv"))
    if code not in (0, 1, 3):
        return f"exit code {code}: {said[-300:]}"
    if any(foreign in said for foreign in _FOREIGN):
        return f"says {said[-300:]}"
    if left:
        return f"leaves {left}"
    found = json.loads(out.getvalue())
    for name in ("records", "rejected"):
        if found["totals"][name] != sum(read[name] for read in found["inputs"]):
            return f"{name}: total and inputs differ"
    if found["inputs"][0]["records"] != RECORDS:
        return "the sound file is not counted"
    return None


def unforeseen(path: Path) -> str | None:
    """Read a file; return the error that nobody has foreseen, None if there is none."""
    from thuebao.base.errors import InputError
    from thuebao.rulebook.reference import shipped_reference
    from thuebao.sources import open_exports, stored_at

    try:
        opened = stored_at(str(path))
        if unknown := next((error for error in opened.errors if error.key == "file_damaged"), None):
            return str(unknown)[:200]
        for stored in opened.stored:
            for export in open_exports(stored, "Viettel", shipped_reference()):
                for _ in export.batches(set(export.header.mapped)):
                    pass
                list(export.notices())
                export.close()
    except InputError as error:
        if error.key == "file_damaged":
            return f"{error.values['kind']} at {error.values['where']}: {error.__cause__}"[:200]
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return None


def _run(words: list[str]) -> object:
    from thuebao.cli.app import run

    try:
        run(words)
    except SystemExit as end:
        return end.code or 0
    finally:
        gc.unfreeze()  # the command ends here, the process does not
    return 0


def _too_long(*_: object) -> None:
    raise TooLongError


def _tried(task: tuple[int, str, str, bytes, bytes, bool]) -> tuple[int, str, str, str | None, float]:
    seed, ending, damage, content, sound, readers = task
    began = time.process_time()
    signal.signal(signal.SIGPROF, _too_long)
    Path(os.environ["THUEBAO_FUZZ"], str(os.getpid())).write_text(f"seed {seed}, {ending}, {damage}", "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"Viettel.{ending}"
        path.write_bytes(_DAMAGES[damage](content, random.Random(seed)))
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        try:
            found = unforeseen(path) if readers else broken_promise(path, sound)
        except TooLongError:
            found = f"took more than {LONGEST} s"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    took = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if found is None and took > MOST_MEMORY:
        found = f"this or an earlier one took {took >> 10} MiB"
    return seed, ending, damage, found, time.process_time() - began


def _quiet() -> None:
    """Send what Rust prints of a panic nowhere, as the command does."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--readers", action="store_true")
    parser.add_argument("--format", action="append")
    parser.add_argument("--damage", action="append", choices=_DAMAGES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"POLARS_MAX_THREADS": "1", "THUEBAO_FUZZ": folder}
        (where := Path(folder, "sample")).mkdir()
        sound = sound_files(where)
        chosen = [ending for ending in sound if not given.format or ending in given.format]
        kinds = given.damage or list(_DAMAGES)

        def tasks() -> Iterator[tuple[int, str, str, bytes, bytes, bool]]:
            for n in range(given.files):
                ending = chosen[n % len(chosen)]
                kind = kinds[n // len(chosen) % len(kinds)]
                yield given.seed + n, ending, kind, sound[ending], sound["csv"], given.readers

        return _try_all(tasks(), given.workers)


def _try_all(tasks: Iterator[tuple[int, str, str, bytes, bytes, bool]], workers: int) -> int:
    tried: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    slowest = 0.0
    # A worker of its own interpreter: if a file brings it down, the pool says so.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _quiet) as pool:
        try:
            for seed, ending, damage, found, took in pool.map(_tried, tasks, chunksize=20):
                tried[ending] += 1
                slowest = max(slowest, took)
                if found:
                    broken[found] += 1
                    if broken[found] <= 3:
                        print(f"seed {seed}, {ending}, {damage}: {found}", flush=True)
        except BrokenProcessPool:
            last = [file.read_text("utf-8") for file in Path(os.environ["THUEBAO_FUZZ"]).iterdir() if file.is_file()]
            broken["a process was brought down"] += 1
            print(f"a process was brought down by one of: {'; '.join(last)}")
    print(
        f"{tried.total()} files of {len(tried)} formats, {broken.total()} broke a promise; slowest {slowest:.1f} s",
        flush=True,
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
