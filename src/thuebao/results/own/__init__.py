"""Tells what an audit wrote from what only looks like it: an own file is known by all of it.

A mark alone (a first line, a property, a schema) is no proof: whoever wants records left out can put it there.
"""

from thuebao.results.own.recognition import are_ours, is_ours
from thuebao.results.own.workbook import OWN_BOOK

__all__ = ["OWN_BOOK", "are_ours", "is_ours"]
