"""The browser in which pages are tried, where there is one."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import pytest

CHROMIUM = shutil.which("chromium")
needs_a_browser = pytest.mark.skipif(
    not CHROMIUM or not find_spec("playwright"),
    reason="needs Chromium (apt install chromium) and: pip install 'thuebao[browser]'",
)
