"""A mapping file as `columns --save` writes it: what is sure as it stands, what is unsure as a comment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from thuebao.base.errors import OutputError, UsageError
from thuebao.base.messages import text
from thuebao.base.paths import same_file
from thuebao.results.files import Replacement
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.proposal import KNOWN, MAPPED, SIMILAR, SURE, Proposal

_WIDEST = 60  # characters up to which lines are filled so that their comments stand below each other


def write_mapping(out: Path, proposals: Sequence[Proposal], source: str, operator: str | None, *, force: bool) -> None:
    """Write the proposals for the file `source` to `out`: whole or not at all, readable by its owner only.

    `operator` is the user's word on whose the records are. Raises UsageError when `out` is there (unless `force`)
    or is the source itself, OutputError when it cannot be written.
    """
    check_mapping_path(out, source, force=force)
    replacement = Replacement(out)
    try:
        replacement.file.write(mapping_text(proposals, source, operator).encode())
    except OSError as error:
        replacement.discard()
        raise OutputError("output_unwritable", path=out, reason=error.strerror) from None
    except BaseException:
        replacement.discard()
        raise
    replacement.keep()


def check_mapping_path(out: Path, source: str, *, force: bool) -> None:
    """Raise UsageError when a mapping file may not be written there."""
    if same_file(source, out):
        raise UsageError("mapping_over_input", path=out)
    if out.exists() and not force:
        raise UsageError("mapping_exists", path=out)


def mapping_text(proposals: Sequence[Proposal], source: str, operator: str | None) -> str:
    """Return the mapping file of the proposals."""
    name = Path(source).name
    by_column = {proposal.column: proposal for proposal in proposals if proposal.column}
    listed = [by_column[column] for column in columns() if column in by_column]
    unknown = [escaped(proposal.header) for proposal in proposals if not proposal.column]
    absent = [column for column in columns() if column not in by_column]
    lines = [
        "# " + text("mapping.title", source=escaped(name)),
        f"# files = [{quoted(_pattern(name))}]  # {text('mapping.files')}",
        f"{'' if operator else '# '}operator = {quoted(operator or '…')}  # {text('mapping.operator')}",
        "",
        "[columns]",
        *_assignments(listed),
    ]
    if unknown:
        lines.append("# " + text("mapping.unknown", headers=", ".join(unknown)))
    if absent:
        lines.append("# " + text("mapping.absent", columns=", ".join(absent)))
    return "\n".join(lines) + "\n"


def _assignments(proposals: Sequence[Proposal]) -> list[str]:
    assigned = [("" if p.confidence >= SURE else "# ") + f"{p.column} = {quoted(p.header)}" for p in proposals]
    width = max((len(line) for line in assigned if len(line) <= _WIDEST), default=0)
    return [f"{line:<{width}}  # {_comment(proposal)}" for line, proposal in zip(assigned, proposals, strict=True)]


def _comment(proposal: Proposal) -> str:
    unsure = "" if proposal.confidence >= SURE else "; " + text("mapping.unsure")
    return escaped(confidence(proposal)) + unsure


def confidence(proposal: Proposal) -> str:
    """Return how sure a proposal is and why: "83 %: similar to 'Ngày cấp'"."""
    why = {
        KNOWN: text("columns.known"),
        MAPPED: text("columns.by_mapping"),
        SIMILAR: text("columns.similar", like=proposal.like),
    }.get(proposal.why, text("columns.by_values"))
    return text("number.percent", value=int(proposal.confidence * 100 + 0.5)) + ": " + why


def _pattern(name: str) -> str:
    """Return a pattern for the names of such files: what stands before the first digit."""
    start = re.split(r"[0-9]", Path(name).stem, maxsplit=1)[0].rstrip(" _.-(") or name
    return re.sub(r"([*?\[])", r"[\1]", start) + "*"


def quoted(value: str) -> str:
    """Return a text as a TOML basic string."""
    return f'"{escaped(value)}"'


def escaped(value: str) -> str:
    """Return foreign text as it may stand in a TOML basic string or a comment: one line, nothing a terminal obeys."""
    return "".join(_escape(c) for c in value)


def _escape(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    if unicodedata.category(sign) == "Cs":  # no character at all, and TOML has no way to write it
        return "\ufffd"
    if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp"):
        return f"\\u{ord(sign):04X}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08X}"
    return sign
