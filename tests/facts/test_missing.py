"""Which texts are missing values, and which only say that there is something (catalogue §2, text and references)."""

import pytest

MISSING = [
    "",
    " ",
    "-",
    "--",
    "- -",
    "–",
    "—",
    "−",
    ".",
    ". .",
    "_",
    "*",
    "***",
    "?",
    "…",
    "/",
    "- / -",
    "null",
    "NULL",
    "(null)",
    "<null>",
    "[NULL]",
    r"\N",
    "none",
    "Nil",
    "n/a",
    "N/A",
    "na",
    "<na>",
    "NaN",
    "NaT",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NULL!",
    "#NUM!",
    "#DIV/0!",
    "#NAME?",
    "không có",
    "Không Có",
    "khong co",
    "chưa có",
    "chua co",
    "Chưa cập nhật",
    "CHUA CAP NHAT",
    "chưa  cập nhật",
    "không rõ",
    "khong ro",
    "không xác định",
    "khong xac dinh",
    "kho\u0302ng co\u0301",
    '=""',
    '="null"',
    '=" - "',
    "\u00a0",
    "\ufeffnull",
    "nu\u200bll",
]
PRESENT = [
    "a",
    "0",
    "Không",
    "x-",
    "-1",
    "1/2",
    "null value",
    "none of them",
    "Nà",
    "Nán",
    "không có số",
    "chưa",
    "#N/A!",
    "12 Trần Phú",
    '="12 Trần Phú"',
    "…a",
    "(nul)",
]


def test_missing_texts(violated) -> None:
    found = violated([{"address": text} for text in [*MISSING, *PRESENT]], "PER131")
    missing = [text for text, codes in zip([*MISSING, *PRESENT], found, strict=True) if codes]
    assert missing == MISSING


@pytest.mark.parametrize("word", ["không", "Khong", "NO", "n", "False", "0", "chưa", "CHUA", "null", "không có"])
def test_a_reference_that_says_no_is_missing(violated, word: str) -> None:
    child = {
        "date_of_birth": "20/05/2020",
        "relationship_ref": "KS-1",
        "guardian_name": "Lê Thị Mai",
        "consent_ref": "",
    }
    records = [child | {"guardian_name": word}, child | {"relationship_ref": word}, child]
    assert violated(records, "MIN102", "MIN104") == [{"MIN102"}, {"MIN104"}, set()]


@pytest.mark.parametrize("word", ["có", "Co", "YES", "y", "True", "x", "1", "đã có", "DA CO", "KS-000123", "false.jpg"])
def test_a_reference_that_says_yes_is_there(violated, word: str) -> None:
    child = {"date_of_birth": "20/05/2020", "guardian_name": "Lê Thị Mai", "consent_ref": ""}
    assert violated([child | {"relationship_ref": word}], "MIN104") == [set()]


def test_elsewhere_such_words_are_text(violated) -> None:
    records = [{"address": word} for word in ["không", "no", "0", "chưa"]]
    assert violated(records, "PER131") == [set()] * 4
