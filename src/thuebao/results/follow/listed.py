"""The numbers that are to be put right, one row each: whose they are, what is wrong, and since when they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.base.errors import InputError, UsageError
from thuebao.base.messages import in_every_language
from thuebao.facts.number import NumberParsing
from thuebao.facts.text import Cleaning
from thuebao.results.follow.list_files import ERROR, FINDINGS, ListFile, list_files
from thuebao.results.follow.number_ids import NumberIds
from thuebao.results.number_key import NUMBER, as_number, keyed_as_numbers
from thuebao.results.remedy import OWN_INFORMATION, SAME_CONTRACT
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.rule import SUBSCRIBER

BY_KEY, BY_NUMBER = "key", "number"
"""How the numbers of a list are found in an export."""
_STAR = "*"


@dataclass(frozen=True)
class Listed:
    """The numbers of a list, and by what they are found in an export.

    numbers: operator, join (what it is found by), first_notice, own (listed for its own faults), contract, a row each.
    codes: item (the row of a number), code (its place in `code_names`).
    without: rows by operator that cannot be followed: they have no number, or one in no form.
    """

    paths: tuple[Path, ...]
    aside: tuple[Path, ...]
    kind: str
    by: str
    key: bytes | None
    numbers: pl.DataFrame
    codes: pl.DataFrame
    code_names: tuple[str, ...]
    without: dict[str, int]
    ids: NumberIds

    @property
    def operators(self) -> list[str]:
        """Whose numbers are on the list, by name."""
        names = {*self.numbers["operator"].unique(), *self.without}
        return sorted(names)

    @property
    def notices(self) -> tuple[date, date] | None:
        """The first and the last day of first notices, None where the list has none."""
        days = self.numbers["first_notice"].drop_nulls()
        first, last = days.min(), days.max()
        return (first, last) if isinstance(first, date) and isinstance(last, date) else None


def read_list(paths: Sequence[Path], rulebook: Rulebook, key: bytes | None, first_notice: date | None) -> Listed:
    """Return the numbers of a list.

    key: of the keyed hash; first_notice: of the numbers for which the list has none.
    Raises UsageError or InputError where the list cannot be followed.
    """
    files, aside = list_files(paths)
    if first_notice and files[0].kind != FINDINGS:
        raise UsageError("follow_notice_given", day=first_notice)
    some = [_prepared(file, frame, rulebook) for file in files for frame in file.rows()]
    rows = pl.concat(some) if some else pl.DataFrame()
    if rows.is_empty():
        raise InputError("list_empty", path=files[0].path)
    by = _joined_by(files, rows, key)
    ids = NumberIds()
    rows = rows.with_columns(_join(rows, by, ids, rulebook).alias("join"))
    if by == BY_KEY and key:
        _check_key(rows, files, key, rulebook)
    without = rows.filter(pl.col("join").is_null()).group_by("operator").len()
    rows = rows.filter(pl.col("join").is_not_null())
    if rows.is_empty():
        raise InputError("list_without_numbers", path=files[0].path)
    numbers, codes, names = _by_number(rows, first_notice)
    unknown = sorted(set(names) - set(rulebook.by_code))
    if unknown:
        raise UsageError("list_code_unknown", path=files[0].path, codes=", ".join(unknown))
    return Listed(
        paths=tuple(file.path for file in files),
        aside=tuple(aside),
        kind=files[0].kind,
        by=by,
        key=key if by == BY_KEY else None,
        numbers=numbers,
        codes=codes,
        code_names=names,
        without=dict(without.iter_rows()),
        ids=ids,
    )


def _prepared(file: ListFile, frame: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Return operator, msisdn, key, codes, own, first_notice, contract of rows that count."""
    if frame["operator"].null_count():
        raise InputError("findings_cut", path=file.path)
    # A blank that a hand left behind a name is none of it.
    common = frame.select(pl.col("operator").str.strip_chars(), "msisdn", "key")
    if file.kind == FINDINGS:
        subscribers = [rule.code for rule in rulebook.rules if rule.remedy == SUBSCRIBER]
        errors = ["error", *in_every_language(ERROR)]
        counted = frame["severity"].is_in(errors) & frame["code"].is_in(subscribers)
        nothing = pl.lit(None, dtype=pl.String)
        found = common.with_columns(frame["code"].alias("codes"), own=pl.lit(value=True), contract=nothing)
        return found.with_columns(first_notice=pl.lit(None, dtype=pl.Date)).filter(counted)
    contract = frame["contract_number"] if "contract_number" in frame.columns else pl.lit(None, dtype=pl.String)
    strange = frame["reason"].is_null() | ~frame["reason"].is_in([OWN_INFORMATION, SAME_CONTRACT])
    if strange.any():
        value, known = frame["reason"].filter(strange)[0] or "", f"{OWN_INFORMATION}, {SAME_CONTRACT}"
        raise InputError("list_reason", path=file.path, value=value, known=known)
    written = frame["first_notice"].str.slice(0, 10)
    days = written.str.to_date("%Y-%m-%d", strict=False)
    # As office programs write days again where days go before months, as everywhere in Viet Nam.
    days = days.fill_null(written.str.to_date("%d/%m/%Y", strict=False))
    wrong = frame["first_notice"].is_not_null() & days.is_null()
    if wrong.any():
        raise InputError("list_day", path=file.path, value=frame["first_notice"].filter(wrong)[0])
    return common.with_columns(
        frame["codes"].fill_null(""), own=frame["reason"] == OWN_INFORMATION, contract=contract, first_notice=days
    ).with_columns(contract=pl.when(~pl.col("contract").str.contains(_STAR, literal=True)).then("contract"))


def _joined_by(files: Sequence[ListFile], rows: pl.DataFrame, key: bytes | None) -> str:
    """Return how the numbers of a list are found. Raises InputError or UsageError where they cannot be."""
    path, keys = files[0].path, rows["key"].count()
    masked = bool(rows["msisdn"].str.contains(_STAR, literal=True).any())
    if key and keys:
        unkeyed = rows.filter(pl.col("key").is_null() & pl.col("msisdn").str.count_matches("[0-9]").ge(9))
        if unkeyed.height and not masked:
            return BY_NUMBER
        return BY_KEY
    if masked:
        if keys:
            raise UsageError("list_key_needed", path=path)
        raise InputError("list_masked", path=path)
    return BY_NUMBER


def _join(rows: pl.DataFrame, by: str, ids: NumberIds, rulebook: Rulebook) -> pl.Series:
    if by == BY_KEY:
        return rows.select(as_number(pl.col("key"))).to_series()
    return ids.of(rows["operator"], _current(rows["msisdn"], rulebook))


def _current(numbers: pl.Series, rulebook: Rulebook) -> pl.Series:
    """Return numbers in current form, NULL where they are in none."""
    reference = rulebook.reference
    return NumberParsing(reference, Cleaning(reference)).parse(numbers).struct.field("current")


def _check_key(rows: pl.DataFrame, files: Sequence[ListFile], key: bytes, rulebook: Rulebook) -> None:
    """Raise UsageError where numbers that the list shows have other keys than the key file gives them."""
    shown = rows.filter(pl.col("join").is_not_null() & ~pl.col("msisdn").str.contains(_STAR, literal=True))
    numbered = shown.with_columns(_current(shown["msisdn"], rulebook).alias(NUMBER)).drop_nulls(NUMBER)
    if numbered.height and not (keyed_as_numbers(numbered, key) == numbered["join"]).any():
        raise UsageError("list_key_wrong", path=files[0].path, count=numbered.height)


def _by_number(rows: pl.DataFrame, first_notice: date | None) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...]]:
    """Return numbers and codes as a list has them, and the names of the codes."""
    by = ["operator", "join"]
    numbers = rows.group_by(by, maintain_order=True).agg(
        pl.col("first_notice").min(), pl.col("own").any(), pl.col("contract").drop_nulls().first()
    )
    numbers = numbers.with_columns(pl.col("first_notice").fill_null(pl.lit(first_notice, dtype=pl.Date)))
    numbers = numbers.with_row_index("item")
    # Few lists of codes, and many numbers: each list is taken apart once.
    lists = rows.select("codes").unique(maintain_order=True)
    apart = lists.with_columns(code=pl.col("codes").str.split(" ")).explode("code").filter(pl.col("code") != "")
    names = tuple(sorted(apart["code"].unique()))
    places = pl.col("code").replace_strict(names, range(len(names)), return_dtype=pl.UInt16)
    apart = apart.with_columns(places)
    # A number that is listed for its own faults and for its contract's answers for its own.
    wanted = rows.join(numbers.select(*by, "item", any_own="own"), on=by, how="left", maintain_order="left")
    wanted = wanted.filter(pl.col("own") == pl.col("any_own"))
    codes = wanted.select("item", "codes").unique().join(apart, on="codes").select("item", "code").unique()
    return numbers, codes.sort("item", "code"), names
