"""Harmless mess: the same values as careless exports write them, which cleaning must forgive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from thuebao.sample.law import Law
from thuebao.sample.streams import Streams, at, choice
from thuebao.sample.style import Style
from thuebao.sample.words import document

_EACH = 0.45  # share of a messy record's fields that are
_EXCEL_EPOCH = 25_569  # days from 1899-12-30 to 1970-01-01
_EXCEL_FIRST = 10_000
_NBSP, _ZERO_WIDTH, _SOFT_HYPHEN = "\u00a0", "\u200b", "\u00ad"
_NONE = (
    *("-", "--", "N/A", "không có", "NULL", " ", "(null)", "null", "#N/A", "\\N", "chưa cập nhật", "nan", "...", "_"),
    *("—", "Không rõ", "na"),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FLAGS = ("Có", "x", "1", "Y", "đã có", "TRUE")

_DAYS = ("date_of_birth", "id_issue_date", "id_expiry_date", "stay_until")
_REFERENCES = (
    *("consent_ref", "relationship_ref", "authorisation_ref", "confirmation_ref", "document_scan_ref"),
    *("portrait_ref", "contract_number"),
)
_DIGITS = ("id_number", "representative_id_number", "organisation_tax_code", "sim_serial")
_NAMES = ("full_name", "guardian_name", "representative_name", "organisation_name", "pos_name", "address")

Way = Callable[[pl.Expr], pl.Expr]


class Mess:
    """Makes about `share` of the records messy."""

    def __init__(self, streams: Streams, style: Style, law: Law, share: float) -> None:
        self.streams, self.style, self.law, self.share = streams, style, law, share

    def chosen(self) -> pl.Expr:
        """Return whether a record is messy."""
        return self.streams.chance("mess", pl.col("_g"), self.share)

    def apply(self, frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
        """Return the records with values that mean the same, in all of the `columns` of the export."""
        moments = [name for name in columns if name.endswith(("_at", "_since"))]
        references = [self._flag, _guarded, *_spaces()]
        days = [self._date(way) for way in (*_dates(), *_days_alone())]
        ways: dict[str, Sequence[Way]] = {
            **dict.fromkeys(_NAMES, _spaces()),
            "full_name": [*_spaces(), self._titled],
            "msisdn": _numbers(),
            **dict.fromkeys(_DIGITS, _digits()),
            "operator": [*_cases(), lambda name: name + " Telecom", lambda name: pl.lit("Mạng ") + name],
            "nationality": [*_cases(), self._country],
            "province": _cases(),
            **dict.fromkeys(_REFERENCES, references),
            **dict.fromkeys(_DAYS, days),
            **{name: [self._moment(name)] for name in moments},
            **{name: [self._word(name), *_cases()] for name in self.law.words},
        }
        return frame.with_columns(self._some_way(name, ways[name]) for name in columns if name in ways).with_columns(
            self._empty(name) for name in columns
        )

    def _some_way(self, column: str, ways: Sequence[Way]) -> pl.Expr:
        value = pl.col(column)
        found = self._one_of(f"mess {column} way", [way(value) for way in ways])
        messy = self.streams.chance(f"mess {column}", pl.col("_g"), _EACH)
        return pl.when(messy).then(found).otherwise(value).alias(column)

    def _one_of(self, name: str, texts: Sequence[pl.Expr]) -> pl.Expr:
        """Return one of the texts for every record."""
        return choice(self.streams.below(name, pl.col("_g"), len(texts)), texts)

    def _empty(self, column: str) -> pl.Expr:
        key = pl.col("_g")
        none = self.streams.pick(f"mess {column} none", key, pl.Series(_NONE))
        empty = pl.col(column).is_null() & self.streams.chance(f"mess {column}", key, _EACH)
        return pl.when(empty).then(none).otherwise(column).alias(column)

    def _titled(self, name: pl.Expr) -> pl.Expr:
        """Return a name with a title. A record planted among others must keep its spelling (DUP123)."""
        title = self.streams.below("mess title", pl.col("_g"), 3)
        man = pl.when(title == 0).then(pl.lit("Ông ")).when(title == 1).then(pl.lit("ong. ")).otherwise(pl.lit("Mr "))
        woman = pl.when(title == 0).then(pl.lit("Bà ")).when(title == 1).then(pl.lit("CHỊ ")).otherwise(pl.lit("Mrs. "))
        return pl.when("_is_planted").then(name).otherwise(pl.when("_male").then(man).otherwise(woman) + name)

    def _flag(self, value: pl.Expr) -> pl.Expr:
        return pl.when(value.is_not_null()).then(self.streams.pick("mess flag", pl.col("_g"), pl.Series(_FLAGS)))

    def _country(self, value: pl.Expr) -> pl.Expr:
        """Return another name of Viet Nam."""
        row = self.law.countries["VN"]
        names = [row["alpha2"], row["alpha3"], row["name_vi"], row["name_en"], *row["other"].split("|")]
        other = self.streams.pick("mess nationality", pl.col("_g"), pl.Series(names))
        return pl.when(value == self.style.country(row)).then(other).otherwise(value)

    def _word(self, column: str) -> Way:
        """Return the way to write another word of the lists for the same code."""
        also, known = document("values")["also"], self.law.words[column]
        # A direction tells these apart, which is no word of the lists.
        listed = {code: [*texts, *also.get(code, [])] for code, texts in known.items()}
        written = {self.style.value(code): texts for code, texts in listed.items() if texts}
        flat = pl.Series([text for texts in written.values() for text in texts])
        starts = [sum(len(texts) for texts in list(written.values())[:i]) for i in range(len(written))]

        def way(value: pl.Expr) -> pl.Expr:
            start = value.replace_strict(list(written), starts, default=None, return_dtype=pl.UInt64)
            counts = [len(texts) for texts in written.values()]
            count = value.replace_strict(list(written), counts, default=1, return_dtype=pl.UInt64)
            return pl.coalesce(at(flat, start + self.streams.below(f"mess {column} word", pl.col("_g"), count)), value)

        return way

    def _parts(self, value: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
        """Return day, month and year of a date as the style writes it."""
        day, month, year = (0, 3, 6) if self.style.dates == "d/m/y" else (8, 5, 0)
        return value.str.slice(day, 2), value.str.slice(month, 2), value.str.slice(year, 4)

    def _date(self, way: Callable[..., pl.Expr]) -> Way:
        return lambda value: way(*self._parts(value))

    def _moment(self, column: str) -> Way:
        def way(value: pl.Expr) -> pl.Expr:
            day = self._one_of(f"mess {column} day", [write(*self._parts(value)) for write in _dates()])
            return day + self._one_of(f"mess {column} time", [write(value.str.slice(11)) for write in _times()])

        return way


def _guarded(value: pl.Expr) -> pl.Expr:
    """Return a text as spreadsheets are told to leave it alone."""
    return pl.lit('="') + value + '"'


def _isolated(value: pl.Expr) -> pl.Expr:
    """Return a text between marks of its direction."""
    return _join("\u202a", value, "\u202c")


def _join(*parts: pl.Expr | str) -> pl.Expr:
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def _spaces() -> list[Way]:
    return [
        lambda text: text.str.normalize("NFD"),
        lambda text: text.str.replace_all(" ", _NBSP, literal=True),
        lambda text: text.str.replace_all(" ", "  ", literal=True),
        lambda text: _join(" ", text, "  "),
        lambda text: text.str.replace(" ", _ZERO_WIDTH + " ", literal=True),
        lambda text: _join("\ufeff", text),
        _guarded,
    ]


def _numbers() -> list[Way]:
    wide = {str(digit): chr(0xFF10 + digit) for digit in range(10)}

    def grouped(n: pl.Expr, *signs: str) -> pl.Expr:
        before, first, second = signs
        return _join(before, n.str.slice(0, 4), first, n.str.slice(4, 3), second, n.str.slice(7))

    return [
        *(lambda n, start=start: _join(start, n.str.slice(1)) for start in ("+84", "84", "0084", "", "+84 ", "84-")),
        *(lambda n, sign=sign: grouped(n, "", sign, sign) for sign in (" ", ".", "–", _NBSP)),
        lambda n: n.str.slice(1) + ".0",
        lambda n: _join("'", n),
        lambda n: grouped(n, "(", ") ", "-"),
        _isolated,
        lambda n: grouped(n, "", _SOFT_HYPHEN, ""),
        lambda n: n.str.replace_many(wide),
        _guarded,
    ]


def _digits() -> list[Way]:
    return [
        lambda n: _join(n.str.slice(0, 3), " ", n.str.slice(3, 3), " ", n.str.slice(6)),
        lambda n: _join(n.str.slice(0, 3), ".", n.str.slice(3, 3), ".", n.str.slice(6)),
        lambda n: _join("'", n),
        lambda n: n.str.to_lowercase(),
        lambda n: n + _NBSP,
        lambda n: pl.when(n.str.contains("^[0-9]+$")).then(n + ".0").otherwise(n),
        _isolated,
        lambda n: _join(n.str.slice(0, 4), _SOFT_HYPHEN, n.str.slice(4)),
        _guarded,
    ]


def _dates() -> list[Callable[..., pl.Expr]]:
    """Return ways to write day, month and year, before a time too."""

    def plain(text: pl.Expr) -> pl.Expr:
        return text.str.strip_prefix("0")

    name = [str(n).zfill(2) for n in range(1, 13)]
    return [
        *(lambda d, m, y, sign=sign: _join(plain(d), sign, plain(m), sign, y) for sign in "/-."),
        *(lambda d, m, y, sign=sign: _join(y, sign, m, sign, d) for sign in "/-."),
        lambda d, m, y: _join(y, m, d),
        _join,
        lambda d, m, y: _join(d, "-", m.replace_strict(name, list(_MONTHS), default=None), "-", y),
        lambda d, m, y: _join("ngày ", plain(d), " tháng ", plain(m), " năm ", y),
    ]


def _days_alone() -> list[Callable[..., pl.Expr]]:
    def serial(d: pl.Expr, m: pl.Expr, y: pl.Expr) -> pl.Expr:
        days = _join(y, "-", m, "-", d).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32) + _EXCEL_EPOCH
        return pl.when(days >= _EXCEL_FIRST).then(days.cast(pl.String)).otherwise(_join(d, "/", m, "/", y))

    return [
        serial,
        lambda d, m, y: _join(d, m, y).str.strip_prefix("0"),
        lambda d, m, y: _join(y, "-", m, "-", d, "T00:00:00"),
        lambda d, m, y: _join(d, "/", m, "/", y, " 0:00"),
        lambda d, m, y: _join(d, "/", m, "/", y, " 12:00:00 SA"),
        lambda d, m, y: _guarded(_join(d, "/", m, "/", y)),
        lambda d, m, y: _join("'", d, "/", m, "/", y),
    ]


def _times() -> list[Way]:
    def half(noon: tuple[str, str]) -> Way:
        def way(time: pl.Expr) -> pl.Expr:
            hour = time.str.slice(0, 2).cast(pl.Int32, strict=False)
            shown = (hour + 11) % 12 + 1
            mark = pl.when(hour < 12).then(pl.lit(noon[0])).otherwise(pl.lit(noon[1]))
            return _join(" ", shown.cast(pl.String), time.str.slice(2), " ", mark)

        return way

    return [
        lambda time: _join(" ", time.str.strip_prefix("0")),
        lambda time: _join("T", time),
        lambda time: _join("  ", time, ".000"),
        lambda time: _join(" ", time, "+07:00"),
        half(("SA", "CH")),
        half(("AM", "PM")),
    ]


def _cases() -> list[Way]:
    return [
        lambda code: code.str.to_uppercase(),
        lambda code: code.str.to_lowercase(),
        lambda code: code.str.normalize("NFD"),
        lambda code: code + " ",
    ]
