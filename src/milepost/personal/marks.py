"""Traces with letters and colons in them: bank accounts (IBAN) and IPv6 addresses."""

from __future__ import annotations

import ipaddress
import re

import numpy as np

from milepost.personal.checks import iban
from milepost.personal.traces import END, LETTER
from milepost.types import Array

FULL = re.compile(rb"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Za-z:.])")
SHORT = re.compile(rb"(?<=\x1f)[0-9A-Fa-f:.]{8,45}(?=\x1f)")  # with ::


def accounts(text: Array) -> dict[str, Array]:
    """Find where an IBAN begins, and where one only seems to."""
    upper, digit = (text - np.uint8(65)) < 26, (text - np.uint8(48)) < 10
    at = np.flatnonzero(upper[1:-4] & upper[2:-3] & digit[3:-2] & digit[4:-1]) + 1
    at = at[~LETTER[text[at - 1]]]
    if not len(at):
        return {}
    cells = text.tobytes()
    right = [iban(cells, a) for a in at.tolist()]
    return {"accounts": at[[r is not None for r in right]], "account": at[[bool(r) for r in right]]}


def has_long_addresses(text: Array) -> bool:
    """Tell whether :: or seven colons stand in one cell, close together."""
    at = np.flatnonzero((text == ord(":")) | (text == END))
    colon = text[at] == ord(":")
    if not colon.any():
        return False
    twice = colon[1:] & colon[:-1]
    if (twice & (np.diff(at) == 1)).any():
        return True
    seven = twice
    for step in (2, 3):
        seven = seven[step:] & seven[:-step]
    return bool(seven.any())


def long_addresses(text: Array) -> dict[str, Array]:
    """Find where an IPv6 address begins: anywhere in full, shortened where it is all of a cell."""
    cells = text.tobytes()
    at = [m.start() for m in FULL.finditer(cells)] if cells.count(b":") >= 7 else []
    if b"::" in cells:
        at += [m.start() for m in SHORT.finditer(cells) if b"::" in m[0] and _is_address(m[0].decode())]
    return {"long_address": np.array(at, np.int64)}


def _is_address(word: str) -> bool:
    if not any(c.isdigit() for c in word):  # face::dead
        return False
    try:
        return ipaddress.ip_address(word).version == 6
    except ValueError:
        return False
