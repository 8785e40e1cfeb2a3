"""Version, help, completion, and the commands that tell of rules."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from thuebao import __version__
from thuebao.rulebook.book import read_rulebook


def test_version(cli: Command) -> None:
    done = cli("--version")
    assert (done.code, done.out, done.err) == (0, f"thuebao {__version__}\n", "")


@pytest.mark.parametrize("command", ["audit", "columns", "explain", "rules", "sample"])
def test_help_of_each_command(cli: Command, command) -> None:
    overview, own = cli("--help"), cli(command, "-h")
    assert (overview.code, own.code) == (0, 0)
    assert command in overview.out
    assert "--lang" in own.out


def test_shell_completion(desk: Desk) -> None:
    command = shutil.which("thuebao", path=str(Path(sys.executable).parent))
    if not command:
        pytest.skip("the command is not installed")
    done = subprocess.run([command, "--show-completion", "bash"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "_THUEBAO_COMPLETE" in done.stdout


def test_rules_as_table_and_as_json(cli: Command) -> None:
    listed = cli("rules", "--format", "json").document
    assert listed["schema"] == "thuebao-rules/1"
    codes = [rule["code"] for rule in listed["rules"]]
    assert codes == list(read_rulebook().by_code)
    lines = cli("rules", COLUMNS=200).out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == codes
    assert [rule["code"] for rule in cli("rules", "--format", "json", "--select", "ORG").document["rules"]] == [
        "ORG101",
        "ORG102",
        "ORG103",
        "ORG104",
        "ORG105",
        "ORG106",
        "ORG107",
        "ORG108",
    ]


def test_explain_shows_what_why_law_examples_and_what_to_do(cli: Command) -> None:
    out = cli("explain", "id142", COLUMNS=200).out
    for part in ("ID142 cmnd-after-2024", "error", "Why", "What to do", "Law", "26/2023/QH15", "Examples that violate"):
        assert part in out
    assert "Examples that do not" in out


def test_explain_shows_an_example_of_each_kind_and_all_if_asked(cli: Command) -> None:
    rule = read_rulebook().by_code["ID142"]
    short, full = cli("explain", "ID142", COLUMNS=400).out, cli("explain", "ID142", "--all-examples", COLUMNS=400).out
    assert len(rule.examples) > 4
    assert short.count("registered_at = ") == 2
    assert full.count("registered_at = ") == sum(len(example.records) for example in rule.examples)
    assert f"More examples: {len(rule.examples) - 2}. thuebao explain ID142 --all-examples" in short
    assert "--all-examples" not in full


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_rule_can_be_explained(cli: Command, lang) -> None:
    for code in list(read_rulebook().by_code)[::6]:
        done = cli("explain", code, "--lang", lang)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith(code)
