"""Delimited text: how it is laid out, its records, and its lines that are none."""
