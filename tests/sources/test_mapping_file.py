"""Mapping files: which header holds which column, as a person has said."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.mappings import mapping_of
from thuebao.base.errors import UsageError
from thuebao.sources.headers.mapping import Mapping, mapping_for, read_mapping


def refused(path: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as error:
        mapping_of(path, text)
    return error.value


def test_a_mapping_file_is_read(tmp_path: Path) -> None:
    text = '\ufefffiles = ["Viettel*", "vt_*.csv"]\noperator = "Viettel"\n[columns]\nmsisdn = "Số"\nsex = " "\n'
    mapping = mapping_of(tmp_path / "m.toml", text)
    assert mapping.columns == {"msisdn": "Số", "sex": ""}
    assert (mapping.files, mapping.operator) == (("Viettel*", "vt_*.csv"), "Viettel")
    assert mapping_of(tmp_path / "m.toml", "").columns == {}


@pytest.mark.parametrize(
    ("patterns", "path", "fits"),
    [
        ((), "anything.csv", True),
        (("viettel*",), "exports/VIETTEL_10.csv", True),
        (("viettel*",), "viettel/vina.csv", False),
        (("thuê bao*",), "Thue\u0302 Bao.csv", True),
        (("vina*", "*.parquet"), "x/y.PARQUET", True),
        (("[[]1]*",), "[1].csv", True),
    ],
)
def test_a_mapping_is_for_files_by_their_names(patterns, path, fits) -> None:
    assert Mapping("m.toml", {}, patterns).fits(path) is fits


def test_of_several_mappings_the_first_that_fits_counts() -> None:
    viettel, vina, all_files = Mapping("a", {}, ("viettel*",)), Mapping("b", {}, ("vina*",)), Mapping("c", {})
    given = [viettel, vina, all_files]
    assert [mapping_for(f"x/{name}.csv", given) for name in ("Viettel", "vina1", "itel")] == given
    assert mapping_for("itel.csv", [viettel, vina]) is None


@pytest.mark.parametrize(
    ("text", "key", "parts"),
    [
        ('[columns]\nmsisdn = "x\n', "mapping_syntax", ("line 2",)),
        ("[columns\n", "mapping_syntax", ("line 1",)),
        ("a = [" * 5000, "mapping_syntax", ()),
        ("[column]\n", "mapping_key_unknown", ("'column'", "columns")),
        ('msisdn = "x"\n', "mapping_key_unknown", ("'msisdn'", "[columns]")),
        ('[columns]\nmsidn = "x"\n', "mapping_column_unknown", ("'msidn'", "msisdn")),
        ('[columns]\nmsisdn = "Số"\nsim_serial = "Số"\n', "mapping_header_for_two", ("msisdn", "sim_serial", "'Số'")),
        ('[columns]\nmsisdn = "Số"\nmsisdn = "SĐT"\n', "mapping_column_twice", ("msisdn", "'Số'", "'SĐT'")),
        ('[columns]\nmsisdn = ["Số", 3]\n', "mapping_value", ("msisdn", "Số", "3")),
        ('[columns]\nmsisdn = { both = ["Số", "SĐT"] }\n', "mapping_value", ("msisdn", "both")),
        ("[columns]\nmsisdn = 3\n", "mapping_value", ("msisdn", "3")),
        ("columns = 3\n", "mapping_value", ("columns",)),
        ("files = 3\n", "mapping_value", ("files",)),
        ('files = ["a", ""]\n', "mapping_value", ("files",)),
        ('operator = ""\n', "mapping_value", ("operator",)),
    ],
)
def test_a_mapping_file_that_makes_no_sense_says_where(tmp_path: Path, text, key, parts) -> None:
    error = refused(tmp_path / "m.toml", text)
    assert error.key == key
    for part in ("m.toml", *parts):
        assert part in str(error)


def test_a_mapping_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b"operator = '\xff'")
    for path in (tmp_path, tmp_path / "none.toml", tmp_path / "m.toml"):
        with pytest.raises(UsageError) as error:
            read_mapping(path)
        assert error.value.key == "mapping_unreadable"
        assert str(path) in str(error.value)
