"""The command `verify`: are the files of a manifest unchanged, or a PDF, and who signed it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, ListFormat, choice, option, stdout


def verify(
    manifest: Annotated[Path, typer.Argument(help=text("help.verify_manifest"), show_default=False)],
    root: Annotated[Path | None, option("--root", help_key="verify_root", metavar="DIR")] = None,
    trust: Annotated[list[Path] | None, option("--trust", help_key="verify_trust", metavar="CERT")] = None,
    reveal: Annotated[bool, option("--reveal", help_key="verify_reveal")] = False,
    format: Annotated[ListFormat, choice(ListFormat, "--format", help_key="verify_format")] = ListFormat.TABLE,  # noqa: A002
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Verify a manifest or a signed PDF."""
    from thuebao.reports import verify as report
    from thuebao.results.evidence.document import is_document, verify_document
    from thuebao.results.evidence.verify import verify as verify_manifest

    as_json = format is ListFormat.JSON
    if is_document(manifest):
        if root is not None:
            raise UsageError("verify_root_document")
        document = verify_document(manifest, trust=trust or ())
        if as_json:
            print(report.render(document, reveal=reveal))
        else:
            report.print_document(document, stdout(), reveal=reveal)
        raise typer.Exit(0 if document.holds else 1)
    found = verify_manifest(manifest, root=root, trust=trust or ())
    if as_json:
        print(report.render(found, reveal=reveal))
    else:
        report.print_verification(found, stdout(), reveal=reveal)
    raise typer.Exit(0 if found.holds else 1)
