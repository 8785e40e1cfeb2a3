"""The zip around a Word document: with times of its own, and looked at before anything in it is unpacked whole."""

from __future__ import annotations

import zipfile
from io import BytesIO

_MIDNIGHT = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can say."""


def fixed(content: bytes) -> bytes:
    """Return a document with the same parts in the same order, whose zip holds no time of the clock."""
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, _MIDNIGHT)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(info, source.read(part))
    return stream.getvalue()
