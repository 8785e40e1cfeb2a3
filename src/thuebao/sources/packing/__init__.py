"""Where the bytes of an export lie, packed or not."""
