"""The command `verify`: are the files of a manifest unchanged, and who signed it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.messages import text
from thuebao.cli.options import Lang, ListFormat, choice, option, stdout


def verify(
    manifest: Annotated[Path, typer.Argument(help=text("help.verify_manifest"), show_default=False)],
    root: Annotated[Path | None, option("--root", help_key="verify_root", metavar="DIR")] = None,
    trust: Annotated[list[Path] | None, option("--trust", help_key="verify_trust", metavar="CERT")] = None,
    format: Annotated[ListFormat, choice(ListFormat, "--format", help_key="verify_format")] = ListFormat.TABLE,  # noqa: A002
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Verify a manifest."""
    from thuebao.reports import verify as report
    from thuebao.results.evidence.verify import verify as verify_manifest

    found = verify_manifest(manifest, root=root, trust=trust or ())
    if format is ListFormat.JSON:
        print(report.render(found))
    else:
        report.print_verification(found, stdout())
    raise typer.Exit(0 if found.holds else 1)
