"""Shows what became of the numbers of a list: on a screen, as JSON and CSV, as a page and a workbook."""
