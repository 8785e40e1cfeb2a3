"""Delimited text: its layout, its records, and its malformed lines."""
