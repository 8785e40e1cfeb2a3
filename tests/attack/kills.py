"""Ends audits at random moments: every output is whole or not there.

    python tests/attack/kills.py --times 100 --seed 1 [--signal SIGKILL] [--records 20000] [--folders]

The audit is the same each time and writes findings, reports, rejected lines and a manifest. Whatever it had put in its
place when it was struck must be what an audit left alone writes. After a signal that can be caught nothing unfinished
stays. With --folders, temporary folders that stay after SIGKILL must be gone after the next audit.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

from sound import export_with_a_bad_line

_SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")
_SAME = ("found.csv", "found.parquet", "rejected.csv")
"""Outputs that are the same bytes each time."""


def command(out: Path, temporary: Path, findings: str) -> list[str]:
    options = {
        "--findings": findings,
        "--rejects": "rejected.csv",
        "--manifest": "manifest.json",
    }
    words = [word for option, name in options.items() for word in (option, str(out / name))]
    for report in ("report.html", "report.xlsx"):
        words += ["--report", str(out / report)]
    words += [
        "--per-operator",
        str(out / "carriers"),
        "--temp-dir",
        str(temporary),
        "--as-of",
        "2026-11-23",
        "-q",
        "--force",
    ]
    return [sys.executable, "-m", "thuebao", "audit", str(out.parent / "viettel.csv"), *words]


def started(words: list[str]) -> subprocess.Popen[bytes]:
    # A job in the background inherits that interrupts are ignored.
    return subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  (no threads here)
    )


def fault(out: Path, sound: Path) -> str | None:
    """Return what is not whole among the outputs of an audit that was ended, None if all is."""
    for path in sorted(file for file in out.rglob("*") if file.is_file()):
        if path.name.endswith(".part") or path.name.startswith("."):
            continue
        data = path.read_bytes()
        if path.name in _SAME:
            whole = data == (sound / path.name).read_bytes()
        elif path.suffix == ".xlsx":
            whole = zipfile.is_zipfile(path) and zipfile.ZipFile(path).testzip() is None
        elif path.suffix == ".html":
            whole = data.rstrip().endswith(b"</html>")
        else:
            whole = isinstance(json.loads(data), dict)
        if not whole:
            return f"{path.name} is not whole ({len(data)} bytes)"
    return None


def struck(
    folder: Path, sound: Path, number: int, longest: float, chance: random.Random, *, folders: bool
) -> str | None:
    """Run an audit and end it; return what does not hold."""
    out, temporary = folder / "out", folder / "temporary"
    for place in (out, temporary):
        subprocess.run(["rm", "-rf", str(place)], check=True)
        place.mkdir()
    words = command(out, temporary, chance.choice(_SAME[:2]))
    running = started(words)
    time.sleep(chance.uniform(0, longest))
    running.send_signal(number)
    said = (running.communicate(timeout=60)[1] or b"").decode(errors="replace")
    if found := fault(out, sound):
        return found
    if "Traceback" in said or "panicked" in said or "error of its own" in said:
        return f"says {said[-300:]}"
    left = [*out.rglob("*.part"), *temporary.iterdir()]
    if number != signal.SIGKILL:
        return f"leaves {left[0].name}" if left else None
    if folders and left:
        started(words).communicate(timeout=120)
        left = [*out.rglob("*.part"), *temporary.iterdir()]
        return f"the next audit leaves {left[0].name}" if left else None
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--signal", action="append", choices=_SIGNALS)
    parser.add_argument("--folders", action="store_true", help="temporary folders of dead audits must go with the next")
    given = parser.parse_args()
    chance, ended, broken = random.Random(given.seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as place:
        folder, sound = Path(place), Path(place, "sound")
        sound.mkdir()
        export_with_a_bad_line(folder, given.records)
        longest = 0.0
        for findings in _SAME[:2]:
            (folder / "temporary").mkdir(exist_ok=True)
            began = time.monotonic()
            running = started(command(sound, folder / "temporary", findings))
            running.communicate()
            if running.returncode not in (0, 1):
                print(f"the audit that is left alone ends with {running.returncode}")
                return 1
            longest = time.monotonic() - began
        for _ in range(given.times):
            name = chance.choice(given.signal or _SIGNALS)
            ended[name] += 1
            found = struck(folder, sound, getattr(signal, name), longest, chance, folders=given.folders)
            if found:
                broken += 1
                print(f"{name}: {found}", flush=True)
    print(f"{ended.total()} audits ended ({', '.join(f'{n} {name}' for name, n in ended.items())}), {broken} faults")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
