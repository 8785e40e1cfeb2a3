"""Encodings of delimited files: bytes written by others (Python's codecs, iconv, tables in print) read as they were.

No table of rules/reference/encodings.toml is used to write what is read here.
"""

from __future__ import annotations

import codecs
import csv
import random
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thuebao.base.errors import UsageError
from thuebao.rulebook.columns import columns
from thuebao.sources.encodings import mojibake
from thuebao.sources.encodings.encoding import Encoding, detect, encoding_named

TONES = "\u0301\u0300\u0309\u0303\u0323"
VOWELS = "a â ă e ê i o ô ơ u ư y"
SMALL = [unicodedata.normalize("NFC", v + tone) for v in VOWELS.split() for tone in ("", *TONES)] + ["đ"]
LETTERS = [letter for letter in SMALL + [small.upper() for small in SMALL] if not letter.isascii()]
GARBLED = "utf-8-read-as-windows-1252"

# VNI Windows, in the order of SMALL, as keyboards and converters of the time have it (xvnkb 0.2, UniKey 3.6).
VNI_ROWS = (
    "a aù aø aû aõ aï aâ aá aà aå aã aä aê aé aè aú aü aë e eù eø eû eõ eï eâ eá eà eå eã eä i í ì æ ó ò",
    "o où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï u uù uø uû uõ uï ö öù öø öû öõ öï y yù yø yû yõ î ñ",
)
VNI = [letter for row in VNI_ROWS for letter in row.split()]
VNI_LETTERS = dict(zip(SMALL, VNI, strict=True)) | {s.upper(): v.upper() for s, v in zip(SMALL, VNI, strict=True)}


def windows_1258(text: str) -> bytes:
    """Write with Python's codec: it wants the tone behind its letter."""
    split = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in marks if mark in TONES)
        split.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)) + tones)
    return "".join(split).encode("cp1258")


def vni(text: str) -> bytes:
    return "".join(VNI_LETTERS.get(letter, letter) for letter in text).encode("latin-1")


@cache
def _iconv(charset: str) -> dict[str, bytes]:
    """Return what iconv writes for each letter."""
    if not shutil.which("iconv"):
        pytest.skip("iconv is not installed")
    command = ["iconv", "-f", "UTF-8", "-t", charset]
    result = subprocess.run(command, input="\n".join(LETTERS).encode(), capture_output=True, check=False)
    if result.returncode:
        pytest.skip(f"iconv has no {charset}")
    return dict(zip(LETTERS, result.stdout.split(b"\n"), strict=True))


def _by_iconv(charset: str) -> Callable[[str], bytes]:
    return lambda text: b"".join(_iconv(charset).get(letter) or letter.encode("ascii") for letter in text)


def tcvn3_typed(text: str) -> bytes:
    """Write as with the ABC fonts: they have seven capital letters of their own, the others are small ones."""
    return WRITERS["tcvn3"]("".join(c if c.isascii() or c in "ĂÂÊÔƠƯĐ" else c.lower() for c in text))


def garble(text: str, *, keep_undefined: bool = True) -> bytes:
    """Write UTF-8 that was read as Windows-1252, undefined bytes kept or (as no exact reading does) lost."""
    signs = [bytes([b]).decode("cp1252", "ignore") or (chr(b) if keep_undefined else "?") for b in text.encode()]
    return "".join(signs).encode()


WRITERS: dict[str, Callable[[str], bytes]] = {
    "windows-1258": windows_1258,
    "tcvn3": _by_iconv("TCVN"),
    "vni": vni,
    "viscii": _by_iconv("VISCII"),
}
UNICODE: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    GARBLED: garble,
}
ALL = WRITERS | UNICODE


def data_of(name: str, column: str = "name") -> list[str]:
    """Return a column of the words that the synthetic exports are made of."""
    text = resources.files("thuebao.sample").joinpath("data", f"{name}.csv").read_text("utf-8")
    return [row[column] for row in csv.DictReader(text.splitlines())]


def headers() -> list[str]:
    return [header for column in columns().values() for header in column.headers if not header.isascii()]


HEADER = "STT,Số thuê bao,Họ và tên,Ngày sinh,Địa chỉ,Loại giấy tờ"
PLAIN_HEADER = "STT,msisdn,full_name,date_of_birth,address,id_type"


def records(count: int, seed: int = 1) -> list[str]:
    """Return lines of an export as carriers have them, names and addresses in Vietnamese."""
    choose = random.Random(seed).choice
    family, given_names = data_of("family_names"), data_of("given_names")
    streets, wards, districts = data_of("streets"), data_of("wards"), data_of("districts")
    lines = []
    for n in range(count):
        name = f"{choose(family)} {choose(given_names)} {choose(given_names)}"
        name = name.upper() if n % 5 == 0 else name
        lines.append(
            f'{n},09{n:08},{name},01/02/1990,"{n} {choose(streets)}, {choose(wards)}, {choose(districts)}",CCCD'
        )
    return lines


def plain(line: str) -> str:
    """Return the text without marks."""
    letters = unicodedata.normalize("NFD", line.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if letter.isascii())


def read(encoding: Encoding, data: bytes, cut: int = 0) -> str:
    """Return what `utf8` and `letters` make of the data together, as parsed values would be."""
    text = b"".join(encoding.utf8([data[:cut], data[cut:]])).decode()
    return "\n".join(encoding.letters(pl.DataFrame({"line": text.split("\n")}))["line"])


# Letters


def test_the_alphabet_has_134_letters_beside_ascii() -> None:
    assert len(set(LETTERS)) == len(LETTERS) == 134


@pytest.mark.parametrize("name", ALL)
def test_every_letter_is_read(name: str) -> None:
    for letter in LETTERS:
        assert Encoding(name).text(ALL[name](letter)) == letter
    text = "\n".join(f"B{letter}c,{letter}" for letter in LETTERS)
    assert read(Encoding(name), ALL[name](text)) == text


def test_small_letters_and_seven_capitals_of_the_abc_fonts() -> None:
    assert Encoding("tcvn3").text(tcvn3_typed("ĐẶNG THỊ ÂN, Nguyễn Ánh")) == "ĐặNG THị ÂN, Nguyễn áNH".replace(
        "áNH", "ánh"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Nguyeãn", "Nguyễn"),
        ("Vieät Nam", "Việt Nam"),
        ("Ñaëng Thò Hoàng", "Đặng Thị Hồng"),
        ("Ñaøo ñaát coâng trình", "Đào đất công trình"),
        ("neàn ñöôøng daøy", "nền đường dày"),
        ("NGUYEÃN", "NGUYỄN"),
        ("NGUYEãN", "NGUYỄN"),
        ("Huyønh Myõ Lyù", "Huỳnh Mỹ Lý"),
        ("öôùt aâùm", "ướt ấm"),
        ("Thuyû tænh Kyõ só", "Thuỷ tỉnh Kỹ sĩ"),
        ("José", "José"),
        ("“A” – B…", "“A” – B…"),
    ],
)
def test_vni_as_published(written: str, meant: str) -> None:
    assert Encoding("vni").text(written.encode("cp1252")) == meant


def test_other_signs_of_windows_1258() -> None:
    assert Encoding("windows-1258").text("“Müller” – 5 € & Ñ".encode("cp1258")) == "“Müller” – 5 € & Ñ"
    # Marks on letters that have no such letter together stay beside them; two marks come in order.
    assert Encoding("windows-1258").text("x\u0301, n\u0303".encode("cp1258")) == "x\u0301, ñ"


def test_letters_touches_text_alone() -> None:
    frame = pl.DataFrame(
        {"name": ["Nguyeãn", None, "An"], "none": [None, None, None], "ascii": ["a", "", None], "n": [1, 2, 3]},
        schema_overrides={"none": pl.String},
    )
    after = Encoding("vni").letters(frame)
    assert after.to_dict(as_series=False) == frame.to_dict(as_series=False) | {"name": ["Nguyễn", None, "An"]}
    assert after.schema == frame.schema
    assert Encoding("utf-8").letters(frame) is frame
    assert Encoding("viscii").letters(frame.clear()).is_empty()
    assert Encoding("viscii").letters(frame.select("n")).equals(frame.select("n"))


def test_a_column_of_ascii_and_control_letters_is_read() -> None:
    assert read(Encoding("viscii"), b"M\x19 THO") == "MỸ THO"
    assert read(Encoding("tcvn3"), b"T\x01") == "TÚ"


SYLLABLES = [s for name in ("family_names", "given_names", "wards", "districts") for s in data_of(name)]
CASES = [str, str.upper, str.lower]


@given(
    st.lists(st.tuples(st.sampled_from(SYLLABLES), st.sampled_from(CASES)), min_size=1, max_size=12),
    st.sampled_from(" ,\n\t\";|'0-"),
    st.sampled_from(sorted(ALL)),
    st.integers(0, 80),
)
def test_any_vietnamese_text_comes_back(
    words: list[tuple[str, Callable[[str], str]]], between: str, name: str, cut: int
) -> None:
    text = between.join(case(word) for word, case in words)
    assert read(Encoding(name), ALL[name](text), cut) == text
    assert Encoding(name).text(ALL[name](text)) == text


# Streams


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_cuts_anywhere_change_nothing(name: str, mark: str) -> None:
    if mark and name in WRITERS:
        return
    text = "Họ tên,Đ/c\r\nNguyễn Thị Ánh,“Mỹ Đình”\n".replace("“", '"').replace("”", '"')
    data = ALL[name](mark + text)
    whole = b"".join(Encoding(name).utf8([data]))
    assert not whole.startswith(codecs.BOM_UTF8)
    assert Encoding(name).text(data) == text
    for cut in range(len(data) + 1):
        assert b"".join(Encoding(name).utf8([data[:cut], data[cut:]])) == whole
    assert b"".join(Encoding(name).utf8(bytes([byte]) for byte in data)) == whole


@pytest.mark.parametrize("name", ALL)
def test_nothing_gives_nothing(name: str) -> None:
    assert b"".join(Encoding(name).utf8([])) == b"".join(Encoding(name).utf8([b"", b""])) == b""
    assert Encoding(name).text(b"") == ""


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8[:1], codecs.BOM_UTF8[:2], b"\n", b"a"])
def test_a_file_shorter_than_a_mark(mark: bytes) -> None:
    assert b"".join(Encoding("utf-8").utf8([mark])) == mark


def test_a_mark_says_the_order_of_utf_16() -> None:
    for data in ("Số".encode("utf-16-be"), "Số".encode("utf-16-le")):
        mark = codecs.BOM_UTF16_BE if data[0] == 0 else codecs.BOM_UTF16_LE
        assert encoding_named("utf-16").text(mark + data) == "Số"
        assert Encoding("utf-16-be").text(mark + data) == "Số"


DAMAGED: list[tuple[str, bytes, bytes]] = [
    ("utf-8", b"x\xff\xe1\xbb", "Hà".encode()),
    ("utf-8", b"x\xc3", "Hà".encode()),
    ("windows-1258", b"x\x81\x8a\x9e", windows_1258("Hà")),
    ("vni", b"x\x81\x8d\x90", vni("Hà")),
    ("utf-16-le", "x".encode("utf-16-le") + b"\x00\xd8", "Hà".encode("utf-16-le")),
    ("utf-16-le", b"\x00\xdc", "Hà".encode("utf-16-le")),
    ("utf-16-be", b"\xd8\x00", "Hà".encode("utf-16-be")),
    (GARBLED, b"x\xff", garble("Hà")),
    (GARBLED, "á»".encode(), garble("Hà")),
]


@pytest.mark.parametrize(("name", "damage", "good"), DAMAGED)
def test_damage_stays_in_its_line(name: str, damage: bytes, good: bytes) -> None:
    end = "\n".encode(name) if name in UNICODE and name != GARBLED else b"\n"
    encoding = Encoding(name)
    data = end.join([good, damage, good])
    for cut in range(len(data)):
        lines = b"".join(encoding.utf8([data[:cut], data[cut:]])).split(b"\n")
        assert len(lines) == 3
        assert encoding.text(good) == "Hà"
        values = [encoding.letters(pl.DataFrame({"v": [line.decode()]}))["v"].item() for line in (lines[0], lines[2])]
        assert values == ["Hà", "Hà"]
        if (name, damage) != (GARBLED, "á»".encode()):  # that may be meant so: it is left as it is
            with pytest.raises(UnicodeDecodeError):
                lines[1].decode()
            assert "\ufffd" in encoding.text(damage)


@pytest.mark.parametrize("rest", [b"\x41", b"\x00\xd8", b"\x00\xd8\x41"])
def test_half_a_character_at_the_end_of_utf_16(rest: bytes) -> None:
    first, second = b"".join(Encoding("utf-16-le").utf8(["Hà\n".encode("utf-16-le") + rest])).split(b"\n")
    assert first.decode() == "Hà"
    with pytest.raises(UnicodeDecodeError):
        second.decode()
    assert second.endswith(b"\xff") == (len(rest) % 2 == 1)


def test_utf_8_passes_unchanged() -> None:
    data = "Hà ễ".encode() + b"\xff\x00\r\n"
    assert list(Encoding("utf-8").utf8([data, b"more"])) == [data, b"more"]


# Garbled


def test_garbled_lines_are_repaired_one_by_one() -> None:
    lines = [garble("Nguyễn Đình Đề"), "Nguyễn Đình".encode(), b"An", "José".encode(), garble("Ờ ề Ị Đ Á"), b"\xff"]
    wanted = ["Nguyễn Đình Đề".encode(), lines[1], b"An", lines[3], "Ờ ề Ị Đ Á".encode(), b"\xff"]
    for end in (b"", b"\n"):
        assert b"".join(Encoding(GARBLED).utf8([b"\n".join(lines) + end])) == b"\n".join(wanted) + end
    assert Encoding(GARBLED).text(lines[0]) == "Nguyễn Đình Đề"


def test_a_garbled_mark_is_none_of_the_text() -> None:
    assert Encoding(GARBLED).text(garble("\ufeffSố")) == "Số"
    assert Encoding(GARBLED).text(codecs.BOM_UTF8 + garble("Số")) == "Số"


def test_a_line_too_long_to_hold_passes_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mojibake, "_LONGEST_LINE", 50)
    data = garble("Nguyễn") + b"\n" + garble("Nguyễn") * 20 + b"\n" + garble("Hà\nHà")
    for size in (7, 30):
        chunks = (data[at : at + size] for at in range(0, len(data), size))
        assert b"".join(Encoding(GARBLED).utf8(chunks)).split(b"\n")[1:] == [
            garble("Nguyễn") * 20,
            "Hà".encode(),
            "Hà".encode(),
        ]


# Names


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


# Detection


def samples_of(data: bytes, size: int = 1 << 20) -> list[bytes]:
    """Return the head and some slices from further on, cut at line breaks."""
    lines = data[size:].splitlines(keepends=True)
    return [data[:size], *(b"".join(lines[at : at + 20]) for at in range(0, len(lines), max(len(lines) // 4, 1)))]


def bodies() -> Iterator[tuple[str, str]]:
    lines = records(400)
    yield "five lines", "\n".join([HEADER, *lines[:5]])
    yield "many lines", "\r\n".join([HEADER, *lines, ""])
    yield "header alone", HEADER
    yield "header with records in ASCII", "\n".join([HEADER, *map(plain, lines)])
    yield "capitals", "\n".join([HEADER, *lines[:50]]).upper()
    yield "records under a header in ASCII", "\n".join([PLAIN_HEADER, *lines[:50]])
    yield "one record under a header in ASCII", "\n".join([PLAIN_HEADER, *lines[1:2]])
    yield "one record late in the file", "\n".join([PLAIN_HEADER, *map(plain, lines[:300]), *lines[300:301]])
    western = ["José Müller", "François Çelik", "Ángel Peña"]
    yield "some Western names", "\n".join([HEADER, *lines[:30], *map(plain, western)])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("kind", "text"), list(bodies()))
def test_what_exports_hold_is_recognised(name: str, kind: str, text: str) -> None:
    data = ALL[name](text)
    assert detect([data]) == Encoding(name)
    if "utf-16" not in name:
        assert detect(samples_of(data, 3_001)) == Encoding(name)
    marked = (ALL[name]("\ufeff") + data) if name in ("utf-8", "utf-16-le", "utf-16-be") else data
    assert detect([marked]) == Encoding(name)


@pytest.mark.parametrize("name", WRITERS)
def test_western_names_among_vietnamese_do_not_disturb(name: str) -> None:
    data = WRITERS[name]("\n".join(records(40))) + "\nJosé\nMüller\nFrançois\nPeña".encode("latin-1")
    assert detect([data]) == Encoding(name)


def test_the_abc_fonts_have_few_capitals() -> None:
    for lines in (records(5), [line.upper() for line in records(40)]):
        assert detect([tcvn3_typed("\n".join([HEADER, *lines]))]) == Encoding("tcvn3")


@pytest.mark.parametrize("name", WRITERS)
def test_any_three_headers_are_enough(name: str) -> None:
    chosen = random.Random(2)
    for _ in range(150):
        header = ";".join(chosen.sample(headers(), 3))
        assert detect([WRITERS[name](header)]) == Encoding(name), header


@pytest.mark.parametrize("name", WRITERS)
def test_any_three_names_are_enough(name: str) -> None:
    for seed in range(60):
        text = "\n".join([PLAIN_HEADER, *records(3, seed)])
        assert detect([WRITERS[name](text)]) == Encoding(name), text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a",
        b"id,name\n1,An\n",
        "José,Müller\nFrançois,Peña".encode("latin-1"),
        "name\nm²".encode("latin-1"),
        "“quoted” – it’s".encode("cp1252"),
        bytes(range(128, 256)),
        random.Random(3).randbytes(5000),
        "姓名,地址\n王小明,北京".encode("gb18030"),
        "имя,адрес".encode("cp1251"),
        "JosÃ©,MÃ¼ller".encode(),
        "ĐÃ XÃ MÌ".encode(),
        "á» áº Ä".encode(),
    ],
)
def test_utf_8_where_nothing_else_is_certain(data: bytes) -> None:
    assert detect([data]) == detect([data, data]) == Encoding("utf-8")
    assert detect([]) == Encoding("utf-8")


def test_characters_cut_at_the_edges_of_samples_are_no_fault() -> None:
    data = "\n".join([HEADER, *records(20)]).encode()
    for cut in range(60, 140):
        assert detect([data[:cut], data[cut + 200 : cut + 300]]) == Encoding("utf-8")


def test_a_letter_at_the_end_of_a_file_may_be_of_an_old_encoding() -> None:
    assert detect([windows_1258("id,name\n1,Hà")]) == Encoding("windows-1258")


def test_damaged_lines_do_not_make_utf_8_another_encoding() -> None:
    lines = [line.encode() for line in records(200)]
    for n in range(0, 200, 50):
        lines[n] = windows_1258(records(200)[n])
    lines[7] = lines[7][:-1] + b"\xe1\xbb"
    assert detect([b"\n".join([HEADER.encode(), *lines])]) == Encoding("utf-8")


def test_letters_that_happen_to_be_utf_8_are_no_proof() -> None:
    names = ["Kim Đình Trinh", "Dương Anh", "Lương Anh", "Phương Hà"]
    assert detect([WRITERS["viscii"]("\n".join(names))]) == Encoding("viscii")
    others = ["Иван Петров", "Γιώργος", *records(9)]
    assert detect(["\n".join(others).encode() + b"\nx\xff"]) == Encoding("utf-8")


def test_a_few_garbled_names_among_right_ones_stay() -> None:
    lines = [line.encode() for line in records(100)]
    for share in (1, 10, 60):
        mixed = [garble(line.decode()) if n < share else line for n, line in enumerate(lines)]
        assert detect([b"\n".join(mixed)]) == Encoding("utf-8")
    lost = [garble(line, keep_undefined=False) for line in records(100)]
    assert detect([b"\n".join(lost)]) == Encoding("utf-8")


def test_a_garbled_file_with_a_mark_or_a_damaged_line_is_garbled() -> None:
    data = garble("\n".join([HEADER, *records(100)]))
    assert detect([codecs.BOM_UTF8 + data]) == Encoding(GARBLED)
    assert detect([data + b"\nx\xff"]) == Encoding(GARBLED)
    assert detect([garble(unicodedata.normalize("NFD", "\n".join([HEADER, *records(100)])))]) == Encoding(GARBLED)
