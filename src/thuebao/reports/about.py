"""What a report says of the run that made it: who ordered it, when it ran, with which options and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from thuebao.base.messages import text


@dataclass(frozen=True)
class About:
    """Origin of a report: one run of an audit.

    made_by: a person or an office, None if nobody said; started, ended: with their zone; options: as the user gave
    them, by name without dashes; versions: of thuebao, Python and the libraries that count; settings: every
    option with the value that it had, given or not.
    """

    made_by: str | None
    started: datetime
    ended: datetime
    options: Mapping[str, str]
    versions: Mapping[str, str]
    settings: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def shown_options(self) -> dict[str, str]:
        """The options as they are written on a command line; one that takes no value has a yes."""
        return {f"--{name}": text("report.yes") if value == "True" else value for name, value in self.options.items()}
