"""Every text in both languages, with the same placeholders; and every text that the code asks for is there."""

import re
import tomllib
from pathlib import Path
from string import Formatter

from thuebao.rulebook.reference import shipped_reference

SOURCE = Path(__file__).parents[1] / "src" / "thuebao"


def texts(language: str) -> dict[str, set[str]]:
    document = tomllib.loads((SOURCE / "base" / "messages" / f"{language}.toml").read_text("utf-8"))
    return {
        f"{section}.{key}": {name for _, name, _, _ in Formatter().parse(value) if name}
        for section, entries in document.items()
        for key, value in entries.items()
    }


def test_both_languages_say_the_same() -> None:
    assert texts("vi") == texts("en")


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    quoted = set(re.findall(r"\"((?:[a-z]+\.)?[a-z0-9_]+)\"", code))
    known = texts("en")
    unused = {key for key in known if key not in quoted and key.split(".")[1] not in quoted}
    looked_up = {"severity", "help", *re.findall(r"\btext\(f\"([a-z_]+)\.\{", code)}
    assert {key for key in unused if key.split(".")[0] not in looked_up} == set()
    asked = set(re.findall(r"\btext\(\s*\"([a-z]+\.[a-z0-9_]+)\"", code))
    sections = {key.split(".")[0] for key in known}
    asked |= {key for key in re.findall(r"\"([a-z_]+\.[a-z0-9_]+)\"", code) if key.split(".")[0] in sections}
    asked |= {f"error.{key}" for key in re.findall(r"(?:Input|Usage|Rule|Output)Error\(\s*\"([a-z0-9_]+)\"", code)}
    assert asked - set(known) == {"page.css"}  # a file


def test_every_encoding_and_reason_has_its_text() -> None:
    converted = shipped_reference().document("encodings")["aliases"].keys() - {"utf-8"}
    assert {f"encoding.{name}" for name in converted} <= set(texts("en"))
    code = "\n".join(path.read_text("utf-8") for path in (SOURCE / "sources").rglob("*.py"))
    [reasons] = re.findall(r"^BYTES, NUL, .* = (.*)$", code, re.MULTILINE)
    for reason in re.findall(r"\"([a-z_]+)\"", reasons):
        assert {f"rejected.{reason}", f"rejected_reason.{reason}"} <= set(texts("en"))
