"""Numbers by which certificates issued in Viet Nam name their holder: a tax code, a personal number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

PLACES = (NameOID.USER_ID, NameOID.SERIAL_NUMBER)
"""Where they stand in the subject, as `MST:0101234567`; there may be several of each."""
_FORM = re.compile(r"\s*([A-Za-z]{2,8})\s*:\s*(\S.*?)\s*", re.DOTALL)
_PUBLIC = frozenset({"MST", "MNS"})
"""Codes of tax and of budget, which are in public registers; CCCD, CMND, HC, BHXH and all others are a person's."""


@dataclass(frozen=True)
class Identity:
    """A number of somebody. kind: as the certificate has it, such as MST or CCCD."""

    kind: str
    value: str

    @property
    def is_personal(self) -> bool:
        """Whether it is to be masked, as other personal data are."""
        return self.kind not in _PUBLIC


def identity_of(subject: x509.Name) -> tuple[Identity, ...]:
    """Return the numbers that a certificate's subject names, each once, in its order."""
    found = []
    for attribute in subject:
        form = _FORM.fullmatch(str(attribute.value)) if attribute.oid in PLACES else None
        if form:
            found.append(Identity(form[1].upper(), form[2]))
    return tuple(dict.fromkeys(found))
