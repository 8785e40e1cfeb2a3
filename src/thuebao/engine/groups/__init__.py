"""Rules across records: what of every record is staged, and the groups that are found in it.

A 64-bit hash of a group's key nominates groups; nothing is decided but on the values themselves.
"""
