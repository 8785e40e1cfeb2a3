"""Every text in both languages, with the same placeholders."""

import ast
import tomllib
from importlib import resources
from pathlib import Path
from string import Formatter

import thuebao
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


def test_every_text_that_the_source_asks_for_by_name_is_there() -> None:
    asked: set[str] = set()
    for path in Path(thuebao.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                name, key = getattr(call.func, "id", ""), call.args[0].value
                if name == "text" and isinstance(key, str):
                    asked.add(key)
                elif name in ("UsageError", "InputError", "OutputError", "RuleError"):
                    asked.add(f"error.{key}")
                elif name in ("option", "choice"):
                    asked |= {f"help.{k.value.value}" for k in call.keywords if k.arg == "help_key"}
    assert len(asked) > 200
    assert asked - texts("en").keys() == set()
