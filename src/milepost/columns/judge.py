"""What a column is, by all that was seen of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from milepost.columns.dates import ORDERS, Order
from milepost.columns.figures import Decimal
from milepost.columns.scales import levels, truths
from milepost.columns.schema import VAGUE, ColumnRule, Type
from milepost.columns.variety import Sketch

KEY = re.compile(r"(unnamed: ?\d+|index|row|row[_ ]?num(ber)?|no\.?|nr\.?|#|编号|序号|(.*[_ .-])?id|)")
CAMEL = re.compile(r".*[a-z]I[dD]")
CODE = re.compile(
    r"(.*[_ .-])?(zip|zip[_ ]?code|post(al)?[_ ]?code|plz|phone|phone[_ ]?number|tel|telephone|mobile|fax|邮编|邮政编码"
    r"|电话|电话号码|手机|手机号|手机号码|身份证号?)"
)
DAY = re.compile(r"(.*[_ .-])?(date|day|datum|dt|time|when|日期|时间)([_ .-].*)?|.*(日期|时间)")
SPARSE = 2.5  # times its rows that a run of row numbers may span: a split has taken the others
BY: Mapping[Order, str] = {"day-month-year": "day", "month-day-year": "month", "year-month-day": "year"}
STRAY = 0.1  # share of cells that may be no number in a number column, if they are few different words
FEW = 3  # different words of them
SLIPS = 0.01  # share of such cells if they are any words
LONG = 48  # letters of a sentence
MANY = 20_000  # different texts after which a column is no category
SHARE = 0.7  # different cells among those of a column from which they are names, IDs or free text
PADDED = 0.01  # share of cells such as 007 from which a column holds codes of any length


@dataclass
class Seen:
    """All that was seen of a column."""

    name: str
    rows: int
    tally: Mapping[str, float]  # as Glance has it
    sketch: Sketch | None = None  # of whole numbers
    words: dict[str, int] | None = field(default_factory=dict)  # None: too many
    kinds: Mapping[str, int] = field(default_factory=dict)
    silent: Mapping[str, int] = field(default_factory=dict)  # words that usually mean missing, in lower case
    strays: dict[str, int] | None = field(default_factory=dict)  # None: too many
    stray_rows: tuple[int, ...] = ()  # from 0 on
    vague_rows: tuple[int, ...] = ()
    absent_rows: tuple[int, ...] = ()
    gap_rows: tuple[int, ...] = ()
    long: int = 0
    prose: tuple[str, ...] = ()  # some of the different texts
    kept: int = 0  # hashes of the sketch of words
    word_sketch: Sketch | None = None

    def of(self, kind: str) -> int:
        """Return how many cells are of a kind of Words."""
        return self.kinds.get(kind, 0)

    @property
    def said(self) -> int:
        """Cells that say something."""
        return int(self.tally["said"]) - self.of("blank") - self.of("clear")

    @property
    def sure(self) -> int:
        """Cells that say something even where a number or a date belongs."""
        return self.said - self.of("vague") - self.of("absent")

    @property
    def odd(self) -> int:
        """Cells that are no number, no date and not missing."""
        return self.of("stray") + self.long

    @property
    def plain(self) -> int:
        """Cells that a machine reads as numbers."""
        return int(self.tally["plain"])

    @property
    def numbers(self) -> int:
        """Cells that are numbers."""
        return self.plain + self.of("figure")

    @property
    def points(self) -> int:
        """Cells in which a point can only be a decimal point."""
        sure = self.tally["native"] or self.tally["pointed"]
        return self.of("dot") + (int(self.tally["fraction"]) if sure else 0)

    @property
    def decimal(self) -> Decimal:
        """The decimal sign that more cells prove."""
        return "," if self.of("comma") > self.points else "."

    @property
    def format(self) -> Order:
        """The order by which more cells are dates; the day is first where that settles nothing."""
        return max(ORDERS, key=lambda order: self.of(BY[order]))

    @property
    def compact(self) -> bool:
        """Tell whether whole numbers are dates such as 20240301, which a name must say, too."""
        every = 0 < self.plain == self.tally["compact"]
        return every and DAY.fullmatch(self.name.strip().lower()) is not None

    def dates(self, order: Order, compact: bool) -> int:
        """Return how many cells are dates in that order."""
        return int(self.tally["moments"]) + (int(self.tally["compact"]) if compact else 0) + self.of(BY[order])

    @property
    def whole(self) -> bool:
        """Tell whether all numbers are whole."""
        return (self.plain > 0 or self.of("digits") > 0) and self.tally["fraction"] == 0

    @property
    def distinct(self) -> int:
        """Return how many cells differ, about where they are many."""
        texts = 0 if self.word_sketch is None else self.word_sketch.distinct(self.kept)
        silent = sum(w not in VAGUE for w in self.silent) + (self.of("blank") > 0)
        numbers = self.sketch.distinct(self.kept) if self.sketch is not None and self.whole else self.plain
        moments = 0 if self.tally["low"] == self.tally["high"] else int(self.tally["moments"])
        return max(1, texts - silent) + numbers + moments if texts > silent else max(1, numbers + moments)

    @property
    def is_code(self) -> bool:
        """Tell whether digits are no amount: 007, more of them than a number keeps, a telephone number."""
        if not self.whole:
            return False
        padded, alike = self.tally["padded"], self.tally["narrow"] == self.tally["broad"]
        named = CODE.fullmatch(self.name.strip().lower()) is not None
        return padded > (0 if alike else PADDED * self.said) or self.of("digits") > 0 or named

    @property
    def is_key(self) -> bool:
        """Tell whether whole numbers, each there once, are named like a key or so dense that they count rows.

        Others in so narrow a range would repeat (the birthday paradox).
        """
        dense = self.tally["high"] - self.tally["low"] + 1 <= SPARSE * self.rows
        each = self.whole and self.plain == self.rows >= 30 and self.sketch is not None and not self.sketch.repeats
        name = self.name.strip()
        return each and (dense or bool(KEY.fullmatch(name.lower()) or CAMEL.fullmatch(name)))


def found(seen: Seen, named: bool = False) -> Type:
    """Decide what a column is; one that the task names is no row number."""
    if not seen.said:
        return "empty"
    days = seen.dates(seen.format, seen.compact)
    if days and days >= (1 - STRAY) * seen.sure:
        return _constant_or(seen, "date")
    few = seen.strays is not None and len(seen.strays) <= FEW
    strays = seen.sure - seen.numbers
    if seen.numbers and not seen.is_code and strays <= (STRAY if few else SLIPS) * seen.sure:
        return "id" if seen.is_key and not named else _constant_or(seen, "number")
    return _of_words(seen)


def _constant_or(seen: Seen, kind: Type) -> Type:
    """That a cell is missing may tell something, so a column with gaps is never constant."""
    every = max(seen.plain, int(seen.tally["moments"])) == seen.rows
    same = seen.tally["low"] == seen.tally["high"] if every else seen.said == seen.rows and seen.distinct == 1
    return "constant" if same else kind


def _of_words(seen: Seen) -> Type:
    distinct = seen.distinct
    if distinct == 1:
        return "constant" if seen.said == seen.rows else "category"
    if distinct > MANY or (distinct > 50 and distinct > SHARE * seen.said):
        return "text" if is_prose(seen) else "id"
    if seen.words is not None and not seen.plain:
        lower = said_words(seen)
        if truths(lower):
            return "boolean"
        if levels(lower):
            return "ordinal"
    return "category"


def is_prose(seen: Seen) -> bool:
    """Tell whether texts are sentences: several blanks each, or long in a script that has none."""
    texts = max(1, len(seen.prose))
    blanks, letters = sum(t.count(" ") for t in seen.prose), sum(map(len, seen.prose))
    foreign = sum(len(t.encode()) - len(t) for t in seen.prose)
    return blanks >= 2.5 * texts or (letters > LONG * texts and blanks >= texts) or foreign >= 30 * texts


def said_words(seen: Seen) -> set[str]:
    """Return the words of a column in lower case, without those that say nothing."""
    return {w.lower() for w in seen.words or () if w and (w.lower() not in seen.silent or w.lower() in VAGUE)}


def judged(seen: Seen, kind: Type) -> ColumnRule:
    """Return the rule of a column that is of a kind."""
    silent = tuple(sorted(w for w in seen.silent if kind in ("number", "date") or w not in VAGUE))
    lower = said_words(seen) if kind in ("boolean", "ordinal") else set[str]()
    true, false = truths(lower) or ((), ())
    return ColumnRule(
        name=seen.name,
        type=kind,
        missing=silent,
        decimal=seen.decimal if kind == "number" else ".",
        format=seen.format if kind == "date" else "day-month-year",
        compact=kind == "date" and seen.compact,
        order=levels(lower) if kind == "ordinal" else (),
        true=true if kind == "boolean" else (),
        false=false if kind == "boolean" else (),
    )
