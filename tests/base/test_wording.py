"""The texts say one thing in one way: retired terms are gone, numbers decide between singular and plural."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from thuebao.base.messages import text, use_language
from thuebao.rulebook.book import read_rulebook

RETIRED = {
    "vi": (
        "bản ghi có phát hiện bất kỳ",
        "chừng ấy số thuê bao",
        "theo số thuê bao đứng tên",
        "tệp kết quả",
        r"mã hóa (?:utf|\{encoding)",
        "người thực hiện",
        r"\bđã xét",
        "số liệu xét đến",
        "ngày xét số liệu",
        "doanh nghiệp",
        r"dấu tách\b",
        "hàng tên cột",
        "hàng tiêu đề",
        "đầu vào",
        r"\bhiện \{",
        "xấu đi",
        "số gieo",
        "nhận ra được",
        "quy tắc giữa",
        "mất các số 0 đứng đầu",
    ),
    "en": (
        "is there already",
        "stands twice",
        "there is no rule of this code",
        "for want of",
        "is no regular file",
        "is no PKCS",
        "stands as far out",
        "more than --max-rejected",
        "zeros in front are lost, and",
        r"\bjudged: records",
    ),
}
COUNTED = (
    "records|files|rows|lines|columns|cells|values|findings|bytes|sheets|fields|names|tables|violations|counts|times"
)


def catalogue(language: str) -> dict[str, str]:
    document = tomllib.loads(resources.files("thuebao.base.messages").joinpath(f"{language}.toml").read_text("utf-8"))
    return {f"{section}.{key}": said for section, entries in document.items() for key, said in entries.items()}


@pytest.mark.parametrize(("language", "term"), [(language, term) for language in RETIRED for term in RETIRED[language]])
def test_a_retired_term_is_gone(language: str, term: str) -> None:
    assert [key for key, said in catalogue(language).items() if re.search(term, said, re.IGNORECASE)] == []


def test_titles_of_rules_have_the_terms_of_the_texts() -> None:
    titles = [rule.title["vi"] for rule in read_rulebook().by_code.values()]
    assert [title for title in titles if "nhận ra được" in title or re.search("doanh nghiệp(?! hoặc|$)", title)] == []


def test_no_number_stands_before_a_plural_of_its_own() -> None:
    # Limits that are never 1 may.
    free = {
        "error.zip_too_many",
        "error.zip_too_many_exports",
        "error.hardly_any_records",
        "error.operators_too_many",
        "sample_error.duplicates",
    }
    plural = rf"\{{\w+\}} (?:[a-z]+ )?(?:{COUNTED})\b"
    assert {key for key, said in catalogue("en").items() if re.search(plural, said)} <= free


@pytest.mark.parametrize(
    ("key", "values", "english", "vietnamese"),
    [
        ("screen.more_files", {"count": 1, "option": "x"}, "… and 1 more file: x", "… và 1 tệp khác: x"),
        ("screen.more_files", {"count": 1234, "option": "x"}, "… and 1,234 more files: x", "… và 1.234 tệp khác: x"),
        ("notice.rows_hidden", {"count": 1}, "1 row is hidden", "1 dòng"),
        ("notice.numbers", {"count": 2823, "header": "h"}, "2,823 cells of 'h' are numbers", "2.823 ô"),
        ("progress.records", {"records": 1098003}, "1,098,003 records", "1.098.003 bản ghi"),
        ("rejected.place", {"line": 12345, "why": "y"}, "line 12345: y", "dòng 12345: y"),
        ("page.paper", {"page": 1, "pages": 58}, "Page 1 of 58", "Trang 1/58"),
    ],
)
def test_numbers_are_as_the_language_has_them(key, values, english, vietnamese) -> None:
    for language, said in (("en", english), ("vi", vietnamese)):
        use_language(language)
        assert text(key, **values).startswith(said)


def test_what_is_no_number_is_taken_for_several() -> None:
    assert text("screen.more_files", count="no", option="x") == "… and no more files: x"
