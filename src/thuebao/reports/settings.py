"""Writes a file of settings from a look at the exports: what was found as comments, what can be set as examples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import tomlkit

from thuebao.base.atomic_file import AtomicFile
from thuebao.base.errors import UsageError
from thuebao.base.messages import language, text
from thuebao.engine.settings import KEYS
from thuebao.engine.settings_values import Key, leads_out
from thuebao.engine.survey import Surveyed
from thuebao.sources.headers.mapping_text import confidence, escaped

_INPUTS, _LANGUAGE, _OPERATORS = "inputs", "language", "operators"
_MOST_PROPOSALS = 5


def write_settings(out: Path, inputs: Sequence[str], found: Sequence[Surveyed], *, named: bool) -> None:
    """Write the settings for an audit of `inputs`: whole or not at all, readable by their owner only.

    named: the user said where, and will name the file: it may speak of what lies elsewhere.
    Raises UsageError for inputs that a file found there may not name, OutputError when it cannot be written.
    """
    seen = [_seen_from(out.parent, path) for path in inputs]
    for path, said in zip(inputs, seen, strict=True):
        if not named and leads_out(said, str(out.parent)):
            raise UsageError("init_outside", path=path)
    with AtomicFile(out) as atomic:
        atomic.file.write(settings_text(seen, found).encode())


def settings_text(inputs: Sequence[str], found: Sequence[Surveyed]) -> str:
    """Return the text of a file of settings in TOML."""
    lines = [f"# {text('init.title')}", "", f"{_INPUTS} = [{', '.join(map(_quoted, inputs))}]"]
    lines += [f"{_LANGUAGE} = {_quoted(language())}", ""]
    lines += [f"# {escaped(line)}" for one in found for line in _said_of(one)]
    unknown = [one.path for one in found if one.lacks_operator]
    lines += ["", f"# {text('init.examples')}"]
    for table in dict.fromkeys(key.table for key in KEYS):
        shown = [key for key in KEYS if key.table == table and key.name not in (_INPUTS, _LANGUAGE, _OPERATORS)]
        lines += [f"\n# [{table}]"] if table else []
        lines += [f"# {_example(key)}" for key in shown]
    lines += [f"\n[{_OPERATORS}]", f"# {text('init.operators')}"]
    lines += [f'# {_quoted(Path(path).name)} = "…"' for path in unknown] or ['# "*" = "…"']
    return "\n".join(lines) + "\n"


def _example(key: Key) -> str:
    return f"{key.name} = {key.example}"


def _said_of(one: Surveyed) -> Iterator[str]:
    """Yield what was found out about an export: whose it is, what is proposed for it, what is in the way."""
    if one.error is None:
        how = text(f"init.operator_from_{one.operator_from}", operator=one.operator or "")
        yield f"{one.path}: {how}"
    elif one.lacks_operator:
        yield f"{one.path}: {text('init.operator_unknown')}"
    else:
        yield text("init.stops", reason=one.error)
    if one.proposals:
        yield "  " + text("init.proposals", count=len(one.proposals), path=one.path, save=f"{Path(one.path).stem}.toml")
        for proposal in one.proposals[:_MOST_PROPOSALS]:
            yield f"    {proposal.header} → {proposal.column} ({confidence(proposal)})"
        if len(one.proposals) > _MOST_PROPOSALS:
            yield "    …"


def _seen_from(folder: Path, path: str) -> str:
    """Return a path as it is seen from a folder; one that is written for anywhere stays as it is."""
    here = folder == Path()
    return path if here or Path(path).is_absolute() else os.path.relpath(path, folder)


def _quoted(value: str) -> str:
    return escaped(tomlkit.string(value).as_string())
