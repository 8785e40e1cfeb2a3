"""Names, offices, addresses and points of sale."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from .people import People
from .plan import Plan
from .text import below, chosen, column, digits, draw, scattered
from .words import CAN_CUOC, CCCD, CMND, PASSPORT, PROVINCES, WORDS

POINTS, CLERKS = 20_000, 60_000


def names(seed: int, purpose: str, number: np.ndarray, *, apart: bool = False) -> pl.Series:
    """Return full names drawn by number; with `apart`, no two of up to 90,000 alike."""
    parts = {part: WORDS[part] for part in ("surnames", "middles", "givens")}
    if apart:
        parts = {part: list(dict.fromkeys(words)) for part, words in parts.items()}
    size = math.prod(map(len, parts.values()))
    place = scattered(number, size, 37_119) if apart else below(draw(seed, purpose, number), size)
    chosen_parts = []
    for words in reversed(parts.values()):
        place, within = np.divmod(place, len(words))
        chosen_parts.append(chosen(words, within))
    return pl.select(pl.concat_str(map(pl.lit, reversed(chosen_parts)), separator=" ")).to_series()


def offices(of: People, place: np.ndarray) -> pl.Series:
    """Return who issued the papers: the police of the province, the department, the ministry, or another country."""
    words = [
        *(f"{name} {province}" for name in WORDS["issuers_cmnd"] for province in PROVINCES),
        *WORDS["issuers_cccd"],
        *WORDS["issuers_can_cuoc"],
        *WORDS["issuers_passport"],
    ]
    sizes = {CMND: len(WORDS["issuers_cmnd"]), CCCD: 2, CAN_CUOC: 1, PASSPORT: len(WORDS["issuers_passport"])}
    first = {CMND: 0, CCCD: sizes[CMND] * len(PROVINCES)}
    first[CAN_CUOC] = first[CCCD] + sizes[CCCD]
    first[PASSPORT] = first[CAN_CUOC] + sizes[CAN_CUOC]
    office = of.number % np.array([sizes[kind] for kind in range(PASSPORT + 1)])[of.kind]
    within = np.where(of.kind == CMND, office * len(PROVINCES) + place, office)
    return chosen(words, np.array([first[kind] for kind in range(PASSPORT + 1)])[of.kind] + within)


def addresses(seed: int, purpose: str, number: np.ndarray, place: np.ndarray) -> pl.Series:
    """Return addresses: their parts stand between commas, so that a CSV has to quote them."""
    bits = draw(seed, purpose, number)
    house, street = np.divmod(below(bits, 900 * len(WORDS["streets"])), len(WORDS["streets"]))
    ward = below(draw(seed, purpose + " ward", number), len(WORDS["wards"]))
    frame = pl.DataFrame(
        {
            "house": pl.Series(house + 1).cast(pl.String),
            "street": chosen(WORDS["streets"], street),
            "ward": chosen(WORDS["wards"], ward),
            "province": chosen(PROVINCES, place),
        }
    )
    return frame.select(pl.format("{} {}, {}, {}", "house", "street", "ward", "province")).to_series()


def points(plan: Plan, clerk: np.ndarray) -> dict[str, pl.Series]:
    """Return the columns about the clerk and the point of sale: each clerk is at one, three at each."""
    clerks, sold = np.arange(CLERKS), np.arange(POINTS)
    point = clerk % POINTS
    kinds = ["Cửa hàng", "Đại lý ủy quyền", "Điểm lưu động"]
    named = names(plan.seed, "clerk", clerks, apart=True)
    places = addresses(plan.seed, "point", sold, below(draw(plan.seed, "point", sold), len(PROVINCES)))
    return {
        "clerk_name": named.gather(clerk),
        "pos_address": places.str.replace(r", [^,]*,", ",").gather(point),
        "pos_phone": column(b"02", digits(scattered(sold, 10**8, 61_803_399), 8)).gather(point),
        "pos_code": column(b"DGD", digits(sold, 5)).gather(point),
        "pos_kind": chosen(kinds, np.array([0, 0, 1, 2])[point % 4]),
    }
