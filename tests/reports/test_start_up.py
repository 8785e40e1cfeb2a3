"""Nobody waits for what is not needed: an audit that prints JSON loads nothing that draws, nor other files' readers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.exports import table
from helpers.people import people


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


AUDIT = """
import sys, tomllib
from thuebao.__main__ import main
tomllib.loads = None  # our own files are read by the compiled reader
try:
    main()
except SystemExit as end:
    print(end.code, *sys.modules)
"""
UNNEEDED = {
    "lxml",
    "msgspec",
    "pyarrow.compute",
    "pyarrow.parquet",
    "python_calamine",
    "rich",
    "sqlglot",
    "statistics",
    "thuebao.engine.exposure",
    "thuebao.results.exposure",
    "thuebao.rulebook.fines",
    "thuebao.sources.json.table",
    "thuebao.sources.parquet",
    "thuebao.sources.parquet_weight",
    "xlsxwriter",
}
"""What reads or writes files of another kind than text, counts for fines, or draws, and takes a while to load."""


def test_an_audit_of_text_loads_no_reader_of_anything_else(tmp_path: Path) -> None:
    # Of two people each the digest of one portrait: what is compared across records is set aside and taken back.
    records = [{**record, "portrait_ref": f"bb4605f1d2705119250d1d{n // 2:02x}"} for n, record in enumerate(people(20))]
    (tmp_path / "vina.csv").write_text(table(records), encoding="utf-8")
    options = ["-q", "--fail-on", "never", "--findings", "findings.csv"]
    command = [sys.executable, "-c", AUDIT, "audit", "vina.csv", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    code, *loaded = done.stdout.split()
    assert code == "0"
    assert "thuebao.engine.audit" in loaded
    assert UNNEEDED & {*loaded} == set()
    assert "DUP131" in (tmp_path / "findings.csv").read_text(encoding="utf-8")


THREADS = """
import sys
from pathlib import Path
from thuebao.__main__ import main
try:
    main()
except SystemExit:
    import numpy
    names = [task.joinpath("comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    print(names.count(Path("/proc/self/comm").read_text().strip()))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted where Linux shows them")
def test_no_thread_waits_for_products_of_matrices(desk: Desk) -> None:
    """Those of numpy have no name of their own, and are started when it is loaded."""
    desk.export("vina.csv")
    command = [sys.executable, "-c", THREADS, "audit", "vina.csv", "-qq"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]
