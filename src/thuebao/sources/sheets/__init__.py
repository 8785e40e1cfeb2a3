"""Workbooks: weighed before they are opened, one sheet read as text."""
