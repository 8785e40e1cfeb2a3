"""The file of fines: as the law has it, and refused where it cannot be so."""

import shutil
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from thuebao.base.errors import RuleError
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.fines import Fines
from thuebao.rulebook.read_fines import read_fines
from thuebao.rulebook.reference import Reference, rules_home

RULEBOOK = read_rulebook()
FILE = "reference/fines.toml"


def changed(tmp_path: Path, old: str, new: str) -> Fines:
    shutil.copytree(rules_home(), tmp_path / "rules", copy_function=shutil.copyfile)
    path = tmp_path / "rules" / FILE
    source = path.read_text("utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), "utf-8")
    return read_fines(Reference(tmp_path / "rules"), RULEBOOK.by_code)


def test_the_shipped_file_is_whole(tmp_path: Path) -> None:
    fines = changed(tmp_path, "# What the law", "# What the law")
    assert [regime.id for regime in fines.regimes if regime.computable] == ["174-2026"]
    assert len(fines.of_carriers) == len({fine.id for fine in fines.of_carriers}) > 10
    # Every clause of a carrier's is about errors, or about signs that are never computed.
    assert all(bool(fine.pointers) != bool(fine.signs) for fine in fines.of_carriers)
    severities = {RULEBOOK.by_code[p.code].severity for fine in fines.of_carriers for p in fine.pointers}
    assert severities == {"error"}
    for fine in fines.fines:
        for ladder in fine.ladders:
            for count in range(1, 600):  # in exactly one bracket
                assert sum(b.first <= count <= (b.last or count) for b in ladder.brackets) == 1
                assert sum(s.months is not None and "new" in s.title["en"] for s in ladder.sanctions_at(count)) <= 1
            assert ladder.bracket(0) is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("{ from = 11, to = 20, amount", "{ from = 12, to = 20, amount", "brackets"),  # a gap
        ("{ from = 11, to = 20, amount", "{ from = 10, to = 20, amount", "brackets"),  # an overlap
        ("{ from = 1, to = 10, amount", "{ from = 2, to = 10, amount", "brackets"),  # nothing for 1
        ("{ from = 41, amount", "{ from = 41, to = 50, amount", "brackets"),  # an end
        ("{ from = 31, to = 40, amount", "{ from = 31, amount", "brackets"),  # something behind the end
        ("to = 10, amount", "to = 0, amount", "from, to"),
        ("amount = [10_000_000, 20_000_000]", "amount = [20_000_000, 10_000_000]", "amount"),
        ("amount = [10_000_000, 20_000_000]", "amount = [10.5, 20_000_000]", "amount"),
        ('per = "number", amount', 'per = "day", amount', "amount"),
        ("{ from = 41, to = 100, kind", "{ from = 40, to = 100, kind", "also"),
        ("months = [2, 3]", "months = [3, 2]", "months"),
        ('kind = "repay"', 'kind = "jail"', "jail"),
        ('"PER101"', '"PER999"', "PER999"),
        ('"DUP123", "DUP131"]', '"DUP123", "DUP999"]', "DUP999"),
        ("[pos_kind=online]", "[pos_kind=nowhere]", "pos_kind=nowhere"),
        ("[pos_kind=online]", "[kind=online]", "kind=online"),
        ("DUP112[pos_kind=online]", "DUP112[pos_kind", "DUP112[pos_kind"),
        ('regime = "174-2026"', 'regime = "175-2026"', "175-2026"),
        ("from = 2026-07-01", "from = 2026-07-02", "from"),  # a day without law
        ("computable = true", "computable = false", "computable"),
        ('day = "audit"', 'day = "birth"', "birth"),
        ('ladders = ["numbers"]', 'ladders = ["letters"]', "letters"),
        ('measure = "point"', 'measure = "kilogram"', "kilogram"),
        ('who = "subscriber"', 'who = "nobody"', "nobody"),
        ('id = "34-3b"', 'id = "34-3a"', "id"),
        ('mapping_trust = "inferred"', 'mapping_trust = "certain"', "certain"),
        ('clause = "khoản 10 Điều 34"\n', "", "clause"),
        ('act.en = "Serving a subscriber whose', 'act.de = "Serving a subscriber whose', "vi, en"),
    ],
)
def test_what_cannot_be_so_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(RuleError) as refused:
        changed(tmp_path, old, new)
    assert "fines.toml" in str(refused.value) and named in str(refused.value)


def test_a_subscribers_clause_takes_no_rules(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="who"):
        changed(tmp_path, 'id = "34-3a"\n', 'id = "34-3a"\nwho = "subscriber"\n')


def test_a_folder_of_own_rules_has_no_fines_and_changes_none(desk: Desk, cli: Command) -> None:
    desk.write(
        "own/own.toml",
        '[[rule]]\ncode = "OWN101"\nname = "own"\nseverity = "error"\neras = ["all"]\nfield = "full_name"\n'
        'violation = "LENGTH(full_name) > 0"\ntitle = { vi = "a", en = "a" }\nexplain = { vi = "a", en = "a" }\n'
        'action = { vi = "a", en = "a" }\n',
    )
    desk.export("vina.csv")
    options = ("--operator", "VinaPhone", "--as-of", "2026-11-23", "--exposure")
    outcome = cli("audit", "vina.csv", *options, "--rules", "own")
    assert outcome.code == 1 and "OWN101" in outcome.out
    assert "No error points to an act" in outcome.out
