"""What a workbook says beyond the values of its cells, and forms of it that calamine reads otherwise or not at all."""
