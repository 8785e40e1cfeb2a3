"""The CSV of an audit."""

from __future__ import annotations

import csv
import io

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD


def test_csv_has_one_line_per_operator_and_rule(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.export("viettel.csv", GOOD | {"msisdn": "0961234567"})
    paths = ("vina.csv", "viettel.csv")
    document = cli("audit", *paths, "--as-of", AS_OF, "--format", "json").document
    rows = list(csv.DictReader(io.StringIO(cli("audit", *paths, "--as-of", AS_OF, "--format", "csv").out)))
    assert [(r["operator"], r["code"], int(r["evaluated"]), int(r["violations"])) for r in rows] == [
        (o["operator"], r["code"], r["evaluated"], r["violations"]) for o in document["operators"] for r in o["rules"]
    ]
    [row] = [r for r in rows if (r["operator"], r["code"]) == ("VinaPhone", "PER101")]
    assert (row["name"], row["severity"], row["status"]) == ("name-missing", "error", "evaluated")
    assert float(row["share"]) == 0.5


def test_csv_cannot_run_a_formula(desk: Desk, cli: Command) -> None:
    desk.export("export.csv", GOOD | {"operator": "=1+2"}, GOOD | {"operator": "\x1b[31m@x"})
    out = cli("audit", "export.csv", "--format", "csv", "--select", "NUM101", "--reveal").out
    assert [row["operator"] for row in csv.DictReader(io.StringIO(out))] == ["\ufffd[31m@x", "'=1+2"]
