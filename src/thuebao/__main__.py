"""The command `thuebao`."""

from __future__ import annotations

import gc
import os
import sys

from thuebao.base.allocators import keep_memory
from thuebao.base.signals import take_signals

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
    keep_memory(limited=any(argument.startswith("--memory-limit") for argument in sys.argv[1:]))
    # numpy keeps threads for products of matrices, of which there are none: they turn before they sleep.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _silence_libraries()
    take_signals()
    gc.disable()  # modules that are loaded live to the end, and nothing of them is waste
    from thuebao.cli.app import run

    gc.enable()  # when it first looks for waste, `run` says
    run(sys.argv[1:])


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
