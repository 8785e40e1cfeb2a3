"""One data set, as every program and library writes it that is at hand."""
