"""Endings by which a folder's files, and an archive's members, are taken for exports."""

from __future__ import annotations

from pathlib import PurePath

ARCHIVE_ENDINGS = (".zip", ".tar", ".tgz", ".txz", ".tbz", ".tbz2", ".tzst")
PACKED_ENDINGS = (".gz", ".zst", ".xz", ".bz2", *ARCHIVE_ENDINGS)
_PLAIN_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".xlsx", ".xls", ".ods", ".ndjson", ".jsonl")
# Not .json, .html and .xml: folders of exports hold results, reports and settings under these.
_MARKED_UP_ENDINGS = (".mht", ".mhtml", ".slk")
EXPORT_ENDINGS = (*_PLAIN_ENDINGS, *_MARKED_UP_ENDINGS, *PACKED_ENDINGS)
"""A file named on its own may have any ending."""
LOCKS = ("~$", ".~lock.")
"""What stands before the name of a document that is open, in Microsoft's and in LibreOffice's programs."""


def is_archive_name(name: str) -> bool:
    """Return whether a file of this name is an archive of several files."""
    return name.lower().endswith((*ARCHIVE_ENDINGS, ".tar.gz", ".tar.zst", ".tar.xz", ".tar.bz2"))


def is_export_name(path: str) -> bool:
    """Return whether a file of this name is taken for an export where it was not named on its own."""
    name = PurePath(path)
    return name.suffix.lower() in EXPORT_ENDINGS and not name.name.startswith(LOCKS)
