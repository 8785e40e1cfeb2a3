"""Records in JSON: one object a line, or a list of them."""
