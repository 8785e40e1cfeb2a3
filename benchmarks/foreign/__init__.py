"""Exports that are not the sample's: written from the law and the catalogue alone, on numpy."""
