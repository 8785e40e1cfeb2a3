"""What the law provides for the acts that errors point to, as the JSON of an audit has it: docs/exposure.md."""

from __future__ import annotations

from typing import Any

from thuebao.results.exposure import Exposure, Exposures
from thuebao.rulebook.fines import Caveat

_AS_THEY_ARE = ("operator", "fine", "clause", "instrument", "act", "measure", "codes")
_COUNTS = ("count", "unidentified", "files", "before", "undated")
_TRUST = ("trust", "mapping_trust")


def as_dict(exposures: Exposures) -> dict[str, Any]:
    """Return all clauses as plain data, in both languages: nothing in it follows the reader's."""
    return {
        "currency": exposures.currency,
        "since": exposures.since.isoformat(),
        "not_computable": exposures.not_computable,
        "rows": [_row(row) for row in exposures.rows],
        "signs": [vars(sign) for sign in exposures.signs],
    }


def _row(row: Exposure) -> dict[str, Any]:
    bracket = row.bracket
    said = {name: getattr(row, name) for name in (*_AS_THEY_ARE, *_COUNTS)}
    return said | {
        "bracket": {"from": bracket.first, "to": bracket.last, "provision": bracket.provision} if bracket else None,
        "least": row.least,
        "most": row.most,
        "sanctions": [{"provision": s.provision, "title": s.title, "months": s.months} for s in row.sanctions],
        **{name: getattr(row, name) for name in _TRUST},
        "caveats": [_caveat(caveat) for caveat in row.caveats],
    }


def _caveat(caveat: Caveat) -> dict[str, str]:
    return {"id": caveat.id, **caveat.said}
