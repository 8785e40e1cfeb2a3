"""Reads the TOML files that travel with the program: each start reads 600 KB of them.

Tomli is the reader of Python's library, compiled where there is a wheel for the system: it takes a third of the time.
What users write goes to the library itself (base/small_file.py), which depends on no version of anything.
"""

from __future__ import annotations

from typing import Any

import tomli


def parse_shipped(source: str) -> dict[str, Any]:
    """Return a TOML document of our own. Raises ValueError where an installation is damaged."""
    return tomli.loads(source)
