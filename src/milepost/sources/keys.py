"""The keys of JSON lines, in order of appearance; a look at the bytes before each `":` finds whether there are new ones."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np

from milepost.sources.records import record
from milepost.types import Array

WORDS = 12  # of 8 bytes: longer keys are looked at one by one
_QUOTES = np.uint64(0x2222222222222222)
_LOW = np.uint64(0x7F7F7F7F7F7F7F7F)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


class Keys:
    """All keys of the objects met so far."""

    def __init__(self) -> None:
        self.names = list[str]()
        self._known, self._prints = set[str](), np.empty(0, np.uint64)

    def add(self, lines: bytes) -> None:
        """Take in the keys of whole lines."""
        if b'" :' in lines or b'"\t:' in lines:
            self._look(lines)
            return
        print_M, long = _prints(lines)
        if long or not np.isin(np.unique(print_M), self._prints).all():
            self._look(lines)

    def _look(self, lines: bytes) -> None:
        before = len(self.names)
        for raw in lines.split(b"\n"):
            try:
                found: Iterable[str] = record(raw.decode())
            except ValueError:
                continue
            for key in found:
                if key not in self._known:
                    self._known.add(key)
                    self.names.append(key)
        if len(self.names) > before:
            written = [b'"%s":' % json.dumps(n, ensure_ascii=a)[1:-1].encode() for n in self.names for a in (0, 1)]
            self._prints = np.unique(_prints(b"".join(written))[0])


def _prints(lines: bytes) -> tuple[Array, bool]:
    """Return a number for every key, uint64 [M], and whether some key is too long to have one.

    A key is what stands between `":` and the quote before, which is looked for eight bytes at a time.
    """
    byte_N = np.frombuffer(b'"' + b"\0" * (8 * WORDS) + lines, np.uint8)
    at_M = np.flatnonzero((byte_N[:-1] == 34) & (byte_N[1:] == 58))
    word_N = np.lib.stride_tricks.as_strided(byte_N[:8].view(np.uint64), (max(0, len(byte_N) - 7),), (1,))
    out_M = np.zeros(len(at_M), np.uint64)
    open_M = np.arange(len(at_M))
    for step in range(1, WORDS + 1):
        word_O = word_N[at_M[open_M] - 8 * step]
        differs = word_O ^ _QUOTES
        hit = ~(((differs & _LOW) + _LOW) | differs | _LOW)  # the top bit of every byte that is a quote
        for shift in (8, 16, 32):
            hit |= hit >> np.uint64(shift)
        below = (hit >> np.uint64(7)) * np.uint64(255)
        out_M[open_M] = (out_M[open_M] ^ (word_O & ~below)) * _PRIME + np.uint64(step)
        open_M = open_M[hit == 0]
        if not len(open_M):
            return out_M, False
    return out_M, True
