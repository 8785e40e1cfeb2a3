"""Tells what an audit wrote from what only looks like it: an own file is known by all of it.

A mark alone (a first line, a property, a schema) is no proof: whoever wants records left out can put it there.
"""

from thuebao.results.own.recognition import are_ours, is_ours

__all__ = ["are_ours", "is_ours"]
