"""Names of people: no name, garbled, folded (catalogue, section 2, PER102 and PER103)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from oracles.lists import barred, spaced
from oracles.texts import fold

_PLACEHOLDERS = barred(
    "test|khách hàng|khách lẻ|chủ thuê bao|không tên|chưa có tên|unknown|no name|abc|xxx|sim|anonymous"
)


@cache
def folded_name(name: str) -> str:
    """The folded form of a cleaned name, for comparing two spellings of one person."""
    bare = fold(_without_title(name))
    for letter, plain in (("ß", "ss"), ("ø", "o"), ("ł", "l"), ("y", "i")):
        bare = bare.replace(letter, plain)
    return "".join(char for char in bare if unicodedata.category(char).startswith("L"))


def _without_title(name: str) -> str:
    # Reading: a space may be missing behind the dot of a title.
    word, rest = re.fullmatch(r"([^ .]*\.?) ?(.*)", name).groups()
    return rest if len(rest.split(" ")) > 1 and _is_title(word) else name


def _is_title(word: str) -> bool:
    # Reading: the dot of a title may stand behind each of them.
    bare = word.removesuffix(".")
    return (
        bare.lower() in {"ông", "bà", "chị", "anh", "mr", "mrs", "ms"}
        or bare in {"ONG", "CHI"}
        or word.lower() in {"ong.", "ba.", "chi."}
    )


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(folded_name(text) for text in _PLACEHOLDERS)


@cache
def is_no_name(name: str) -> bool:
    """PER102, on a cleaned name."""
    if any(unicodedata.category(char) == "Nd" for char in name):
        return True
    if not any(unicodedata.category(char).startswith("L") for char in name):
        return True
    # Reading: a name of nothing but that letter and spaces, and a letter with another tone is another letter.
    letters = name.lower().replace(" ", "")
    if len(letters) >= 2 and len(set(letters)) == 1:
        return True
    return folded_name(name) in _placeholders()


@cache
def is_garbled(name: str) -> bool:
    """PER103, on a cleaned name (so white space among the controls has become a space)."""
    # Reading: "a Latin-1 symbol" is U+00A1 to U+00BF, ª and º included, as these are the second bytes of à to ÿ.
    return (
        "\ufffd" in name
        or "?" in name
        or any(unicodedata.category(char) == "Cc" for char in name)
        or any(sign in name for sign in ("á»", "áº", "Ä‘", "Æ°"))
        or re.search("Ã[\u00a1-\u00bf]", name) is not None
        or is_font_text(name)
    )


# ---------------------------------------------------------------------------------------------
# Font texts: TCVN3 and VNI saved as UTF-8

# TCVN 5712:1993 (VN3), from 0xA1: each letter stands on its byte; "." where there is none.
_TCVN3 = dict(
    zip(
        range(0xA1, 0x100),
        "ĂÂÊÔƠƯĐăâêôơưđ" + "......àảãáạ.ằẳẵắ......." + "ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò.ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ.",
        strict=True,
    )
)

# VNI: a mark behind its letter, which may be a hat and a tone in one.
_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HATS = {"â": "\u0302", "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303"}
_HATS |= {"ä": "\u0302\u0323"}
_BREVES = {"ê": "\u0306", "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303"}
_BREVES |= {"ë": "\u0306\u0323"}
_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "í": "í", "ì": "ì"}


def _from_tcvn3(text: str) -> str:
    return "".join(char if _TCVN3.get(ord(char), ".") == "." else _TCVN3[ord(char)] for char in text)


def _from_vni(text: str) -> str:
    out: list[str] = []
    before = ""
    for char in text.lower():
        marks = ""
        if before in {"a", "e", "o"} and char in _HATS:
            marks = _HATS[char]
        elif before == "a" and char in _BREVES:
            marks = _BREVES[char]
        elif before in {*"aeouyôö"} and char in _TONES:
            marks = _TONES[char]
        out.append(marks or _ALONE.get(char, char))
        before = char
    return unicodedata.normalize("NFC", "".join(out))


_ONSETS = spaced("b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x")
_RHYMES = frozenset(
    spaced(
        "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng"
        " eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu iê o oa"
        " oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong"
        " oong ooc op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um"
        " un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu uyn uyp ư ưa ưc ưi ưm"
        " ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yê yêm yên yêng yêt yêu ua uai uan uang uanh uay"
        " uăn uăng uăt uăc uac uach uat ue uen ueo uet uit uinh uych"
    )
)
_TONE_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


@cache
def _is_syllable(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.lower())
    if len(_TONE_MARKS.findall(decomposed)) > 1:
        return False
    bare = unicodedata.normalize("NFC", _TONE_MARKS.sub("", decomposed))
    if bare in _RHYMES:
        return True
    return any(bare.startswith(onset) and bare[len(onset) :] in _RHYMES for onset in _ONSETS) or bare in {"gi", "gin"}


def _reads_as_vietnamese(text: str) -> bool:
    # Look-alikes of đ are no fonts.
    words = re.split(r"[ .,'’\-]+", re.sub("[ÐðƉɖ]", "đ", text).strip(" .,'’-"))
    return bool(words) and all(_is_syllable(word) for word in words)


def is_font_text(name: str) -> bool:
    """A name that reads as Vietnamese only when it is taken for TCVN3 or VNI."""
    if not any("\u00a1" <= char <= "\u00ff" for char in name) or _reads_as_vietnamese(name):
        return False
    return _reads_as_vietnamese(_from_tcvn3(name)) or _reads_as_vietnamese(_from_vni(name))
