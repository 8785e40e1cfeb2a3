"""Headers: where they stand, and which canonical column each of them names."""
