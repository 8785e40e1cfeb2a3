"""Tells files of other programs by how they begin, and refuses each with the way to an export that loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from thuebao.base.errors import InputError

_MAIL, _POINTER, _SHORTCUT, _SEALED = "kind_mail", "kind_pointer", "kind_shortcut", "kind_sealed"
_PACKED, _SIGNED, _DOCUMENT, _DATA, _DUMP, _VERTICAL, _OTHER = (
    "kind_packed",
    "kind_signed",
    "kind_document",
    "kind_data",
    "kind_dump",
    "kind_vertical",
    "kind_unsupported",
)

_BEGINNINGS: dict[bytes, tuple[str, str]] = {
    b"7z\xbc\xaf\x27\x1c": (_PACKED, "7-Zip"),
    b"Rar!\x1a\x07": (_PACKED, "RAR"),
    b"RE~^": (_PACKED, "RAR"),
    b"\x04\x22\x4d\x18": (_PACKED, "LZ4"),
    b"\x02\x21\x4c\x18": (_PACKED, "LZ4"),
    b"\xff\x06\x00\x00sNaPpY": (_PACKED, "Snappy"),
    b"\x82SNAPPY\x00": (_PACKED, "Snappy"),
    b"\x1f\x9d": (_PACKED, "compress (.Z)"),
    b"\x1f\xa0": (_PACKED, "compress (.Z)"),
    b"\x1f\x1e": (_PACKED, "pack (.z)"),
    b"\x60\xea": (_PACKED, "ARJ"),
    b"\x5d\x00\x00": (_PACKED, "LZMA"),
    b"LZIP\x01": (_PACKED, "lzip"),
    b"\x89LZO\x00\r\n\x1a\n": (_PACKED, "lzop"),
    b"MSCF\x00\x00\x00\x00": (_PACKED, "CAB"),
    b"!<arch>\n": (_PACKED, "ar"),
    b"-----BEGIN PKCS7-----": (_SIGNED, "PKCS #7"),
    b"-----BEGIN CMS-----": (_SIGNED, "PKCS #7"),
    b"-----BEGIN PGP": (_SEALED, "PGP"),
    b"age-encryption.org/": (_SEALED, "age"),
    b"-----BEGIN AGE": (_SEALED, "age"),
    b"Salted__": (_SEALED, "OpenSSL"),
    b"\x4c\0\0\0\x01\x14\x02\0": (_SHORTCUT, ".lnk"),
    b"bplist0": (_DATA, "plist"),
    b"%PDF": (_DOCUMENT, "PDF"),
    b"{\\rtf": (_DOCUMENT, "RTF"),
    b"%!PS": (_DOCUMENT, "PostScript"),
    b"\x89PNG": (_DOCUMENT, "PNG"),
    b"\xff\xd8\xff": (_DOCUMENT, "JPEG"),
    b"GIF8": (_DOCUMENT, "GIF"),
    b"II*\x00": (_DOCUMENT, "TIFF"),
    b"MM\x00*": (_DOCUMENT, "TIFF"),
    b"$FL2": (_DATA, "SPSS"),
    b"$FL3": (_DATA, "SPSS"),
    b"HEADER RECORD*******LIB": (_DATA, "SAS"),
    b"<stata_dta>": (_DATA, "Stata"),
    b"RDX2\n": (_DATA, "R"),
    b"RDX3\n": (_DATA, "R"),
    b"RDA3\n": (_DATA, "R"),
    b"X\n\x00\x00\x00": (_DATA, "R"),
    b"ARROW1": (_DATA, "Arrow"),
    b"FEA1": (_DATA, "Feather"),
    b"ORC": (_DATA, "ORC"),
    b"Obj\x01": (_DATA, "Avro"),
    b"\x89HDF\r\n": (_DATA, "HDF5"),
    b"SQLite format 3\x00": (_DATA, "SQLite"),
    b"\x00\x01\x00\x00Standard Jet DB": (_DATA, "Microsoft Access"),
    b"\x00\x01\x00\x00Standard ACE DB": (_DATA, "Microsoft Access"),
    b"PGDMP": (_DUMP, "PostgreSQL"),
    b"\xff\xfe\x00\x00": (_OTHER, "UTF-32"),
    b"\x00\x00\xfe\xff": (_OTHER, "UTF-32"),
}
_SAS = bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")  # behind 12 zeros
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the object identifier that a signed document begins with
# A version, which end numbers begin with, the type of file, and nothing.
_OLD_STATA = {bytes([version, order, 1, 0]) for version in range(104, 116) for order in (1, 2)}
_DBASE = b"\x02\x03\x04\x05\x30\x31\x32\x43\x63\x83\x8b\xcb\xf5\xfb"  # versions, as the first byte
_MONTHS, _DAYS, _FIELD = range(1, 13), range(1, 32), 32
_LOOKED_AT = 1 << 16  # characters of a text by which it is told
_ENDINGS = {".br": "Brotli", ".sz": "Snappy", ".snappy": "Snappy", ".lzo": "LZO", ".deflate": "deflate"}
"""Packers that leave no mark at the beginning."""
_IN_COMPOUND = {"WordDocument": "Word", "PowerPoint Document": "PowerPoint", "__substg1.0_": "Outlook"}
_WORKBOOKS = ("Workbook", "Book")
_IN_ZIP = {b"word/document.xml": "Word", b"ppt/presentation.xml": "PowerPoint", b"META-INF/container.xml": "EPUB"}
_OPEN_DOCUMENT, _OPEN_SPREADSHEET = b"mimetypeapplication/", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_NAMES_IN_ZIP = re.compile(
    rb"PK\x03\x04.{26}(" + b"|".join(map(re.escape, _IN_ZIP)) + rb")", re.DOTALL
)  # a header of 30 bytes, then the name


def refuse_foreign_zip(path: str, head: bytes) -> None:
    """Raise InputError for a zip that is a document and no workbook."""
    if head.find(_OPEN_DOCUMENT, 0, 256) >= 0 and _OPEN_SPREADSHEET not in head[:256]:
        raise InputError(_DOCUMENT, path=path, kind="OpenDocument")
    if found := _NAMES_IN_ZIP.search(head):
        raise InputError(_DOCUMENT, path=path, kind=_IN_ZIP[found[1]])


def refuse_foreign_compound(path: str, head: bytes) -> None:
    """Raise InputError for a file of an older office program that is no workbook: a letter, slides, a mail."""
    if any(name.encode("utf-16le") in head for name in _WORKBOOKS):
        return
    for name, kind in _IN_COMPOUND.items():
        if name.encode("utf-16le") in head:
            raise InputError(_DOCUMENT, path=path, kind=kind)


def refuse_foreign_bytes(path: str, head: bytes) -> None:
    """Raise InputError for a file of another program, by its first bytes."""
    for start, (key, kind) in _BEGINNINGS.items():
        if head.startswith(start):
            raise InputError(key, path=path, kind=kind)
    for kind, (key, matches) in _PATTERNS.items():
        if matches(head):
            raise InputError(key, path=path, kind=kind)


def refuse_binary(path: str) -> None:
    """Raise InputError for a file that is no text and that nothing is known of but its name."""
    packer = _ENDINGS.get(PurePath(path).suffix.lower())
    raise InputError(_PACKED, path=path, kind=packer) if packer else InputError(_OTHER, path=path, kind="binary")


def refuse_foreign_text(path: str, start: str) -> None:
    """Raise InputError for a text that is another program's and no table."""
    beginning = start[:_LOOKED_AT]
    for pattern, (key, kind) in _TEXTS.items():
        if pattern.match(beginning):
            raise InputError(key, path=path, kind=kind)


def _is_dbase(head: bytes) -> bool:
    """Return whether a file begins as a dBase table: a version, a day, sizes, and descriptions of 32 bytes each."""
    if len(head) < 2 * _FIELD + 1 or head[0] not in _DBASE or head[2] not in _MONTHS or head[3] not in _DAYS:
        return False
    first, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    fields = head[_FIELD:first:_FIELD]
    return first > _FIELD and record > 1 and b"\r" in fields and not any(head[12:14])


_PATTERNS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "PKCS #7": (_SIGNED, lambda head: head[:1] == b"\x30" and _SIGNED_DATA in head[:32]),
    "SAS": (_DATA, lambda head: head[12:32] == _SAS),
    "SPSS": (_DATA, lambda head: b"SPSSPORT" in head[:512] and b"ASCII" in head[:200]),
    "Stata": (
        _DATA,
        lambda head: head[:4] in _OLD_STATA,
    ),
    "LHA": (_PACKED, lambda head: re.match(rb"..-l[hz][0-9ds]-", head, re.DOTALL) is not None),
    "ACE": (_PACKED, lambda head: head[7:14] == b"**ACE**"),
    "DuckDB": (_DATA, lambda head: head[8:12] == b"DUCK"),
    "dBase": (_DATA, _is_dbase),
}
# What was taken is not given back: of many comments a text could else be tried in any grouping.
_COMMENTS = r"(?>\s|--[^\n]*(?:\n|$)|/\*.*?\*/;?|#[^\n]*\n)*+"
# What a console repeats of the query before its result.
_ECHO = r"(?>[^\n*─-][^\n]*\n|\s*\n){0,5}"
_TEXTS: dict[re.Pattern[str], tuple[str, str]] = {
    re.compile(r"\s*(-- (MySQL|MariaDB|PostgreSQL|SQL Server|phpMyAdmin|Dump)\b|/\*M?!)", re.IGNORECASE): (
        _DUMP,
        "SQL",
    ),
    re.compile(
        _COMMENTS + r"((REM|PROMPT)\b[^\n]*\n\s*)*"
        r"(INSERT\s+(IGNORE\s+)?(INTO\b|\[)|REPLACE\s+INTO|CREATE\s+(TABLE|DATABASE)|DROP\s+TABLE|LOCK\s+TABLES|"
        r"SET\s+(NAMES|DEFINE|ANSI_\w+|NOCOUNT|IDENTITY_INSERT|QUOTED_IDENTIFIER)|SET\s+@?\w+\s*=|PRAGMA\s+\w+\s*=|"
        r"BEGIN\s+TRANSACTION|COPY\s+\S+\s*\(|\\(restrict|connect)\b|USE\s+[\[`]?\w+[\]`]?\s*;?\s*\n|ALTER\s+TABLE)",
        re.IGNORECASE | re.DOTALL,
    ): (_DUMP, "SQL"),
    re.compile(_ECHO + r"\s*\*{10,} 1\. row \*{10,}\s*\n"): (_VERTICAL, "MySQL \\G"),
    re.compile(_ECHO + r"\s*[-─]\[ RECORD 1 \][-─+┬]*\s*\n"): (_VERTICAL, "psql \\x"),
    re.compile(r"(?: *\w[\w .()/-]* = [^\n]*\n){2,}(?:\n|$)"): (_VERTICAL, "sqlite3 .mode line"),
    re.compile(r"TABLE\r?\n0,1\r?\n"): (_DATA, "DIF"),
    re.compile(r"(?:[A-Za-z-]+:[^\n]*\n)*Content-Type: (application/(x-)?pkcs7|multipart/signed)", re.IGNORECASE): (
        _SIGNED,
        "S/MIME",
    ),
    re.compile(r"MII[A-Za-z0-9+/]{50,}={0,2}\s*(\n[A-Za-z0-9+/=]+\s*)*$"): (_SIGNED, "PKCS #7"),
    # Lines of a header, some of which go on behind white space; one of them that only a mail has.
    re.compile(
        r"(?=(?:[A-Za-z-]+:[^\n]*\n|[ \t][^\n]+\n){0,200}"
        r"(?:(?:Received|Return-Path|Delivered-To|Message-ID|MIME-Version):|From:[^\n]*@))"
        r"(?:[A-Za-z-]+:[^\n]*\n|[ \t][^\n]+\n){2,}",
        re.IGNORECASE,
    ): (_MAIL, "mail"),
    re.compile(r"version https://git-lfs\.github\.com/spec/"): (_POINTER, "Git LFS"),
    re.compile(r"[./\\]*(\.git/)?annex/objects/\S+\s*$"): (_POINTER, "git-annex"),
    re.compile(r"\[InternetShortcut\]\s*\n"): (_SHORTCUT, ".url"),
    re.compile(r"\[Desktop Entry\]\s*\n"): (_SHORTCUT, ".desktop"),
}
