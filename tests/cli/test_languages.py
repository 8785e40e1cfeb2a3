"""Texts follow the option, else the locale."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR, people


@pytest.mark.parametrize(
    ("arguments", "vietnamese", "english"),
    [
        (("audit", "vina.csv"), "Bản ghi: 1, tệp: 1", "Records: 1, files: 1"),
        (("audit", "vina.csv"), "Thiếu họ và tên", "Name missing"),
        (("audit", "nowhere.csv"), "không có tệp hoặc thư mục này", "there is no such file"),
        (("audit", "vina.csv", "--select", "XX"), "không có quy tắc mang mã này", "no rule has this code"),
        (("explain", "PER101"), "Căn cứ pháp luật", "What to do"),
        (("rules", "--select", "PER101"), "Thiếu họ và tên", "Name missing"),
        (("columns", "vina.csv"), "Tiêu đề trong tệp", "Header in the file"),
        (("audit", "--help"), "Kiểm tra các tệp kết xuất", "Check exports"),
    ],
)
def test_texts_in_both_languages(desk: Desk, cli: Command, arguments, vietnamese, english) -> None:
    desk.export("vina.csv", ERROR)
    vi, en = (cli(*arguments, "--lang", lang).said for lang in ("vi", "en"))
    assert vietnamese in vi
    assert vietnamese not in en
    assert english in en
    assert english not in vi


@pytest.mark.parametrize(
    ("environment", "options", "vietnamese"),
    [
        ({"LANG": "vi_VN.UTF-8"}, (), True),
        ({"LANG": "vi_VN"}, (), True),
        ({"LC_ALL": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, (), True),
        ({"LC_MESSAGES": "vi_VN.UTF-8", "LANG": "en_US.UTF-8"}, (), True),
        ({"LC_ALL": "C.UTF-8", "LANG": "vi_VN.UTF-8"}, (), False),
        ({"LANG": "en_US.UTF-8"}, (), False),
        ({"LANG": "fr_FR.UTF-8"}, (), False),
        ({}, (), False),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang", "en"), False),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang=en",), False),
    ],
)
def test_language_of_the_locale(desk: Desk, cli: Command, environment, options, vietnamese) -> None:
    out = cli("rules", "--select", "PER101", *options, **environment).out
    assert ("Thiếu họ và tên" in out) is vietnamese


def test_vietnamese_from_start_to_end(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, *people(1999, first=10))
    done = cli("audit", "vina.csv", "nowhere.csv", LANG="vi_VN.UTF-8")
    assert "2.000" in done.out
    assert "0,05 %" in done.out
    assert "không có tệp" in done.err
    assert "Records" not in done.out


def test_language_before_the_command(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    assert "Kiểm tra" in cli("--lang", "vi", "--help").out
    assert "Bản ghi: 1" in cli("--lang", "vi", "audit", "vina.csv").out
