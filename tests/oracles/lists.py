"""Lists written as one text."""

from __future__ import annotations


def spaced(text: str) -> list[str]:
    return text.split()


def barred(text: str) -> list[str]:
    return text.split("|")
