"""Planted violations of the row rules: each way to damage a record, and the choice among them."""
