"""Independent, plain readings of the rule catalogue, and generators of records to compare the tool with them."""
