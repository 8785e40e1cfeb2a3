"""Make the pictures of the README from sample_data/: screen.svg, what an audit prints, and report.png, what it writes.

    python docs/pictures/make.py

screen.svg needs nothing but thuebao. report.png needs playwright (`pip install -e '.[browser]'`) and Chromium, which
comes from the system (`apt install chromium`). Without them only screen.svg is made, and this says so.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
COMMAND = ("audit", "sample_data/", "--fail-on", "never")
AS_OF = "2026-11-23"
COLUMNS = 80
WIDTH, HEIGHT = 1200, 870
# Rich draws in Fira Code, which it fetches from elsewhere; a picture should fetch nothing.
FONTS = "Consolas, Menlo, 'Noto Sans Mono', 'Liberation Mono', 'DejaVu Sans Mono', monospace"
DRAWING = re.sub(r"@font-face {{.*?}}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace("Fira Code, monospace", FONTS)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def printed(*, colours: bool = False) -> str:
    """Return what the command of the README prints on a terminal, as of the day that its counts are of."""
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    environment |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"} | ({"FORCE_COLOR": "1"} if colours else {})
    command = [sys.executable, "-m", "thuebao", *COMMAND, "--as-of", AS_OF, "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, encoding="utf-8")
    return done.stdout


def drawn() -> str:
    """Return the picture of what the command prints, as SVG."""
    screen = Console(file=StringIO(), record=True, width=COLUMNS)
    screen.print(Text.from_ansi(printed(colours=True)))
    svg = screen.export_svg(title=f"$ thuebao {' '.join(COMMAND)}", code_format=DRAWING, unique_id="screen")
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines())


def make_screen() -> Path:
    """Draw what an audit of the samples prints."""
    path = HERE / "screen.svg"
    path.write_text(drawn(), "utf-8")
    return path


def make_report() -> Path:
    """Take a picture of the first screen of the HTML report of the samples."""
    from playwright.sync_api import sync_playwright

    path = HERE / "report.png"
    with TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        asked = ["sample_data/", "--as-of", AS_OF, "--lang", "en", "--fail-on", "never", "--quiet"]
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
    print(make_screen())
    if not CHROMIUM or not find_spec("playwright"):
        sys.exit("report.png needs Chromium (apt install chromium) and: pip install 'thuebao[browser]'")
    print(make_report())


if __name__ == "__main__":
    main()
