"""Nothing personal is published."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR, people, person
from helpers.reports import DAY, Audited
from thuebao.rulebook.columns import columns


def personal(records: list[dict[str, str]]) -> set[str]:
    """Return what stands in columns that may tell something of a person, as far as it can be told from other text."""
    names = {name for name, column in columns().items() if column.personal}
    return {v.strip() for r in records for name, v in r.items() if name in names and len(v.strip()) > 3}


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_nothing_personal_is_published(audited: Audited, form) -> None:
    outcome = audited.outcomes[form]
    values = personal(audited.records)
    assert len(values) > 500
    for value in values | {"Khách Lê Thị Riêng", "0987000111", "0999000222", "Phạm Văn Dở"}:
        assert value not in outcome.out
    # Nor their masked forms.
    assert "***" not in outcome.out


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_nothing_personal_is_published_when_revealed_or_shown(desk: Desk, cli: Command, form) -> None:
    records = [*people(3), person(1), ERROR]
    desk.export("vina.csv", *records)
    some = ("--reveal", "--show", "DUP101", "--by", "clerk_name", "--findings", "f.csv")
    out = cli("audit", "vina.csv", *DAY, *some, "--format", form).out
    assert "DUP101" in out
    for value in personal(records):
        assert value not in out


@pytest.mark.parametrize("form", ["sarif", "github"])
def test_headers_that_mean_nothing_are_not_published(desk: Desk, cli: Command, form) -> None:
    desk.write("vina.csv", "msisdn,full_name,Trần Bí Mật,Trần Bí Mật\n0912345678,An B,,\n")
    desk.export("viettel.csv", ERROR)
    done = cli("audit", "vina.csv", "viettel.csv", *DAY, "--format", form)
    assert "PER101" in done.out
    assert "vina.csv" in done.out
    assert "Trần Bí Mật" not in done.out
