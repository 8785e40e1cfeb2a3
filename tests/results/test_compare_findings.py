"""Two audits compared finding by finding: what is new, what is fixed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.months import audit, printed
from helpers.people import ERROR, GOOD, NAMELESS, person
from thuebao.base.errors import InputError, ThuebaoError, UsageError
from thuebao.base.foreign_text import mask_text
from thuebao.results.compare import match as matching
from thuebao.results.compare.results import compare
from thuebao.results.findings import SCHEMA


@pytest.mark.parametrize("at_once", [10, 1_000_000])
def test_new_and_fixed_findings_agree_with_a_count_by_hand(months: Desk, at_once) -> None:
    both = compare(
        Path("old.json"),
        Path("new.json"),
        old_findings=Path("old.parquet"),
        new_findings=Path("new.csv"),
        at_once=at_once,
    )

    def keys(scan: pl.DataFrame) -> Counter[tuple[str, ...]]:
        return Counter(
            (o, (m or "").removeprefix("'"), c) for o, m, c in scan.select("operator", "msisdn", "code").iter_rows()
        )

    old = keys(pl.read_parquet("old.parquet"))
    new = keys(pl.read_csv("new.csv", infer_schema=False))
    assert max(old.values()) > 1
    for row in both.rows:
        assert row.matched is not None
        of = (row.operator, row.code)
        sums = [sum(n for k, n in some.items() if (k[0], k[2]) == of) for some in (new - old, old - new, new & old)]
        assert [row.matched.new, row.matched.fixed, row.matched.unchanged] == sums
        assert row.difference == row.matched.new - row.matched.fixed
    assert sum((new - old).values()) > 0 < sum((old - new).values())
    assert "Findings by number and rule" in printed(both)


def test_other_records_are_a_change_but_not_worse(desk: Desk) -> None:
    desk.export("old/vina.csv", GOOD, ERROR)
    desk.export("new/vina.csv", GOOD | NAMELESS, person(1))
    for name in ("old", "new"):
        audit(f"{name}.json", name, findings=f"{name}.csv")
    paths = {"old_findings": Path("old.csv"), "new_findings": Path("new.csv")}
    both = compare(Path("old.json"), Path("new.json"), **paths)
    [row] = both.changes
    assert row.matched
    assert (row.matched.new, row.matched.fixed, row.matched.unchanged) == (1, 1, 0)
    assert [both.exit_code(fail_on) for fail_on in ("worse", "any", "never")] == [0, 1, 0]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_masked_findings_are_told_apart_by_place_only(desk: Desk, kind) -> None:
    desk.export("vina.csv", ERROR, GOOD | {"msisdn": "12"})
    findings = Path(f"masked.{kind}")
    audit("one.json", "vina.csv", findings=str(findings), reveal=False)
    given = {"old_findings": findings, "new_findings": findings}
    with pytest.raises(InputError) as refused:
        compare(Path("one.json"), Path("one.json"), **given)
    assert refused.value.key == "findings_masked"
    assert "--key record" in str(refused.value)
    assert compare(Path("one.json"), Path("one.json"), key="record", **given).changes == ()


def test_every_masked_number_is_known_as_one(desk: Desk) -> None:
    columns = {name: SCHEMA[name] for name in ("path", "record", "operator", "msisdn", "code")}
    numbers = [
        "0912345678",
        "+84 912 345 678",
        "849123456789",
        "=1+2+3+4+5",
        "x" * 60,
        *("1" * n for n in range(4, 12)),
    ]
    for number in numbers:
        frame = pl.DataFrame([["a", 1, "b", mask_text(number), "PER101"]], schema=columns, orient="row")
        plain = frame.with_columns(msisdn=pl.lit("0912345678"))
        with pytest.raises(InputError, match="masked"):
            matching.store_keys(pl.concat([plain, frame]).lazy(), Path("x.csv"), "number", desk.path, "x")
    # A star that somebody typed masks nothing.
    starred = plain.with_columns(msisdn=pl.lit("*101#"))
    matching.store_keys(pl.concat([plain, starred]).lazy(), Path("x.csv"), "number", desk.path, "x")
    with pytest.raises(InputError, match="masked"):
        matching.store_keys(starred.with_columns(msisdn=pl.lit("1*")).lazy(), Path("x"), "number", desk.path, "x")


def test_findings_must_be_those_of_their_result(months: Desk) -> None:
    with pytest.raises(InputError) as refused:
        compare(Path("old.json"), Path("new.json"), old_findings=Path("new.csv"), new_findings=Path("old.parquet"))
    assert refused.value.key == "findings_of_another"
    with pytest.raises(UsageError):
        compare(Path("old.json"), Path("new.json"), old_findings=Path("old.parquet"))
    with pytest.raises(UsageError):
        compare(Path("old.json"), Path("new.json"), key="name")


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("x.txt", b"", "findings_kind"),
        ("x.csv", b"", "findings_cut"),
        ("x.csv", b"path,record\n", "findings_columns"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,b,0912345678", "findings_cut"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,b\n", "findings_cut"),
        ("x.csv", b"path,record,operator,msisdn,code\na,one,b,0912345678,PER101\n", "findings_damaged"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,b,0912345678,PER101,x\n", "findings_damaged"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,\xff\xfe,0912345678,PER101\n", "findings_damaged"),
        (
            "x.csv",
            b'path,record,operator,msisdn,code\n"a,1,b,0912345678,PER101\na,2,b,0912345678,PER101\n',
            "findings_damaged",
        ),
        ("x.parquet", b"PAR1 and nothing more", "findings_damaged"),
        (None, b"", "compare_missing"),
    ],
)
def test_hostile_findings_get_a_clear_message(months: Desk, name, content, key) -> None:
    path = months.write(name, content) if name else Path("nowhere.csv")
    with pytest.raises(ThuebaoError) as refused:
        compare(Path("old.json"), Path("old.json"), old_findings=path, new_findings=path, key="record")
    assert refused.value.key == key
    assert "0912345678" not in str(refused.value)
