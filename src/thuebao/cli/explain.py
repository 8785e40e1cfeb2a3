"""The command `explain`: one rule in full."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.messages import text
from thuebao.cli.complete import codes
from thuebao.cli.options import Lang, choice, option, stdout


def explain(
    code: Annotated[str, typer.Argument(help=text("help.code"), show_default=False, autocompletion=codes)],
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    all_examples: Annotated[bool, option("--all-examples", help_key="all_examples")] = False,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Explain one rule."""
    from thuebao.reports.rulebook import print_rule
    from thuebao.rulebook.book import read_rulebook

    rulebook = read_rulebook(rules or ())
    print_rule(rulebook.rule_of(code), rulebook, stdout(), every_example=all_examples)
