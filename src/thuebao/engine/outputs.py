"""Checks of all outputs of an audit, against all that it reads and against each other, before any data is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from thuebao.base.errors import OutputError, UsageError
from thuebao.base.messages import text
from thuebao.base.nearest import hint
from thuebao.base.paths import same_file
from thuebao.engine.options import FULL, SHORT, AuditOptions
from thuebao.results.evidence.signing import token_in
from thuebao.results.files import FINDINGS_BOOK, FINDINGS_FORMATS
from thuebao.results.own import is_ours

DOCUMENT = ".docx"
REPORT_FORMATS = (".xlsx", ".html", DOCUMENT, ".pdf")
Inputs = Mapping[str, Sequence[str | Path]]
"""What is read, by the error that an output in its place is."""


def own_among(outputs: Iterable[Path]) -> Callable[[str], bool]:
    """Return what tells of a file that it is one of these outputs, and that an earlier run wrote it.

    A long list is read to its end for that, which nobody waits for unless it stands among the exports.
    """
    places, are_own = [*outputs], cache(is_ours)
    return lambda file: any(same_file(file, output) and are_own(output) for output in places)


def check_outputs(options: AuditOptions, exports: Sequence[str]) -> None:
    """Raise UsageError or OutputError for an output that cannot be written, or would replace what is read or written.

    exports: the files to be audited.
    """
    _check_formats(options)
    inputs: Inputs = {
        "output_over_input": [*exports],
        "output_over_baseline": [*filter(None, (options.baseline,))],
        "output_over_settings": [*_other_inputs(options)],
    }
    written: list[Path] = []
    for path in options.outputs():
        check_apart(path, inputs, written, "outputs_same")
        written.append(path)
    for path in options.reports:
        check_place(path)
    if options.per_operator:
        _check_folder(options.per_operator, exports)
    if options.manifest:
        check_manifest_path(options.manifest, written, inputs)
        written += _of_manifest(options.manifest)
    if options.new_findings and not options.baseline:
        raise UsageError("new_findings_without_baseline", path=options.new_findings)
    _check_signing(options)
    check_new(written, force=options.force)


def _check_signing(options: AuditOptions) -> None:
    """Raise UsageError for options of signing that do not go together."""
    token = token_in(options.sign_with)
    if (
        options.sign_with
        and not options.manifest
        and not any(path.suffix.lower() == ".pdf" for path in options.reports)
    ):
        raise UsageError("sign_nothing")
    if options.password_file and not options.sign_with:
        raise UsageError("password_without_sign")
    if options.timestamp and not options.sign_with:
        raise UsageError("stamp_without_sign")
    if token is None:
        for given, key in (
            (options.pkcs11_module, "token_module_without_token"),
            (options.certificate, "token_certificate_without_token"),
        ):
            if given:
                raise UsageError(key)
    elif not token:
        raise UsageError("token_without_name")
    elif not options.pkcs11_module:
        raise UsageError("token_without_module", name=token)


def check_place(path: Path) -> None:
    """Raise OutputError unless a file of that name can stand where it is to be written."""
    if not path.parent.is_dir() or path.is_dir():
        raise OutputError("output_unwritable", path=path, reason=text("error.no_such_place"))


def check_new(paths: Iterable[Path], *, force: bool) -> None:
    """Raise UsageError for a file that is there already, unless it may be replaced."""
    for path in paths:
        # A folder, or what is no file, is never replaced: who opens it says so.
        if not force and (os.path.isfile(path) or os.path.islink(path)):  # noqa: PTH113, PTH114  (never raise)
            raise UsageError("output_exists", path=path)


def _check_formats(options: AuditOptions) -> None:
    rejects = options.rejects
    for findings in filter(None, (options.findings, options.new_findings)):
        check_findings_format(findings)
    if rejects and rejects.suffix.lower() != ".csv":
        raise UsageError("rejects_format", path=rejects)
    if options.length not in (SHORT, FULL):
        known = (SHORT, FULL)
        raise UsageError(
            "length_unknown", value=options.length, known=", ".join(known), hint=hint(options.length, known)
        )
    for path in options.reports:
        if path.suffix.lower() not in REPORT_FORMATS:
            raise UsageError("report_format", path=path, known=", ".join(REPORT_FORMATS))
    if options.template and not any(path.suffix.lower() == DOCUMENT for path in options.reports):
        raise UsageError("template_without_report", path=options.template)


def check_findings_format(path: Path, known: Iterable[str] = (*FINDINGS_FORMATS, FINDINGS_BOOK)) -> None:
    """Raise UsageError unless findings can be written to a file of that name."""
    if path.suffix.lower() not in known:
        raise UsageError("findings_format", path=path, known=", ".join(known))


def _other_inputs(options: AuditOptions) -> Iterator[Path]:
    """Yield what is read beside the exports."""
    yield from options.mappings
    signer = Path(options.sign_with) if options.sign_with and token_in(options.sign_with) is None else None
    read = (
        signer,
        options.pkcs11_module,
        options.password_file,
        options.key_file,
        options.compare_with,
        options.template,
    )
    yield from filter(None, read)
    for folder in options.rules:
        yield from folder.glob("*.toml")


def check_apart(path: Path, inputs: Inputs, written: Iterable[Path], clash: str) -> None:
    """Raise UsageError for an output in the place of what is read, or (`clash`) of another output."""
    for key, some in inputs.items():
        if any(same_file(path, given) for given in some):
            raise UsageError(key, path=path)
    if any(same_file(path, other) for other in written):
        raise UsageError(clash, path=path)


def _check_folder(folder: Path, exports: Sequence[str]) -> None:
    """Raise UsageError unless workbooks for operators can be written to a folder without replacing an export."""
    if folder.exists() and not folder.is_dir():
        raise UsageError("per_operator_no_folder", path=folder)
    for file in exports:
        if file.lower().endswith(".xlsx") and same_file(Path(file).parent, folder):
            raise UsageError("output_over_input", path=file)


def check_manifest_path(path: Path, written: Sequence[Path], inputs: Inputs) -> None:
    """Raise UsageError unless the path ends in .json and neither it nor its signature is an input or an output."""
    if path.suffix.lower() != ".json":
        raise UsageError("manifest_format", path=path)
    for ours in _of_manifest(path):
        check_apart(ours, inputs, written, "manifest_over_output")


def _of_manifest(path: Path) -> tuple[Path, Path]:
    """Return a manifest and its signature."""
    from thuebao.results.evidence.verify import signature_path

    return path, signature_path(path)
