"""Draws that depend on seed and place alone, and columns of text built from bytes."""

from __future__ import annotations

import zlib
from datetime import date

import numpy as np
import polars as pl
import pyarrow as pa

EPOCH = date(1970, 1, 1)
_FIRST = -20_000  # days from 1970: tables of days reach from 1915
_LAST = 25_000
_HEX = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], dtype=np.uint8)
_DAYS = np.array(
    [list(f"{day.astype(object):%d/%m/%Y}".encode()) for day in np.arange(_FIRST, _LAST).astype("datetime64[D]")],
    dtype=np.uint8,
)
_TIMES = np.array(
    [list(f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}".encode()) for s in range(86_400)], dtype=np.uint8
)


def draw(seed: int, purpose: str, index: np.ndarray) -> np.ndarray:
    """Return 64 random bits for each index: the same for the same seed, purpose and index (splitmix64)."""
    salt = (zlib.crc32(purpose.encode()) << 32) ^ (seed * 0x9E3779B97F4A7C15)
    bits = index.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt & 0xFFFFFFFFFFFFFFFF)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def below(bits: np.ndarray, bound: int | np.ndarray) -> np.ndarray:
    """Return whole numbers from 0 to below `bound`."""
    return (bits >> np.uint64(2)).astype(np.int64) % bound


def share(bits: np.ndarray) -> np.ndarray:
    """Return numbers from 0 to below 1."""
    return (bits >> np.uint64(11)).astype(np.float64) / (1 << 53)


def scattered(index: np.ndarray, size: int, step: int, start: int = 0) -> np.ndarray:
    """Return each index's place in a permutation of 0 to below `size` in which neighbours lie far apart."""
    while np.gcd(step, size) != 1:
        step += 1
    return (index * step + start) % size


def mixed(index: np.ndarray, size: int, block: int, seed: int) -> np.ndarray:
    """Return each index's place in a permutation of 0 to below `size` without a pattern; `block` divides the size."""
    step = min(int(size * 0.618), 6_180_339_887)  # times some hundred million: within 64 bits
    for turn in range(2):
        part, within = np.divmod(scattered(index, size, step, seed + turn), block)
        index = part * block + (within + below(draw(seed, f"mixed {turn}", part), block)) % block
        step = 1_000_003
    return index


def digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Return the last `width` digits of each number, as rows of bytes."""
    rows = np.empty((len(numbers), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        numbers, rest = np.divmod(numbers, 10)
        rows[:, place] = rest
    return rows + np.uint8(48)


def hexadecimal(bits: np.ndarray) -> np.ndarray:
    """Return sixteen hexadecimal digits for each 64 bits."""
    return _HEX[bits.view(np.uint8)].reshape(len(bits), 16)


def days(day: np.ndarray) -> np.ndarray:
    """Return days (counted from 1970) as `dd/mm/yyyy`."""
    return _DAYS[day - _FIRST]


def moments(seconds: np.ndarray) -> np.ndarray:
    """Return seconds (counted from 1970) as `dd/mm/yyyy hh:mm:ss`."""
    day, second = np.divmod(seconds, 86_400)
    return np.hstack([days(day), _TIMES[second]])


def column(*parts: np.ndarray | bytes) -> pl.Series:
    """Return rows of bytes beside each other as a column of text; bytes alone stand in every row."""
    height = next(len(part) for part in parts if isinstance(part, np.ndarray))
    rows = np.hstack(
        [
            np.broadcast_to(np.frombuffer(part, dtype=np.uint8), (height, len(part)))
            if isinstance(part, bytes)
            else part
            for part in parts
        ]
    )
    offsets = np.arange(height + 1, dtype=np.int64) * rows.shape[1]
    array = pa.LargeStringArray.from_buffers(height, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows)))
    return pl.Series(pl.from_arrow(array))


def table(words: list[str]) -> np.ndarray:
    """Return words of one length as rows of bytes, to be looked up by place."""
    return np.array([list(word.encode()) for word in words], dtype=np.uint8)


def chosen(words: list[str], place: np.ndarray) -> pl.Series:
    """Return for each place the word of the list."""
    return pl.Series(words, dtype=pl.String).gather(place)
