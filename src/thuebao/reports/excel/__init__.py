"""The XLSX workbook."""
