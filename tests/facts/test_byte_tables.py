"""Looks at bytes against the plain definitions, on hostile values laid out in every way that a column can be."""

import random
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import polars as pl
import pyarrow as pa
import pytest

from thuebao.base.fold import fold_text
from thuebao.facts.byte_tables import fitting, leading_number, may_begin_run
from thuebao.facts.date_tables import DateTables
from thuebao.facts.dates import DateParsing
from thuebao.facts.names import FoldedNames, NamePlaceholders, Names
from thuebao.facts.portrait import portrait_facts
from thuebao.facts.text import Cleaning
from thuebao.rulebook.reference import shipped_reference

BATCHES = 3_000
HOSTILE = [
    *"0123456789/-.:T '\"=_*?#(<AZaz\\",
    "\0",
    "\x01",
    "\x7f",
    "\t",
    "\n",
    "é",
    "Đ",
    "０",
    "\u00a0",
    "\u200b",
    "𝟎",
]
FORMATS = [
    f"{day}{clock}"
    for day in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")
    for clock in ("", " %H:%M:%S", "T%H:%M:%S", " %H:%M")
]
YEARS = ["0000", "0001", "0099", "1799", "1800", "1899", "1900", "1999", "2000", "2024", "2199", "2200", "9999"]
PATTERNS = ["0[35789][0-9]{8}", "[0-9]{12}", "[0-9]{9}", "[A-Z][0-9]{7,8}", "[A-Z0-9]{5,9}", "[A-Z0-9]{9,12}"]
LONG_PATTERNS = ["[0-9]{18,20}", "[0-9]{10}(?:-?[0-9]{3})?"]
REFERENCE = shipped_reference()
CLEANING = Cleaning(REFERENCE)
OF_REFERENCES = Cleaning(REFERENCE, REFERENCE.document("text")["references"]["missing"])


# -- batches ---------------------------------------------------------------------------------------------------


def damaged(rng: random.Random, text: str) -> str:
    """Return a text with a sign replaced, put in or left out, mostly; sometimes as it was."""
    at = rng.randrange(len(text) + 1)
    changed: list[str] = [
        text,
        text[:at] + rng.choice(HOSTILE) + text[at + 1 :],
        text[:at] + rng.choice(HOSTILE) + text[at:],
        text[:at] + text[at + 1 :],
        text + "\0" * rng.randrange(3),
        rng.choice(HOSTILE) * rng.randrange(1, 4),
    ]
    return rng.choice(changed)


def over_old_bytes(values: list[str], there: list[bool]) -> pl.Series:
    """Return a column whose NULLs stand over the bytes of texts."""
    data = [value.encode() for value in values]
    ends = [0]
    for part in data:
        ends.append(ends[-1] + len(part))
    bits = sum(1 << n for n, valid in enumerate(there) if valid)
    buffers = [
        pa.py_buffer(bits.to_bytes(len(values) // 8 + 1, "little")),
        pa.py_buffer(b"".join(end.to_bytes(8, "little") for end in ends)),
        pa.py_buffer(b"".join(data)),
    ]
    column = pl.from_arrow(pa.Array.from_buffers(pa.large_string(), len(values), buffers))
    assert isinstance(column, pl.Series)
    return column


def batches(seed: int, make: Callable[[random.Random], str]) -> Iterator[pl.Series]:
    """Yield columns of such values: empty, sliced, in chunks, with NULLs, whole or of several sorts."""
    rng = random.Random(seed)
    for _ in range(BATCHES):
        harm = rng.choice([0, 0.05, 0.5])
        values = [damaged(rng, make(rng)) if rng.random() < harm else make(rng) for _ in range(rng.randrange(25))]
        if rng.random() < 0.2:
            values[:1] = [damaged(rng, rng.choice(values or [""]))]
        nulls = rng.choice([0, 0.1, 0.9])
        column = over_old_bytes(values, [rng.random() >= nulls for _ in values])
        layout = rng.randrange(4)
        if layout == 1:
            column = column.slice(rng.randrange(3), rng.randrange(25))
        elif layout == 2:
            column = pl.concat([column, column.slice(2, 5), pl.Series([make(rng)])], rechunk=False)
        elif layout == 3:
            column = column.set(column.is_null(), "")
        yield column


# -- dates -----------------------------------------------------------------------------------------------------


def written(rng: random.Random, strptime: str) -> str:
    """Return a date in a format, now and then with parts that no date has."""
    parts = {
        "%d": f"{rng.choice([rng.randrange(1, 29), rng.randrange(28, 32), rng.randrange(100)]):02}",
        "%m": f"{rng.choice([rng.randrange(1, 13), 2, rng.randrange(100)]):02}",
        "%Y": rng.choice([*YEARS, f"{rng.randrange(1900, 2100)}"]),
        "%H": f"{rng.choice([rng.randrange(24), rng.randrange(100)]):02}",
        "%M": f"{rng.choice([rng.randrange(60), rng.randrange(100)]):02}",
        "%S": f"{rng.choice([rng.randrange(60), rng.randrange(100)]):02}",
    }
    return re.sub("%.", lambda directive: parts[directive[0]], strptime)


def is_written(text: str | None, strptime: str) -> bool:
    """Return whether a text is of a format, digits for digits."""
    widths = {"%Y": "[0-9]{4}"}
    form = "".join(
        widths.get(part, "[0-9]{2}") if len(part) > 1 else re.escape(part) for part in re.findall("%.|.", strptime)
    )
    return text is not None and re.fullmatch(form, text) is not None and not text.endswith("\n")


def read(text: str | None, strptime: str) -> datetime | None:
    """Return what a text says in a format: the plain definition, for the years that tables know."""
    if text is None or not is_written(text, strptime):
        return None
    if "%S" in strptime and text[-2:] > "59":  # strptime takes leap seconds
        return None
    try:
        found = datetime.strptime(text, strptime)
    except ValueError:
        return None
    return found if 1800 <= found.year < 2200 or found.year >= 9900 else None


def no_day(text: str | None, strptime: str) -> int | None:
    """Return the day of no calendar (yyyymmdd) that a text names in a format; its first digits could be a day's."""
    if text is None or not is_written(text, strptime):
        return None
    parts = dict(zip(re.findall("%(.)", strptime), re.findall("[0-9]+", text), strict=True))
    clock_exists = parts.get("H", "0") < "24" and parts.get("M", "0") < "60" and parts.get("S", "0") < "60"
    known_year = parts["Y"][:2] in {"18", "19", "20", "21", "99"}
    if not known_year or not clock_exists or parts["d"][0] > "3" or parts["m"][0] > "1":
        return None
    try:
        date(int(parts["Y"]), int(parts["m"]), int(parts["d"]))
    except ValueError:
        return int(parts["Y"] + parts["m"] + parts["d"])
    return None


def test_date_tables_read_what_the_format_says() -> None:
    rng = random.Random(1)
    tables = {strptime: DateTables(strptime) for strptime in FORMATS}
    found = not_found = 0
    chosen = {"format": FORMATS[0]}
    for column in batches(2, lambda rng: written(rng, chosen["format"])):
        strptime = chosen["format"]
        day, time, unreal = tables[strptime].read(column)
        expected = [read(text, strptime) for text in column]
        assert day.to_list() == [moment and moment.date() for moment in expected], (strptime, column.to_list())
        if "%H" in strptime:
            assert time is not None
            assert time.to_list() == expected, (strptime, column.to_list())
        else:
            assert time is None
        none = [no_day(text, strptime) for text in column]
        at = dict(zip(unreal.rows.tolist(), unreal.days.tolist(), strict=True)) if unreal else {}
        assert [at.get(row) for row in range(len(column))] == none, (strptime, column.to_list())
        found += day.len() - day.null_count()
        not_found += len(none) - none.count(None)
        chosen["format"] = rng.choice(FORMATS)
    assert found > BATCHES
    assert not_found > BATCHES / 10


def test_every_day_of_the_tables() -> None:
    days = [date(1800, 1, 1) + timedelta(n) for n in range(400 * 366) if n < (date(2200, 1, 1) - date(1800, 1, 1)).days]
    days += [date(9900, 1, 1) + timedelta(n) for n in range((date.max - date(9900, 1, 1)).days + 1)]
    column = pl.Series(days)
    for strptime in ("%d/%m/%Y", "%Y-%m-%d"):
        day = DateTables(strptime).read(column.dt.strftime(strptime)).day
        assert day.equals(column)


@pytest.mark.parametrize("column", ["date_of_birth", "id_expiry_date", "registered_at"])
def test_dates_are_the_same_whichever_way_they_are_read(column: str) -> None:
    """A first value in a form without tables sends all others the old way."""
    parsing = DateParsing(CLEANING, REFERENCE.document("dates"), column)
    rng = random.Random(3)
    chosen = {"format": FORMATS[0]}
    for n, values in enumerate(batches(4, lambda rng: written(rng, chosen["format"]))):
        if n % 30 == 0:
            old_way = parsing.parse(pl.concat([pl.Series(["22-APR-2025"]), values], rechunk=False))[1:]
            assert parsing.parse(values).to_list() == old_way.to_list(), values.to_list()
        chosen["format"] = rng.choice(FORMATS)


# -- text ------------------------------------------------------------------------------------------------------


def text(rng: random.Random) -> str:
    token = rng.choice(CLEANING.tokens)
    return rng.choice(
        [
            f"A{rng.randrange(10**6)}",
            f"{rng.getrandbits(64):016x}",
            rng.choice(
                [token, token.upper(), token.title(), f'="{token}"', f" {token}", f'{token}"', token[:2], token[1:]]
            ),
            rng.choice(
                ["-", "--", "- -", ".", "…", "?", '"', '="', '=""', '="12"', "=", "", " ", "không", "no", "0", "n"]
            ),
            rng.choice(["Nguyễn Văn An", "Cửa hàng", "Chưa", "Đường 3", "khong co", "KHONGCO", "Chu  An", "ảnh/1.jpg"]),
        ]
    )


def reference(rng: random.Random) -> str:
    """Return what a column of references holds: seldom anything to clean, so that bytes are looked at."""
    return f"HD{rng.randrange(10**6)}" if rng.random() < 0.85 else text(rng)


@pytest.fixture(params=["few", "many"])
def as_if(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have texts judged as few are, by their definition, or by the patterns that are worth their price for many."""
    if request.param == "many":
        monkeypatch.setattr("thuebao.facts.text.FEW", 0)
        monkeypatch.setattr("thuebao.facts.portrait.FEW", 0)


@pytest.mark.usefixtures("as_if")
@pytest.mark.parametrize(("cleaning", "make"), [(CLEANING, text), (OF_REFERENCES, reference)])
def test_cleaning_is_its_definition(cleaning: Cleaning, make: Callable[[random.Random], str]) -> None:
    columns = list(batches(5, make))
    exact = cleaning.exact(pl.concat(columns))
    at = 0
    for column in columns:
        expected = exact[at : at + len(column)]
        assert cleaning.clean(column).to_list() == expected.to_list(), column.to_list()
        assert cleaning.present(column).to_list() == expected.is_not_null().to_list(), column.to_list()
        at += len(column)
    assert exact.count() > BATCHES


SPELLINGS = {"a": "aàáạăâậ", "d": "dđ", "e": "eéêệ", "i": "iíịyỳ", "o": "oóôộơợ", "u": "uúưự", "y": "yýỳiị"}
TITLES = REFERENCE.document("text")["titles"]
PLACEHOLDERS = REFERENCE.name_placeholders


def name(rng: random.Random) -> str:
    """Return a name, mostly one of nobody's, with a title or not, spelt anyhow."""
    title = rng.choice(["", "", *(f"{title} " for titles in TITLES.values() for title in titles)])
    words = title + rng.choice([*PLACEHOLDERS, "Nguyễn Văn An", "Đặng Thị Nga", "Cô Ba", "Lê A", "Châu Ý"])
    spelt = "".join(rng.choice(SPELLINGS.get(sign.lower(), sign)) if rng.random() < 0.3 else sign for sign in words)
    return rng.choice([spelt, words, spelt.upper(), spelt.lower(), spelt.title(), spelt.replace(" ", "")])


def test_placeholders_are_those_of_the_folded_form() -> None:
    folded = FoldedNames(REFERENCE)
    placeholders, names = NamePlaceholders(REFERENCE, folded), Names(REFERENCE, CLEANING)
    nobodys = folded.fold(pl.Series(PLACEHOLDERS)).to_list()
    columns = list(batches(9, name))
    parsed = names.parse(pl.concat(columns)).struct.unnest()
    expected = folded.fold(parsed["text"]).is_in(nobodys)
    asked = parsed.select(found=placeholders.matches(pl.col("text"), pl.col("unusual")))["found"]
    assert asked.to_list() == expected.to_list()
    assert expected.sum() > BATCHES
    assert (~expected).sum() > BATCHES


# -- portraits -------------------------------------------------------------------------------------------------

WORDS = REFERENCE.document("text")["references"]


def portrait(rng: random.Random) -> str:
    """Return a hash, seldom the name of a picture of nobody: as it is, spelt anyhow, in a folder, with an ending."""
    if rng.random() < 0.8:
        return f"{rng.getrandbits(96):024{rng.choice('xX')}}" + rng.choice(["", "", "", "ge", "Nk", "_", "ault"])
    word = rng.choice([*WORDS["flags"], *WORDS["no_pictures"], "anh0912", "noimages"])
    word = "".join(rng.choice(SPELLINGS.get(sign, sign)) if rng.random() < 0.1 else sign for sign in word)
    word = rng.choice(["", "", "2024/", "C:\\anh\\", "_"]) + rng.choice(
        [word, word.upper(), "-".join(word), word.replace("a", "___________a")]
    )
    return word + rng.choice(["", "", ".jpg", ".", "_", ".P1", "_1", "z"])


def is_nobodys(value: str) -> bool:
    """Return whether a portrait is a flag or the name of a picture of nobody: the plain definition."""
    folded = fold_text(value)
    name = re.sub(r"\.[A-Za-z0-9]*\Z", "", re.sub(r"^.*[/\\]", "", folded))
    return folded in map(fold_text, WORDS["flags"]) or re.sub(r"[\W_]", "", name) in WORDS["no_pictures"]


@pytest.mark.usefixtures("as_if")
def test_portraits_of_nobody_are_not_compared() -> None:
    fact = portrait_facts(REFERENCE)["comparable_portrait"]
    found = [0, 0]
    for column in batches(11, portrait):
        values = column.alias("portrait").to_frame().select(fact).to_series().to_list()
        expected = [None if value is None or is_nobodys(value) else value for value in column]
        assert values == expected, column.to_list()
        found = [found[0] + column.count(), found[1] + len(values) - values.count(None)]
    assert found[0] > found[1] + BATCHES / 2
    assert found[1] > BATCHES


# -- forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS + LONG_PATTERNS)
def test_forms_are_their_patterns(pattern: str) -> None:
    def make(rng: random.Random) -> str:
        digits = f"{rng.randrange(10**20):020}"[: rng.choice([4, 5, 8, 9, 10, 12, 13, 18, 19, 20, 20])]
        return rng.choice(
            [digits, "0" + digits[1:10], "B" + digits[1:], digits[:10] + "-" + digits[-3:], digits.lower()]
        )

    fits = fitting(pattern)
    found = 0
    for column in batches(6, make):
        expected = column.str.contains(f"^(?:{pattern})$")
        assert fits(column).to_list() == expected.to_list(), column.to_list()
        found += int(expected.sum())
    assert found > BATCHES / 10


def test_long_texts_are_no_short_ones() -> None:
    """The low half of a length, and what stands where a short text would, are not mistaken for one."""
    column = pl.Series(["1" * (4 + (1 << 16)), "123456789", "1234\0\0\0\0\0", "12345678\0", "\0", None])
    assert fitting("[0-9]{9}")(column).to_list() == [False, True, False, False, False, None]
    assert fitting("[A-Z0-9]{4,9}")(column).to_list() == [False, True, False, False, False, None]


# -- digits ----------------------------------------------------------------------------------------------------


def digits(rng: random.Random) -> str:
    """Return digits, now and then a run, up or down or of one digit, with signs between them or not."""
    start, length = rng.randrange(10), rng.choice([1, 3, 4, 5, 10, 12, 13, 30])
    step = rng.choice([-1, 0, 1])
    run = "".join(f"{(start + n * step) % 10}" for n in range(length))
    return rng.choice([run, run, f"{rng.randrange(10**12):012}", "-".join(run), "A" + run, run[:3] + "A" + run[3:]])


def is_run(text: str) -> bool:
    """Return whether the digits of a text go on by one step."""
    found = [int(sign) for sign in text if sign in "0123456789"]
    steps = {(two - one) % 10 for one, two in pairwise(found)}
    return not steps or steps in ({0}, {1}, {9})


def test_no_run_is_left_out() -> None:
    found = others = 0
    for column in batches(7, digits):
        for text, may in zip(column, may_begin_run(column).to_list(), strict=True):
            if text is not None:
                assert may or not is_run(text), text
                found += may
                others += not may
    assert found > BATCHES
    assert others > BATCHES


@pytest.mark.parametrize("count", [1, 3, 4, 6, 11, 12])
def test_leading_digits_are_the_number_that_they_are(count: int) -> None:
    read = 0
    for column in batches(8, lambda rng: f"{rng.randrange(10**12):012}"[: rng.choice([12, 12, 12, count])]):
        found = leading_number(column, count)
        texts = [text for text in column if text is not None]
        if all(re.match(f"[0-9]{{{count}}}", text) and len(text.encode()) <= 12 for text in texts):
            assert found is not None
            assert found.to_list() == [text and int(text[:count]) for text in column], column.to_list()
            read += len(texts)
        else:
            assert found is None, column.to_list()
    assert read > BATCHES
