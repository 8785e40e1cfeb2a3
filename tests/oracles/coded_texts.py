"""Coded columns of section 2, as far as the rules across records ask for them: words found inside a text."""

from __future__ import annotations

import re

UNRECOGNISED = "(unrecognised)"

ACTIVE = "hoat dong|hd|binh thuong|kich hoat|active"
ENDED = "cham dut|thanh ly|huy|cat|thu hoi|terminated|cancelled|canceled|deactivated"
LOCKED = "khoa|chan|tam dung|ngung|cat"
BOTH_WAYS = "hai chieu|2 chieu|2c"
ONE_WAY = "mot chieu|1 chieu|1c"
DENIED = "(?:khong|chua|ngung|dung|het|not|non)(?: (?:phai|duoc|bi|con))*"

# In the order of the catalogue: the first that is found counts. Of payment_type both together count as none.
WORDS = {
    "payment_type": [
        ("postpaid", "tra sau|tt sau|thanh toan sau|ts|tsau|postpaid|postpay|post"),
        ("prepaid", "tra truoc|tt truoc|thanh toan truoc|tt|prepaid|pre"),
    ],
    "subscriber_kind": [
        ("organisation", "to chuc|doanh nghiep|cong ty|khdn|tc|dn|organisation|organization|company"),
        ("individual", "ca nhan|individual"),
    ],
    "pos_kind": [
        ("online", "truc tuyen|online|app|website|ekyc|tu dang ky"),
        ("authorised", "uy quyen|dai ly|authorised"),
        ("own_mobile", "luu dong|own mobile"),
        ("own_fixed", "cua hang|diem co dinh|own fixed"),
    ],
    "connection_kind": [("m2m", "m2m|iot"), ("h2h", "h2h")],
    "usage_kind": [
        ("self", "ban than|chinh chu|self"),
        ("child", "con|child"),
        ("ward", "giam ho|ward"),
        ("device", "thiet bi|device"),
        ("employee", "nhan vien|ca nhan thuoc to chuc|employee"),
    ],
}
WHOLE = {
    "subscriber_kind": dict.fromkeys(["cn", "khcn", "vns"], "individual"),
    "connection_kind": dict.fromkeys(["non h2h", "khong phai h2h"], "m2m"),
}


def found(words: str, text: str) -> bool:
    return re.search(rf"\b(?:{words})\b", text) is not None


def code_of(column: str, text: str) -> str:
    """The code of a folded text whose marks are spaces."""
    if column == "status":
        return status_of(text)
    if text in WHOLE.get(column, {}):
        return WHOLE[column][text]
    if column == "payment_type":
        text = re.sub(r"\btt (?=sau\b)", "tra ", text)
    hits = [(code, words) for code, words in WORDS[column] if found(words, text)]
    if not hits or (column == "payment_type" and len(hits) > 1):
        return UNRECOGNISED
    code, words = hits[0]
    return UNRECOGNISED if found(f"{DENIED} (?:{words})", text) else code


def status_of(text: str) -> str:
    both, one, active = found(BOTH_WAYS, text), found(ONE_WAY, text), found(ACTIVE, text)
    outgoing = found("chieu di", text)
    if found("mo khoa|mo chan", text) and not both:
        return UNRECOGNISED
    if both and found("mo", text):
        return "active"
    if found(LOCKED, text) and (both or one or outgoing):
        return "two_way" if both else "one_way"
    if found(f"{DENIED} (?:{ACTIVE}|{ENDED})", text):
        return UNRECOGNISED
    if text in {"one way", "two way"}:
        return text.replace(" ", "_")
    if both and active:
        return "active"
    if re.fullmatch(ONE_WAY, text) or (active and (one or outgoing)):
        return "one_way"
    if found(ENDED, text):
        return "terminated"
    return "active" if active else UNRECOGNISED
