"""Which kind of identity document a record has: by the text of id_type, else by the number."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.kernel import Kernel, OverDistinct, elementwise
from thuebao.facts.text import Cleaning, fold
from thuebao.rulebook.columns import raw

SEVERAL, UNRECOGNISED, UNNAMED = "several", "unrecognised", "unnamed other"
_OTHER, _UNKNOWN = "other", "unknown"
_FOUND = "\x00"  # stands where a name was found: a shorter name within it is no second one


def kind_facts(law: dict[str, Any], cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the facts of the document's kind."""
    # Few kinds, asked for again and again: comparing their numbers is cheaper than comparing texts.
    kinds = pl.Enum([*_kinds(law), _UNKNOWN, SEVERAL, UNRECOGNISED, UNNAMED])
    text_kind = pl.col("_id_type_kind")
    return {
        "_id_type_kind": elementwise(
            pl.col(raw("id_type")), OverDistinct(_kind_of_text(law, cleaning, kinds), kinds), kinds
        ),
        "has_id_type": text_kind.is_not_null(),
        "id_type_recognised": pl.when(text_kind.is_not_null()).then(text_kind != UNRECOGNISED),
        "id_type_is_unnamed_other": text_kind == UNNAMED,
        "has_legal_paper": (text_kind == law["other_kinds"]["legal"]).fill_null(value=False),
        "document_kind": _kind(law, text_kind, kinds),
    }


def decided_by_number(text_kind: pl.Expr) -> pl.Expr:
    """Return whether the text of id_type leaves the kind to the number."""
    return text_kind.is_null() | text_kind.is_in([SEVERAL, UNRECOGNISED])


def _kinds(law: dict[str, Any]) -> list[str]:
    return [*(kind["id"] for kind in law["kind"]), *law["other_kinds"]["ids"]]


def _kind_of_text(law: dict[str, Any], cleaning: Cleaning, kinds: pl.Enum) -> Kernel:
    entries = [(entry["kind"], _pattern(entry)) for entry in law["id_type"]]
    several = set(law["id_type_of_several"]["kinds"])
    unnamed = [fold_text(text) for text in law["unnamed_other"]["texts"]]

    def kind_of_text(values: pl.Series) -> pl.Series:
        text = fold(cleaning.exact(values)).str.replace_all("[_/]", " ").str.replace_all(r"\s+", " ").str.strip_chars()
        frame = pl.DataFrame({"text": text, "rest": text})
        for number, (_, pattern) in enumerate(entries):
            frame = frame.with_columns(
                pl.col("rest").str.contains(pattern).alias(f"{number}"),
                # Twice: a sign that ends one name cannot begin the next.
                rest=pl.col("rest").str.replace_all(pattern, _FOUND).str.replace_all(pattern, _FOUND),
            )
        counted = [str(number) for number, (kind, _) in enumerate(entries) if kind in several]
        named = pl.sum_horizontal(pl.col(counted).cast(pl.UInt8))
        chosen: Any = pl.when(pl.col("text").is_null()).then(None)
        chosen = chosen.when(pl.col("text").is_in(unnamed)).then(pl.lit(UNNAMED))
        for number, (kind, _) in enumerate(entries):
            if kind in several:
                chosen = chosen.when(named > 1).then(pl.lit(SEVERAL))
            chosen = chosen.when(pl.col(str(number))).then(pl.lit(kind))
        return frame.select(kind=chosen.otherwise(pl.lit(UNRECOGNISED)).cast(kinds)).to_series()

    return kind_of_text


def _pattern(entry: dict[str, Any]) -> str:
    phrases = [re.escape(fold_text(phrase)) for phrase in entry.get("phrases", [])]
    words = [f"(?:^|[^a-z0-9]){fold_text(word)}(?:[^a-z0-9]|$)" for word in entry.get("words", [])]
    texts = [f"^{fold_text(text).replace('_', ' ')}$" for text in entry.get("texts", [])]
    return "|".join([*phrases, *words, *texts])


def _kind(law: dict[str, Any], text_kind: pl.Expr, kinds: pl.Enum) -> pl.Expr:
    issue = pl.col("issue_day")

    def named(kind: str) -> pl.Expr:
        # Of the type of all kinds at once: the texts would be looked up among them record by record.
        return pl.lit(kind, dtype=kinds)

    foreigner = (pl.col("nationality_code") != law["home_nationality"]).fill_null(value=False)
    by_number: Any = pl.when(foreigner & pl.col("document_number").is_not_null())
    by_number = by_number.then(named(law["kind_of_foreigners"]["kind"]))
    for entry in law["kind_by_number"]:
        fits = pl.col(f"_{entry['number_form']}").fill_null(value=False)
        if "issued_before" in entry:
            fits &= (issue < entry["issued_before"]).fill_null(value=False)
        by_number = by_number.when(fits).then(named(entry["kind"]))
    chosen: Any = pl.when(decided_by_number(text_kind)).then(by_number.otherwise(named(_UNKNOWN)))
    for entry in law["kind"]:
        if earlier := entry.get("earlier"):
            in_time = (text_kind == entry["id"]) & issue.is_between(earlier["from"], earlier["to"])
            chosen = chosen.when(in_time.fill_null(value=False)).then(named(earlier["kind"]))
    kind: pl.Expr = chosen.when(text_kind == UNNAMED).then(named(_OTHER)).otherwise(text_kind)
    return kind
