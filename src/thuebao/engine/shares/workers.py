"""Processes that read shares of large exports side by side, each with one thread."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import polars as pl

from thuebao.base.messages import language
from thuebao.engine.keeping import Wish
from thuebao.engine.memory import memory_limit
from thuebao.engine.prepare import Prepared
from thuebao.engine.shares.share import Share, ShareRead
from thuebao.engine.shares.worker import Order

WORTH = {".parquet": 400 << 20}
WORTH_OF_TEXT = 2 << 30
"""Bytes of all files, for each processor that there is, from which on other processes gain more time than it takes to
start them: one process keeps two processors busy three quarters of the time, and more of them less."""
MOST = 4
"""More processes than this wait for the one that puts together what they read."""
MEMORY_OF_ONE, MEMORY_OF_THE_FIRST = 700 * 10**6, 500 * 10**6
"""Bytes that a process takes that reads shares, and the one that started them."""
_START = (
    "import gc, json, sys; gc.disable(); sys.path[:] = json.loads(sys.argv[1]); "
    "from thuebao.base.allocators import keep_memory; keep_memory(); "
    "from thuebao.engine.shares.worker import main; main()"
)


class Workers:
    """So many processes that read shares."""

    def __init__(self, order: Order, count: int) -> None:
        self.count = count
        environment = os.environ | {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-P", "-c", _START, json.dumps(sys.path)]
        self._processes: list[subprocess.Popen[bytes]] = []
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._threads = ThreadPoolExecutor(count)
        try:
            self._start(order, command, environment)
        except OSError:
            self.close()
            raise

    def _start(self, order: Order, command: list[str], environment: dict[str, str]) -> None:
        for n in range(self.count):
            folder = order.folder / f"worker-{n}"
            folder.mkdir(mode=0o700)
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
            )
            self._processes.append(process)
            self._threads.submit(self._begin, process, replace(order, folder=folder))

    def _begin(self, process: subprocess.Popen[bytes], order: Order) -> None:
        with suppress(OSError):
            _send(process, order)
        self._idle.put(process)

    def read(self, share: Share) -> Future[ShareRead | None]:
        """Return what will be what a share says; None where it cannot be read alone, or its process ended."""
        return self._threads.submit(self._read, share)

    def _read(self, share: Share) -> ShareRead | None:
        process = self._idle.get()
        try:
            _send(process, share)
            read: ShareRead | None = pickle.load(process.stdout) if process.stdout else None
        except (OSError, EOFError, pickle.PickleError):  # it was ended from outside: this process reads on alone
            return None
        finally:
            self._idle.put(process)
        return read

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe:
                        pipe.close()


def _send(process: subprocess.Popen[bytes], what: Order | Share) -> None:
    if process.stdin:
        pickle.dump(what, process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()


@contextmanager
def workers_for(prepared: Prepared, files: Sequence[str], folder: Path, wish: Wish) -> Iterator[Workers | None]:
    """Start processes that read along where the files are large, the machine has processors and the limit room."""
    count = min(MOST, pl.thread_pool_size(), _allowed(prepared))
    if count < 2 or not sys.executable or sum(map(_weight, files)) * count < 1:
        yield None
        return
    options = replace(prepared.options, as_of=prepared.as_of)
    try:
        workers = Workers(Order(language(), options, prepared.rulebook, folder, wish), count)
    except OSError:  # there may be no more processes: this one reads alone
        yield None
        return
    try:
        yield workers
    finally:
        workers.close()


def _allowed(prepared: Prepared) -> int:
    """Return how many processes the memory limit has room for."""
    limit = memory_limit(prepared.options.memory_limit)
    return (limit - MEMORY_OF_THE_FIRST) // MEMORY_OF_ONE


def _weight(path: str) -> float:
    """Return how large a file is, as a part of what makes other processes worth while."""
    try:
        return Path(path).stat().st_size / WORTH.get(Path(path).suffix.lower(), WORTH_OF_TEXT)
    except OSError:
        return 0
