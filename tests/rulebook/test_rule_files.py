"""Files of rules that cannot be used: one message with file, line and reason."""

from __future__ import annotations

import shutil

import pytest

from helpers.bad_input import RULE
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD
from thuebao.base.errors import RuleError
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.reference import rules_home


def condition(sql: str) -> str:
    return RULE.replace("full_name IS NULL", sql)


BROKEN_RULES: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "not TOML": (RULE + "x = = 1\n", ("line 6",)),
    "not UTF-8": (RULE.encode() + b"# \xe9\n", ("utf-8",)),
    "rules for rule": (RULE.replace("[[rule]]", "[[rules]]"), ("rules",)),
    "one bracket": (RULE.replace("[[rule]]", "[rule]"), ()),
    "unknown key": (RULE + 'severety = "info"\n', ("line 2", "USR101", "severety")),
    "no code": (RULE.replace('code = "USR101"\n', ""), ("'code' is missing",)),
    "code that is a number": (RULE.replace('"USR101"', "101"), ("code",)),
    "code in small letters": (RULE.replace("USR101", "usr101"), ("line 2", "usr101")),
    "code of a shipped rule": (RULE.replace("USR101", "NUM101"), ("NUM101", "number.toml")),
    "code of a finding about files": (RULE.replace("USR101", "EXP101"), ("EXP101", "ours.toml")),
    "code twice": (RULE + RULE, ("USR101",)),
    "no name": (RULE.replace('name = "our-rule"\n', ""), ("line 2", "USR101", "'name' is missing")),
    "no severity": (RULE.replace('severity = "error"\n', ""), ("line 2", "USR101", "'severity' is missing")),
    "unknown severity": (RULE.replace('"error"', '"fatal"'), ("USR101", "fatal", "error, warning, info")),
    "unknown remedy": (RULE + 'remedy = "authority"\n', ("USR101", "authority", "subscriber, carrier, none")),
    "remedy that is a flag": (RULE + "remedy = true\n", ("USR101", "remedy")),
    "notice that is a number": (RULE + "notice = 5\n", ("USR101", "notice")),
    "no condition": (RULE.replace('violation = "full_name IS NULL"\n', ""), ("USR101", "violation")),
    "condition that is a number": (RULE.replace('"full_name IS NULL"', "5"), ("USR101",)),
    "empty condition": (condition(""), ("USR101",)),
    "bad SQL": (condition("full_name IS IS NULL"), ("USR101", "full_name IS IS NULL")),
    "two statements": (condition("full_name IS NULL; DROP TABLE x"), ("USR101",)),
    "subquery": (condition("full_name IN (SELECT full_name FROM x)"), ("USR101",)),
    "unknown function": (condition("nonsense(full_name)"), ("USR101", "nonsense")),
    "unknown column in the condition": (condition("fullname = 'x'"), ("USR101", "'fullname'", "full_name")),
    "not a condition": (condition("full_name"), ("USR101", "true or false")),
    "day that does not exist": (condition("registration_day > DATE '2020-13-01'"), ("USR101",)),
    "text compared with a number": (condition("full_name > 5"), ("USR101",)),
    "day compared with a text": (condition("registration_day > '2020-01-01'"), ("USR101",)),
    "cast that fails": (condition("CAST(full_name AS INT) > 3"), ("USR101",)),
    "bad pattern": (condition("regexp_like(full_name, '(')"), ("USR101",)),
    "count over records": (condition("COUNT(full_name) > 1"), ("USR101",)),
    "count of all records": (condition("COUNT(*) > 1"), ("USR101",)),
    "number of a record among others": (condition("ROW_NUMBER() OVER (PARTITION BY full_name) > 1"), ("USR101",)),
    "unknown column in applies": (RULE + "applies = \"fullname = 'x'\"\n", ("USR101", "fullname")),
    "applies that is no text": (RULE + "applies = true\n", ("USR101",)),
    "unknown column in needs": (RULE + 'needs = ["fullname"]\n', ("USR101", "fullname")),
    "needs that is no list": (RULE + "needs = 5\n", ("USR101", "needs")),
    "unknown field": (RULE + 'field = "fullname"\n', ("USR101", "fullname")),
    "field that is a list": (RULE + 'field = ["full_name"]\n', ("USR101", "field")),
    "unknown era": (RULE + 'eras = ["D50"]\n', ("USR101", "D50", "D163")),
    "eras that is no list": (RULE + "eras = 5\n", ("USR101", "eras")),
    "title that is a number": (RULE + "title = 5\n", ("USR101", "title")),
    "unknown instrument": (RULE + '[[rule.basis]]\ninstrument = "x"\nprovision = "y"\n', ("USR101", "instrument")),
    "basis without an instrument": (RULE + '[[rule.basis]]\nprovision = "y"\n', ("USR101", "instrument")),
    "basis without a provision": (RULE + '[[rule.basis]]\ninstrument = "decree-163-2024"\n', ("USR101", "provision")),
    "example without a verdict": (RULE + '[[rule.example]]\nrecord = { full_name = "" }\n', ("USR101", "violates")),
    "example of a bad day": (
        RULE + '[[rule.example]]\nviolates = true\nrecord = {}\nas_of = "x"\n',
        ("USR101", "as_of"),
    ),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_broken_rule_file(desk: Desk, cli: Command, name) -> None:
    content, parts = BROKEN_RULES[name]
    desk.write("ours/ours.toml", content)
    desk.export("vina.csv", ERROR, GOOD)
    done = cli("audit", "vina.csv", "--rules", "ours", "--findings", "found.csv")
    assert (done.code, done.out) == (2, "")
    one_message(done, "ours.toml", *parts)
    assert desk.files() == {"vina.csv", "ours/ours.toml"}


def test_only_a_rule_of_ones_own_may_leave_out_who_puts_it_right(desk: Desk, cli: Command) -> None:
    desk.write("ours/ours.toml", RULE)
    desk.write("theirs/theirs.toml", RULE.replace("USR101", "USR102") + 'remedy = "subscriber"\n')
    listed = cli("rules", "--format", "json", "--rules", "ours", "--rules", "theirs").document["rules"]
    said = {rule["code"]: rule["remedy"] for rule in listed}
    assert (said["USR101"], said["USR102"]) == ("none", "subscriber")
    home = shutil.copytree(rules_home(), desk.path / "shipped")
    path = home / "person.toml"
    path.write_text(path.read_text("utf-8").replace('remedy = "subscriber"\n', "", 1), "utf-8")
    with pytest.raises(RuleError, match=r"PER101.*'remedy' is missing"):
        read_rulebook(home=home)


def test_rule_file_with_a_byte_order_mark(desk: Desk, cli: Command) -> None:
    desk.write("ours/ours.toml", "\ufeff" + RULE)
    assert cli("explain", "USR101", "--rules", "ours").code == 0


@pytest.mark.parametrize("lang", [pytest.param("vi"), "en"])
def test_rule_with_a_title_in_one_language_only(desk: Desk, cli: Command, lang) -> None:
    desk.write("ours/ours.toml", RULE + 'title = { en = "Ours" }\n')
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", "--rules", "ours", "--lang", lang)
    assert done.code in (1, 2)


def test_rule_with_texts_in_one_language_is_explained_in_both(desk: Desk, cli: Command) -> None:
    desk.write("ours/ours.toml", RULE + 'title = "Ours"\nexplain = "[/x] [bold]"\n')
    for lang in ("vi", "en"):
        out = cli("explain", "USR101", "--rules", "ours", "--lang", lang).out
        assert "Ours" in out
        assert "[/x] [bold]" in out
