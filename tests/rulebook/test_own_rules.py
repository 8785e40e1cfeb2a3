"""Rules of one's own beside the shipped ones."""

from __future__ import annotations

from helpers.counts import counts
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, GOOD, person

OWN_RULE = """\
[[rule]]
code = "USR101"
name = "clerk-of-ours"
severity = "warning"
eras = ["D163"]
field = "clerk_name"
applies = "payment_type = 'prepaid'"
violation = "clerk_name = 'Trần Thị Bình'"
title = { vi = "Giao dịch viên của ta", en = "A clerk of ours" }
explain = { vi = "Vì thế.", en = "Because." }
action = { vi = "Hỏi lại.", en = "Ask her." }

[[rule.basis]]
instrument = "decree-163-2024"
provision = "Khoản 5 Điều 19"
"""


def test_own_rules(desk: Desk, cli: Command) -> None:
    desk.write("mine/ours.toml", OWN_RULE)
    desk.export("vina.csv", GOOD, person(1) | {"clerk_name": "Ai đó"}, person(2) | {"payment_type": "Trả sau"})
    options = ("--rules", "mine", "--as-of", AS_OF)
    document = cli("audit", "vina.csv", *options, "--format", "json", "--findings", "f.csv").document
    assert violated(document) == {"USR101": 1}
    assert counts(document, "VinaPhone")["USR101"] == (2, 1)
    [row] = desk.rows("f.csv")
    assert (row["record"], row["code"], row["severity"]) == ("1", "USR101", "warning")
    assert row["basis"] == "163/2024/NĐ-CP, Khoản 5 Điều 19"
    assert cli("audit", "vina.csv", *options, "--fail-on", "warning").code == 1
    assert "A clerk of ours" in cli("audit", "vina.csv", *options).out
    assert "Giao dịch viên của ta" in cli("audit", "vina.csv", *options, "--lang", "vi").out
    assert "Ask her." in cli("explain", "USR101", "--rules", "mine").out
    assert cli("rules", "--rules", "mine", "--select", "USR").said.startswith("Code Severity")


def test_own_rules_leave_the_others_where_they_are(desk: Desk, cli: Command) -> None:
    desk.write("mine/ours.toml", OWN_RULE)
    desk.export("vina.csv")
    plain = [r["code"] for r in cli("audit", "vina.csv", "--format", "json").document["rules"]]
    more = [r["code"] for r in cli("audit", "vina.csv", "--format", "json", "--rules", "mine").document["rules"]]
    assert [code for code in more if code != "USR101"] == plain
