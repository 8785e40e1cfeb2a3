"""The documentation and the help of every command are current, in both languages."""

from __future__ import annotations

import os
import re
from itertools import islice

import pytest

from helpers.commands import COMMANDS
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR
from helpers.places import ROOT
from thuebao.base.messages import text, use_language
from thuebao.cli.app import _application


@pytest.mark.parametrize(("name", "lang"), [("rules.md", "en"), ("rules.vi.md", "vi")])
def test_the_documentation_of_the_rules_is_current(cli: Command, name, lang) -> None:
    done = cli("rules", "--format", "markdown", "--lang", lang)
    assert (done.code, done.err) == (0, "")
    written = (ROOT / "docs" / name).read_text("utf-8")
    lines = zip(written.splitlines(), done.out.splitlines(), strict=False)
    # The first lines that differ say more than two documents.
    assert list(islice(((a, b) for a, b in lines if a != b), 3)) == []
    assert written == done.out


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", [(), ("audit",), ("compare",), ("verify",)])
def test_help_is_there_in_both_languages(cli: Command, command, lang) -> None:
    done = cli(*command, "--help", "--lang", lang, COLUMNS=400)
    assert (done.code, done.err) == (0, "")
    name = f"help.{command[0] if command else 'thuebao'}"
    use_language(lang)
    assert " ".join(text(name).split()) in done.said
    options = {
        (): ("audit", "compare", "verify"),
        ("audit",): ("--report", "--per-operator", "--baseline", "--manifest", "--sign-with", "--fail-on"),
        ("compare",): ("--old-findings", "--new-findings", "--key", "--fail-on"),
        ("verify",): ("--root", "--trust", "--format"),
    }[command]
    for option in options:
        assert option in done.out


def options_of(command: str) -> list[str]:
    """Return the long names of a command's options."""
    program = _application("en")
    return [max(p.opts, key=len) for p in program.commands[command].params if p.param_type_name == "option"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_narrow_screen_and_folds_no_name(cli: Command, command, lang) -> None:
    lines = cli(command, "--help", "--lang", lang, COLUMNS=80).out.splitlines()
    assert max(map(len, lines)) <= 80
    for option in [*options_of(command), "--help"]:
        [line] = [line for line in lines if re.match(rf"  {option}(,| |$)", line)]
        name, said = re.split(r"  +", line.strip(), maxsplit=1)
        assert said, name
    assert not re.search(r"<\w+|\w+>|list\[|\bbool\b", "\n".join(lines))


@pytest.mark.parametrize(
    ("lang", "titles"), [("en", ("Input", "Rules", "What to count", "Output", "Evidence", "Gate"))]
)
def test_every_option_of_an_audit_stands_in_a_group(cli: Command, lang, titles) -> None:
    lines = cli("audit", "--help", "--lang", lang, COLUMNS=80).out.splitlines()
    group, found = "", {}
    for line in lines:
        if line and not line.startswith(" "):
            group = line
        elif name := re.match(r"  (--[\w-]+)", line):
            found[name[1]] = group
    assert set(found) == {*options_of("audit"), "--help"}
    assert set(found.values()) == {*titles, "Options"}
    assert {name for name, group in found.items() if group == "Options"} == {
        "--memory-limit",
        "--temp-dir",
        "--lang",
        "--help",
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_two_examples_that_can_be_typed_and_the_exit_codes(cli: Command, command, lang) -> None:
    out = cli(command, "--help", "--lang", lang, COLUMNS=80).out
    examples = re.findall(r"^    thuebao (\S+)(.*)$", out, re.MULTILINE)
    assert len(examples) == 2
    for name, rest in examples:
        assert name in (command, "audit")
        assert set(re.findall(r"--[\w-]+", rest)) <= {*options_of(name)}
    codes = re.findall(r"^  (\d+)  ", out, re.MULTILINE)
    assert {"0", "2", "4", "130"} <= set(codes)
    assert ("3" in codes) is (
        command in ("audit", "init", "columns", "show", "compare", "trend", "remedy", "follow", "verify")
    )


def test_help_names_the_environment_variable_of_each_option(cli: Command) -> None:
    out = cli("audit", "--help", COLUMNS=80).out
    for option in options_of("audit"):
        assert f"[env:THUEBAO_{option[2:].replace('-', '_').upper()}]" in out
    assert "[env:THUEBAO_COMPARE_FAIL_ON]" in cli("compare", "--help", COLUMNS=80).out


@pytest.mark.parametrize(
    ("variable", "value", "option"),
    [
        ("THUEBAO_FORMAT", "json", "--format=json"),
        ("THUEBAO_REVEAL", "1", "--reveal"),
        ("THUEBAO_BY", "sex", "--by=sex"),
        ("THUEBAO_AS_OF", "01/02/2026", "--as-of=2026-02-01"),
        ("THUEBAO_SET", "DUP141.threshold=2", "--set=DUP141.threshold=2"),
        ("THUEBAO_LANG", "vi", "--lang=vi"),
        ("THUEBAO_FAIL_ON", "never", "--fail-on=never"),
        ("THUEBAO_QUIET", "1", "--quiet"),
    ],
)
def test_an_option_can_be_an_environment_variable(desk: Desk, cli: Command, variable, value, option) -> None:
    desk.export("vina.csv", ERROR)
    extra = ("--findings", "f.csv", "--force")
    by_option = cli("audit", "vina.csv", *extra, option)
    written = (desk.path / "f.csv").read_bytes()
    assert cli("audit", "vina.csv", *extra, **{variable: value}) == by_option
    assert (desk.path / "f.csv").read_bytes() == written
    assert cli("audit", "vina.csv", *extra, **{variable: ""}) == cli("audit", "vina.csv", *extra)


def test_paths_in_the_environment_stand_apart_as_in_path(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "a b").mkdir()
    assert cli("audit", "vina.csv", THUEBAO_REPORT=os.pathsep.join(["a b/1.html", "2.html"])).code == 1
    assert desk.files() == {"vina.csv", "a b/1.html", "2.html"}


def test_a_wrong_value_in_the_environment_is_told(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", THUEBAO_REVEAL="perhaps")
    assert (done.code, done.out) == (2, "")
    one_message(done, "--reveal", "THUEBAO_REVEAL", "1 or 0")


def test_another_commands_variable_is_its_own(cli: Command) -> None:
    assert cli("rules", THUEBAO_FORMAT="sarif").code == 0
    assert cli("rules", THUEBAO_RULES_FORMAT="json").out.startswith("{")
    assert cli("explain", "ID142", THUEBAO_VERSION="1").out.startswith("ID142")
