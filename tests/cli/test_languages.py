"""Texts follow the option, else the locale."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from helpers.commands import COMMANDS
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR, people


@pytest.mark.parametrize(
    ("arguments", "vietnamese", "english"),
    [
        (("audit", "vina.csv"), "Bản ghi: 1, tệp: 1", "Records: 1, files: 1"),
        (("audit", "vina.csv"), "Thiếu họ và tên", "Name missing"),
        (("audit", "nowhere.csv"), "không có tệp hoặc thư mục này", "there is no such file"),
        (("audit", "vina.csv", "--select", "XX"), "không có quy tắc mang mã", "no rule has this code"),
        (("explain", "PER101"), "Căn cứ pháp luật", "What to do"),
        (("rules", "--select", "PER101"), "Thiếu họ và tên", "Name missing"),
        (("columns", "vina.csv"), "Tiêu đề trong tệp", "Header in the file"),
        (("audit", "--help"), "Kiểm tra các tệp kết xuất", "Check exports"),
    ],
)
def test_texts_in_both_languages(desk: Desk, cli: Command, arguments, vietnamese, english) -> None:
    desk.export("vina.csv", ERROR)
    vi, en = (cli(*arguments, "--lang", lang).said for lang in ("vi", "en"))
    assert vietnamese in vi
    assert vietnamese not in en
    assert english in en
    assert english not in vi


@pytest.mark.parametrize(
    ("environment", "options", "vietnamese"),
    [
        ({"LANG": "vi_VN.UTF-8"}, (), True),
        ({"LANG": "vi_VN"}, (), True),
        ({"LC_ALL": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, (), True),
        ({"LC_MESSAGES": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, (), True),
        ({"LC_ALL": "C.UTF-8", "LANG": "vi_VN.UTF-8"}, (), False),
        ({"LANG": "en_US.UTF-8"}, (), False),
        ({"LANG": "fr_FR.UTF-8"}, (), False),
        ({}, (), False),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang", "en"), False),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang=en",), False),
    ],
)
def test_language_of_the_locale(desk: Desk, cli: Command, environment, options, vietnamese) -> None:
    out = cli("rules", "--select", "PER101", *options, **environment).out
    assert ("Thiếu họ và tên" in out) is vietnamese


def test_vietnamese_from_start_to_end(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, *people(1999, first=10))
    done = cli("audit", "vina.csv", "nowhere.csv", LANG="vi_VN.UTF-8")
    assert "2.000" in done.out
    assert "0,05 %" in done.out
    assert "không có tệp" in done.err
    assert "Records" not in done.out


def test_language_before_the_command(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    assert "Kiểm tra" in cli("--lang", "vi", "--help").out
    assert "Bản ghi: 1" in cli("--lang", "vi", "audit", "vina.csv").out


# What an English text and a Vietnamese one have in common: names, codes, values, and syllables of Vietnamese.
NAMES = {
    *(
        "thuebao",
        "csv",
        "json",
        "sarif",
        "sql",
        "sha",
        "utf",
        "vni",
        "windows",
        "toml",
        "der",
        "pem",
        "xlsx",
        "yyyy",
        "mm",
        "dd",
    ),
    *(
        "audit",
        "init",
        "columns",
        "compare",
        "explain",
        "follow",
        "remedy",
        "rules",
        "sample",
        "show",
        "verify",
        "inputs",
        "table",
        "markdown",
    ),
    *(
        "error",
        "warning",
        "info",
        "never",
        "auto",
        "canonical",
        "worse",
        "wrong",
        "overdue",
        "any",
        "number",
        "record",
        "hash",
        "short",
        "full",
        "vi",
        "en",
        "github",
        "trend",
        "openmetrics",
    ),
    *("month", "province", "operator"),
    *("token", "pin", "pdf", "rfc", "cccd"),
    *("in", "so", "do", "bao", "nam", "an", "hai", "con", "to"),
}
OF_TYPER = """usage options option arguments argument commands command missing such no invalid value default required
install completion current shell show copy customize exit message help got unexpected extra requires try possible"""


def english() -> set[str]:
    """Return the words of all English texts, and those that the parser of the command line has of its own."""
    source = resources.files("thuebao.base.messages").joinpath("en.toml").read_text("utf-8")
    texts = " ".join(text for section in tomllib.loads(source).values() for text in section.values())
    return {word.lower() for word in re.findall("[A-Za-z]{2,}", f"{texts} {OF_TYPER}")} - NAMES


def words(said: str, typed: tuple[str, ...] = ()) -> set[str]:
    """Return the words that stand by themselves: no options, variables, files, codes nor what was typed."""
    for one in sorted(typed, key=len, reverse=True):
        said = said.replace(one, " ")
    said = re.sub(r"^    thuebao .*$", " ", said, flags=re.MULTILINE)
    said = re.sub(r"--?[a-z][\w-]*|\S*[./_*=0-9:]\S*", " ", said)
    return {word.lower() for word in re.findall(r"(?<!\w)[A-Za-z]{2,}(?!\w)", said)}


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_help_in_vietnamese_has_no_english_word(cli: Command, command) -> None:
    said = cli(*command, "--help", "--lang", "vi", COLUMNS=80).out
    assert words(said) & english() == set()
    assert "Mã thoát" in said
    # The test finds English where there is some.
    assert len(words(cli(*command, "--help", "--lang", "en", COLUMNS=80).out) & english()) > 10


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit",),
        ("explain",),
        ("compare", "a"),
        ("expalin", "ID142"),
        ("--nope",),
        ("audit", "x.csv", "--nope"),
        ("audit", "x.csv", "-z"),
        ("audit", "x.csv", "--findings"),
        ("audit", "x.csv", "--force=1"),
        ("audit", "x.csv", "--format", "xml"),
        ("audit", "x.csv", "--lang"),
        ("audit", "x.csv", "--select", "XYZ"),
        ("audit", "x.csv", "--severity", "PER101=fatal"),
        ("audit", "x.csv", "--law", "decree-1"),
        ("audit", "x.csv", "--by", "nothing"),
        ("audit", "x.csv", "--province", "Atlantis"),
        ("audit", "x.csv", "--as-of", "x"),
        ("audit", "x.csv", "--encoding", "latin-9"),
        ("audit", "x.csv", "--fail-on", "fatal"),
        ("audit", "x.csv", "--max-rejected", "x"),
        ("audit", "x.csv", "--config", "nowhere.toml"),
        ("audit", "x.csv", "--config", "broken.toml"),
        ("audit", "x.csv", "--config", "wrong.toml"),
        ("explain", "ID142", "more"),
        ("sample", "x.csv", "--records", "0"),
        ("sample", "x.csv", "--records", "many"),
        ("sample", "x.csv", "--defects", "2"),
        ("rules", "--format", "xml"),
        ("init", "nowhere/"),
        ("show", "x.csv", "0"),
        ("show", "x.csv"),
        ("columns", ".", "--save", "x.toml"),
    ],
    ids=" ".join,
)
def test_usage_errors_in_vietnamese_have_no_english_word(desk: Desk, cli: Command, arguments) -> None:
    desk.write("broken.toml", "inputs = [")
    desk.write("wrong.toml", "inputs = 5")
    done = cli(*arguments, LANG="vi_VN.UTF-8")
    assert done.code in (2, 3)
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    # What is offered are columns, laws and rules by their names.
    said = re.sub(r"(Gần nhất|Có|Các giá trị dùng được): [^.]*", " ", done.err)
    assert words(said, arguments) & english() == set()
    assert len(words(cli(*arguments, LANG="en_US.UTF-8").err, arguments) & english()) >= 2
