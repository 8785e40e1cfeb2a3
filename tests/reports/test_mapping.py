"""A mapping file written: it gives the same header again, whatever stands in it."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from helpers.mappings import STYLES, mapping_of, proposals
from thuebao.base.errors import UsageError
from thuebao.reports.mapping import write_mapping
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import read_mapping
from thuebao.sources.headers.mapping_text import escaped, mapping_text
from thuebao.sources.headers.proposal import Proposal

HOSTILE = [
    'a" = "b',
    "dòng 1\ndòng 2",
    "\r\n[columns]\nsex = 1",
    "\x1b[31mđỏ\x1b]0;tên\x07",
    "\\",
    "\\u0041",
    "#",
    "'''",
    '"""',
    "\u202eđảo",
    "\u2028",
    "\x85",
    "\x7f",
    "\U000e0041",
    "a\tb",
    "[b]đậm[/b]",
    "{column}",
    "%s",
    "=",
    "\ufeffx",
]


def header_again(text: str, names: Sequence[str], tmp_path: Path) -> Header:
    return map_header("x.csv", names, mapping_of(tmp_path / "again.toml", text))


def test_what_is_saved_gives_the_same_header_again(tmp_path: Path) -> None:
    for style in STYLES.values():
        found = proposals({header: values for header, (values, _) in style.items()})
        text = mapping_text(list(found.values()), "viettel_2026-10.csv", None)
        header = header_again(text, list(style), tmp_path)
        assert header.canonical == tuple(column for _, column in style.values())
        for header_name in style:
            assert escaped(header_name) in text


def test_a_mapping_file_tells_how_sure_it_is() -> None:
    text = mapping_text(
        list(proposals({"Số TB": "msisdn", "Ngày sihn": "dates", "Mã": "codes"}).values()), "a/b 1.csv", "X"
    )
    lines = text.splitlines()
    assert lines[0].startswith("# How the columns of b 1.csv are understood.")
    assert lines[1].startswith('# files = ["b*"]')
    assert lines[2].startswith('operator = "X"')
    assert 'msisdn = "Số TB"             # 100 %: known header' in lines
    assert "date_of_birth = \"Ngày sihn\"  # 91 %: similar to 'Ngày sinh'" in lines
    assert any(line.startswith('# pos_code = "Mã"') and "%: similar" in line for line in lines)
    assert any("sim_serial" in line for line in lines if line.startswith("# columns that"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_hostile_headers_stay_within_their_string_and_comment(tmp_path: Path, lang) -> None:
    from thuebao.base import messages as texts

    before = texts.language()
    texts.use_language(lang)
    try:
        chosen = [
            Proposal(0, HOSTILE[0], "msisdn", 1.0, "mapping"),
            Proposal(1, HOSTILE[1], "sex", 0.5, "similar", HOSTILE[2]),
        ]
        for n, header in enumerate(HOSTILE):
            others = [Proposal(k, name, None, 0.0, "similar") for k, name in enumerate(HOSTILE)]
            text = mapping_text(
                [Proposal(n, header, "address", 0.9, "similar", header), *chosen, *others], header, header
            )
            document = tomllib.loads(text)
            assert document["columns"] == {"msisdn": HOSTILE[0], "address": header}
            assert document["operator"] == header
            assert "files" not in document
            assert not any(sign < " " or "\x7f" <= sign <= "\x9f" for sign in text.replace("\n", ""))
            assert not set(text) & set("\u202e\u2028\U000e0041\ufeff")
            assert set(tomllib.loads(text.replace("# files", "files"))["files"][0]) >= {"*"}
    finally:
        texts.use_language(before)
    for header in filter(str.strip, HOSTILE):  # what is blank is no header
        text = mapping_text([Proposal(0, header, "msisdn", 1.0, "mapping")], "x.csv", None)
        assert header_again(text, [header, "x"], tmp_path).canonical == ("msisdn", None)


def test_a_mapping_file_is_its_owners_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    out, given = tmp_path / "m.toml", [Proposal(0, "Số", "msisdn", 1.0, "mapping")]
    write_mapping(out, given, "x.csv", None, force=False)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert read_mapping(out).columns == {"msisdn": "Số"}
    out.write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        write_mapping(out, given, "x.csv", None, force=False)
    assert out.read_text() == "mine"
    write_mapping(out, given, "x.csv", None, force=True)
    assert read_mapping(out).columns == {"msisdn": "Số"}
    with pytest.raises(UsageError, match="export itself"):
        write_mapping(out, given, str(out), None, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["m.toml"]
