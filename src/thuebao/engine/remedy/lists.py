"""Makes the lists: the numbers to be notified, with what is wrong and the steps ahead, and the carriers' own errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from thuebao.base.helper_columns import INSIDE, ROW
from thuebao.base.messages import language, text
from thuebao.base.parts import Part
from thuebao.engine.groups.flags import Flags
from thuebao.engine.prepare import Prepared
from thuebao.engine.remedy.collect import CODE, SEEN, Collected
from thuebao.facts.steps_ahead import steps_ahead
from thuebao.results.findings import shown
from thuebao.results.remedy import CARRIERS_LIST, LIST, OWN_INFORMATION, SAME_CONTRACT, no_counts
from thuebao.rulebook.timetable import STEPS, Timetable

_CODES = {"operator": pl.String, "code": pl.String, "numbers": pl.Int64}


@dataclass
class Lists:
    """The lists of an audit, and what was counted of them.

    drawn: the records whose contract has an errant number; first_notice: from which day the clock of a record runs.
    """

    prepared: Prepared
    collected: Collected
    drawn: Flags
    known: Sequence[Timetable]
    first_notice: pl.Expr
    _counts: list[pl.DataFrame] = field(default_factory=list)
    _codes: list[pl.DataFrame] = field(default_factory=list)
    _said: dict[str, str] = field(default_factory=dict)

    def batches(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Yield the two lists (LIST, CARRIERS_LIST), some records at a time, in their order."""
        for part in self.collected.records.parts:
            yield self._to_notify(part), self._carriers(part)

    def counts(self, operators: Sequence[str]) -> pl.DataFrame:
        """Return operator and for each of the operators, in their order; all batches were asked for."""
        order = pl.DataFrame({"operator": operators}, schema={"operator": pl.String})
        summed = pl.concat([no_counts(), *self._counts]).group_by("operator").agg(pl.all().sum())
        return order.join(summed, on="operator", how="left", maintain_order="left").fill_null(0)

    def codes(self) -> pl.DataFrame:
        """Return operator, code, numbers: on how many records of the lists each rule found an error."""
        counted = pl.concat([pl.DataFrame(schema=_CODES), *self._codes])
        return counted.group_by("operator", "code").agg(pl.col("numbers").sum()).sort("operator", "code")

    def _to_notify(self, part: Part) -> pl.DataFrame:
        errors, as_of = self.collected.found(self.collected.subscribers, part), self.prepared.as_of
        codes = self._joined(errors)
        drawn = self.drawn.among(part.first, part.last)
        rows = pl.concat([codes[ROW], drawn.alias(ROW)]).unique().sort()
        records = self._taken(part, rows, SEEN).join(codes, on=ROW, how="left", maintain_order="left")
        ended = records.filter("is_terminated")
        records = records.filter(~pl.col("is_terminated")).with_columns(first_notice=self.first_notice)
        records = records.with_columns(**steps_ahead(self.known, as_of))
        own = pl.col("codes").is_not_null()
        records = records.with_columns(
            reason=pl.when(own).then(pl.lit(OWN_INFORMATION)).otherwise(pl.lit(SAME_CONTRACT)),
            what=pl.when(own).then("what").otherwise(pl.lit(text("remedy.same_contract"))),
        )
        self._count(records, ended)
        self._count_codes(records.filter(own), errors)
        return self._shown(records).select(*LIST).cast(LIST)  # type: ignore[arg-type]

    def _carriers(self, part: Part) -> pl.DataFrame:
        errors = self.collected.found(self.collected.carriers, part)
        codes = self._joined(errors)
        records = self._taken(part, codes[ROW], SEEN[:4]).join(codes, on=ROW, how="left", maintain_order="left")
        self._counts.append(_counted(records, {"carrier": pl.len()}))
        self._count_codes(records, errors)
        return self._shown(records).select(*CARRIERS_LIST).cast(CARRIERS_LIST)  # type: ignore[arg-type]

    def _taken(self, part: Part, rows: pl.Series, columns: Sequence[str]) -> pl.DataFrame:
        inside = [INSIDE] if self.collected.limited else []
        records = part.take(rows, [ROW, *columns, *inside])
        return records.filter(INSIDE) if inside else records

    def _joined(self, errors: pl.DataFrame) -> pl.DataFrame:
        """Return ROW, codes, what: of each record its errors, as codes and in words."""
        codes = pl.Series(self.collected.codes, dtype=pl.String)
        named = errors.select(ROW, codes.gather(errors[CODE]).alias("codes"))
        by_record = named.group_by(ROW, maintain_order=True).agg(pl.col("codes").str.join(" "))
        # Few lists of codes are different ones.
        for said in by_record["codes"].unique():
            self._said.setdefault(said, self._words(said))
        what = by_record["codes"].replace_strict(self._said, return_dtype=pl.String) if errors.height else codes.clear()
        return by_record.with_columns(what.alias("what"))

    def _words(self, codes: str) -> str:
        by_code = self.prepared.rulebook.by_code
        told = (" ".join(by_code[code].told[language()].split()) for code in codes.split(" "))
        return "; ".join(dict.fromkeys(told))

    def _shown(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return records with their places, key, and what may be somebody's data as it may be shown."""
        files = self.collected.files
        at, record, line = files.places(records[ROW])
        reveal = self.prepared.options.reveal
        columns = [
            files.paths.gather(at).alias("path"),
            record.alias("record"),
            line.alias("line"),
            files.sheets.gather(at).alias("sheet"),
            shown(records["shown_number"], reveal=reveal).alias("msisdn"),
            self.prepared.keyed(records).alias("key"),
        ]
        if "contract_number" in records.columns:
            columns.append(shown(records["contract_number"], reveal=reveal).alias("contract_number"))
        renamed = {"status_code": "status"} if "status_code" in records.columns else {}
        return records.with_columns(columns).rename(renamed)

    def _count(self, records: pl.DataFrame, ended: pl.DataFrame) -> None:
        asked, as_of = pl.col("first_notice_day"), pl.lit(self.prepared.as_of)
        of_reason = {"own_information": OWN_INFORMATION, "same_contract": SAME_CONTRACT}
        counted = {name: (pl.col("reason") == reason).sum() for name, reason in of_reason.items()}
        counted["standing"] = (pl.col("notice_stands") & (pl.col("first_notice") == asked)).sum()
        counted |= {step: (pl.col("next_step") == step).sum() for step in STEPS}
        counted["overdue"] = (pl.col("next_due") < as_of).sum()
        self._counts.append(_counted(records, counted))
        # An ended number that shares a contract has no error of its own, and is none of these.
        self._counts.append(_counted(ended.drop_nulls("codes"), {"ended": pl.len()}))

    def _count_codes(self, records: pl.DataFrame, errors: pl.DataFrame) -> None:
        codes = pl.Series(self.collected.codes, dtype=pl.String)
        each = errors.join(records.select(ROW, "operator"), on=ROW).group_by("operator", CODE).agg(pl.len())
        named = each.select("operator", codes.gather(each[CODE]).alias("code"), pl.col("len").alias("numbers"))
        self._codes.append(named.cast(_CODES))  # type: ignore[arg-type]


def _counted(records: pl.DataFrame, counted: dict[str, pl.Expr]) -> pl.DataFrame:
    """Return operator and COUNTS of records; what is not counted is 0."""
    each = records.group_by("operator").agg(expr.cast(pl.Int64).alias(name) for name, expr in counted.items())
    return pl.concat([no_counts(), each], how="diagonal").fill_null(0)
