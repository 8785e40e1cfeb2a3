"""What draws is loaded only when something is drawn: an audit that prints JSON waits for neither."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["deliver", "json_document", "csv_table", "github", "sarif", "markdown"])
def test_reports_load_no_library_that_they_do_not_need(module: str) -> None:
    asked = f"import sys, thuebao.reports.{module}; print(*({{'rich', 'xlsxwriter', 'typer'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
