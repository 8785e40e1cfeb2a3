"""The commands about rules: the list, and one rule in full."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.commands.shared import Lang, RulesFormat, codes, option, stdout
from thuebao.errors import UsageError
from thuebao.texts import text


def rules(
    format: Annotated[RulesFormat, option("--format", help_key="list_format")] = RulesFormat.TABLE,  # noqa: A002
    select: Annotated[list[str] | None, option("--select", help_key="select", metavar="CODES")] = None,
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    lang: Annotated[Lang | None, option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """List the rulebook."""
    from thuebao.reports.markdown import rules_as_markdown
    from thuebao.reports.rulebook import print_rules, rules_as_json
    from thuebao.rulebook import read_rulebook

    rulebook = read_rulebook(rules or ())
    chosen = rulebook.selected(codes(select), ())
    listed = [rule for code, rule in rulebook.by_code.items() if code in chosen]
    if format is RulesFormat.JSON:
        print(rules_as_json(listed))
    elif format is RulesFormat.MARKDOWN:
        print(rules_as_markdown(listed, rulebook), end="")
    else:
        print_rules(listed, stdout())


def explain(
    code: Annotated[str, typer.Argument(help=text("help.code"), show_default=False)],
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    lang: Annotated[Lang | None, option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """Explain one rule."""
    from thuebao.reports.rulebook import print_rule
    from thuebao.rulebook import read_rulebook

    rulebook = read_rulebook(rules or ())
    rule = rulebook.by_code.get(code.strip().upper())
    if rule is None:
        raise UsageError("code_unknown", code=code)
    print_rule(rule, rulebook, stdout())
