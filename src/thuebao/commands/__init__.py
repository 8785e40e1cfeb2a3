"""The commands: parse, call, print, exit. One command is one function."""
