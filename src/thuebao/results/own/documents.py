"""Recognises our JSON documents, results, manifests and others: every key in them must be one that they have.

A document with keys of its own may hold anything there, records too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thuebao.base.errors import InputError
from thuebao.results.compare.document import AUDIT, MANIFEST, parsed, result_in
from thuebao.results.follow import columns as follow
from thuebao.results.remedy import COUNTS
from thuebao.results.remedy import SCHEMA as REMEDY
from thuebao.results.trend import SCHEMA as TREND

_LARGEST = 256 << 20  # bytes of a document, which is read whole

_ONE = None
"""A text, a number, true, false or null."""
_EACH = "*"
"""The key of a table whose keys are free."""
Spec = Mapping[str, Any] | list[Any] | None


def _keys(names: str, **more: Spec) -> dict[str, Spec]:
    return dict.fromkeys(names.split(), _ONE) | more


_FREE: Spec = {_EACH: _ONE}
_TOOL = _keys("name version")
_RULE_COUNTS: Spec = [_keys("code evaluated violations")]
_RECORDS = "records records_with_errors records_with_findings"
_OPERATORS: Spec = [_keys(f"operator {_RECORDS}", rules=_RULE_COUNTS)]
_RULES: Spec = [_keys("code name severity status reason violations", parameters=_FREE)]
_TOTALS = _keys(f"{_RECORDS} rejected")
_PASSED: Spec = [_keys("path reason bytes")]
_NOTICE: Spec = [_keys("code text count")]
_SHEET: Spec = [_keys("name hidden records", columns=_FREE, absent=[_ONE])]
_OFFENDERS: Spec = [_keys("operator name findings records")]
_FILE = "path bytes changed sha256"
_READING = "format encoding operator_from records rejected"

_POINTS: Spec = [_keys(f"{_RECORDS} evaluated violations share", change=_keys("part whole share"))]
_KEYS: dict[str, Spec] = {
    AUDIT: _keys(
        "schema as_of law where",
        tool=_TOOL,
        inputs=[
            _keys(
                "path sha256 bytes format encoding records rejected operator_from",
                columns=_FREE,
                absent=[_ONE],
                passed_over=_FREE,
                notices=_NOTICE,
                sheets=_SHEET,
                sheets_left=[_ONE],
            )
        ],
        unreadable=[_keys("path reason")],
        export_findings=[_keys("code path severity detail column rule count")],
        operators=_OPERATORS,
        rules=_RULES,
        identities=_keys("", tiers=_FREE, operators=[_keys("operator", tiers=_FREE)]),
        points_of_sale=_OFFENDERS,
        clerks=_OFFENDERS,
        breakdown=_keys("", by=[_ONE], rows=[_keys(_RECORDS, values=_FREE, rules=_RULE_COUNTS)], left_out=_FREE),
        exposure=_keys(
            "currency since",
            not_computable=_FREE,
            rows=[
                _keys(
                    "operator fine clause instrument measure count unidentified files before undated least most "
                    "trust mapping_trust",
                    act=_FREE,
                    codes=[_ONE],
                    bracket=_keys("from to provision"),
                    sanctions=[_keys("provision", title=_FREE, months=[_ONE])],
                    caveats=[_keys("id vi en")],
                )
            ],
            signs=[_keys("operator fine clause instrument code severity findings", act=_FREE)],
        ),
        groups={_EACH: [_keys("group size", records=[_FREE])]},
        gate=[_keys("condition operator passed counted of allowed margin status reason")],
        totals=_TOTALS,
        files_passed_over=_PASSED,
    ),
    MANIFEST: _keys(
        "schema python platform started ended made_by as_of law",
        tool=_TOOL,
        libraries=_FREE,
        options=_FREE,
        settings=_FREE,
        rulebook=_keys("fingerprint", files=[_keys("name path sha256")]),
        inputs=[_keys(f"{_FILE} standard_input {_READING}", members=[_keys(f"path {_READING}")])],
        unreadable=[_keys(f"{_FILE} reason at")],
        passed_over=_PASSED,
        read_beside=[_keys(f"name {_FILE}")],
        counts=_keys("", totals=_TOTALS, operators=_OPERATORS, rules=_RULES),
        result=_keys("schema sha256"),
        outputs=[_keys(f"name {_FILE}")],
    ),
}
_FOLLOWED = {*follow.COUNTS, follow.SHARE}
_OTHERS: dict[str, Spec] = {
    REMEDY: _keys(
        "schema as_of law where first_notice",
        tool=_TOOL,
        timetable=_keys("basis notice_days one_way two_way end whole_contract"),
        days=_keys("notice one_way two_way end"),
        inputs=[_keys("path records rejected")],
        unreadable=[_keys("path reason")],
        operators=[_keys(f"operator records {' '.join(COUNTS)}", codes=[_keys("code remedy numbers")])],
        not_evaluated=[_ONE],
        totals=_keys(" ".join(COUNTS)),
        files=[_ONE],
    ),
    TREND: _keys(
        "schema province_column",
        tool=_TOOL,
        results=[_keys("path as_of law where version unreadable")],
        notices=[_keys("as_of kind path count old new names codes")],
        total=_POINTS,
        operators=[_keys("operator", points=_POINTS, rules=[_keys("code", points=_POINTS)])],
        rules=[_keys("code severity", points=_POINTS)],
        provinces=[_keys("province", points=_POINTS)],
    ),
    follow.SCHEMA: _keys(
        "schema fail_on passed",
        tool=_TOOL,
        list=_keys("kind numbers without_number found_by", paths=[_ONE], first_notice=_keys("first last")),
        basis=_keys("retention_years", steps=[_ONE], retention=[_ONE]),
        days=[
            _keys(
                "day rejected",
                files=[_ONE],
                unreadable=[_ONE],
                lacking=[_keys("path column")],
                operators=[dict.fromkeys({"operator", "records", *_FOLLOWED}, _ONE)],
                totals=dict.fromkeys(_FOLLOWED, _ONE),
            )
        ],
        notices=[_ONE],
    ),
}
"""Documents that hold no result of an audit, of which nothing reads more than this."""


def is_result(path: Path) -> bool:
    """Return whether a file is what a command prints as JSON, or a manifest, by all that is in it. Raises OSError."""
    if path.stat().st_size > _LARGEST:
        return False
    try:
        document = parsed(path)
        schema = document["schema"] if isinstance(document, dict) and "schema" in document else None
        other = _OTHERS.get(str(schema))
        return _fits(document, other or _KEYS[result_in(document, path).schema])
    except (InputError, RecursionError):
        return False


def _fits(value: Any, spec: Spec) -> bool:
    """Return whether a value has no other keys than the specification, and single values where it has them."""
    if value is None:
        return True
    if isinstance(spec, list):
        return isinstance(value, list) and all(_fits(one, spec[0]) for one in value)
    if isinstance(spec, Mapping):
        each = _EACH in spec
        return isinstance(value, dict) and all(
            (each or key in spec) and _fits(one, spec[_EACH] if each else spec[key]) for key, one in value.items()
        )
    return not isinstance(value, dict | list)
