"""What draws is loaded only when something is drawn: an audit that prints JSON waits for neither."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers.desks import Desk


@pytest.mark.parametrize("arguments", [["audit", "--help"], ["audit", "--nope"], ["--help"], ["nope"]], ids=" ".join)
def test_help_and_usage_errors_load_no_library_of_an_audit(desk: Desk, arguments: list[str]) -> None:
    desk.write("thuebao.toml", 'language = "en"')
    asked = (
        f"import sys, thuebao.cli.app as a\ntry: a.run({arguments})\nexcept SystemExit: pass\nprint('!', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("!")[2].split())
    assert "thuebao.cli.app" in loaded
    assert {"polars", "pyarrow", "numpy", "sqlglot", "lxml", "tomlkit", "xlsxwriter"} & loaded == set()


def test_options_that_are_as_they_must_be_load_nothing_to_convert_them(desk: Desk) -> None:
    desk.export("vina.csv")
    given = ["audit", "vina.csv", "--format", "json", "--select", "PER101", "--findings", "f.csv", "--rules", "nowhere"]
    asked = f"import sys, thuebao.cli.app as a\ntry: a.run({given})\nexcept SystemExit: print('!', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("!")[2].split())
    assert "thuebao.engine.audit" in loaded
    assert "pydantic" not in loaded


@pytest.mark.parametrize("module", ["deliver", "json_document", "csv_table", "github", "sarif", "markdown"])
def test_reports_load_no_library_that_they_do_not_need(module: str) -> None:
    asked = f"import sys, thuebao.reports.{module}; print(*({{'rich', 'xlsxwriter', 'typer'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
