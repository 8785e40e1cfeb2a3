"""The documentation and the help of every command are current, in both languages."""

from __future__ import annotations

from itertools import islice

import pytest

from helpers.outcomes import Command
from helpers.places import ROOT
from thuebao.base.messages import text, use_language


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
