"""What is proposed for the headers of carriers, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping as Table

import pytest

from helpers.mappings import STYLES, proposals
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.proposal import SURE, Proposal
from thuebao.sources.headers.similarity import words


def sure(found: Table[str, Proposal]) -> dict[str, str]:
    return {header: p.column for header, p in found.items() if p.column and p.confidence >= SURE}


@pytest.mark.parametrize("style", STYLES)
def test_headers_of_carriers_are_proposed_rightly_or_not_for_sure(style) -> None:
    found = proposals({header: values for header, (values, _) in STYLES[style].items()})
    assert sure(found) == {header: column for header, (_, column) in STYLES[style].items() if column}
    taken = [proposal.column for proposal in found.values() if proposal.column]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize("column", columns())
def test_what_is_known_is_certain(column) -> None:
    for header in columns()[column].headers:
        assert proposals({header: "nothing"})[header] == Proposal(0, header, column, 1.0, "known")


def test_values_refute_a_name() -> None:
    assert sure(proposals({"Ngày sihn": "dates"})) == {"Ngày sihn": "date_of_birth"}
    for values in ("names", "msisdn", "notes", "nothing"):
        assert sure(proposals({"Ngày sihn": values})) == {}
    assert proposals({"Ngày sihn": "names"})["Ngày sihn"].column is None


def test_values_alone_propose_and_are_never_sure() -> None:
    found = proposals({"F1": "msisdn", "F2": "payments", "F3": "sims", "F4": "names", "F5": "dates", "F6": "flags"})
    assert {header: p.column for header, p in found.items()} == {
        "F1": "msisdn",
        "F2": "payment_type",
        "F3": "sim_serial",
        "F4": None,
        "F5": None,
        "F6": None,
    }
    assert {p.why for p in found.values() if p.column} == {"values"}
    assert sure(found) == {}


def test_one_column_is_proposed_once_and_a_known_header_goes_first() -> None:
    assert proposals({"KH_NgaySinh": "dates", "Ngày sinh": "dates"})["KH_NgaySinh"].column is None
    rivals = proposals({"TB_NgaySinh": "dates", "KH_NgaySinh": "dates"})
    assert sure(rivals) == {}
    assert [p.column for p in rivals.values()].count("date_of_birth") == 1


def test_a_mapping_is_certain_and_what_it_switches_off_is_not_proposed() -> None:
    mapping = Mapping("m.toml", {"msisdn": "Máy", "sex": ""})
    found = proposals({"Máy": "msisdn", "KH_SoTB": "msisdn", "Giới tính": "sexes", "KH_GioiTinh": "sexes"}, mapping)
    assert found["Máy"] == Proposal(0, "Máy", "msisdn", 1.0, "mapping")
    assert [found[name].column for name in ("KH_SoTB", "Giới tính", "KH_GioiTinh")] == [None, None, None]


def test_words_of_a_header() -> None:
    assert words("KH_SoGiayTo") == ("khachhang", "so", "giay", "to")
    assert words("ĐịaChỉ của IDNumber2") == ("dia", "chi", "id", "number2")
    assert words("(*)") == ()
