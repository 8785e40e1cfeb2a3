"""Errors, messages, text folding and escaping, atomic files, scratch space, paths: what every room may use."""
