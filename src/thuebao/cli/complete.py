"""What the shell offers while a value is being typed: codes and names of rules, laws, columns, encodings, provinces."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Offer = Callable[[str], list[str]]


def codes(incomplete: str) -> list[str]:
    """Return codes and names of rules; several stand with commas between."""
    from thuebao.rulebook.book import read_rulebook

    by_code = read_rulebook().by_code
    return _after(incomplete, ",", [*by_code, *(rule.name for rule in by_code.values())])


def severities(incomplete: str) -> list[str]:
    """Return codes, and behind the sign severities."""
    from thuebao.rulebook.load import SEVERITIES

    if "=" in incomplete:
        return _after(incomplete, "=", SEVERITIES)
    return [f"{code}=" for code in codes(incomplete)]


def parameters(incomplete: str) -> list[str]:
    """Return the parameters of rules, ready for their value."""
    from thuebao.rulebook.book import read_rulebook

    return _after(
        incomplete, ",", [f"{r.code}.{name}=" for r in read_rulebook().by_code.values() for name, _ in r.parameters]
    )


def laws(incomplete: str) -> list[str]:
    """Return what --law takes."""
    from thuebao.rulebook.book import read_rulebook

    return _after(incomplete, None, read_rulebook().law.names)


def columns(incomplete: str) -> list[str]:
    """Return what records can be counted by; several stand with commas between."""
    from thuebao.engine.prepare import COUNTED_BY
    from thuebao.rulebook.columns import columns as canonical

    return _after(incomplete, ",", [*canonical(), *COUNTED_BY])


def encodings(incomplete: str) -> list[str]:
    """Return the encodings of texts."""
    from thuebao.sources.encodings.encoding import encoding_names

    return _after(incomplete, None, encoding_names())


def provinces(incomplete: str) -> list[str]:
    """Return the provinces of today and the former ones."""
    from thuebao.rulebook.reference import shipped_reference

    before = shipped_reference().table("provinces")
    return _after(incomplete, None, dict.fromkeys(name for row in before for name in (row["now"], row["name"])))


def operators(incomplete: str) -> list[str]:
    """Return the operators that are known, behind the sign of a pattern too."""
    from thuebao.rulebook.reference import shipped_reference

    names = dict.fromkeys(shipped_reference().operators.values())
    return _after(incomplete, "=" if "=" in incomplete else None, names)


OFFERS: dict[str, Offer] = {
    "select": codes,
    "ignore": codes,
    "show_groups": codes,
    "severity": severities,
    "set": parameters,
    "law": laws,
    "by": columns,
    "encoding": encodings,
    "province": provinces,
    "operator": operators,
}
"""What is offered for options, by the keys of their texts."""


def _after(incomplete: str, sign: str | None, known: Iterable[str]) -> list[str]:
    """Return what is known behind what stands before the last sign."""
    before, found, _ = incomplete.rpartition(sign) if sign else ("", "", "")
    return [f"{before}{found}{name}" for name in known]
