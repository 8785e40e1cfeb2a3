"""The command `rules`: the rulebook as a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.messages import text
from thuebao.cli.options import Lang, RulesFormat, choice, codes, complain, option, stdout


def rules(
    format: Annotated[RulesFormat, choice(RulesFormat, "--format", help_key="list_format")] = RulesFormat.TABLE,  # noqa: A002
    select: Annotated[list[str] | None, option("--select", help_key="select", metavar="CODES")] = None,
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    check: Annotated[Path | None, option("--check", help_key="rules_check", metavar="DIR")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """List the rulebook, or check the examples of a user's own rules."""
    if check:
        raise typer.Exit(_check(check))
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
        print_rules(listed, rulebook.law, stdout())


def _check(folder: Path) -> int:
    """Run the examples of the rules in a folder; return the exit code: 1 if one does not come out as it says."""
    from thuebao.base.clock import today
    from thuebao.engine.examples import mismatches
    from thuebao.rulebook.book import read_rulebook

    rulebook = read_rulebook([folder])
    shipped = read_rulebook().by_code
    own = [rule for rule in rulebook.rules if rule.code not in shipped]
    wrong = list(mismatches(rulebook, own, today()))
    for found in wrong:
        complain(
            text(
                "rules_check.wrong",
                path=found.rule.source,
                code=found.rule.code,
                number=found.number,
                expected=_said(found.expected),
                found=_said(found.found),
            )
        )
    examples = sum(len(rule.examples) for rule in own)
    print(text("rules_check.done", rules=len(own), examples=examples, wrong=len(wrong)))
    return int(bool(wrong))


def _said(violates: Sequence[bool]) -> str:
    return ", ".join(str(value).lower() for value in violates)
