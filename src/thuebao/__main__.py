"""The command `thuebao`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping

from thuebao.base.signals import take_signals

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of malloc.h
_STDERR = 2


def main() -> None:
    """Run the command line; its version without loading anything else."""
    if sys.argv[1:] == ["--version"]:
        from thuebao import __version__

        try:
            print(f"thuebao {__version__}", flush=True)
        except (OSError, AttributeError):  # nobody can read it
            os._exit(2)
        return
    # Memory that one batch gives back is what the next one asks for: returning it to the system in between costs
    # more than a tenth of an audit, but what is kept is in ever smaller pieces. Two allocators: that of Polars reads
    # its settings when it is loaded, that of C is told.
    if any(argument.startswith("--memory-limit") for argument in sys.argv[1:]):
        os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0")
        _set_malloc({_ARENA_MAX: 1, _MMAP_THRESHOLD: 1 << 20, _TRIM_THRESHOLD: 4 << 20})
    else:
        kept = "narenas:2,dirty_decay_ms:-1,muzzy_decay_ms:-1,background_thread:false"
        os.environ.setdefault("_RJEM_MALLOC_CONF", kept)
        _set_malloc({_MMAP_THRESHOLD: 32 << 20, _TRIM_THRESHOLD: 128 << 20})
    # That of numpy keeps threads for products of matrices, of which there are none: they turn before they sleep.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _silence_libraries()
    take_signals()
    gc.disable()  # modules that are loaded live to the end, and nothing of them is waste
    from thuebao.cli.app import run

    gc.enable()  # when it first looks for waste, `run` says
    run(sys.argv[1:])


def _set_malloc(settings: Mapping[int, int]) -> None:
    """Tell glibc, where it is the C library, which blocks go back to the system when they are free."""
    if sys.platform != "linux":
        return
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for parameter, value in settings.items():
        mallopt(parameter, value)


def _silence_libraries() -> None:
    """Keep from the user what Rust prints of a panic: its threads write to the descriptor of standard error itself.

    Nothing else can: there is no setting for it. What Python says goes where it should, from any thread, since it has
    another descriptor from here on.
    """
    own = sys.stderr
    try:
        own.flush()
        kept = os.dup(own.fileno())
    except (AttributeError, OSError, ValueError):  # it is closed
        own = None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != _STDERR:
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
    if own:
        sys.stderr = open(kept, "w", encoding=own.encoding, errors=own.errors, buffering=1)  # noqa: PTH123, SIM115


if __name__ == "__main__":
    main()
