"""Detects and decodes the encodings of text."""
