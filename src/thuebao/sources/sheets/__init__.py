"""Workbooks: their size is checked before they are opened, one sheet is read as text."""
