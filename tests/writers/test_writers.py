"""Each form of one data set is judged as plain CSV is, or what it lost is said, or it is refused for what it is."""

from __future__ import annotations

import importlib.util
from collections import Counter
from typing import Any

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF
from writers.form import REFUSED, SAID, SAME, Form, data
from writers.libraries import FORMS
from writers.programs import FORMS_OF_PROGRAMS, is_there

PLAIN = next(form for form in FORMS if form.name == "csv")


def audited(desk: Desk, cli: Command, form: Form) -> tuple[dict[str, Any], list[tuple[str, ...]], Any]:
    desk.path.joinpath("out").mkdir(exist_ok=True)
    form.write(data(), desk.path / f"vina.{form.ending}")
    done = cli(
        "audit",
        f"vina.{form.ending}",
        "--as-of",
        AS_OF,
        "--format",
        "json",
        "--force",
        "--findings",
        "out/found.csv",
        "--reveal",
        "--fail-on",
        "never",
    )
    found = desk.rows("out/found.csv") if done.code == 0 else []
    return done.document, [(f["record"], f["msisdn"], f["code"], f["field"]) for f in found], done


def said(document: dict[str, Any]) -> set[str]:
    notices = {notice["code"] for read in document["inputs"] for notice in read["notices"]}
    violated = {rule["code"] for rule in document["rules"] if rule["violations"]}
    return notices | violated | {finding["code"] for finding in document["export_findings"]}


def missing(form: Form) -> list[str]:
    """Return what of a form's libraries, or programs, this machine lacks."""
    if form in FORMS:
        return [name for name in form.needs if not importlib.util.find_spec(name)]
    return [name for name in form.needs if not is_there(name)]


@pytest.mark.parametrize("form", [*FORMS, *FORMS_OF_PROGRAMS], ids=lambda form: f"{form.name}.{form.ending}")
def test_a_form_is_judged_as_plain_csv(desk: Desk, cli: Command, form: Form) -> None:
    if lacking := missing(form):
        pytest.skip(f"not installed: {', '.join(lacking)}")
    plain, expected, _ = audited(desk, cli, PLAIN)
    (desk.path / "vina.csv").unlink()
    document, found, done = audited(desk, cli, form)
    if form.expected == REFUSED:
        assert done.code == 3
        assert next(refusal["reason"] for refusal in document["unreadable"]) in form.because
        one_message(done)
        return
    assert done.code == 0, done.err
    assert document["totals"]["records"] == plain["totals"]["records"]
    if form.expected == SAID:
        assert said(document) & {*form.because}
    if form.expected == SAME:
        assert Counter(found) == Counter(expected)
