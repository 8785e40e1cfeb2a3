"""Make a variant of an export: OUT EXPORT (twice | one-identity | bad-lines | windows-1258 | gzip).

twice: the first half of the export, and once more. one-identity: every record has the same document, as when a
placeholder slips through. bad-lines: one line in a thousand has a field too few, too many or an open quote.
windows-1258, gzip: the same records in that encoding, or packed.
"""

import gzip
import shutil
import sys
import unicodedata
from pathlib import Path

import polars as pl

_EVERY = 1_000


def twice(out: Path, export: Path) -> None:
    records = pl.scan_csv(export, infer_schema=False)
    half = records.head(records.select(pl.len()).collect(engine="streaming").item() // 2)
    pl.concat([half, half]).sink_csv(out)


def one_identity(out: Path, export: Path) -> None:
    records = pl.scan_csv(export, infer_schema=False)
    records.with_columns(id_type=pl.lit("cccd"), id_number=pl.lit("001090012345")).sink_csv(out)


def bad_lines(out: Path, export: Path) -> None:
    damages = (
        lambda line: line.replace(b",", b" ", 1),
        lambda line: line.replace(b",", b",,", 1),
        lambda line: b'"' + line,
    )
    with export.open("rb") as lines, out.open("wb") as damaged:
        for number, line in enumerate(lines):
            broken = number % _EVERY == _EVERY - 1
            damaged.write(damages[number // _EVERY % len(damages)](line) if broken else line)


def windows_1258(out: Path, export: Path) -> None:
    tones = dict.fromkeys("\u0300\u0301\u0303\u0309\u0323")

    def letters(letter: str) -> str:
        """Return a letter as windows-1258 has it: the tone behind the letter, the rest composed."""
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(part for part in parts if part in tones)
        return unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + tone

    with export.open(encoding="utf-8", newline="") as lines, out.open("wb") as written:
        spelt = {ord(letter): letters(letter) for letter in map(chr, range(0xC0, 0x1F00))}
        spelt |= {number: letters(chr(number)) for number in range(0x1EA0, 0x1EFA)}
        for line in lines:
            written.write(line.translate(spelt).encode("cp1258"))


def packed(out: Path, export: Path) -> None:
    with export.open("rb") as file, gzip.open(out, "wb", compresslevel=6) as written:
        shutil.copyfileobj(file, written, 1 << 20)


VARIANTS = {
    "twice": twice,
    "one-identity": one_identity,
    "bad-lines": bad_lines,
    "windows-1258": windows_1258,
    "gzip": packed,
}

if __name__ == "__main__":
    VARIANTS[sys.argv[3]](Path(sys.argv[1]), Path(sys.argv[2]))
