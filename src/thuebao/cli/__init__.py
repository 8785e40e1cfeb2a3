"""The command line: parse a command, call, print, exit. One command is one file."""
