"""Exports of several operators, and how an audit of them is asked for."""

from __future__ import annotations

from typing import Any

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, GOOD, people, person

SAME_NUMBER = {"msisdn": GOOD["msisdn"]}
NO_TIERS = {"4-9": 0, "10-19": 0, "20+": 0}


def audited(cli: Command, *arguments: object) -> dict[str, Any]:
    """Return the JSON document of an audit."""
    done = cli("audit", *arguments, "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
    assert done.code == 0, done.err
    return done.document


def one_person(count: int, first: int = 0) -> list[dict[str, str]]:
    """Return so many records of one person: each of another number and minute."""
    whose = {name: person(first)[name] for name in ("full_name", "id_number", "portrait_ref")}
    return [record | whose for record in people(count, first)]


def refused(desk: Desk, cli: Command, *options: object) -> str:
    """Hold that the options are refused with one message, nothing printed and nothing written; return the message."""
    before = desk.files()
    done = cli("audit", "vina.csv", "--findings", "found.csv", *options)
    assert (done.code, done.out) == (2, "")
    one_message(done)
    assert desk.files() == before
    return done.err


def places(desk: Desk, name: str = "found.csv") -> list[tuple[str, str, str]]:
    """Return path, record and code of each finding of a findings file."""
    return [(row["path"], row["record"], row["code"]) for row in desk.rows(name)]


PATHS = ("vina.csv", "viettel.csv", "mobi.csv")


IN_HOA_BINH = "province = 'Hòa Bình'"
