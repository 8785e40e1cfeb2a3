"""An audit with hostile rules and mappings opens no socket, and no file but inputs, rules, outputs and temporary ones.

What Polars opens by itself no hook sees: that conditions name no file is what tests/rulebook/test_predicates.py holds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.people import GOOD

WATCHED = """
import json, os, sys
seen = []
def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")):
        seen.append([event, ""])
    elif event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        seen.append(["open", os.path.abspath(os.fsdecode(arguments[0]))])
sys.addaudithook(watch)
sys.path.pop(0)
from thuebao.cli.app import run
try:
    run(sys.argv[1:])
except SystemExit as end:
    code = end.code
print()
print(json.dumps([code, seen]))
"""
RULE = """
[[rule]]
code = "XXX101"
name = "steals"
severity = "error"
eras = ["all"]
field = "full_name"
violation = "{sql}"
title = {{ vi = "a", en = "a" }}
explain = {{ vi = "a", en = "a" }}
action = {{ vi = "a", en = "a" }}
"""
CONDITIONS = (
    "full_name IN (SELECT x FROM read_csv('secret.csv'))",
    "read_parquet('http://127.0.0.1:9/x.parquet') IS NULL",
    "full_name IN (SELECT x FROM 'secret.csv')",
    "LENGTH(full_name) > 0",
)
MAPPINGS = (
    'files = ["../secret.csv"]\n[columns]\nfull_name = "secret.csv"\n',
    'files = ["http://127.0.0.1:9/*"]\noperator = "../secret.csv"\n',
    '[values.operator]\n"read_csv(secret.csv)" = "Viettel"\n',
    'include = "secret.csv"\n',
)


def opened(desk: Desk, *arguments: str) -> tuple[int, list[str], set[str]]:
    """Return the exit code, what a run did that it must not, and the files of the desk that it opened."""
    temp = desk.path / "temp"
    temp.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, *arguments, "--temp-dir", str(temp)],
        capture_output=True,
        check=True,
        timeout=120,
        env=os.environ | {"HOME": str(desk.path), "THUEBAO_OPERATOR": ""},
    )
    code, seen = json.loads(done.stdout.splitlines()[-1])
    paths = sysconfig.get_paths()
    program = {*map(os.path.realpath, [sys.prefix, sys.base_prefix, paths["stdlib"], paths["purelib"]])}
    program |= {str(Path(__file__).parents[2] / part) for part in ("src", "rules")} | {"/dev", "/proc", "/sys", "/etc"}
    program |= {"/usr/share/zoneinfo"}
    others = {event for event, _ in seen if event != "open"}
    files = {path for event, path in seen if event == "open"}
    elsewhere = {p for p in files if not any(Path(os.path.realpath(p)).is_relative_to(folder) for folder in program)}
    own = {p for p in elsewhere if Path(p).is_relative_to(desk.path)}
    return code, sorted(others | (elsewhere - own)), {str(Path(p).relative_to(desk.path)) for p in own}


@pytest.mark.parametrize("sql", CONDITIONS)
def test_hostile_rules(sql: str, desk: Desk) -> None:
    desk.export("viettel.csv", GOOD)
    desk.write("secret.csv", "x\n1\n")
    desk.write("own/own.toml", RULE.format(sql=sql))
    code, others, files = opened(desk, "audit", "viettel.csv", "--rules", "own", "--findings", "f.csv")
    assert code == (1 if sql == CONDITIONS[-1] else 2)
    assert others == []
    assert "secret.csv" not in files
    outputs = {name for name in files if name.startswith("temp") or name.endswith(".part") or name == "f.csv"}
    assert files - outputs <= {"viettel.csv", "own", "own/own.toml", "thuebao.toml"}
    assert "own/own.toml" in files


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_hostile_mappings(mapping: str, desk: Desk) -> None:
    desk.export("viettel.csv", GOOD)
    desk.write("secret.csv", "x\n1\n")
    desk.write("m.toml", mapping)
    code, others, files = opened(desk, "audit", "viettel.csv", "--mapping", "m.toml", "--findings", "f.csv")
    assert code in (0, 1, 2, 3)
    assert others == []
    assert "m.toml" in files
    assert "secret.csv" not in files
