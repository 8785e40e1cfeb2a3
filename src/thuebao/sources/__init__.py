"""A file → batches of text records in canonical columns.

`find_exports` says which files there are, `open_export` reads a file's beginning and says how it will be read,
`Export.batches` reads it.
"""

from thuebao.sources.discover import Found, find_exports
from thuebao.sources.export import Export, open_export

__all__ = ["Export", "Found", "find_exports", "open_export"]
