"""Lets the disk refuse at every place where an audit writes: outputs are whole or not there, and one message says why.

    python tests/attack/faults.py --times 50 --seed 1 [--records 5000]

No file may grow beyond a number of bytes, from none to more than the largest output, by a limit that the system
itself enforces: what then fails is what fails on a full disk, temporary files and those that Rust writes among them.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from kills import command, fault
from sound import export_with_a_bad_line


def limited(folder: Path, sound: Path, most: int, findings: str) -> str | None:
    """Run an audit that may write `most` bytes into each file; return what does not hold."""
    out, temporary = folder / "out", folder / "temporary"
    for place in (out, temporary):
        subprocess.run(["rm", "-rf", str(place)], check=True)
        place.mkdir()
    done = subprocess.run(
        command(out, temporary, findings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    if done.returncode not in (0, 1, 2):
        return f"exit code {done.returncode}: {done.stderr[-300:]}"
    if any(foreign in done.stderr for foreign in ("Traceback", "panicked", "error of its own")):
        return f"says {done.stderr[-300:]}"
    if done.returncode == 2 and not done.stderr.strip():
        return "says nothing"
    if found := fault(out, sound):
        return found
    left = [*out.rglob("*.part"), *temporary.iterdir()]
    return f"leaves {left[0].name}" if left else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=500)
    given = parser.parse_args()
    chance, broken = random.Random(given.seed), 0
    with tempfile.TemporaryDirectory() as place:
        folder, sound = Path(place), Path(place, "sound")
        sound.mkdir()
        export_with_a_bad_line(folder, given.records)
        (folder / "temporary").mkdir()
        for findings in ("found.csv", "found.parquet"):
            done = subprocess.run(command(sound, folder / "temporary", findings), capture_output=True, check=False)
            if done.returncode not in (0, 1):
                print(f"the audit that is left alone ends with {done.returncode}")
                return 1
        largest = max(file.stat().st_size for file in sound.rglob("*") if file.is_file())
        for n in range(given.times):
            most = 0 if n == 0 else int(largest * 1.2 * chance.random() ** 2)
            found = limited(folder, sound, most, chance.choice(("found.csv", "found.parquet")))
            if found:
                broken += 1
                print(f"at most {most} bytes: {found}", flush=True)
    print(f"{given.times} audits on a disk that refuses, {broken} faults")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
