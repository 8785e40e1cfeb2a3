"""An audit's result → one output format each."""
