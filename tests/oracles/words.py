"""Codes found in texts, and kinds of identity document (catalogue, section 2)."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from oracles.lists import barred
from oracles.texts import fold, words_of

NEGATIONS = {"khong", "chua", "ngung", "dung", "het", "not", "non"}
BETWEEN = {"phai", "duoc", "bi", "con"}

Lists = tuple[tuple[str, tuple[str, ...]], ...]


def _lists(**words: str) -> Lists:
    return tuple((code, tuple(words_of(word) for word in listed.split("|"))) for code, listed in words.items())


# In the order of the catalogue: the first that is found wins.
FIRST_HIT: dict[str, Lists] = {
    "subscriber_kind": _lists(
        organisation="tổ chức|doanh nghiệp|công ty|KHDN|TC|DN|organisation|organization|company",
        individual="cá nhân|individual",
    ),
    "pos_kind": _lists(
        online="trực tuyến|online|app|website|eKYC|tự đăng ký",
        authorised="ủy quyền|đại lý|authorised",
        own_mobile="lưu động|own_mobile",
        own_fixed="cửa hàng|điểm cố định|own_fixed",
    ),
    "connection_kind": _lists(m2m="non-h2h|không phải h2h|m2m|iot", h2h="h2h"),
    "usage_kind": _lists(
        self="bản thân|chính chủ|self",
        child="con|child",
        ward="giám hộ|ward",
        device="thiết bị|device",
        employee="nhân viên|cá nhân thuộc tổ chức|employee",
    ),
    "matched": _lists(no="không|không khớp|chưa khớp|sai|no|n|false|0", yes="có|khớp|đúng|yes|y|true|1"),
}
# Both in one text: unrecognised.
ONE_OF_TWO: dict[str, Lists] = {
    "sex": _lists(male="nam|m|male|1", female="nữ|f|female|0|2"),
    "payment_type": _lists(
        postpaid="trả sau|TT sau|thanh toán sau|TS|TSAU|postpaid|postpay|post",
        prepaid="trả trước|TT trước|thanh toán trước|TT|prepaid|pre",
    ),
}
WHOLE = {"subscriber_kind": {"cn": "individual", "khcn": "individual", "vns": "individual"}}
CANONICAL = {
    "status": "active one_way two_way terminated",
    "subscriber_kind": "individual organisation",
    "pos_kind": "own_fixed own_mobile authorised online",
}
TERMINATED = tuple(
    words_of(word) for word in barred("chấm dứt|thanh lý|hủy|cắt|thu hồi|terminated|cancelled|canceled|deactivated")
)
ACTIVE = tuple(words_of(word) for word in ["hoạt động", "HĐ", "bình thường", "kích hoạt", "active"])
LOCKED = ("khoa", "chan", "tam dung", "ngung", "cat")
TWO_WAYS = ("hai chieu", "2 chieu", "2c")
ONE_WAY = ("mot chieu", "1 chieu", "1c")
MATCHED = ("matched_id_number", "matched_name", "matched_birth_date", "matched_face")
CODED = (
    *("sex", "payment_type", "status", "subscriber_kind", "pos_kind", "connection_kind", "usage_kind"),
    *MATCHED,
)


def _places(words: list[str], phrase: str) -> list[int]:
    wanted = phrase.split()
    return [at for at in range(len(words) - len(wanted) + 1) if words[at : at + len(wanted)] == wanted]


def _negated(words: list[str], at: int) -> bool:
    while at > 0 and words[at - 1] in BETWEEN:
        at -= 1
    return at > 0 and words[at - 1] in NEGATIONS


NEGATED = "negated"


def _hit(words: list[str], phrases: tuple[str, ...], listed: frozenset[str] = frozenset()) -> str | None:
    """The first of `phrases` that is in the text, or NEGATED where a negation stands right before it."""
    for phrase in phrases:
        places = _places(words, phrase)
        if places:
            if phrase in listed or not _negated(words, places[0]):
                return phrase
            return NEGATED
    return None


@cache
def code_of(column: str, text: str | None) -> str | None:
    """Recognised code of the cleaned text of a coded column, else None."""
    if text is None:
        return None
    folded = words_of(text)
    for name in CANONICAL.get(column, "").split():
        if folded == name.replace("_", " "):
            return name
    if folded in WHOLE.get(column, {}):
        return WHOLE[column][folded]
    words = folded.split()
    if column == "status":
        return _status(words)
    if column in ONE_OF_TWO:
        return _one_of_two(words, ONE_OF_TWO[column])
    for code, phrases in FIRST_HIT["matched" if column in MATCHED else column]:
        # What is listed with its negation stands as it is listed.
        found = _hit(words, phrases, frozenset(p for p in phrases if " " in p and p.split()[0] in NEGATIONS))
        if found is not None:
            return None if found == NEGATED else code
    return None


def _one_of_two(words: list[str], lists: Lists) -> str | None:
    rest, codes = list(words), set()
    every = sorted(((phrase, code) for code, phrases in lists for phrase in phrases), key=lambda one: -len(one[0]))
    for phrase, code in every:
        for at in _places(rest, phrase):
            if _negated(words, at):
                return None
            codes.add(code)
            length = len(phrase.split())
            rest[at : at + length] = ["\0"] * length
    return codes.pop() if len(codes) == 1 else None


def _status(words: list[str]) -> str | None:
    two, one = _hit(words, TWO_WAYS), _hit(words, ONE_WAY)
    outgoing = _hit(words, ("chieu di",))
    opened = _places(words, "mo")
    if two or one or outgoing:
        locked = _locked(words)
        active = _hit(words, ACTIVE)
        if opened and any(words[at + 1 : at + 2] in (["khoa"], ["chan"]) for at in opened):
            # "Mở khóa 2 chiều" opens; "mở khóa 1 chiều" says not what is left.
            return "active" if two not in {None, NEGATED} and not any(_negated(words, at) for at in opened) else None
        if locked == NEGATED:
            return None
        if locked:
            # "ngừng 2 chiều": the lock itself is no negation here.
            return "two_way" if two else "one_way"
        if NEGATED in {two, one, outgoing, active}:
            return None
        if two and (active or opened):
            return None if any(_negated(words, at) for at in opened) else "active"
        if one and (active or len(words) == len(one.split())):
            return "one_way"
        if outgoing and active:
            return "one_way"
    elif any(words[at + 1 : at + 2] in (["khoa"], ["chan"]) for at in opened):
        return None
    for code, phrases in (("terminated", TERMINATED), ("active", ACTIVE)):
        found = _hit(words, phrases)
        if found is not None:
            return None if found == NEGATED else code
    return None


def _locked(words: list[str]) -> str | None:
    """A word of locking; it may be a negation itself ("ngừng 2 chiều")."""
    for phrase in LOCKED:
        places = _places(words, phrase)
        if places:
            return NEGATED if _negated(words, places[0]) else phrase
    return None


# ---------------------------------------------------------------------------------------------
# Identity documents

PERSONAL = frozenset(["cmnd", "cccd", "can_cuoc", "e_id", "certificate"])
_NEW_LAW = dt.date(2024, 7, 1)
_FIRST_CCCD = dt.date(2016, 1, 1)


def _word(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")


def _found(long: str, short: str = "") -> tuple[re.Pattern[str], ...]:
    patterns = [re.compile(long)] if long else []
    return (*patterns, _word(short)) if short else tuple(patterns)


_FIRST: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    ("military", _found("si quan|quan nhan|quan doi|cong an nhan dan", "cmtqd")),
    (
        "legal",
        _found(
            "giay phep kinh doanh|dang ky kinh doanh|dang ky ho kinh doanh|dang ky doanh nghiep"
            "|chung nhan phap nhan|giay phep dau tu|chung nhan dau tu|chung nhan dang ky dau tu|giay phep thanh lap"
            "|quyet dinh thanh lap|ma so thue",
            "gpkd|dkkd|dkdn|gcndkdn|gcndkkd|mst",
        ),
    ),
    ("other", _found("giay phep lai xe|bao hiem y te|so ho khau|the sinh vien", "gplx|bhyt")),
    ("certificate", _found("giay chung nhan can cuoc")),
)
# Each found name is taken out of the text, so that "căn cước" is not found in "căn cước công dân".
_NAMED: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    ("e_id", _found("can cuoc dien tu|dinh danh dien tu", "vneid")),
    ("cccd", _found("can cuoc cong dan", "cccd")),
    ("can_cuoc", _found("can cuoc", "cc")),
    ("cmnd", _found("chung minh", "cmnd|cmt|cmtnd")),
    ("passport", _found("ho chieu|passport", "hc|pp")),
)
BARE_OTHER = frozenset(["other", "khac", "loai khac", "giay to khac"])
_CANONICAL_KINDS = frozenset(["cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport", "military", "other"])


@cache
def kinds_named(id_type: str) -> tuple[str, ...]:
    """Kinds that a cleaned id_type names: none is unrecognised, several leave it to the number."""
    text = fold(id_type)
    if text in _CANONICAL_KINDS:
        return (text,)
    text = re.sub("[_/ ]+", " ", text).strip()
    if text in BARE_OTHER:
        return ("other",)
    for kind, patterns in _FIRST:
        if any(pattern.search(text) for pattern in patterns):
            return (kind,)
    named = []
    for kind, patterns in _NAMED:
        for pattern in patterns:
            text, times = pattern.subn("\0", text)
            if times and kind not in named:
                named.append(kind)
    return tuple(named)


def document_kind(
    id_type: str | None, number: str | None, country: str | None = None, issued: dt.date | None = None
) -> str:
    """Kind of a paper from the cleaned id_type and document number, the recognised nationality and the issue day."""
    named = () if id_type is None else kinds_named(id_type)
    kind = named[0] if len(named) == 1 else _kind_by_number(number, country, issued)
    if kind == "can_cuoc" and issued is not None and _FIRST_CCCD <= issued < _NEW_LAW:
        return "cccd"
    return kind


def _kind_by_number(number: str | None, country: str | None, issued: dt.date | None) -> str:
    if number is None:
        return "unknown"
    if country is not None and country != "VN":
        return "passport"
    if re.fullmatch(r"[0-9]{9}", number):
        return "cmnd"
    if re.fullmatch(r"[0-9]{12}", number):
        return "cmnd" if issued is not None and issued < _FIRST_CCCD else "cccd"
    if re.fullmatch(r"[A-Z][0-9]{7,8}", number):
        return "passport"
    return "unknown"
