"""What words.toml holds, ready to be looked up by place."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from .text import EPOCH, table

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
DAYS: dict[str, int] = {name: (day - EPOCH).days for name, day in WORDS["days"].items() if isinstance(day, date)}
KINDS: list[str] = list(WORDS["kinds"])
CMND, CCCD, CAN_CUOC, PASSPORT = range(4)

OPERATORS: list[str] = list(WORDS["operators"])
_HELD = [(prefix, place) for place, name in enumerate(OPERATORS) for prefix in WORDS["operators"][name]["prefixes"]]
PREFIXES = table([prefix for prefix, _ in _HELD])
HOLDERS: list[int] = [place for _, place in _HELD]
NETWORKS = table([WORDS["operators"][name]["network"] for name in OPERATORS])

PLACES = table(list(WORDS["provinces"]))
PROVINCES: list[str] = list(WORDS["provinces"].values())
