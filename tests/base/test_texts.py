"""Every text in both languages, with the same placeholders."""

import tomllib
from importlib import resources
from string import Formatter

from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.delimited.malformed import BYTES, CUT, NUL, QUOTE, TOO_FEW, TOO_MANY


def texts(language: str) -> dict[str, set[str]]:
    """Return key → placeholders."""
    document = tomllib.loads(resources.files("thuebao.base.messages").joinpath(f"{language}.toml").read_text("utf-8"))
    return {
        f"{section}.{key}": {name for _, name, _, _ in Formatter().parse(value) if name}
        for section, entries in document.items()
        for key, value in entries.items()
    }


def test_both_languages_say_the_same() -> None:
    assert texts("vi") == texts("en")


def test_every_encoding_and_reason_has_its_text() -> None:
    converted = shipped_reference().document("encodings")["aliases"].keys() - {"utf-8"}
    assert {f"encoding.{name}" for name in converted} <= set(texts("en"))
    for reason in (BYTES, NUL, QUOTE, TOO_FEW, TOO_MANY, CUT):
        assert {f"rejected.{reason}", f"rejected_reason.{reason}"} <= set(texts("en"))
