"""Text that a wrong encoding damaged before it was stored in a sound file of any format."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.encodings import WRITERS, data_of, tcvn3_typed, vni
from helpers.exports import table
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, person
from helpers.sources import VIETNAMESE_HEADERS, read
from helpers.spreadsheets import by_openpyxl, by_xlwt

Records = list[dict[str, str]]
Damage = Callable[[str], str]
HEADERS = VIETNAMESE_HEADERS | {"pos_phone": "Số điện thoại của điểm giao dịch"}


def people(count: int) -> Records:
    """Return people of many names and addresses, on whom nothing is found."""
    choose = random.Random(4).choice
    family, given, streets = data_of("family_names"), data_of("given_names"), data_of("streets")
    return [
        person(n)
        | {
            "full_name": f"{choose(family)} {choose(given)} {choose(given)}",
            "address": f"Số {n}, đường {choose(streets)}, Hà Nội",
        }
        for n in range(count)
    ]


def renamed(records: Records, change: Damage = str) -> Records:
    return [{change(HEADERS[column]): value for column, value in record.items()} for record in records]


def damaged(records: Records, damage: Damage, *columns: str) -> Records:
    return [{c: damage(v) if not columns or c in columns else v for c, v in record.items()} for record in records]


def rows(records: Records) -> list[list[str]]:
    return [[*records[0]], *[[*record.values()] for record in records]]


def parquet(records: Records) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(records).write_parquet(file)
    return file.getvalue()


FORMATS: dict[str, Callable[[Records], bytes]] = {
    "vina.csv": lambda records: table(records).encode(),
    "vina-16.csv": lambda records: table(records, "\t").encode("utf-16"),
    "vina.xlsx": lambda records: by_openpyxl({"TB": rows(records)}),
    "vina.xls": lambda records: by_xlwt({"TB": rows(records)}),
    "vina.parquet": parquet,
    "vina.ndjson": lambda records: "\n".join(json.dumps(record) for record in records).encode(),
}


def misread(codec: str) -> Damage:
    """Return what makes of UTF-8 what a program sees that takes it for something else."""
    return lambda text: "".join(bytes([b]).decode(codec, "ignore") or chr(b) for b in text.encode())


FONTS: dict[str, Damage] = {
    "tcvn3": lambda text: WRITERS["tcvn3"](text).decode("latin-1"),
    "tcvn3 of the ABC fonts": lambda text: tcvn3_typed(text).decode("latin-1"),
    "tcvn3 read as windows-1252": lambda text: misread_byte(WRITERS["tcvn3"](text)),
    "vni": lambda text: vni(text).decode("cp1252"),
    "vni in capitals": lambda text: vni(text.upper()).decode("cp1252"),
}
CODECS = ["cp1252", "cp1258", "latin-1", "cp1250", "iso8859-2", "mac-roman"]
NAMES = dict(
    zip(CODECS, ["windows-1252", "windows-1258", "latin-1", "windows-1250", "iso-8859-2", "mac-roman"], strict=True)
)
TEXTS = ["full_name", "address", "id_issue_place", "nationality", "payment_type", "status", "clerk_name", "pos_address"]


def misread_byte(data: bytes) -> str:
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in data)


def names(records: list[dict[str, str | None]]) -> list[str | None]:
    return [record["full_name"] for record in records]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("count", [1, 60])
def test_font_text_saved_as_unicode_is_read(desk: Desk, name: str, font: str, count: int) -> None:
    records = people(count)
    desk.write(name, FORMATS[name](damaged(records, FONTS[font], *TEXTS)))
    expected = damaged(records, str.upper, *TEXTS) if font == "vni in capitals" else records
    if font == "tcvn3 of the ABC fonts":
        assert [str(n).lower() for n in names(read(name))] == [n["full_name"].lower() for n in expected]
    else:
        assert read(name) == expected


def test_capitals_that_tcvn3_has_among_the_controls_are_read(desk: Desk) -> None:
    texts = ["CHU TÚ THÚY", "PHAN HỮU PHONG", "MAI THANH ÚT", "HUỲNH KIM TRANG", "Nguyễn Văn Hà", "Trần Thị Lan"]
    records = [person(n) | {"full_name": text} for n, text in enumerate(texts)]
    desk.write("vina.csv", table(damaged(records, FONTS["tcvn3"], "full_name")))
    assert names(read("vina.csv")) == texts


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("count", [1, 60])
def test_utf_8_misread_once_is_read(desk: Desk, name: str, codec: str, count: int) -> None:
    records = people(count)
    desk.write(name, FORMATS[name](damaged(records, misread(codec), *TEXTS)))
    assert read(name) == records


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("damage", [*FONTS.values(), *map(misread, CODECS)])
def test_damaged_headers_are_recognised(desk: Desk, name: str, damage: Damage) -> None:
    records = people(30)
    desk.write(name, FORMATS[name](renamed(damaged(records, damage, *TEXTS), damage)))
    assert read(name)[0].keys() == records[0].keys()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("damage", ["vni", "tcvn3"])
def test_what_was_repaired_is_said(desk: Desk, cli: Command, name: str, damage: str) -> None:
    desk.write(name, FORMATS[name](renamed(damaged(people(20), FONTS[damage], *TEXTS), FONTS[damage])))
    done = cli("audit", name, "--operator", "VinaPhone", "--as-of", AS_OF, "--format", "json")
    assert done.code == 0, done.err
    assert "PER103" not in violated(done.document)
    [finding] = [f["detail"] for f in done.document["export_findings"] if f["code"] == "EXP103"]
    assert f"repaired: {damage.upper()}" in finding
    assert "Họ và tên" in done.err
    assert "Nguy" not in done.err


@pytest.mark.parametrize("codec", CODECS)
def test_a_misreading_is_said(desk: Desk, cli: Command, codec: str) -> None:
    for name in ("vina.csv", "vina.xlsx"):
        desk.write(name, FORMATS[name](renamed(damaged(people(20), misread(codec), *TEXTS), misread(codec))))
        done = cli("audit", name, "--operator", "VinaPhone", "--as-of", AS_OF, "--format", "json")
        assert done.code == 0, done.err
        [finding] = [f["detail"] for f in done.document["export_findings"] if f["code"] == "EXP103"]
        assert NAMES[codec].split("-")[-1] in finding.replace(" ", "-").lower()


@pytest.mark.parametrize("name", FORMATS)
def test_one_damaged_column_among_sound_ones(desk: Desk, name: str) -> None:
    records = people(40)
    for damage in (FONTS["vni"], FONTS["tcvn3"], misread("cp1258"), misread("mac-roman")):
        desk.write(name, FORMATS[name](damaged(records, damage, "full_name")))
        assert read(name) == records


@pytest.mark.parametrize("damage", [FONTS["vni"], FONTS["tcvn3"], misread("cp1258")])
def test_a_column_that_is_partly_sound_is_left_for_the_rule(desk: Desk, cli: Command, damage: Damage) -> None:
    records = people(40)
    mixed = records[:20] + damaged(records[20:], damage, "full_name")
    desk.write("vina.xlsx", FORMATS["vina.xlsx"](mixed))
    assert names(read("vina.xlsx")) == names(mixed)
    done = cli("audit", "vina.xlsx", "--operator", "VinaPhone", "--as-of", AS_OF, "--format", "json")
    assert violated(done.document)["PER103"] > 10
    assert not [f for f in done.document["export_findings"] if f["code"] == "EXP103"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "texts",
    [
        ["José Müller", "François Çelik", "Ángel Peña", "Bjørn Sørensen", "Zoë Brontë", "Håkan Ångström"],
        ["Hoàng Thò", "Hà Nò", "Lê Ló", "Tô Ân", "Đỗ Hoà", "Ngô Thì"],
        ["H'Hen Niê", "Y Wơ Bkrông", "K’Brêu", "Siu Hồ", "Rơ Châm Phươl", "Giàng A Pháo"],
        ["LÃ VĂN MÌ", "ĐÃ XÃ MÌ", "LÊ Ã", "TRẦN Ý", "HÀ Á", "ĐỖ ÂN"],
        ["A&B", "AT&T; Ltd", "R&D;", "&", "&;", "& &x"],
        ["What?", "?", "An ?", "O?", "Lê An", "Lê Bình"],
    ],
)
def test_sound_text_stays(desk: Desk, name: str, texts: list[str]) -> None:
    records = [person(n) | {"full_name": text} for n, text in enumerate(texts)]
    desk.write(name, FORMATS[name](records))
    assert names(read(name)) == texts


@pytest.mark.parametrize("name", ["vina.csv", "vina.xlsx", "vina.parquet", "vina.ndjson", "vina-16.csv"])
@pytest.mark.parametrize("font", ["tcvn3", "vni"])
def test_the_user_says_which_font_it_was(desk: Desk, cli: Command, name: str, font: str) -> None:
    records = people(12)
    mixed = records[:6] + damaged(records[6:], FONTS[font], "full_name")
    desk.write(name, FORMATS[name](mixed))
    arguments = ["audit", name, "--operator", "VinaPhone", "--as-of", AS_OF, "--format", "json"]
    assert violated(cli(*arguments).document).get("PER103", 0) > 2
    done = cli(*arguments, "--encoding", font)
    assert done.code == 0, done.err
    assert "PER103" not in violated(done.document)


def test_the_user_says_that_it_is_what_it_is(desk: Desk, cli: Command) -> None:
    desk.write("vina.xlsx", FORMATS["vina.xlsx"](damaged(people(12), FONTS["tcvn3"], "full_name")))
    arguments = ["audit", "vina.xlsx", "--operator", "VinaPhone", "--as-of", AS_OF, "--format", "json"]
    assert "PER103" not in violated(cli(*arguments).document)
    assert violated(cli(*arguments, "--encoding", "utf-8").document)["PER103"] > 6


NAMED = {"à": "agrave", "á": "aacute", "â": "acirc", "ê": "ecirc", "ô": "ocirc", "é": "eacute", "ý": "yacute"}
ESCAPES: dict[str, Damage] = {
    "decimal": lambda text: "".join(c if c.isascii() else f"&#{ord(c)};" for c in text),
    "hexadecimal": lambda text: "".join(c if c.isascii() else f"&#x{ord(c):X};" for c in text),
    "names where there are any": lambda text: "".join(f"&{NAMED[c]};" if c in NAMED else c for c in text),
    "twice": lambda text: "".join(c if c.isascii() else f"&amp;#{ord(c)};" for c in text),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("escape", ESCAPES)
def test_letters_escaped_for_web_pages_are_read(desk: Desk, cli: Command, name: str, escape: str) -> None:
    records = people(9)
    desk.write(name, FORMATS[name](renamed(damaged(records, ESCAPES[escape], *TEXTS), ESCAPES[escape])))
    assert read(name) == records
    done = cli("audit", name, "--operator", "VinaPhone", "--as-of", AS_OF)
    assert done.code == 0
    assert "web page codes" in done.said
    assert "Họ và tên" in done.said


def test_an_ampersand_that_is_escaped_everywhere_is_one(desk: Desk) -> None:
    texts = ["A &amp; B", "C &amp; D", "E&amp;F"]
    desk.export("vina.csv", *[person(n) | {"organisation_name": text} for n, text in enumerate(texts)])
    assert [record["organisation_name"] for record in read("vina.csv")] == ["A & B", "C & D", "E&F"]
    typed = ["A & B", "C & D", "how to write &amp;"]
    desk.export("vina.csv", *[person(n) | {"organisation_name": text} for n, text in enumerate(typed)])
    assert [record["organisation_name"] for record in read("vina.csv")] == typed


LOSSES: dict[str, Damage] = {
    "every letter": lambda text: "".join(c if c.isascii() else "?" for c in text),
    "every byte": lambda text: "".join(c if c.isascii() else "?" * len(c.encode()) for c in text),
    "replacement characters": lambda text: "".join(c if c.isascii() else "\ufffd" for c in text),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("loss", LOSSES)
def test_lost_letters_are_called_lost(desk: Desk, cli: Command, name: str, loss: str) -> None:
    records = people(25)
    desk.write(name, FORMATS[name](damaged(records, LOSSES[loss], "full_name", "address")))
    done = cli("audit", name, "--operator", "VinaPhone", "--as-of", AS_OF)
    assert "cannot be undone: full_name, address." in done.said


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("loss", LOSSES)
def test_headers_with_lost_letters_are_matched_where_one_column_fits(
    desk: Desk, cli: Command, name: str, loss: str
) -> None:
    records = [{c: v for c, v in record.items() if c != "portrait_ref"} for record in people(5)]
    desk.write(name, FORMATS[name](renamed(records, LOSSES[loss])))
    found = read(name)
    assert {"msisdn", "full_name", "date_of_birth", "id_issue_date", "address", "status"} <= found[0].keys()
    assert all(found[n][column] == records[n][column] for n in range(5) for column in found[0])
    done = cli("audit", name, "--operator", "VinaPhone", "--as-of", AS_OF)
    assert "the only column that fits" in done.said


def test_headers_that_several_columns_could_be_stay_unknown(desk: Desk) -> None:
    desk.write("vina.csv", "msisdn,full_name,???,N?y ??\n0912345678,An Bình,x,y\n")
    assert [*read("vina.csv")[0]] == ["msisdn", "full_name"]


def test_text_of_an_old_workbook_with_a_code_page(desk: Desk) -> None:
    """Letters in UTF-16 that a reader takes for single bytes."""
    records = people(6)
    for codec in ("cp1252", "cp1258", "latin-1"):
        wide = wide_in(codec)
        headers = [wide(header) for header in HEADERS.values()]
        content = by_xlwt({"TB": [headers, *[[wide(v) for v in record.values()] for record in records]]})
        desk.write("vina.xls", content)
        assert read("vina.xls") == records


def wide_in(codec: str) -> Damage:
    return lambda text: "".join(bytes([b]).decode(codec, "ignore") or chr(b) for b in text.encode("utf-16-le"))
