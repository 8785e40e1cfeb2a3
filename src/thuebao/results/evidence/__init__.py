"""Manifests: digests of what was read and written, and their signatures."""
