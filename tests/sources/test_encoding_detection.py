"""Which encoding a file is in."""

from __future__ import annotations

import codecs
import random
import unicodedata
from collections.abc import Iterator

import pytest

from helpers.encodings import ALL, GARBLED, WRITERS, data_of, garble, tcvn3_typed, windows_1258
from thuebao.rulebook.columns import columns
from thuebao.sources.encodings import mojibake
from thuebao.sources.encodings.encoding import Encoding, detect


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


def test_lines_that_are_as_they_should_be_are_not_all_tried_as_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few that came in so among thousands, which shows in the first bytes."""
    lines = records(3000)
    lines[7] = lines[7].encode().decode("cp1252", errors="replace")
    tried = []

    def counted(data: bytes, name: str) -> bytes | None:
        tried.append(data)
        return repaired(data, name)

    repaired = mojibake.repaired
    monkeypatch.setattr(mojibake, "repaired", counted)
    assert detect(samples_of("\n".join([HEADER, *lines]).encode())) == Encoding("utf-8")
    assert 0 < len(tried) < len(lines)
