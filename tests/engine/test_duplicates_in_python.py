"""The audit in Python: groups, breakdowns and limits."""

from __future__ import annotations

from datetime import date

import pytest

import thuebao
from helpers.across import IN_HOA_BINH, NO_TIERS, PATHS
from helpers.desks import Desk
from helpers.people import AS_OF


def test_audit_in_python(provinces: Desk) -> None:
    result = thuebao.audit(
        PATHS, as_of=date.fromisoformat(AS_OF), by="province", show="DUP101", parameters={"DUP141.threshold": 2}
    )
    assert result.breakdown is not None
    assert result.breakdown.by == ("province",)
    assert result.breakdown.records.rows() == [("Hà Nội", 2, 2, 2), ("Hòa Bình", 3, 3, 3), (None, 3, 1, 3)]
    assert result.breakdown.rules.filter(code="DUP101")["violations"].sum() == 2
    [group] = result.groups["DUP101"]
    assert group.size == 2
    assert group.records.select("path", "record").rows() == [("vina.csv", 1), ("vina.csv", 4)]
    assert result.identities == {None: NO_TIERS}
    assert set(result.offenders["by"]) == {"clerk_name", "point_of_sale"}
    limited = thuebao.audit(PATHS, where=IN_HOA_BINH, by=["operator", "month"])
    assert limited.breakdown is not None
    assert limited.breakdown.records.rows() == [("VinaPhone", "2025-06", 2, 2, 2), ("VinaPhone", "2025-07", 1, 1, 1)]
    assert (limited.where, limited.groups) == (IN_HOA_BINH, {})
    for wrong in (
        {"by": "unknown"},
        {"show": "NUM101"},
        {"where": "x"},
        {"parameters": {"DUP141.x": 1}},
        {"memory_limit": "10MB"},
        {"temp_dir": "nowhere"},
    ):
        with pytest.raises(thuebao.UsageError):
            thuebao.audit(PATHS, **wrong)
