"""Names of encodings that users give."""

from __future__ import annotations

import pytest

from helpers.encodings import ALL, GARBLED
from thuebao.base.errors import UsageError
from thuebao.sources.encodings.encoding import Encoding, encoding_named


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("utf_16", "utf-16-le"),
        ("UTF16", "utf-16-le"),
        ("utf-16BE", "utf-16-be"),
        ("CP1258", "windows-1258"),
        ("Windows_1258", "windows-1258"),
        ("ABC", "tcvn3"),
        ("TCVN", "tcvn3"),
        ("tcvn-3", "tcvn3"),
        ("VNI-Win", "vni"),
        ("VISCII", "viscii"),
        ("cp1252-garbled", GARBLED),
        (GARBLED.upper(), GARBLED),
    ],
)
def test_names_that_users_give(said: str, name: str) -> None:
    assert encoding_named(said) == Encoding(name)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"--encoding latin-1: .*utf-8, utf-16-le.*viscii") as error:
        encoding_named("latin-1")
    assert error.value.key == "encoding_unknown"


def test_only_utf_8_is_utf_8() -> None:
    assert [name for name in ALL if Encoding(name).is_utf8] == ["utf-8"]
