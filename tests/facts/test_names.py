"""Names: the form in which they are compared, what is no name, what was damaged; and names of countries."""

import polars as pl
import pytest

from thuebao.facts.person import person_facts
from thuebao.facts.text import Cleaning
from thuebao.rulebook.reference import Reference, rules_home

ALIKE = [
    ("Nguyễn Văn Hòa", "NGUYỄN VĂN HOÀ"),
    ("Nguyễn Văn Hòa", "Nguyen  Van Hoa."),
    ("Lý Thị Mỹ", "Lí Thị Mĩ"),
    ("Đỗ Đức", "Ðỗ Ɖức"),
    ("H'Hen Niê", "H’Hen Niê"),
    ("K' Sor", "K'Sor"),
    ("Jean-Luc Picard", "JEAN LUC PICARD"),
    ("Ærø Strauß", "Ærö Strauss"),
    ("Søren Łukasz", "Soren Lukasz"),
    *(("Nguyễn Văn An", f"{title} Nguyễn Văn An") for title in ("Ông", "ÔNG", "bà", "BÀ", "Chị", "anh", "ANH", "ONG")),
    *(
        ("Nguyễn Văn An", f"{title} Nguyễn Văn An")
        for title in ("CHI", "ong.", "Ba.", "chi.", "Mr", "mr.", "MRS", "Ms.")
    ),
    ("Nguyễn Văn An", "Mr.Nguyễn Văn An"),
]
DIFFERENT = [
    ("Văn An", "Bá Văn An"),
    ("VAN AN", "BA VAN AN"),
    ("Văn An", "Ong Văn An"),
    ("Văn An", "Chi Văn An"),
    ("An", "Mr. An"),
    ("Lê An", "Lê Ân Hà"),
    ("Văn An", "Mrs.Văn"),
]
NO_NAMES = [
    "Test",
    "TEST.",
    "t e s t",
    "khách hàng",
    "Khach-Hang",
    "Ông Khách Hàng",
    "Khách lẻ",
    "Chủ thuê bao",
    "Không tên",
    "Chưa có tên",
    "unknown",
    "No Name",
    "noname",
    "ABC",
    "a.b.c",
    "xxx",
    "XXXX",
    "Sim",
    "Anonymous",
    "An2",
    "Trần Văn Bình２",
    "#$%",
    "aaa",
    "A a A",
    "Đđ đ",
]
NAMES = ["O", "An", "Simon", "Testa", "H'Hen Niê", "Y Moan Ênuôl", "Aa Bb", "Khách Hàng Long", "Ông Đạo"]
GARBLED = [
    "Nguyá»…n VÄƒn An",
    "Tráº§n Thá»‹ BÃ¬nh",
    "LÃª Minh",
    "Trần Th\ufffd Bình",
    "NGUY?N V?N AN",
    "Phạm\u0007 Huy",
    "NguyÔn V¨n An",
    "Lª ThÞ H¹nh",
    "TrÇn Quèc Tu\u00ca\u006e",
    "nguyÔn thÞ hoµ",
    "Ph¹m §øc",
    "Nguyeãn Vaên An",
    "NGUYEÃN VAÊN AN",
    "Voõ Thò Phuù",
    "Hoaøng Vaên Huøng",
    "Ñaëng Thò Myõ",
    "Ngoâ Toâ Hoaøi",
]
SOUND = [
    "Nguyễn Văn An",
    "LÃ VĂN HÙNG",
    "Nguyễn Thị Hoà",
    "Đỗ Quý Luân",
    "Thuý Kiều",
    "José García",
    "Loïc Müller",
    "Björn Åkesson",
    "François Noël",
    "H'Hen Niê",
    "Y Moan Ênuôl",
    "McDonald Lee",
    "Đặng Trần Côn",
]
COUNTRIES = {
    "Lào": ["LA", "LAO", "lào", "Lao", "Laotian", "người Lào", "quốc tịch Lào", "công dân Lào"],
    "Việt Nam": ["VN", "VNM", "Viet Nam", "Vietnam", "vietnamese", "người Việt Nam", "VIỆT NAM", "Viet-Nam"],
    "Anh": ["GB", "GBR", "British", "English", "United Kingdom", "UK", "người Anh"],
    "Mỹ": ["US", "USA", "American", "Hoa Kỳ", "người Mỹ"],
    "Nhật Bản": ["JP", "JPN", "Japanese", "Nhật", "Japan"],
}


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_one_name_spelt_twice(violated, one: str, other: str) -> None:
    assert violated([{"full_name": one}, {"full_name": other}], "DUP121") == [set()] * 2


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_names(violated, one: str, other: str) -> None:
    assert violated([{"full_name": one}, {"full_name": other}], "DUP121") == [{"DUP121"}] * 2


def test_what_is_no_name(violated) -> None:
    records = [{"full_name": name} for name in [*NO_NAMES, *NAMES]]
    assert violated(records, "PER102") == [{"PER102"}] * len(NO_NAMES) + [set()] * len(NAMES)


def test_what_was_garbled(violated) -> None:
    records = [{"full_name": name} for name in [*GARBLED, *SOUND]]
    found = violated(records, "PER103")
    assert [name for name, codes in zip([*GARBLED, *SOUND], found, strict=True) if codes] == GARBLED


@pytest.mark.parametrize("country", COUNTRIES)
def test_nationality(violated, country: str) -> None:
    """Passports of one number are one person's if the country is the same."""
    for text in COUNTRIES[country]:
        passport = {"id_type": "Hộ chiếu", "id_number": "C4829173"}
        records = [passport | {"nationality": country}, passport | {"nationality": text, "full_name": "Trần Bình"}]
        assert violated(records, "PER121", "PER122", "DUP121") == [{"DUP121"}] * 2, text


def test_what_is_no_nationality(violated) -> None:
    texts = ["NA", "n/a", "704", "Kinh", "Sao Hỏa", "XX", "người", "Hà Nội"]
    found = violated([{"nationality": text} for text in texts], "PER121", "PER122")
    assert found == [{"PER121"}] * 2 + [{"PER122"}] * 6


@pytest.mark.parametrize(
    ("text", "folded"), [("Việt Nam", False), ("VN", False), ("Viet Nam", True), ("Atlantis", True)]
)
def test_names_of_countries_are_folded_where_one_is_not_known_as_it_is_written(text: str, folded: bool) -> None:
    reference = Reference(rules_home())
    nationality = person_facts(reference, Cleaning(reference))["_nationality"]
    pl.DataFrame({"~nationality": ["Việt Nam", text, None, "-"]}).select(nationality)
    assert ("countries_folded" in vars(reference)) == folded
