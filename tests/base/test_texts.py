"""Every text in both languages, with the same placeholders."""

import re
import tomllib
from string import Formatter

from helpers.places import ROOT
from thuebao.rulebook.reference import shipped_reference

SOURCE = ROOT / "src" / "thuebao"


def texts(language: str) -> dict[str, set[str]]:
    document = tomllib.loads((SOURCE / "base" / "messages" / f"{language}.toml").read_text("utf-8"))
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
    code = "\n".join(path.read_text("utf-8") for path in (SOURCE / "sources").rglob("*.py"))
    [reasons] = re.findall(r"^BYTES, NUL, .* = (.*)$", code, re.MULTILINE)
    for reason in re.findall(r"\"([a-z_]+)\"", reasons):
        assert {f"rejected.{reason}", f"rejected_reason.{reason}"} <= set(texts("en"))
