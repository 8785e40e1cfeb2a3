"""Compliance checker for mobile subscriber registrations in Viet Nam.

result = thuebao.audit(["exports/"])
result.operators, result.counts, result.findings
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "AuditOptions",
    "AuditResult",
    "InputError",
    "InputErrors",
    "OutputError",
    "RuleError",
    "Settings",
    "ThuebaoError",
    "UsageError",
    "audit",
    "read_settings",
]

if TYPE_CHECKING:
    from thuebao.base.errors import InputError, InputErrors, OutputError, RuleError, ThuebaoError, UsageError
    from thuebao.engine.audit import audit
    from thuebao.engine.options import AuditOptions
    from thuebao.engine.settings import Settings, read_settings
    from thuebao.results.result import AuditResult


_HOMES = {
    "audit": "engine.audit",
    "AuditOptions": "engine.options",
    "AuditResult": "results.result",
    "Settings": "engine.settings",
    "read_settings": "engine.settings",
}
"""Modules of the public names that are no errors."""


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: importing Polars takes longer than printing a version."""
    if name in __all__:
        return getattr(import_module(f"thuebao.{_HOMES.get(name, 'base.errors')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
