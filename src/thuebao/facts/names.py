"""Names: their cleaning, their folded form, and what is no name."""

from __future__ import annotations

import re
import string

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.beginnings import Beginnings
from thuebao.facts.kernel import (
    OverDistinct,
    at_once,
    elementwise,
    fill_where,
    holds,
    only_where,
    refine,
    replace_where,
    the_same,
    there,
)
from thuebao.facts.text import Cleaning, folded
from thuebao.rulebook.reference import Reference

# Letters of Vietnamese, in three sorts: bare vowels that the marks of old fonts stand behind, letters of Latin-1 that
# these marks look like, and the others.
_VOWELS = "aeouy"
_MARKS = "àáâãèéêìíòóôõùúý"
_OTHERS = "bcdfghijklmnpqrstvwxzăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"

_FOLDING_TO = {
    base: "".join(letter for letter in _VOWELS + _MARKS + _OTHERS if fold_text(letter) in alike)
    for base in string.ascii_lowercase
    for alike in ["iy" if base in "iy" else base]
}
"""Letter → the small letters of Vietnamese that have its folded form."""

_FEW = 2_000

NAME = pl.Struct({"text": pl.String, "unusual": pl.String})


def _usual() -> str:
    """Return a pattern for two or more words of letters as Vietnamese are written, with nothing to object to.

    Within a word no capital stands behind a small letter, and no mark of an old font behind its vowel.
    """
    # Of o, u and y only the marks are suspect that no syllable has there (hoà, luân, quý).
    behind = {"ae": "", "o": _MARKS.translate(_without("âõù")), "uy": _MARKS.translate(_without("õù"))}

    def chain(others: str, marks: str, vowels: str) -> str:
        runs = [
            f"[{any_case}]*[{_both(last)}][{others}{allowed}]" for last, allowed, any_case in marks_of(marks, vowels)
        ]
        return "|".join([f"[{others}{marks}]", *runs])

    def marks_of(marks: str, vowels: str) -> list[tuple[str, str, str]]:
        upper = marks.isupper()
        return [(last, allowed.upper() if upper else allowed, vowels) for last, allowed in behind.items()]

    capitals = chain(_OTHERS.upper(), _MARKS.upper(), _VOWELS.upper())
    small = chain(_OTHERS, _MARKS, _both(_VOWELS))
    word = f"(?:(?:{capitals})+(?:{small})*[{_both(_VOWELS)}]*|(?:{small})+[{_both(_VOWELS)}]*|[{_both(_VOWELS)}]+)"
    return f"^{word}(?: {word})+$"


def _both(letters: str) -> str:
    return letters + letters.upper()


def _without(letters: str) -> dict[int, None]:
    return dict.fromkeys(map(ord, letters))


class Names:
    """The cleaning of names, and which of them need a closer look.

    A usual name is two or more words of letters: nothing to clean in it, no digit, no garbling. Rules about how
    a name is written look at `unusual_name` alone.
    """

    def __init__(self, reference: Reference, cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        self._usual = _usual()
        # Missing values of several words look like names, and so may one letter that is repeated.
        phrases = {fold_text(token).split()[0] for token in reference.missing_tokens if " " in token}
        twice = "|".join(f"[{_both(letter)}][{_both(letter)}]" for letter in _VOWELS + _MARKS + _OTHERS)
        # Of usual names alone: other texts are looked at anyway.
        self._doubtful = f"^(?:(?:{'|'.join(map(_usual_spelling, sorted(phrases)))}) |. |{twice})"

    def parse(self, values: pl.Series) -> pl.Series:
        """Return a struct of the cleaned text and of the same where it is unusual, NULL elsewhere."""
        usual = values.str.contains(self._usual) & ~values.str.contains(self._doubtful)
        others = ~holds(usual) & there(values)
        if not others.any():
            return pl.DataFrame({"text": values, "unusual": values.clear(len(values))}).to_struct()
        part = self._cleaning.clean(values.filter(others))
        nothing = the_same(None, len(values), pl.String)
        return pl.DataFrame(
            {"text": fill_where(values, others, part), "unusual": fill_where(nothing, others, part)}
        ).to_struct()


class FoldedNames:
    """The form in which two names are compared: letters only, without diacritics, case, spaces and title."""

    def __init__(self, reference: Reference) -> None:
        titles = reference.document("text")["titles"]
        any_case, capitals, dotted = ("|".join(titles[key]) for key in ("in_any_case", "in_capitals", "with_a_dot"))
        word = r"\S*\p{L}\S*"
        # A title stays where it would leave a single word.
        self.title = (
            rf"^(?:(?:(?i:{any_case})|{capitals})(?:\.\s*|\s+)|(?i:{dotted})\.\s*)({word}\s+(?:\S+\s+)*?{word}.*)$"
        )

        self._may_have_title = rf"^(?:(?i:{any_case}|{dotted})|{capitals})[.\s]"

    def fold(self, values: pl.Series) -> pl.Series:
        """Return the folded form of each name."""
        titled = holds(values.str.contains(self._may_have_title))
        return at_once(replace_where(values, titled, self._without_title), self._folded)

    def _without_title(self, names: pl.Series) -> pl.Series:
        return names.str.replace(self.title, "${1}")

    def _folded(self, name: pl.Expr) -> pl.Expr:
        letters = name.str.to_lowercase()
        letters = letters.str.replace_many(["ß", "ø", "ł"], ["ss", "o", "l"])
        return folded(letters).str.replace_all("y", "i", literal=True).str.replace_all(r"[^\p{L}]", "")


class NamePlaceholders:
    """Names that are nobody's: length and a pattern nominate, the folded form decides."""

    def __init__(self, reference: Reference, folded: FoldedNames) -> None:
        self._fold = folded.fold
        written = reference.name_placeholders
        self._names = folded.fold(pl.Series(written, dtype=pl.String)).to_list()
        # They are few, and the same again.
        self._usual_is_listed = OverDistinct(lambda part: folded.fold(part).is_in(self._names), pl.Boolean, few=_FEW)
        listed = reference.document("text")["titles"]
        titles = sorted({fold_text(title) for key in listed for title in listed[key]})
        title, name = ("|".join(map(_any_spelling, texts)) for texts in (titles, written))
        self._nominate = rf"(?i)^[^\p{{L}}]*(?:(?:{title})[^\p{{L}}]+)?(?:{name})[^\p{{L}}]*$"
        # A usual name has letters of Vietnamese and single spaces only, which is much less to look for.
        title, name = ("|".join(map(_usual_spelling, texts)) for texts in (titles, written))
        self._nominate_usual = f"^(?:(?:{title}) )?(?:{name})$"
        self._beginnings = Beginnings(fold_text(text).replace(" ", "") for text in (*titles, *written))

    def matches(self, name: pl.Expr, unusual: pl.Expr) -> pl.Expr:
        """Return whether the folded form of each name is a placeholder."""
        usual = elementwise(name, self._of_usual, pl.Boolean)
        return pl.when(unusual.is_null()).then(usual).otherwise(elementwise(unusual, self._of_unusual, pl.Boolean))

    def _of_usual(self, names: pl.Series) -> pl.Series:
        # The pattern costs as much as all else about names; hardly any name begins like a placeholder.
        present, nominated = self._beginnings.present_and_nominated(names)
        none = (present ^ present).set(names.is_null(), None)
        return refine(none, names, nominated, self._of_nominated)

    def _of_nominated(self, names: pl.Series) -> pl.Series:
        fit = names.str.contains(self._nominate_usual)
        return refine(fit, names, fit, self._usual_is_listed)

    def exactly(self, names: pl.Series) -> pl.Series:
        """Return whether the folded form of each name is a placeholder, NULL where there is no name."""
        if len(names) < _FEW:  # folding them all takes less time than the pattern takes to be made ready
            return self._fold(names).is_in(self._names)
        return self._exact(names, names.str.contains(self._nominate))

    def _of_unusual(self, names: pl.Series) -> pl.Series:
        return only_where(names, names.is_not_null(), self.exactly, pl.Boolean)

    def _exact(self, names: pl.Series, nominated: pl.Series) -> pl.Series:
        return refine(nominated, names, holds(nominated), lambda part: self._fold(part).is_in(self._names))


def _usual_spelling(text: str) -> str:
    """Return a pattern for the usual names that may have the folded form of `text`."""
    signs = (sign for sign in fold_text(text) if sign != " ")
    return " ?".join(f"[{_both(_FOLDING_TO[sign])}]" for sign in signs)


def _any_spelling(text: str) -> str:
    """Return a pattern for the texts that may have the folded form of `text`."""
    # Any sign outside ASCII may fold to the letter wanted, and what is no letter may stand between two.
    signs = ("[iy]" if sign in "iy" else re.escape(sign) for sign in fold_text(text) if sign != " ")
    return r"[^\p{L}]*".join(rf"(?:{sign}|[^\x00-\x7f])" for sign in signs)


def one_letter_repeated(names: pl.Series) -> pl.Series:
    """Return whether each name is one letter, at least twice, regardless of case and spaces."""
    # No back references in the regex engine: strip the name of its first letter and see what is left.
    letters = at_once(names, lambda name: name.str.to_lowercase().str.replace_all(r"\s", ""))
    same = at_once(letters, lambda name: (name.str.len_chars() > 1) & (name.str.strip_chars(name.str.head(1)) == ""))
    return refine(same, letters, holds(same), lambda part: part.str.contains(r"^\p{L}"))
