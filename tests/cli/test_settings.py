"""A settings file says what the command line says, which wins over the environment, and that over the file."""

from __future__ import annotations

import inspect
import json
import os
import re
from dataclasses import fields
from pathlib import Path

import openpyxl
import pytest

from helpers.certificates import officer, p12
from helpers.desks import Desk
from helpers.documents import form
from helpers.outcomes import Command, Outcome, one_message
from helpers.people import AS_OF, ERROR, INFO, WARNING, people, person
from helpers.places import ROOT
from helpers.reports import PASSWORD
from thuebao import AuditOptions
from thuebao.cli.audit import audit
from thuebao.engine.settings import KEYS, read_settings

DAY = ("--as-of", AS_OF)
OWN_RULE = """[[rule]]
code = "OWN101"
name = "short-name"
severity = "error"
violation = "LENGTH(full_name) < 60"
columns = ["full_name"]
"""

# By key: what the file says, what the command line says, and how the difference shows where it is not on the screen.
CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "inputs": ('inputs = ["exports/", "other.csv"]', ("exports/", "other.csv")),
    "language": ('language = "vi"', ("--lang", "vi")),
    "mappings": ('inputs = "renamed.csv"\nmappings = "m.toml"', ("renamed.csv", "--mapping", "m.toml")),
    "encoding": ('encoding = "utf-16"', ("--encoding", "utf-16")),
    "sheet": ('inputs = "book.xlsx"\nsheet = "vina"', ("book.xlsx", "--sheet", "vina")),
    "max-rejected": ('inputs = "torn.csv"\nmax-rejected = 5', ("torn.csv", "--max-rejected", "5")),
    "hash": ('hash = true\n[outputs]\nformat = "json"', ("--hash", "--format", "json")),
    "rules": ('rules = ["own"]', ("--rules", "own")),
    "select": ('select = ["PER101", "NUM"]', ("--select", "PER101,NUM")),
    "ignore": ('ignore = "PER"', ("--ignore", "PER")),
    "law": ('law = "decree-49-2017"', ("--law", "decree-49-2017")),
    "as-of": ("as-of = 2026-01-31", ("--as-of", "2026-01-31")),
    "by": ('by = ["sex"]', ("--by", "sex")),
    "show": ('show = ["DUP121"]', ("--show", "DUP121")),
    "exposure": ("exposure = true", ("--exposure",)),
    "where": ("where = \"full_name = 'An'\"", ("--where", "full_name = 'An'")),
    "province": ('province = "Huế"', ("--province", "Huế")),
    "memory-limit": ('memory-limit = "2MB"', ("--memory-limit", "2MB")),
    "temp-dir": ('temp-dir = "nowhere"', ("--temp-dir", "nowhere")),
    "operators": (
        'inputs = "whose.csv"\n[operators]\n"wh*" = "Viettel"\n"*" = "iTel"',
        ("whose.csv", "--operator", "wh*=Viettel", "--operator", "iTel"),
    ),
    "severity": ('[severity]\nPER101 = "info"', ("--severity", "PER101=info")),
    "parameters": (
        'inputs = "many.csv"\n[parameters]\nDUP141.threshold = 2',
        ("many.csv", "--set", "DUP141.threshold=2"),
    ),
    "[outputs] format": ('[outputs]\nformat = "csv"', ("--format", "csv")),
    "[outputs] full": ("[outputs]\nfull = true", ("--full",)),
    "[outputs] quiet": ("[outputs]\nquiet = true", ("--quiet",)),
    "[outputs] findings": ('[outputs]\nfindings = "out.csv"', ("--findings", "out.csv")),
    "[outputs] new-findings": (
        '[outputs]\nnew-findings = "out.csv"\n[gate]\nbaseline = "last.csv"\nkey = "record"',
        ("--new-findings", "out.csv", "--baseline", "last.csv", "--key", "record"),
    ),
    "[outputs] rejects": (
        'inputs = "torn.csv"\nmax-rejected = "50%"\n[outputs]\nrejects = "out.csv"',
        ("torn.csv", "--max-rejected", "50%", "--rejects", "out.csv"),
    ),
    "[outputs] reports": ('[outputs]\nreports = ["out.html"]', ("--report", "out.html")),
    "[outputs] length": (
        '[outputs]\nreports = ["out.html"]\nlength = "full"',
        ("--report", "out.html", "--length", "full"),
    ),
    "[outputs] template": (
        '[outputs]\nreports = ["out.docx"]\ntemplate = "form.docx"',
        ("--report", "out.docx", "--template", "form.docx"),
    ),
    "[outputs] per-operator": ('[outputs]\nper-operator = "out"', ("--per-operator", "out")),
    "[outputs] reveal": (
        '[outputs]\nfindings = "out.csv"\nreveal = true',
        ("--findings", "out.csv", "--reveal"),
    ),
    "[outputs] bom": ('[outputs]\nfindings = "out.csv"\nbom = true', ("--findings", "out.csv", "--bom")),
    "[outputs] force": (
        '[outputs]\nreports = ["there.html"]\nforce = true',
        ("--report", "there.html", "--force"),
    ),
    "[evidence] manifest": ('[evidence]\nmanifest = "out.json"', ("--manifest", "out.json")),
    "[evidence] sign-with": (
        '[evidence]\nmanifest = "out.json"\nsign-with = "us.p12"\npassword-file = "password.txt"',
        ("--manifest", "out.json", "--sign-with", "us.p12", "--password-file", "password.txt"),
    ),
    "[evidence] password-file": (
        '[evidence]\nmanifest = "out.json"\nsign-with = "us.p12"\npassword-file = "wrong.txt"',
        ("--manifest", "out.json", "--sign-with", "us.p12", "--password-file", "wrong.txt"),
    ),
    "[evidence] pkcs11-module": (
        '[evidence]\nmanifest = "out.json"\nsign-with = "token:x"\npkcs11-module = "nowhere.so"',
        ("--manifest", "out.json", "--sign-with", "token:x", "--pkcs11-module", "nowhere.so"),
    ),
    "[evidence] certificate": (
        '[evidence]\nmanifest = "out.json"\nsign-with = "us.p12"\ncertificate = "1f"',
        ("--manifest", "out.json", "--sign-with", "us.p12", "--certificate", "1f"),
    ),
    "[evidence] timestamp": (
        '[evidence]\nmanifest = "out.json"\nsign-with = "us.p12"\ntimestamp = "ftp://x"',
        ("--manifest", "out.json", "--sign-with", "us.p12", "--timestamp", "ftp://x"),
    ),
    "[evidence] key-file": (
        '[outputs]\nfindings = "out.csv"\n[evidence]\nkey-file = "secret.key"',
        ("--findings", "out.csv", "--key-file", "secret.key"),
    ),
    "[evidence] made-by": (
        '[outputs]\nreports = ["out.html"]\n[evidence]\nmade-by = "Sở TT&TT"',
        ("--report", "out.html", "--made-by", "Sở TT&TT"),
    ),
    "[gate] fail-on": ('[gate]\nfail-on = "never"', ("--fail-on", "never")),
    "[gate] baseline": (
        '[gate]\nbaseline = "last.csv"\nkey = "record"',
        ("--baseline", "last.csv", "--key", "record"),
    ),
    "[gate] compare-with": ('[gate]\ncompare-with = "last.json"', ("--compare-with", "last.json")),
    "[gate] key": ('[gate]\nbaseline = "last.csv"\nkey = "nothing"', ("--baseline", "last.csv", "--key", "nothing")),
}
# Whose effect on an audit does not show: their values are ones that are refused.
REFUSED = (
    "memory-limit",
    "temp-dir",
    "encoding",
    "[evidence] password-file",
    "[evidence] pkcs11-module",
    "[evidence] certificate",
    "[evidence] timestamp",
    "[gate] key",
)
# Which only a file says that is named: they make foreign code run, or the network be used.
NAMED = ("[evidence] pkcs11-module", "[evidence] timestamp")
INPUTS = 'inputs = ["exports/"]\n'
CHANGING = re.compile(r"sha256-[^&]*|\d\d:\d\d:\d\d|<table id=\"options\">.*?</table>")


@pytest.fixture
def exports(desk: Desk, cli: Command) -> Desk:
    records = [ERROR, WARNING, INFO | {"full_name": "An"}, person(5) | {"sex": "Nữ", "address": "1 Lê Lợi, Huế"}]
    desk.export("exports/vina.csv", *records)
    desk.export("other.csv", *(p | {"operator": "iTel"} for p in people(2, 20)))
    desk.export("whose.csv", *people(2, 30))
    one = person(40)
    desk.export(
        "many vina.csv", *({**person(n), **{c: one[c] for c in ("id_number", "full_name")}} for n in range(40, 44))
    )
    (desk.path / "many vina.csv").rename(desk.path / "many.csv")
    desk.export("many.csv", *({**person(n), "id_number": one["id_number"], "operator": "VinaPhone"} for n in range(3)))
    desk.export("renamed.csv", *({"F1" if c == "msisdn" else c: v for c, v in p.items()} for p in people(2)))
    desk.write("m.toml", 'operator = "iTel"\n[columns]\nmsisdn = "F1"\n')
    desk.write("torn.csv", (desk.path / "other.csv").read_text("utf-8") + "one,too few\n")
    book = openpyxl.Workbook()
    for name, record in (("vina", ERROR), ("viettel", person(7))):
        sheet = book.create_sheet(name)
        sheet.append([*record, "operator"])
        sheet.append([*record.values(), "VinaPhone"])
    book.save(desk.path / "book.xlsx")
    desk.write("own/own.toml", OWN_RULE)
    desk.write("there.html", "old")
    desk.write("form.docx", form("{{ paragraph }}"))
    desk.write("secret.key", "0123456789abcdef" * 4)
    (desk.path / "secret.key").chmod(0o600)
    desk.write("us.p12", p12(officer(), PASSWORD))
    desk.write("password.txt", PASSWORD)
    desk.write("wrong.txt", "wrong")
    cli("audit", "exports/", *DAY, "--select", "PER101", "--findings", "last.csv")
    desk.write("last.json", cli("audit", "exports/", *DAY, "--select", "PER101", "--format", "json").out)
    return desk


def plain(path: Path) -> object:
    """Return what a file says but for time and place; of a workbook, only that it is there."""
    if path.suffix == ".json":
        options = json.loads(path.read_text("utf-8"))["options"]
        return {name: value for name, value in options.items() if name != "config"}
    if path.suffix not in (".csv", ".html"):
        return path.suffix
    return CHANGING.sub("", path.read_text("utf-8"))


def shown(desk: Desk, done: Outcome) -> tuple[object, ...]:
    """Return all that an audit gives, but for what differs from one run to the next."""
    told = [line for line in done.err.splitlines() if not line.startswith(("Settings: ", "Thiết lập: "))]
    files = {}
    for path in sorted((*desk.path.glob("out*"), *desk.path.glob("out/*"), desk.path / "there.html")):
        if path.is_file():
            files[path.name] = plain(path)
            path.write_bytes(b"old") if path.name == "there.html" else path.unlink()
    # A message from a settings file names file and key before what the command line has said too.
    told = [re.sub(r"^thuebao\.toml: [^:]*: ", "", line) for line in told]
    return done.code, done.out, told, files


@pytest.mark.parametrize("key", [key.said for key in KEYS])
def test_each_key_says_what_the_command_line_says(exports: Desk, cli: Command, key) -> None:
    body, arguments = CASES[key]
    day = "" if "as-of" in body else f"as-of = {AS_OF}\n"
    inputs = "" if "inputs" in body else INPUTS
    given = [*([] if inputs == "" else ["exports/"]), *(DAY if day else ())]
    by_options = shown(exports, cli("audit", *given, *arguments))
    exports.write("thuebao.toml", day + inputs + body)
    by_settings = shown(exports, cli("audit", *(("--config", "thuebao.toml") if key in NAMED else ())))
    exports.write("thuebao.toml", f"as-of = {AS_OF}\n" + INPUTS)
    without = shown(exports, cli("audit"))
    assert by_settings == by_options
    assert by_settings != without
    assert (by_settings[0] in (0, 1)) is (key not in REFUSED)


@pytest.mark.parametrize("key", NAMED)
def test_a_settings_file_that_was_merely_found_loads_no_library_and_asks_no_server(
    exports: Desk, cli: Command, key
) -> None:
    body, _ = CASES[key]
    exports.write("thuebao.toml", INPUTS + body)
    done = cli("audit", "--lang", "en")
    assert done.code == 2
    one_message(done, f"thuebao.toml: {key} is not taken from a settings file that was found")


def test_every_option_has_a_key_and_every_key_a_case() -> None:
    assert {key.said for key in KEYS} == CASES.keys()
    options = {key.option for key in KEYS}
    assert {field.name for field in fields(AuditOptions)} <= options
    called = {"report": "reports", "mapping": "mappings", "set_": "parameters", "lang": "language"}
    of_command = {called.get(name, name) for name in inspect.signature(audit).parameters} - {"context", "config"}
    assert of_command == options


def test_the_documentation_names_every_key_and_its_example_can_be_read(desk: Desk) -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[:1]
    desk.write("thuebao.toml", example)
    settings = read_settings("thuebao.toml")
    said = {"paths", *settings.options, *settings.command}
    assert said == {key.option for key in KEYS}


def test_every_example_of_a_key_can_be_read(desk: Desk) -> None:
    for key in KEYS:
        table = f"[{key.table}]\n" if key.table else ""
        desk.write("thuebao.toml", f"{table}{key.name} = {key.example}\n")
        settings = read_settings("thuebao.toml")
        assert settings.inputs or settings.options | settings.command


def test_the_command_line_wins_over_the_environment_over_the_file(exports: Desk, cli: Command) -> None:
    exports.write(
        "thuebao.toml", f'inputs = "exports/"\nas-of = {AS_OF}\nselect = ["PER101"]\n[outputs]\nformat = "json"'
    )

    def selected(*arguments: str, **environment: str) -> set[str]:
        done = cli("audit", *arguments, **environment)
        return {rule["code"] for rule in done.document["rules"] if rule["status"] != "deselected"}

    assert selected() == {"PER101"}
    assert selected(THUEBAO_SELECT="PER102") == {"PER102"}
    assert selected("--select", "PER103", THUEBAO_SELECT="PER102") == {"PER103"}
    assert selected(THUEBAO_SELECT="PER102 NUM101,NUM102") == {"PER102", "NUM101", "NUM102"}


def test_paths_of_the_command_line_take_the_place_of_those_of_the_file(exports: Desk, cli: Command) -> None:
    exports.write("thuebao.toml", 'inputs = "exports/"\n[outputs]\nformat = "json"')
    assert [one["path"] for one in cli("audit", "other.csv").document["inputs"]] == ["other.csv"]


def test_relative_paths_are_seen_from_the_settings_file(exports: Desk, cli: Command) -> None:
    exports.write("conf/nightly.toml", f'inputs = ["../exports/"]\nas-of = {AS_OF}\n[outputs]\nfindings = "found.csv"')
    done = cli("audit", "--config", "conf/nightly.toml")
    assert done.code == 1
    assert done.err.splitlines()[0] == "Settings: conf/nightly.toml"
    assert "conf/found.csv" in exports.files()
    assert cli("audit", "--force", THUEBAO_CONFIG="conf/nightly.toml").out == done.out


def test_a_settings_file_above_the_working_folder_is_not_found(exports: Desk, cli: Command, monkeypatch) -> None:
    exports.write("thuebao.toml", INPUTS)
    monkeypatch.chdir(exports.path / "exports")
    done = cli("audit")
    assert done.code == 2
    one_message(done, "No exports", "thuebao.toml", "thuebao init")


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ('input = "exports/"', ("input", "Nearest: inputs")),
        ('findings = "f.csv"', ("findings", "Nearest: [outputs] findings")),
        ('[outputs]\nfindngs = "f.csv"', ("[outputs] findngs", "Nearest: [outputs] findings")),
        ('[output]\nfindings = "f.csv"', ("output",)),
        ('as_of = "2026-01-01"', ("as_of", "Nearest: as-of")),
        ("inputs = 5", ("inputs", "list of paths", 'inputs = ["exports/"]')),
        ("inputs = [5]", ("inputs", "list of paths")),
        ('outputs = "f.csv"', ("[outputs]", "table")),
        ('[outputs]\nreveal = "yes"', ("[outputs] reveal", "true or false")),
        ("[outputs]\nreveal = 1", ("[outputs] reveal", "true or false")),
        ("as-of = 2026-01-01T10:00:00", ("as-of", "day")),
        ('as-of = "30/02/2026"', ("as-of", "day")),
        ("as-of = 20260101", ("as-of", "day")),
        ("max-rejected = true", ("max-rejected", "share or a number")),
        ("max-rejected = 0.5", ("max-rejected", "share or a number")),
        ('max-rejected = "many"', ("max-rejected", "many")),
        ("[severity]\nPER101 = 5", ("severity", "table")),
        ('[severity]\nPER101 = "fatal"', ("severity", "fatal", "error, warning, info")),
        ('[severity]\nXYZ101 = "error"', ("severity", "XYZ101")),
        ('[parameters]\n"DUP141.threshold" = "4"', ("parameters", "whole numbers")),
        ('[parameters]\n"DUP141.treshold" = 4', ("parameters", "DUP141.treshold")),
        ('[operators]\n"*" = "Vietel"', ("operators", "Vietel", "Viettel")),
        ('[operators]\n"x*" = ""', ("operators", "table")),
        ('select = ["XYZ"]', ("select", "XYZ")),
        ('law = "decree-1-1900"', ("law", "decree-1-1900")),
        ('by = "nothing"', ("by", "nothing")),
        ('show = "PER101"', ("show", "PER101")),
        ('where = "nothing = 1"', ("where", "nothing")),
        ('where = " "', ("where", "a text")),
        ('province = "Atlantis"', ("province", "Atlantis")),
        ('encoding = "latin-9"', ("encoding", "latin-9")),
        ('language = "fr"', ("language", "vi or en")),
        ('[outputs]\nformat = "xml"', ("[outputs] format", "xml", "json")),
        ('[outputs]\nfindings = "f.txt"', ("[outputs] findings", "f.txt")),
        ('[outputs]\nreports = ["f.doc"]', ("[outputs] reports", "f.doc")),
        ('[gate]\nfail-on = "fatal"', ("[gate] fail-on", "fatal")),
        ("[gate]\nfail-on = []", ("[gate] fail-on", "condition")),
        ('[parameters]\n"DUP141.threshold" = -1', ("parameters", "whole numbers")),
        ('[evidence]\nsign-with = "us.p12"', ("[evidence] sign-with", "--manifest")),
        ('inputs = "../elsewhere"', ("inputs", "../elsewhere", "--config")),
        ('inputs = "/etc"', ("inputs", "/etc", "--config")),
        ('[outputs]\nfindings = "../f.csv"', ("[outputs] findings", "../f.csv", "--config")),
        ('mappings = ["nowhere.toml"]', ("mappings", "nowhere.toml")),
        ('rules = ["nowhere"]', ("rules", "nowhere")),
        ("inputs = [", ("line 1", "TOML")),
        ("inputs = 1\ninputs = 2", ("line 2", "TOML")),
        ("\xff", ("UTF-8",)),
        ("#" * (1 << 20) + "\n", ("1 MiB",)),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_a_file_cannot_say_is_told_with_file_and_key(exports: Desk, cli: Command, body, parts) -> None:
    exports.write("thuebao.toml", body.encode("latin-1") if body == "\xff" else body)
    before = exports.files()
    done = cli("audit", *(["exports/"] if "inputs" not in body else []))
    assert (done.code, done.out) == (2, "")
    one_message(done, "thuebao.toml", *parts)
    assert exports.files() == before


def test_an_operator_for_all_files_may_stand_alone(exports: Desk, cli: Command) -> None:
    exports.write("thuebao.toml", f'inputs = "whose.csv"\noperators = "Viettel"\nas-of = {AS_OF}')
    assert cli("audit").out == cli("audit", "--operator", "Viettel").out == cli("audit", THUEBAO_OPERATOR="Viettel").out
    assert cli("audit").code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(exports: Desk, process: Command) -> None:
    os.mkfifo("thuebao.toml")
    done = process("audit", "exports/", timeout=60)
    assert done.code == 2
    one_message(done, "thuebao.toml", "regular file")


def test_a_file_that_is_no_file(exports: Desk, cli: Command) -> None:
    (exports.path / "thuebao.toml").mkdir()
    done = cli("audit", "exports/")
    assert done.code == 2
    one_message(done, "thuebao.toml", "regular file")
    done = cli("audit", "exports/", "--config", "nowhere.toml")
    assert done.code == 2
    one_message(done, "nowhere.toml", "no such settings file", "thuebao init")


def test_an_input_that_is_not_there_is_told_with_its_key(exports: Desk, cli: Command) -> None:
    exports.write("thuebao.toml", 'inputs = ["exports/", "nowhere.csv"]')
    done = cli("audit")
    assert done.code == 3
    assert "thuebao.toml: inputs: nowhere.csv: there is no such file" in done.err


def test_an_option_of_the_command_line_is_never_blamed_on_the_file(exports: Desk, cli: Command) -> None:
    exports.write("thuebao.toml", INPUTS + 'law = "auto"')
    done = cli("audit", "--law", "decree-1-1900")
    assert done.code == 2
    assert done.err.startswith("--law decree-1-1900: ")


def test_no_output_replaces_the_settings(exports: Desk, cli: Command) -> None:
    exports.write("s.json", INPUTS)
    done = cli("audit", "--config", "s.json", "--manifest", "s.json")
    assert done.code == 2
    one_message(done, "s.json", "settings file")
    assert (exports.path / "s.json").read_text() == INPUTS


def test_a_manifest_names_what_the_file_asked_for(exports: Desk, cli: Command) -> None:
    exports.write(
        "thuebao.toml", INPUTS + 'ignore = ["PER102"]\n[outputs]\nreveal = false\n[evidence]\nmanifest = "m.json"'
    )
    assert cli("audit", "--law", "auto").code == 1
    done = cli("verify", "m.json", "--format", "json")
    assert done.code == 0
    options = json.loads(Path("m.json").read_text("utf-8"))["options"]
    assert options == {"ignore": "PER102", "manifest": "m.json", "law": "auto", "config": "thuebao.toml"}


@pytest.mark.parametrize("command", [["rules"], ["explain", "PER101"], ["columns", "other.csv"]])
def test_other_commands_do_not_read_the_settings_of_an_audit(exports: Desk, cli: Command, command) -> None:
    exports.write("thuebao.toml", "what is this")
    assert cli(*command).code == 0


def test_help_comes_before_a_broken_settings_file(exports: Desk, cli: Command) -> None:
    exports.write("thuebao.toml", "what is this")
    assert cli("audit", "--help").code == 0
    exports.write("thuebao.toml", 'language = "vi"')
    assert "Kiểm tra" in cli("audit", "--help").out
    assert "Check" in cli("audit", "--help", "--lang", "en").out
    assert "Check" in cli("audit", "--help", THUEBAO_LANG="en").out


def test_settings_in_python(exports: Desk) -> None:
    import thuebao

    exports.write("thuebao.toml", f'{INPUTS}as-of = {AS_OF}\nselect = "PER101"')
    settings = thuebao.read_settings("thuebao.toml")
    result = thuebao.audit(settings.inputs, AuditOptions.of(**settings.options))
    assert {rule.rule.code for rule in result.rules if rule.status != "deselected"} == {"PER101"}
    assert result.totals["records_with_errors"] == 1
