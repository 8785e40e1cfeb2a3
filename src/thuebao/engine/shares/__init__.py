"""Shares of large exports, read side by side by several processes and put together in the order of the file."""
