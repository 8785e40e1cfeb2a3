"""The commands that there are, in the order of the help."""

COMMANDS = (
    "audit",
    "init",
    "columns",
    "show",
    "compare",
    "trend",
    "remedy",
    "follow",
    "explain",
    "rules",
    "sample",
    "verify",
)
