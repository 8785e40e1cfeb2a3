"""Reads files into batches of text records in canonical columns.

`find_exports` says which files there are, `stored_at` what is in each, `open_exports` reads a beginning and says how it
will be read, `Export.batches` reads it. Whatever goes wrong in any of them is an InputError about that file.
"""

from thuebao.sources.batch import Batch, Rejected
from thuebao.sources.discover import Found, find_exports
from thuebao.sources.errors_of_libraries import guarded
from thuebao.sources.export import AS_THEY_ARE, Export, ReadAs, open_export, open_exports
from thuebao.sources.notice import Notice
from thuebao.sources.operators import Operators
from thuebao.sources.packing.stored import Stored, identified, spool, stored_at, unpacked
from thuebao.sources.passed_over import PassedOver

__all__ = [
    "AS_THEY_ARE",
    "Batch",
    "Export",
    "Found",
    "Notice",
    "Operators",
    "PassedOver",
    "ReadAs",
    "Rejected",
    "Stored",
    "find_exports",
    "guarded",
    "identified",
    "open_export",
    "open_exports",
    "spool",
    "stored_at",
    "unpacked",
]
