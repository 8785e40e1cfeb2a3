"""Detached signatures (CMS, RFC 5652) by an organisation's own certificate: made, and examined.

They need the optional libraries of the extra `sign`. Without these, importing anything from here raises UsageError,
which says what to install: nobody is left to believe that something was signed or examined.
"""

from __future__ import annotations

from importlib.util import find_spec

from thuebao.base.errors import UsageError

if not (find_spec("cryptography") and find_spec("asn1crypto")):
    raise UsageError("sign_not_installed")
