"""Compliance checker for mobile subscriber registrations in Viet Nam.

result = thuebao.audit(["exports/"])
result.operators, result.counts, result.findings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["AuditResult", "InputError", "OutputError", "RuleError", "ThuebaoError", "UsageError", "audit"]

if TYPE_CHECKING:
    from thuebao.base.errors import InputError, OutputError, RuleError, ThuebaoError, UsageError
    from thuebao.engine.audit import audit
    from thuebao.results.result import AuditResult


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: importing Polars takes longer than printing a version."""
    if name == "audit":
        from thuebao.engine.audit import audit

        return audit
    if name == "AuditResult":
        from thuebao.results.result import AuditResult

        return AuditResult
    if name in __all__:
        from thuebao.base import errors

        return getattr(errors, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
