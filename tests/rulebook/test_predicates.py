"""Predicates say nothing but what a record is like: no file, no socket, no other record, no time or memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.bad_input import RULE
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import GOOD, NAMELESS, person
from thuebao.rulebook.predicates import FUNCTIONS, MOST_LEVELS, MOST_OPERATORS

HOSTILE = {
    "(SELECT 1) = 1": "SELECT",
    "msisdn IN (SELECT msisdn FROM read_csv('pipe'))": "SELECT",
    "EXISTS (SELECT * FROM read_parquet('http://127.0.0.1:9/x'))": "EXISTS",
    "EXTRACT(YEAR FROM read_csv('pipe')) = 1": "read_csv",
    "read_csv('pipe') IS NULL": "read_csv",
    "registration_day IS DISTINCT FROM read_csv('pipe')": "read_csv",
    "TRUE FROM read_csv('pipe')": "FROM",
    "TRUE UNION SELECT TRUE": "UNION",
    "msisdn IN (TABLE x)": "TABLE",
    "LPAD(msisdn, 2000000000, '0') = ''": "LPAD",
    "REPEAT(msisdn, 2000000000) = ''": "REPEAT",
    "REPLACE(msisdn, '0', '00000000') = ''": "REPLACE",
    "REPLACE(msisdn, '', 'x') = ''": "REPLACE",
    "REPLACE(msisdn, full_name, address) = ''": "REPLACE",
    "REGEXP_LIKE(msisdn, full_name)": "REGEXP_LIKE",
    "REGEXP_LIKE(msisdn, '(([0-9]{900}){900}){900}')": "REGEXP_LIKE",
    "COUNT(*) OVER () > 1": "COUNT(*)",
    "SUM(LENGTH(msisdn)) OVER (PARTITION BY province) > 1": "SUM",
    "FIRST(msisdn) = msisdn": "FIRST",
    "ROW_NUMBER() OVER (ORDER BY msisdn) = 1": "ROW_NUMBER",
    "msisdn = LAG(msisdn)": "LAG",
    "CURRENT_TIMESTAMP > TIMESTAMP '2020-01-01 00:00'": "CURRENT_TIMESTAMP",
    "RANDOM() > 1": "RANDOM",
    "sex = 'male' -- and so on": "--",
    "sex /* or so */ = 'male'": "/*",
    "sex = 'male'; DROP TABLE x": ";",
    '"sex; DROP" = 1': "sex; DROP",
    '"~msisdn" IS NULL': "~msisdn",
    "`sex` = 'male'": "`",
    "* = 1": "*",
    "LENGTH(*) > 1": "*",
    "sex.a = 1": ".",
    "sex[1] = 'm'": "[",
    "sex ~ '.*'": "~",
    "sex SIMILAR TO 'x'": "SIMILAR TO",
    "sex = ANY ('x')": "ANY",
    "sex = X'41'": "X",
    "sex = $$male$$": "$male",
    "sex::INTEGER = 1": ": :",
    "CAST(sex AS BLOB) = 1": "BLOB",
    "CAST(5 AS TIMESTAMP) > TIMESTAMP '2020-01-01 00:00'": "TIMESTAMP",
    "registration_day + INTERVAL '99999999999 years' > registration_day": "INTERVAL",
    "sex = 0x10": "x10",
    "sex = 'male' AND AND": "cannot be read",
    "WHEN": "WHEN",
    "họ_tên = 'An'": "họ_tên",
    " AND ".join(["sex = 'male'"] * (MOST_OPERATORS // 2 + 1)): str(MOST_OPERATORS),
    "(" * (MOST_LEVELS + 1) + "TRUE" + ")" * (MOST_LEVELS + 1): str(MOST_LEVELS),
    f"sex = '{'x' * 1_001}'": "1,000",
    f"sex IN ({', '.join(['1'] * 30_000)})": "20,000",
}


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:60])
def test_what_a_predicate_cannot_say(desk: Desk, cli: Command, sql) -> None:
    desk.export("vina.csv")
    os.mkfifo("pipe")
    desk.write("mine/ours.toml", RULE.replace('"full_name IS NULL"', json.dumps(sql, ensure_ascii=False)))
    limited = cli("audit", "vina.csv", "--where", sql, "--findings", "found.csv")
    ruled = cli("audit", "vina.csv", "--rules", "mine", "--findings", "found.csv")
    assert (limited.code, limited.out, ruled.code, ruled.out) == (2, "", 2, "")
    one_message(limited, "--where", HOSTILE[sql])
    one_message(ruled, "mine/ours.toml", "USR101", HOSTILE[sql])
    assert len(ruled.err) < 2000
    assert not (desk.path / "found.csv").exists()


SAID = {
    "LENGTH(full_name) > 3 AND LOWER(sex) IN ('male', 'female')": 2,
    "full_name LIKE 'Nguyễn %' OR full_name ILIKE '%VĂN%'": 2,
    "SEX = 'male' AND \"address\" IS NOT NULL": 2,
    "EXTRACT(YEAR FROM registration_day) = YEAR(registration_day)": 2,
    "registration_day + INTERVAL '30 days' > DATE '2000-01-01'": 2,
    "birth_day IS DISTINCT FROM registration_day": 2,
    "CASE WHEN sex = 'male' THEN 2 * 3 ELSE -1 + 7 END = 6": 2,
    "TRY_CAST(SUBSTR(msisdn, 2) AS BIGINT) BETWEEN 1 AND 999999999": 2,
    "REPLACE(full_name, ' ', '') || 'x' <> CONCAT(full_name, 'it''s')": 2,
    "REGEXP_LIKE(msisdn, '^0[0-9]{9}$')": 2,
    "'SELECT; -- read_csv(' <> full_name": 2,
    "COALESCE(address, '') = '' OR 1 / 0 > 5": 2,
    "msisdn = 'nobody'": 0,
}


@pytest.mark.parametrize("sql", SAID)
def test_what_a_predicate_can_say(desk: Desk, cli: Command, sql) -> None:
    desk.export("vina.csv", GOOD, person(1))
    done = cli("audit", "vina.csv", "--where", sql, "--format", "json", "--fail-on", "never")
    assert done.code == 0
    assert done.document["totals"]["records"] == SAID[sql]


def test_unknown_words_are_met_by_the_nearest_known_one(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    one_message(cli("audit", "vina.csv", "--where", "lenght(full_name) > 3"), "'lenght'", "LENGTH")
    one_message(cli("audit", "vina.csv", "--where", "fullname = 'An'"), "'fullname'", "full_name")


def test_the_page_lists_the_functions() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conditions.md").read_text("utf-8")
    listed = re.findall(r"^\| `([A-Z_]+\(.*)` \|", page, re.MULTILINE)
    assert listed == [function.form for function in FUNCTIONS.values()]


@pytest.mark.parametrize("form", [function.form for function in FUNCTIONS.values()])
def test_each_function_works_as_the_page_writes_it(desk: Desk, cli: Command, form) -> None:
    desk.export("vina.csv", GOOD)
    values = {"text": "full_name", "value": "registration_month", "number": "LENGTH(full_name)"}
    if form.startswith("CAST"):
        values["value"] = values["number"]
    sql = re.sub(r"\b(text|value|number|day)\b", lambda found: values.get(found[0], "registration_day"), form)
    sql = sql.replace("'registration_day'", "'day'")
    done = cli("audit", "vina.csv", "--where", f"({sql}) IS NOT NULL", "--format", "json", "--fail-on", "never")
    assert done.code == 0, done.err


FAILING = "CAST(REPLACE(clerk_name, 'x', '1') AS INTEGER) > 5"
"""Fails on data alone: on every clerk whose name is not a number."""
CLERK = "Nguyễn Thị Bí Mật"

ACROSS = """\
[[rule]]
code = "USR101"
name = "ours"
severity = "error"
eras = ["all"]
across = ["operator"]
where = "TRUE"
having = "COUNT(*) > 1"
violation = "TRUE"
"""


@pytest.mark.parametrize(
    "rule",
    [
        RULE.replace("full_name IS NULL", FAILING),
        RULE + f'applies = "{FAILING}"\n',
        RULE.replace('"full_name IS NULL"', f'[{{ field = "clerk_name", when = "{FAILING}" }}]'),
        ACROSS.replace('where = "TRUE"', f'where = "{FAILING}"'),
        ACROSS.replace('violation = "TRUE"', f'violation = "{FAILING}"'),
        ACROSS + f'applies = "{FAILING}"\n',
    ],
    ids=["violation", "applies", "case", "where", "violation across", "applies across"],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_rule_that_fails_on_data_alone(desk: Desk, process: Command, rule, kind) -> None:
    desk.write("mine/ours.toml", rule)
    desk.export("vina.csv", person(1) | {"clerk_name": CLERK}, person(2) | NAMELESS | {"clerk_name": CLERK})
    done = process("audit", "vina.csv", "--rules", "mine", "--findings", f"found.{kind}")
    assert (done.code, done.out) == (2, "")
    one_message(done, "mine/ours.toml", "USR101", "TRY_CAST")
    assert not any(part in done.err for part in (*CLERK.split(), "clerk", "conversion"))
    assert desk.files() == {"vina.csv", "mine/ours.toml"}


def test_where_that_fails_on_data_alone(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", person(1) | {"clerk_name": CLERK})
    done = process("audit", "vina.csv", "--where", FAILING, "--findings", "found.csv")
    assert (done.code, done.out) == (2, "")
    one_message(done, "--where", "TRY_CAST")
    assert not any(part in done.err for part in CLERK.split())


WATCHED = """\
import json, sys
seen = []
def watch(event, arguments):
    if event.startswith("socket."):
        seen.append(event)
    elif event == "open" and str(arguments[0]).endswith(("pipe", ".parquet")) and ".thuebao-" not in str(arguments[0]):
        seen.append(str(arguments[0]))
sys.addaudithook(watch)
from thuebao.cli.app import run
try:
    run(sys.argv[1:])
except SystemExit as end:
    print(json.dumps([end.code, seen]))
"""


@pytest.mark.parametrize(
    "sql",
    [
        "msisdn IN (SELECT msisdn FROM read_csv('pipe'))",
        "EXTRACT(YEAR FROM (SELECT 1 FROM read_csv('pipe'))) = 1",
        "read_csv('pipe') IS NULL",
        "msisdn IN (SELECT x FROM read_parquet('http://127.0.0.1:9/x.parquet'))",
        "full_name = 'Nguyễn Văn An'",
    ],
)
def test_predicates_open_no_file_and_no_socket(desk: Desk, sql) -> None:
    desk.export("vina.csv", GOOD)
    os.mkfifo("pipe")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "audit", "vina.csv", "--where", sql, "--format", "csv"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    code, seen = json.loads(done.stdout.splitlines()[-1])
    assert (code, seen) == (0 if sql.startswith("full_name") else 2, [])
