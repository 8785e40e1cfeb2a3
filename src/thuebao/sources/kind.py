"""What a file is, by its first bytes: its name proves nothing."""

from __future__ import annotations

import stat
from pathlib import Path

from thuebao.errors import InputError

_BEGINNINGS = {
    b"PAR1": "parquet",
    b"PK\x03\x04": "zip or Excel",
    b"\xd0\xcf\x11\xe0": "Excel 97-2003",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
SAMPLE_BYTES = 1 << 20


def sample_of(path: str) -> bytes:
    """Return the beginning of a file. Raises InputError when it cannot be opened or is empty."""
    try:
        path.encode()
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise InputError("not_a_file", path=path)
        with Path(path).open("rb") as file:
            sample = file.read(SAMPLE_BYTES)
    except OSError as error:
        raise InputError("file_unreadable", path=path, reason=error.strerror or error) from None
    except UnicodeEncodeError:
        raise InputError("name_not_text", path=path) from None
    if not sample:
        raise InputError("file_empty", path=path)
    return sample


def kind_of(path: str, sample: bytes) -> str:
    """Return "parquet" or "csv". Raises InputError for any other kind of file."""
    kind = next((name for start, name in _BEGINNINGS.items() if sample.startswith(start)), "csv")
    if kind == "csv" and b"\0" in sample:
        # Text in two-byte characters has a zero in every other place, and none between.
        even, odd = (sample[:64][start::2].count(0) for start in (0, 1))
        kind = "UTF-16" if max(even, odd) > len(sample[:64]) // 4 and not min(even, odd) else "binary"
    if kind not in ("csv", "parquet"):
        raise InputError("kind_unsupported", path=path, kind=kind)
    return kind


def text_of(path: str, sample: bytes) -> str:
    """Return the sample as text, without a byte order mark. Raises InputError when it is not UTF-8."""
    try:
        return sample.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A character cut in two by the end of the sample is no fault of the file.
        if len(sample) == SAMPLE_BYTES and error.start > len(sample) - 4:
            return sample[: error.start].decode("utf-8-sig")
        line = sample.count(b"\n", 0, error.start) + 1
        raise InputError("not_utf8", path=path, line=line) from None
