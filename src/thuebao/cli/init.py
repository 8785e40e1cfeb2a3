"""The command `init`: a first file of settings, from what is found in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, choice, complain, option


def init(
    paths: Annotated[list[str], typer.Argument(help=text("help.init_paths"), show_default=False)],
    config: Annotated[Path | None, option("--config", help_key="init_config", metavar="FILE")] = None,
    force: Annotated[bool, option("--force", help_key="init_force")] = False,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Write a file of settings."""
    from thuebao.engine.settings import SETTINGS_FILE
    from thuebao.engine.survey import survey
    from thuebao.reports.settings import write_settings

    out = config or Path(SETTINGS_FILE)
    if out.exists() and not force:
        raise UsageError("settings_exists", path=out)
    found = survey(paths)
    write_settings(out, paths, found, named=config is not None)
    lacking = sum(one.lacks_operator for one in found)
    stopped = sum(one.error is not None and not one.lacks_operator for one in found)
    proposed = sum(bool(one.proposals) for one in found)
    complain(text("init.written", path=out, files=len(found)))
    for key, count in (("lacking", lacking), ("proposed", proposed), ("stopped", stopped)):
        if count:
            complain(text(f"init.{key}", count=count, path=out))
