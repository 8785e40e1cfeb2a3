"""How reports word what the law provides for: the same words on a screen, a page and in a workbook."""

from __future__ import annotations

from thuebao.base.messages import language, text
from thuebao.reports.format import NOTHING, day, number
from thuebao.results.exposure import Exposure, Exposures, Sign
from thuebao.rulebook.fines import POINT, Sanction


def counted(row: Exposure) -> str:
    """Return what was counted, and what could not be."""
    parts = [text(f"exposure.of_{row.measure}", count=row.count)]
    if row.files:
        parts.append(text("exposure.files", count=row.files))
    if row.unidentified:
        kind = "point" if row.measure == POINT else "number"
        parts.append(text(f"exposure.unidentified_{kind}", count=row.unidentified))
    return "; ".join(parts)


def amount(row: Exposure, exposures: Exposures) -> str:
    """Return least and most, or that there is nothing to be computed."""
    if row.least is None:
        return text("exposure.nothing")
    return text("exposure.amount", least=row.least, most=row.most, currency=exposures.currency)


def short_amount(row: Exposure) -> str:
    """Return least and most for a column of a screen, a dash where there is nothing to be computed."""
    return NOTHING if row.least is None else f"{number(row.least)}–{number(row.most)}"


def short_counted(row: Exposure) -> str:
    """Return what was counted in a word or two, for a screen."""
    return text(f"exposure.short_{row.measure}", count=row.count)


def bracket(row: Exposure) -> str:
    """Return the bracket, and where the law has it."""
    found = row.bracket
    if found is None:
        return ""
    key = "exposure.from_on" if found.last is None else "exposure.from_to"
    return text(key, first=found.first, last=found.last, provision=found.provision)


def others(row: Exposure, exposures: Exposures) -> list[str]:
    """Return what is not computed, and why."""
    said = []
    if row.before:
        reason = exposures.not_computable[language()]
        said.append(text("exposure.before", count=row.before, day=day(exposures.since), reason=reason))
    if row.undated:
        said.append(text("exposure.undated", count=row.undated))
    return said


def sanctions(row: Exposure) -> list[str]:
    """Return what else is provided for."""
    return [_sanction(one) for one in row.sanctions]


def _sanction(sanction: Sanction) -> str:
    title = sanction.title[language()]
    if sanction.months is None:
        return text("exposure.without_months", title=title, provision=sanction.provision)
    least, most = sanction.months
    return text("exposure.months", title=title, least=least, most=most, provision=sanction.provision)


def trust(row: Exposure) -> str:
    """Return how far the amounts can be trusted, and that the findings are this act."""
    mapping = text("exposure.mapping", trust=text(f"exposure.trust_{row.mapping_trust}"))
    return f"{text(f'exposure.trust_{row.trust}')}; {mapping}"


def caveats(row: Exposure) -> str:
    """Return all that is to be borne in mind beside a figure."""
    return "; ".join(caveat.said[language()] for caveat in row.caveats)


def short_caveats(row: Exposure) -> str:
    """Return the same in a few words, with the trust in the amounts, for a screen."""
    return "; ".join([text(f"exposure.trust_{row.trust}"), *(caveat.short[language()] for caveat in row.caveats)])


def not_computed(exposures: Exposures) -> str:
    """Return what is said of all acts that are from before the law at hand."""
    return text("exposure.not_computed", day=day(exposures.since), reason=exposures.not_computable[language()])


def line(row: Exposure, exposures: Exposures) -> str:
    """Return operator, clause, amount, and what it is for, in one line."""
    said = text(
        "exposure.line",
        operator=row.operator,
        clause=row.cited,
        amount=amount(row, exposures),
        counted=counted(row),
    )
    return "; ".join([said, *others(row, exposures)])


def sign(found: Sign) -> str:
    """Return a sign with how often it was found."""
    return text("exposure.sign", code=found.code, severity=text(f"severity.{found.severity}"), count=found.findings)


def signs_line(exposures: Exposures) -> str:
    """Return all signs in one line, nothing where there are none."""
    listed = (f"{found.operator}, {found.cited}: {sign(found)}" for found in exposures.signs)
    joined = "; ".join(listed)
    return text("exposure.signs_line", listed=joined) if joined else ""
