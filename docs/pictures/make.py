"""Make the pictures of the README from sample_data/: summary.svg, what an audit prints, and report.png, what it writes.

    python docs/pictures/make.py

summary.svg needs nothing but thuebao. report.png needs playwright (`pip install -e '.[browser]'`) and Chromium, which
comes from the system (`apt install chromium`). Without them only summary.svg is made, and this says so.
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

import thuebao
from thuebao.base.messages import use_language
from thuebao.reports.terminal import print_summary

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
AS_OF = date(2026, 11, 23)
COLUMNS, LINES = 100, 45
WIDTH, HEIGHT = 1200, 870
# Rich draws in Fira Code, which it fetches from elsewhere; a picture should fetch nothing.
FONTS = "Consolas, Menlo, 'Noto Sans Mono', 'Liberation Mono', 'DejaVu Sans Mono', monospace"
DRAWING = re.sub(r"@font-face {{.*?}}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace("Fira Code, monospace", FONTS)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def make_summary() -> Path:
    """Draw the first lines of what an audit of the samples prints."""
    use_language("en")
    result = thuebao.audit(["sample_data/"], as_of=AS_OF)
    printed = StringIO()
    print_summary(result, Console(file=printed, width=COLUMNS, force_terminal=True, color_system="truecolor"))
    lines = [f"$ thuebao audit sample_data/ --as-of {AS_OF}", *printed.getvalue().splitlines()]
    screen = Console(file=StringIO(), record=True, width=COLUMNS)
    screen.print(Text.from_ansi("\n".join([*lines[:LINES], "…"])))
    path = HERE / "summary.svg"
    screen.save_svg(str(path), title="thuebao", code_format=DRAWING, unique_id="summary")
    return path


def make_report() -> Path:
    """Take a picture of the first screen of the HTML report of the samples."""
    from playwright.sync_api import sync_playwright

    path = HERE / "report.png"
    with TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        asked = ["sample_data/", "--as-of", str(AS_OF), "--lang", "en", "--fail-on", "never", "--quiet"]
        asked += ["--made-by", "Inspection team 12", "--report", str(page)]
        subprocess.run([sys.executable, "-m", "thuebao", "audit", *asked], check=True)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM)
            shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            shown.goto(page.as_uri())
            shown.screenshot(path=str(path))
            browser.close()
    return path


def main() -> None:
    """Make both, or the one that can be made here."""
    os.chdir(ROOT)  # paths are shown as they are given
    print(make_summary())
    if not CHROMIUM or not find_spec("playwright"):
        sys.exit("report.png needs Chromium (apt install chromium) and: pip install 'thuebao[browser]'")
    print(make_report())


if __name__ == "__main__":
    main()
