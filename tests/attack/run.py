"""Runs a little of every attack, in under a minute: `python tests/attack/run.py`. Each script by itself runs longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SHORT = (
    ("fuzz.py", "--readers", "--files", "540"),
    ("fuzz.py", "--files", "54"),
    ("kills.py", "--times", "4", "--records", "500"),
    ("faults.py", "--times", "4"),
)


def main() -> int:
    folder = Path(__file__).parent
    return max(
        subprocess.run([sys.executable, folder / script, *words], check=False).returncode for script, *words in _SHORT
    )


if __name__ == "__main__":
    sys.exit(main())
