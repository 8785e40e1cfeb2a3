"""Errors that a program in Python can catch together."""

from __future__ import annotations

from pathlib import Path

import pytest

import thuebao
from helpers.bad_input import RULE
from helpers.desks import Desk


def test_errors_in_python_are_of_one_family(desk: Desk) -> None:
    desk.write("vina.csv", "")
    [error] = thuebao.audit(["vina.csv"]).unreadable
    assert isinstance(error, thuebao.ThuebaoError)
    with pytest.raises(thuebao.UsageError):
        thuebao.audit(["vina.csv"], law="nothing")
    with pytest.raises(thuebao.RuleError):
        desk.write("ours/ours.toml", RULE + RULE)
        thuebao.audit(["vina.csv"], rules=[Path("ours")])
    for kind in (thuebao.InputError, thuebao.OutputError, thuebao.RuleError, thuebao.UsageError):
        assert issubclass(kind, thuebao.ThuebaoError)
