"""Compliance checker for mobile subscriber registrations in Viet Nam."""

__version__ = "0.1.0"
