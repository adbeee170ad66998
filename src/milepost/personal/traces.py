"""What digits that stand together look like: telephones, cards, ids, addresses of computers.

Shape letters: R runs of digits. Runs are linked where one separator at most stands between them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from milepost.personal.checks import X, issued, luhn, resident
from milepost.types import Array

END = 0x1F  # between cells
SHORTEST = 8  # digits of a telephone, bytes of an address: what is shorter is no trace
NONE, BLANK, HYPHEN, POINT, SLASH, BRACKET = range(6)  # what stands between two runs; NONE: they are not linked
LINK = np.zeros(256, np.uint8)
LINK[list(b" -./()")] = BLANK, HYPHEN, POINT, SLASH, BRACKET, BRACKET
LOOSE = np.array([True, True, False, False, False, True])  # links over which a number does not go on
MARKED = np.isin(np.arange(21), (11, *range(13, 20)))  # digits of a mobile number, a card, a resident id
LETTER = np.zeros(256, bool)
LETTER[list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789")] = True
AMOUNT = LETTER.copy()  # what stands before a number that is an amount, or part of a word
AMOUNT[list(b"-+.,$#%&@")] = True
PART = LETTER.copy()  # what stands behind such a number
PART[list(b"%@")] = True
AMERICAN = [a * 8 + b for a, b in ((HYPHEN, HYPHEN), (POINT, POINT), (BLANK, HYPHEN), (BRACKET, HYPHEN))]
AMERICAN += [BRACKET * 8 + BLANK, BRACKET * 8 + POINT]
NO_CODES = (28, 83, 89)  # no country has these


class Runs(NamedTuple):
    """Runs of digits in chains of eight digits or more, or of three points or more."""

    text: Array  # uint8, the cells, END before and after each
    start: Array
    end: Array
    size: Array
    link: Array  # to the next run
    back: Array  # to the run before
    open: Array  # a number may begin here
    shut: Array  # a number may end here
    chain: Array  # the first run of every chain
    digit: Array  # the digits of all runs, one after the other
    place: Array  # where in `digit` a run begins
    plain: dict[int, Array]  # where cells begin that are no more than a number, by its digits; they are no runs here

    def digits(self, run: Array, count: int) -> Array:
        """Return `count` digits from the beginning of each of N runs on, uint8 [N, count]."""
        at = self.place[run][:, None] + np.arange(count)
        return self.digit[np.minimum(at, len(self.digit) - 1)]

    def row(self, *sizes: int) -> Array:
        """Find the runs with which linked runs of these sizes begin, where no number goes on before or behind."""
        last = len(self.size) - len(sizes) + 1
        if last <= 0:
            return np.empty(0, np.int64)
        fits = self.open[:last] & self.shut[len(sizes) - 1 :]
        for k, size in enumerate(sizes):
            fits &= self.size[k : last + k] == size
            if k:
                fits &= self.back[k : last + k] != NONE
        return np.flatnonzero(fits)


def runs_of(text: Array) -> Runs:
    """Find the runs of digits in a text that ends with two ENDs, but for those that tell nothing."""
    digit = (text - np.uint8(48)) < 10
    edge = np.flatnonzero(digit[1:] != digit[:-1]) + 1
    start, end = edge[::2], edge[1::2]
    size = end - start
    link = _links(text, start, end)
    chain = np.flatnonzero(np.concatenate([[True], link[:-1] == NONE]))[: len(start)]
    told, plain = _told(text, start, size, link, chain) if len(chain) else (np.zeros(0, bool), {})
    start, end, size, link = start[told], end[told], size[told], link[told]
    back = np.concatenate([np.zeros(1, np.uint8), link[:-1]])[: len(link)]
    place = size.cumsum() - size
    digits = text[np.repeat(start - place, size) + np.arange(size.sum())] - np.uint8(48)
    opened, shut = ~AMOUNT[text[start - 1]] & LOOSE[back], ~PART[text[end]] & LOOSE[link]
    return Runs(text, start, end, size, link, back, opened, shut, np.flatnonzero(back == NONE), digits, place, plain)


def _told(text: Array, start: Array, size: Array, link: Array, chain: Array) -> tuple[Array, dict[int, Array]]:
    """Tell which runs may be traces, by their chains; cells that are a number of another length are only listed."""
    several = np.diff(np.concatenate([chain, [len(start)]]))
    total, points = np.add.reduceat(size, chain), np.add.reduceat((link == POINT).astype(np.int64), chain)
    decimal = (points == 1) & (several == 2)
    told = ((total >= SHORTEST) & ~decimal) | (points >= 3)
    first = start[chain]
    alone = (
        told & (several == 1) & (text[first - 1] == END) & (text[first + total] == END) & ~MARKED[np.minimum(total, 20)]
    )
    plain = {n: first[alone & (total == n)] for n in range(SHORTEST, 16)} if alone.any() else {}
    told &= ~alone
    three = np.flatnonzero(told & (several >= 3) & (points < 3) & (total < 15))
    at = chain[three]
    a, b, c = size[at], size[at + 1], size[at + 2]
    year = (a == 4) & (b == 2) & (c == 2) & (text[start[at]] != ord("0"))
    day = (a <= 2) & (b <= 2) & (c == 4)
    told[three[(year | day) & (text[start[at] - 1] != ord("+"))]] = False
    return np.repeat(told, several), plain


def _links(text: Array, start: Array, end: Array) -> Array:
    """Return what links each run with the next."""
    gap = np.concatenate([start[1:] - end[:-1], [0]])[: len(start)]
    one = LINK[text[end]] * (gap == 1).astype(np.uint8)
    wide = np.flatnonzero(gap == 2)
    a, b = text[end[wide]], text[end[wide] + 1]
    both = ((a == ord(")")) & ((b == ord(" ")) | (b == ord("-")))) | ((a == ord(" ")) & (b == ord("(")))
    one[wide[both]] = BRACKET
    return one


def traces(runs: Runs) -> dict[str, Array]:
    """Return the runs with which the traces of every kind, and what might have been one, begin."""
    if not len(runs.size):
        return {}
    out, used = _abroad(runs)
    rest = runs._replace(open=runs.open & ~used)
    out |= _phones(rest) | _mobiles(rest) | _residents(rest) | _cards(rest) | _security(rest) | _quads(runs)
    return out | _cells(runs, used, out)


def _chains(runs: Runs) -> tuple[Array, Array, Array]:
    """Return the first and the last run of every chain, and its digits."""
    last = np.concatenate([runs.chain[1:], [len(runs.size)]]) - 1
    return runs.chain, last, np.add.reduceat(runs.size, runs.chain)


def _abroad(runs: Runs) -> tuple[dict[str, Array], Array]:
    """Find numbers that begin with + and the code of a country; also say which runs they take."""
    first, last, total = _chains(runs)
    at = runs.start[first] - 1
    maybe = (runs.text[at] == ord("+")) & ~PART[runs.text[at - 1]] & ~PART[runs.text[runs.end[last]]]
    maybe &= (total >= 9) & (total <= 15)
    first, last, total = first[maybe], last[maybe], total[maybe]
    d = runs.digits(first, 5)
    code = d[:, 0] * 10 + d[:, 1]
    america = (total == 11) & (d[:, 1] >= 2) & (d[:, 4] >= 2)
    real = np.where(d[:, 0] == 1, america, (d[:, 0] > 0) & ~np.isin(code, NO_CODES))
    mobile = real & (code == 86) & (total == 13) & (d[:, 2] == 1) & (d[:, 3] >= 3)
    used = np.zeros(len(runs.size) + 1, np.int64)
    np.add.at(used, first[real], 1)
    np.add.at(used, last[real] + 1, -1)
    return {"abroad": first[real & ~mobile], "mobile_abroad": first[mobile]}, used.cumsum()[:-1] > 0


def _phones(runs: Runs) -> dict[str, Array]:
    """Find numbers of North America and landlines of China."""
    america = runs._replace(open=runs.open | _after_one(runs)).row(3, 3, 4)
    d = runs.digits(america, 6)
    marks = runs.link[america] * 8 + runs.link[np.minimum(america + 1, len(runs.link) - 1)]
    plain = (d[:, 0] >= 2) & (d[:, 3] >= 2) & np.isin(marks, AMERICAN)
    lines = [runs.row(a, b) for a in (3, 4) for b in (7, 8)]
    line = np.concatenate(lines)
    c = runs.digits(line, 5)
    near = (c[:, 1] == 2) | ((c[:, 1] == 1) & (c[:, 2] == 0))
    begins = np.where(runs.size[line] == 3, c[:, 3], c[:, 4]) >= 2
    real = (c[:, 0] == 0) & np.where(runs.size[line] == 3, near, c[:, 1] >= 3) & begins
    return {"local": np.concatenate([america[plain], line[real & np.isin(runs.link[line], (HYPHEN, BRACKET))]])}


def _after_one(runs: Runs) -> Array:
    """Find the runs behind a 1 that is the code of North America."""
    one = (runs.size == 1) & runs.open & (runs.digit[runs.place] == 1) & np.isin(runs.link, (BLANK, HYPHEN, POINT))
    return np.concatenate([np.zeros(1, bool), one[:-1]])


def _mobiles(runs: Runs) -> dict[str, Array]:
    """Find Chinese mobile numbers, and numbers of as many digits."""
    eleven, apart = runs.row(11), runs.row(3, 4, 4)
    whole = _alone(runs, eleven)
    hit, hits = (_is_mobile(runs.digits(x, 2)) for x in (eleven, apart))
    hits &= (runs.link[apart] == runs.link[np.minimum(apart + 1, len(runs.link) - 1)]) & (runs.link[apart] <= HYPHEN)
    behind = [_after_china(runs, code) for code in (b"86", b"0086")]
    return {
        "mobile_sure": np.concatenate([apart[hits], *behind]),
        "eleven_text": eleven[~whole],
        "mobile_text": eleven[~whole & hit],
        "eleven": eleven[whole],
        "mobile": eleven[whole & hit],
    }


def _after_china(runs: Runs, code: bytes) -> Array:
    """Find mobile numbers behind the code of China."""
    run = runs.row(len(code), 11)
    digit = runs.digits(run, len(code) + 2)
    return run[(digit[:, : len(code)] + ord("0") == list(code)).all(1) & _is_mobile(digit[:, len(code) :])]


def _is_mobile(digit_N2: Array) -> Array:
    return np.asarray((digit_N2[:, 0] == 1) & (digit_N2[:, 1] >= 3))


def _alone(runs: Runs, run: Array) -> Array:
    """Tell which runs are all that their cell holds."""
    return np.asarray((runs.text[runs.start[run] - 1] == END) & (runs.text[runs.end[run]] == END))


def _residents(runs: Runs) -> dict[str, Array]:
    """Find Chinese resident ids of 18 and of 15 digits, and numbers that are as long."""
    behind = runs.text[runs.end]
    ends = (behind == ord("X")) | (behind == ord("x"))
    ends &= ~LETTER[runs.text[np.minimum(runs.end + 1, len(runs.text) - 1)]]
    crossed = np.flatnonzero(runs.open & ends & (runs.size == 17))
    long, old = runs.row(18), runs.row(15)
    digit = np.concatenate([runs.digits(long, 18), runs.digits(crossed, 18)])
    digit[len(long) :, 17] = X
    every = np.concatenate([long, crossed])
    return {
        "long": every,
        "resident": every[resident(digit)],
        "fifteen": old,
        "resident_old": old[resident(runs.digits(old, 15))],
    }


def _cards(runs: Runs) -> dict[str, Array]:
    """Find numbers of bank cards, in one run or in the groups that are printed on them."""
    shapes = [(n,) for n in range(13, 20)] + [(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)]
    out: dict[str, list[Array]] = {k: [] for k in ("numbers", "card", "groups", "card_apart")}
    for shape in shapes:
        run, last = runs.row(*shape), len(runs.link) - 1
        for k in range(1, len(shape) - 1):
            run = run[runs.link[run] == runs.link[np.minimum(run + k, last)]]
        if len(shape) > 1:
            run = run[runs.link[run] <= HYPHEN]
        digit = runs.digits(run, sum(shape))
        every, hit = ("numbers", "card") if len(shape) == 1 else ("groups", "card_apart")
        out[every].append(run)
        out[hit].append(run[issued(digit) & luhn(digit)])
    return {k: np.concatenate(v) for k, v in out.items()}


def _security(runs: Runs) -> dict[str, Array]:
    """Find numbers of the social security of the United States, and numbers written so."""
    run = runs.row(3, 2, 4)
    run = run[(runs.link[run] == HYPHEN) & (runs.link[np.minimum(run + 1, len(runs.link) - 1)] == HYPHEN)]
    d = runs.digits(run, 9).astype(np.int64) @ (10 ** np.arange(9)[::-1])
    area, group, serial = d // 10**6, d // 10**4 % 100, d % 10**4
    real = (area > 0) & (area != 666) & (area < 900) & (group > 0) & (serial > 0)
    return {"security_form": run, "security": run[real]}


def _quads(runs: Runs) -> dict[str, Array]:
    """Find addresses of computers, four numbers up to 255, and versions that are written so."""
    last = len(runs.size) - 3
    if last <= 0:
        return {"quads": np.empty(0, np.int64)}
    points = np.all([runs.link[k : last + k] == POINT for k in range(3)], 0)
    points &= (runs.link[3:] != POINT) & (runs.back[:last] != POINT) & ~AMOUNT[runs.text[runs.start[:last] - 1]]
    run = np.flatnonzero(points & (runs.end[3:] - runs.start[:last] >= SHORTEST))
    value = np.stack([_value(runs, run + k) for k in range(4)], 1)
    real = (value <= 255).all(1)
    return {"quads": run, "address": run[real], "address_high": run[real & (value >= 100).any(1)]}


def _value(runs: Runs, run: Array) -> Array:
    """Return the value of runs of three digits at most, 999 for longer ones."""
    d, size = runs.digits(run, 3).astype(np.int64), runs.size[run]
    value = np.where(size == 1, d[:, 0], np.where(size == 2, d[:, 0] * 10 + d[:, 1], d @ (100, 10, 1)))
    return np.where(size > 3, 999, value)


def _cells(runs: Runs, used: Array, found: dict[str, Array]) -> dict[str, Array]:
    """Find the cells that are one chain of digits: shaped like a telephone number, or just long enough for one."""
    first, last, total = _chains(runs)
    before = runs.text[runs.start[first] - 1]
    edge = (before == END) | (np.isin(before, (ord("+"), ord("("))) & (runs.text[runs.start[first] - 2] == END))
    whole = edge & (runs.text[runs.end[last]] == END) & (total >= SHORTEST) & (total <= 15)
    d, several = runs.digits(first, 2), last > first
    trunk = (d[:, 0] == 0) & (d[:, 1] > 0)
    known = np.zeros(len(runs.size), bool)
    known[found["local"]] = True
    known |= used
    points = np.add.reduceat((runs.link == POINT).astype(np.int64), first)
    code = runs.size[first] == 1  # 0-306-40615-2 is a book, 02139-4307 is a place
    code |= (last == first + 1) & (runs.size[first] == 5) & (runs.size[last] == 4)
    trunk &= ~code & ((points == 0) | (points == last - first))
    shaped = whole & several & trunk & (total >= 9) & (total <= 12) & ~known[first]
    return {"cells": first[whole], "shaped": first[shaped]}


def plain_cells(runs: Runs) -> dict[str, Array]:
    """Return where cells begin that are one number: as long as a telephone's, or nearly as a mobile's."""
    every = [*runs.plain.values(), np.empty(0, np.int64)]
    beside = [runs.plain[n] for n in (9, 10, 12) if n in runs.plain]
    return {"cells": np.concatenate(every), "beside": np.concatenate([*beside, np.empty(0, np.int64)])}
