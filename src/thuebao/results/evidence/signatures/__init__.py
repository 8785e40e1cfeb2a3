"""Signatures by an organisation's own certificate: of files (CMS, RFC 5652) and in PDF (PAdES), made, and examined.

They need the optional libraries of the extra `sign`. Without these, importing anything from here raises UsageError,
which says what to install: nobody is left to believe that something was signed or examined.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec

from thuebao.base.errors import UsageError

if not all(map(find_spec, ("cryptography", "asn1crypto", "pyhanko"))):
    raise UsageError("sign_not_installed")

# What is wrong with a document is said in our own words, or not at all: a log would cite it.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)
