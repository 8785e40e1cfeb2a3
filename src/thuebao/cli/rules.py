"""The command `rules`: the rulebook as a list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from thuebao.cli.options import Lang, RulesFormat, codes, option, stdout


def rules(
    format: Annotated[RulesFormat, option("--format", help_key="list_format")] = RulesFormat.TABLE,  # noqa: A002
    select: Annotated[list[str] | None, option("--select", help_key="select", metavar="CODES")] = None,
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    lang: Annotated[Lang | None, option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """List the rulebook."""
    from thuebao.reports.markdown import rules_as_markdown
    from thuebao.reports.rulebook import print_rules, rules_as_json
    from thuebao.rulebook.book import read_rulebook

    rulebook = read_rulebook(rules or ())
    chosen = rulebook.selected(codes(select), ())
    listed = [rule for code, rule in rulebook.by_code.items() if code in chosen]
    if format is RulesFormat.JSON:
        print(rules_as_json(listed))
    elif format is RulesFormat.MARKDOWN:
        print(rules_as_markdown(listed, rulebook), end="")
    else:
        print_rules(listed, stdout())
