"""Settings of the allocators: what one batch gives back is what the next one asks for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of malloc.h


def keep_memory(*, limited: bool = False) -> None:
    """Set both allocators before Polars is loaded; limited: so that they keep little.

    Returning memory to the system between batches costs more than a tenth of an audit, but what is kept is in ever
    smaller pieces. That of Polars reads its settings when it is loaded, that of C is told.
    """
    if limited:
        os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0")
        _set_malloc({_ARENA_MAX: 1, _MMAP_THRESHOLD: 1 << 20, _TRIM_THRESHOLD: 4 << 20})
    else:
        kept = "narenas:2,dirty_decay_ms:-1,muzzy_decay_ms:-1,background_thread:false"
        os.environ.setdefault("_RJEM_MALLOC_CONF", kept)
        _set_malloc({_MMAP_THRESHOLD: 32 << 20, _TRIM_THRESHOLD: 128 << 20})


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
