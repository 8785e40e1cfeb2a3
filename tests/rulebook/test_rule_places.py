"""Every place that a rule touches, held for every rule; a failure says what is missing where, and how to add it.

CONTRIBUTING.md, "Add a rule", walks through the same places in the same order.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from thuebao.base import messages
from thuebao.reports.markdown import rules_as_markdown
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.rule import NOBODY, REMEDIES

REPOSITORY = Path(__file__).parents[2]
RULEBOOK = read_rulebook()
LANGUAGES = {"en": "docs/rules.md", "vi": "docs/rules.vi.md"}
TEXTS = ("title", "explain", "action")

# Rules that the samples cannot hold a violation of, each with the reason.
NOT_PLANTED: dict[str, str] = {}


def read(name: str) -> str:
    return (REPOSITORY / name).read_text("utf-8")


@cache
def catalogued() -> dict[str, list[str]]:
    """Return code → the fields of its row in a table of the catalogue; rules against a reference are not built yet."""
    before, _, rest = read("docs/catalogue.md").partition("## 5b. ")
    catalogue = before + rest[rest.index("## 6. ") :]
    rows = re.findall(r"^\| ([A-Z]{2,5}[0-9]{3}) \|(.*)\|$", catalogue, re.MULTILINE)
    return {code: [field.strip() for field in rest.split("|")] for code, rest in rows}


@cache
def entries() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return code → its file and its entry there: the loader lends a text from one language to the other."""
    found = {}
    for path in sorted((REPOSITORY / "rules").glob("*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        for entry in [*document.get("rule", []), *document.get("finding", [])]:
            found[entry["code"]] = (f"rules/{path.name}", entry)
    return found


def sections(page: str) -> dict[str, str]:
    """Return code → what a page of rules says of it: its line in the table and its section."""
    head, *rest = re.split(r"^### ", page, flags=re.MULTILINE)
    lines = dict(re.findall(r"^\| \[([A-Z0-9]+)\]\(#[a-z0-9]+\) (.*)$", head, re.MULTILINE))
    found = {part.split("\n", 1)[0]: re.split(r"^## ", part, flags=re.MULTILINE)[0].strip() for part in rest}
    return {code: f"{lines.get(code)}\n{text}" for code, text in found.items()}


@cache
def printed(language: messages.Language) -> str:
    """Return the page that `thuebao rules --format markdown` prints."""
    before = messages.language()
    messages.use_language(language)
    try:
        return rules_as_markdown(list(RULEBOOK.by_code.values()), RULEBOOK)
    finally:
        messages.use_language(before)


@cache
def planted() -> frozenset[str]:
    return frozenset(code for _, _, code, _ in json.loads(read("sample_data/truth.json")))


@cache
def counted() -> frozenset[str]:
    return frozenset(rule["code"] for rule in json.loads(read("sample_data/expected.json"))["rules"])


@cache
def oracles() -> str:
    """Return the code of the independent checks, wherever they stand under tests/."""
    paths = [p for p in sorted((REPOSITORY / "tests").rglob("*.py")) if "oracle" in str(p.relative_to(REPOSITORY))]
    return "\n".join(path.read_text("utf-8") for path in paths if not path.name.startswith("test_"))


def missing_in_rules(code: str) -> Iterator[str]:
    """Yield what a rule's own entry lacks."""
    if code not in entries():
        yield "rules/*.toml: there is no [[rule]] of this code. Add one to the file of its family."
        return
    file, entry = entries()[code]
    for key in TEXTS:
        for language in LANGUAGES:
            texts = entry.get(key)
            if not (isinstance(texts, dict) and str(texts.get(language, "")).strip()):
                yield f"{file}: no {key}.{language}. Add it below {key}; nobody should read another language's text."
    if entry.get("remedy") not in REMEDIES:
        yield f"{file}: remedy is none of {', '.join(REMEDIES)}. Say who puts right what it finds."
    if entry["severity"] == "error" and entry.get("remedy") == NOBODY:
        yield f"{file}: an error that nobody puts right. Say whether the subscriber or the carrier does."
    if "notice" in entry and set(entry["notice"]) != set(LANGUAGES):
        yield f"{file}: notice is not in every language. Give notice.vi and notice.en, or none where the title does."
    rule = RULEBOOK.by_code[code]
    if rule.violation is None:
        return  # about a file: a damaged one breaks no article, and there are no records to show
    for era in RULEBOOK.law.era_ids:
        # Where a finding cites the law of another day than the registration's, only the eras of such days have a basis.
        cited = rule.law_day is None and RULEBOOK.law.reaches(rule.eras, era)
        if cited and not rule.bases_in(era, RULEBOOK.law):
            yield f'{file}: no legal basis in era {era}. Add [[rule.basis]] with eras = ["{era}"], or narrow the eras.'
    if not rule.basis:
        yield f"{file}: no legal basis. Add [[rule.basis]]."
    for violates, word in ((True, "violating"), (False, "lawful")):
        if not any(violates in example.violates for example in rule.examples):
            yield f"{file}: no {word} example. Add [[rule.example]] with violates = {str(violates).lower()}."


def missing_in_docs(code: str) -> Iterator[str]:
    """Yield what the documentation lacks."""
    rule = RULEBOOK.by_code.get(code)
    row = catalogued().get(code)
    if rule and row is None:
        columns = [code, rule.name, rule.severity, *([", ".join(rule.eras)] if rule.violation else [])]
        yield f"docs/catalogue.md: no row. Add to the table of its family: | {' | '.join(columns)} | when it fires |"
    elif rule and row and row[:2] != [rule.name, rule.severity]:
        yield f"docs/catalogue.md: the row says {row[:2]}, the rule {[rule.name, rule.severity]}. Mend the wrong one."
    for language, file in LANGUAGES.items():
        command = f"thuebao rules --format markdown --lang {language} > {file}"
        there, due = sections(read(file)).get(code), sections(printed(language)).get(code)
        if there != due:
            what = "no section" if there is None else "another text than the rule has"
            yield f"{file}: {what}. Run: {command}"


def missing_in_checks(code: str) -> Iterator[str]:
    """Yield what the samples and the oracles lack, for a rule about records."""
    rule = RULEBOOK.by_code.get(code)
    if rule is None or rule.violation is None:
        return
    where = "schemes.py" if rule.grouping else "defects/"
    if code not in planted() and code not in NOT_PLANTED:
        yield (
            f"sample_data/truth.json: no record violates it. Plant a defect in src/thuebao/sample/{where} and run: "
            "python sample_data/make.py (or say in NOT_PLANTED of this test why none can be planted)"
        )
    if code in planted() and code in NOT_PLANTED:
        yield "NOT_PLANTED of this test: a defect is planted after all. Take the rule out of it."
    if code not in counted():
        yield "sample_data/expected.json: not among the rules. Run: python sample_data/make.py"
    if f'"{code}"' not in oracles():
        yield (
            "tests/, the oracles: no independent check decides it. Write it there, from the catalogue's words and not "
            "from the rule's SQL"
        )


CODES = sorted({*RULEBOOK.by_code, *catalogued(), *entries(), *sections(read("docs/rules.md")), *planted()})


@pytest.mark.parametrize("code", CODES)
def test_a_rule_is_in_all_its_places(code: str) -> None:
    missing = [*missing_in_rules(code), *missing_in_docs(code), *missing_in_checks(code)]
    assert not missing, "\n".join(
        [f"{code} is not in all its places (CONTRIBUTING.md, Add a rule):", *(f"  {line}" for line in missing)]
    )


@pytest.mark.parametrize(("language", "file"), LANGUAGES.items())
def test_the_page_of_rules_is_what_the_command_prints(language: messages.Language, file: str) -> None:
    command = f"thuebao rules --format markdown --lang {language} > {file}"
    assert read(file) == printed(language), f"{file} is out of date. Run: {command}"


def test_the_readme_shows_the_samples_as_they_are() -> None:
    expected = json.loads(read("sample_data/expected.json"))
    totals = expected["totals"]
    count, errors, findings = (totals[key] for key in ("records", "records_with_errors", "records_with_findings"))

    def share(part: int) -> str:
        return f"{100 * part / count:.1f} %"

    lines = (
        f"Records: {count:,}, files: {len(expected['inputs'])}",
        f"{errors} records with errors ({share(errors)}), {findings} with any finding ({share(findings)})",
    )
    for line in lines:
        assert line in read("README.md"), f"README.md shows an earlier state of sample_data/. It should say: {line}"


def test_rules_that_are_not_planted_exist() -> None:
    unknown = NOT_PLANTED.keys() - RULEBOOK.by_code.keys()
    assert not unknown, f"NOT_PLANTED of this test speaks of rules that there are not: {sorted(unknown)}"
