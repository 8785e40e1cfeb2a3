"""What an audit is asked for: by the command line, else the environment, else a settings file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from thuebao.base.errors import ThuebaoError, UsageError
from thuebao.base.paths import same_file
from thuebao.cli.options import Format, codes, day, names, one_of, parameters, severities
from thuebao.engine.settings import KEYS, SETTINGS_FILE, Settings, read_settings

if TYPE_CHECKING:
    from thuebao.engine.options import AuditOptions

_CALLED = {"report": "reports", "mapping": "mappings", "set_": "parameters", "lang": "language"}
"""Options of AuditOptions that the command line calls otherwise, by its names."""
_READ: Mapping[str, Callable[[Any], Any]] = {
    "select": codes,
    "ignore": codes,
    "show": codes,
    "by": names,
    "as_of": day,
    "severity": severities,
    "parameters": parameters,
}
"""How options are read that the command line gives as texts of its own form."""
_NOT_SAID = ("paths", "language", "quiet", "full")
"""What a manifest does not name as an option."""


@dataclass(frozen=True)
class Asked:
    """What an audit is asked for. said: by the command line or the environment, by the names of AuditOptions."""

    said: Mapping[str, Any]
    settings: Settings

    @classmethod
    def of(cls, context: typer.Context, *, look: bool = True) -> Asked:
        """Return what the user gave a command; look: whether settings are looked for where none are named.

        Raises UsageError for a settings file that cannot be used.
        """
        said = {_CALLED.get(name, name): value for name, value in context.params.items() if _was_given(context, name)}
        named = said.pop("config", None)
        if named is not None:
            return cls(said, read_settings(named))
        found = look and os.path.lexists(SETTINGS_FILE)
        return cls(said, read_settings(SETTINGS_FILE, found=True) if found else Settings(""))

    @property
    def format(self) -> Format:
        """How the result is printed."""
        if "format" in self.said or "format" not in self.settings.command:
            return Format(self.said.get("format", Format.TABLE))
        try:
            return one_of(Format, "--format", self.settings.command["format"])
        except UsageError as error:
            raise self._at("[outputs] format", error) from None

    @property
    def quiet(self) -> int:
        """How quiet the audit is (cli/present.py)."""
        return int(self.said.get("quiet", self.settings.command.get("quiet", 0)))

    @property
    def full(self) -> bool:
        """Whether everything is printed."""
        return bool(self.said.get("full", self.settings.command.get("full")))

    @property
    def paths(self) -> list[str]:
        """The exports to audit. Raises UsageError if nobody names any."""
        paths = self.said.get("paths") or self.settings.inputs
        if not paths:
            raise UsageError("no_exports", file=SETTINGS_FILE)
        return list(paths)

    def options(self) -> AuditOptions:
        """Return the options of the audit. Raises UsageError for what cannot be read."""
        from thuebao.engine.options import AuditOptions

        known = {field.name for field in fields(AuditOptions)}
        said = {
            name: _READ[name](value) if name in _READ else value for name, value in self.said.items() if name in known
        }
        options = AuditOptions.of(**self.settings.options | said)
        written = filter(None, (*options.outputs(), options.manifest))
        for path in written if self.settings.path else ():
            if same_file(path, self.settings.path):
                raise UsageError("output_over_settings_file", path=path)
        return options

    def given(self) -> dict[str, str]:
        """Return the options that were given, as text, by the command line's names: for whoever reads a manifest."""
        called = {field: name for name, field in _CALLED.items()}
        said = {**self.settings.command, **self.settings.options, **self.said}
        shown = {
            called.get(name, name).rstrip("_").replace("_", "-"): _shown(value)
            for name, value in said.items()
            if name not in _NOT_SAID and value is not False
        }
        return shown | ({"config": self.settings.path} if self.settings.path else {})

    @contextmanager
    def blaming(self) -> Iterator[None]:
        """Name file and key in an error, if it is the settings file that asks for what cannot be."""
        try:
            yield
        except ThuebaoError as error:
            raise self._blamed(error) from None

    def said_of(self, unreadable: ThuebaoError) -> str:
        """Return what is said of an input that could not be read, with its key if the settings file names it."""
        if "paths" not in self.said and unreadable.values.get("path") in self.settings.inputs:
            return str(self._at("inputs", unreadable))
        return str(unreadable)

    def _blamed(self, error: ThuebaoError) -> ThuebaoError:
        for name, check in self._checks():
            try:
                check()
            except ThuebaoError as found:
                if (found.key, found.values) == (error.key, error.values):
                    return self._at(next(key.said for key in KEYS if key.option == name), error)
        return error

    def _at(self, key: str, error: ThuebaoError) -> ThuebaoError:
        return type(error)("settings_value", path=self.settings.path, key=key, reason=error)

    def _checks(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """Yield, for each option that the settings file alone gives, what tries it by itself."""
        from thuebao.engine.options import AuditOptions

        base = {"rules": self.options().rules}  # with whose codes the others speak
        for name, value in self.settings.options.items():
            if name not in self.said:
                yield name, partial(_try, AuditOptions.of(**base | {name: value}))


def _try(options: AuditOptions) -> None:
    """Raise what options raise by themselves, before any data is read."""
    from thuebao.engine.outputs import check_outputs
    from thuebao.engine.prepare import prepare
    from thuebao.reports.deliver import Delivery
    from thuebao.results import thresholds

    check_outputs(options, ())
    thresholds.conditions(options.fail_on, prepare(options).rulebook, compared=bool(options.compare_with))
    Delivery(options)


def _was_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)
