"""How the number of a document is cleaned, and what makes it nobody's (catalogue §2, document number, identity key)."""

import pytest

NUMBER = "001090012345"


@pytest.mark.parametrize(
    "text",
    [
        *["001090012345", "001 090 012 345", "001.090.012.345", "001-090-012-345", "'001090012345", '="001090012345"'],
        *[
            "001090012345.0",
            "001090012345.00",
            "００１０９００１２３４５",
            "\u200e001090012345\u202c",
            "0010\u00ad90012345",
        ],
        *["001\u00a0090\u2009012\u3000345", "001\u2011090\u2013012\u2212345", " 001090012345 ", "001090012345\u200b"],
    ],
)
def test_the_same_number(violated, text: str) -> None:
    """Both are sound, and one person's: another name under the number is found out."""
    records = [{"id_number": NUMBER}, {"id_number": text, "full_name": "Trần Thị Bình"}]
    assert violated(records, "ID101", "ID104", "ID105", "DUP121") == [{"DUP121"}] * 2


@pytest.mark.parametrize("text", ["b1234568", "B 1234568", "B-1234568", "'B1234568", "b1234568.", "Ｂ1234568"])
def test_letters_are_capitals(violated, text: str) -> None:
    full_width = text.startswith("Ｂ")  # only digits of full width are digits
    record = {"id_type": "Hộ chiếu", "id_number": text}
    assert violated([record], "ID104") == [{"ID104"} if full_width else set()]


def test_dots_of_groups_are_no_decimals(violated) -> None:
    assert violated([{"id_type": "CMND", "id_number": "012.896.000"}], "ID104", "ID105") == [set()]


@pytest.mark.parametrize("text", ["'", "-", ". .", "--", "\u200e", "="])
def test_marks_alone_are_no_number(violated, text: str) -> None:
    expected = {"ID104"} if text == "=" else {"ID101"}
    assert violated([{"id_number": text}], "ID101", "ID104") == [expected]


@pytest.mark.parametrize(
    ("kind", "number", "born", "lost"),
    [
        ("CCCD", "1090012345", "20/05/1990", True),
        ("CCCD", "1090012345.0", "20/05/1990", True),
        ("CCCD", "79190012345", "1990", True),
        ("", "79190012345", "20/05/1990", True),
        ("CMND/CCCD", "79190012345", "20/05/1990", True),
        ("VNeID", "79190012345", "20/05/1990", True),
        ("CCCD", "1090012345", "20/05/1991", False),
        ("CCCD", "3090012345", "20/05/1990", False),
        ("CMND", "12896345", "", True),
        ("", "12896345", "", True),
        ("7", "12896345", "", True),
        ("CCCD", "12896345", "", False),
        ("CMND", "12345678", "", False),
    ],
)
def test_lost_zeros(violated, kind: str, number: str, born: str, lost: bool) -> None:
    record = {"id_type": kind, "id_number": number, "date_of_birth": born}
    assert ("ID105" in violated([record], "ID105")[0]) is lost
    others = [record, record | {"full_name": "Trần Thị Bình"}]
    assert violated(others, "DUP121") == [set()] * 2  # nobody's key


@pytest.mark.parametrize(
    ("record", "has_key"),
    [
        ({"id_type": "CCCD"}, True),
        ({"id_type": "CMND", "id_number": "012896345"}, True),
        ({"id_type": "Hộ chiếu", "id_number": "C4829173"}, True),
        ({"id_type": "Hộ chiếu", "id_number": "C4829173", "nationality": "Lào"}, True),
        ({"id_type": "Hộ chiếu", "id_number": "C4829173", "nationality": ""}, False),
        ({"id_type": "Hộ chiếu", "id_number": "C4829173", "nationality": "Sao Hỏa"}, False),
        ({"id_type": "GPKD", "id_number": "001090012345"}, False),
        ({"id_type": "GPLX", "id_number": "001090012345"}, False),
        ({"id_type": "CCCD", "id_number": "0010900123"}, False),
        ({"id_type": "CCCD", "id_number": "111111111111"}, False),
        ({"organisation_name": "Công ty TNHH Sao Mai", "connection_kind": "M2M"}, False),
        ({"organisation_name": "Công ty TNHH Sao Mai", "connection_kind": "H2H"}, True),
    ],
)
def test_who_has_an_identity_key(violated, record: dict[str, str], has_key: bool) -> None:
    found = violated([record, record | {"full_name": "Trần Thị Bình"}], "DUP121")
    assert found == [{"DUP121"} if has_key else set()] * 2


def test_passports_of_two_countries_are_two_peoples(violated) -> None:
    passport = {"id_type": "Hộ chiếu", "id_number": "C4829173"}
    records = [passport, passport | {"nationality": "Lào", "full_name": "Bounmy Sisouphanh"}]
    assert violated(records, "DUP121") == [set()] * 2
