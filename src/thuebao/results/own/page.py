"""Recognises the page of an audit: its head with the style and the script that it names, its sections, its foot."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

_LARGEST = 256 << 20  # bytes of a page, which is read whole
_HEAD = re.compile(
    rb'<!DOCTYPE html>\n<html lang="(?:en|vi)">\n<head><meta charset="utf-8">'
    rb"<meta http-equiv=\"Content-Security-Policy\" "
    rb"content=\"default-src &#39;none&#39;; style-src &#39;sha256-(?P<style_digest>[A-Za-z0-9+/=]+)&#39;;"
    rb"(?: script-src &#39;sha256-(?P<script_digest>[A-Za-z0-9+/=]+)&#39;;)? [^\"<>]*\">"
    rb"(?:<meta [^<>]*>)*?<meta name=\"generator\" content=\"thuebao [^\"<>]*\"><title>[^<>]*</title>"
    rb"<style>(?P<style>[^<]*)</style>(?:<script>(?P<script>[^<]*)</script>)?</head>\n<body>\n"
)
_FOOT = re.compile(rb"</main>\n<footer><p>thuebao [^<>]*</p></footer>\n</body>\n</html>\n$")
_SECTION = re.compile(rb'<section id="([a-z]+)"><h2>([0-9]+)\. ')
_FIRST, _LAST = b"summary", (b"method", b"signature")
"""The first section of every page, and the last one of a full and of a short one."""


def is_page(path: Path) -> bool:
    """Return whether a file is the page of an audit. Raises OSError."""
    if path.stat().st_size > _LARGEST:
        return False
    content = path.read_bytes()
    head = _HEAD.match(content)
    if not head or not _FOOT.search(content):
        return False
    sections = _SECTION.findall(content)
    numbered = [int(number) for _, number in sections] == list(range(1, len(sections) + 1))
    return (
        all(_digest(head[part]) == head[f"{part}_digest"] for part in ("style", "script"))
        and numbered
        and sections[0][0] == _FIRST
        and sections[-1][0] in _LAST
    )


def _digest(content: bytes | None) -> bytes | None:
    """Return what the policy must say of a part; None of one that is not there."""
    return None if content is None else base64.b64encode(hashlib.sha256(content).digest())
