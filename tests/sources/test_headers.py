"""A header read with a mapping."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from thuebao.base.errors import InputError
from thuebao.sources.headers.header import map_header, recognised
from thuebao.sources.headers.mapping import LOOK, Mapping


def not_mapped(names: Sequence[str], mapping: Mapping | None = None) -> InputError:
    with pytest.raises(InputError) as error:
        map_header("export.csv", names, mapping)
    return error.value


def test_what_a_mapping_says_goes_before_synonyms() -> None:
    names = ["Số", "Số thuê bao", "Họ tên", "SĐT", "Giới tính"]
    mapping = Mapping("m.toml", {"msisdn": "Số", "pos_phone": "SĐT", "sex": ""})
    assert map_header("x", names, mapping).canonical == ("msisdn", None, "full_name", "pos_phone", None)
    assert recognised(names, mapping) == 5
    assert recognised(["Số", "", "x"], mapping) == 1


def test_a_header_is_found_exactly_or_else_folded() -> None:
    mapping = Mapping("m.toml", {"msisdn": "Ma so", "sex": "GT"})
    assert map_header("x", ["Mã số", " gt "], mapping).canonical == ("msisdn", "sex")
    assert map_header("x", ["Mã số", "Ma so", "GT"], mapping).canonical == (None, "msisdn", "sex")
    assert map_header("x", ["電話"], Mapping("m.toml", {"msisdn": "電話"})).canonical == ("msisdn",)


def test_a_mapping_to_a_column_that_is_not_there_names_both() -> None:
    error = not_mapped(["Số máy bàn", "Họ tên"], Mapping("m.toml", {"msisdn": "Số máy"}))
    assert error.key == "mapping_header_absent"
    for part in ("export.csv", "m.toml", "'Số máy'", "msisdn", "'Số máy bàn'"):
        assert part in str(error)
    assert not_mapped(["", "Họ tên"], Mapping("m", {"msisdn": "-"})).key == "mapping_header_absent"


def test_a_mapping_to_a_column_that_is_there_twice() -> None:
    for names in (["Số", "Số", "Họ tên"], ["Số", "số", "Họ tên"]):
        error = not_mapped(names, Mapping("m.toml", {"msisdn": "SO" if "số" in names else "Số"}))
        assert error.key == "mapping_header_twice"
        assert "'Số'" in str(error)
        assert "msisdn" in str(error)


def test_two_texts_for_one_header_are_one_header_too_many() -> None:
    error = not_mapped(["Số", "Họ tên"], Mapping("m.toml", {"msisdn": "Số", "sex": "SO"}))
    assert error.key == "mapping_header_for_two"
    assert "msisdn" in str(error)
    assert "sex" in str(error)


def test_two_headers_for_one_column_name_both_and_a_mapping_is_the_way_out() -> None:
    names = ["Số TB", "Số máy", "Họ tên"]
    error = not_mapped(names)
    assert error.key == "two_headers_for_one_column"
    for part in ("'Số TB'", "'Số máy'", "msisdn", "--mapping"):
        assert part in str(error)
    assert map_header("x", names, Mapping("m", {"msisdn": "Số máy"})).canonical == (None, "msisdn", "full_name")


def test_a_contacts_telephone_gives_way_to_the_subscriber_number() -> None:
    assert map_header("x", ["SĐT", "Số TB", "Họ tên"]).mapped == {"msisdn": "Số TB", "full_name": "Họ tên"}
    assert map_header("x", ["SĐT", "Họ tên"]).mapped["msisdn"] == "SĐT"
    assert not_mapped(["SĐT", "phone", "Họ tên"]).key == "two_headers_for_one_column"
    mapping = Mapping("m", {"msisdn": "SĐT"})
    assert map_header("x", ["SĐT", "Số TB"], mapping).mapped == {"msisdn": "SĐT"}


def test_headers_that_map_to_nothing_may_differ_in_diacritics_alone() -> None:
    assert map_header("x", ["msisdn", "Ngày lắp", "Ngày lập"]).unknown == ["Ngày lắp", "Ngày lập"]
    assert not_mapped(["msisdn", "Ghi chú", "Ghi chú"]).key == "header_twice"
    mapping = Mapping("m", {"sex": "Phái"})
    assert map_header("x", ["Phái", "Ghi chú", "Ghi chú"], mapping).mapped == {"sex": "Phái"}


def test_nothing_recognised_is_an_error_but_for_a_mere_look() -> None:
    assert not_mapped(["F1", "F2"]).key == "header_unrecognised"
    assert not_mapped(["msisdn"], Mapping("m", {"msisdn": ""})).key == "header_unrecognised"
    assert not_mapped(["0912345678", "An"], LOOK).key == "header_missing"
    assert map_header("x", ["F1", "F2"], LOOK).mapped == {}
