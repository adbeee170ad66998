"""One pass over training rows: what type each column is, its quantiles, its categories. The cut does not matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import polars as pl

from milepost.data.numbers import Numbers
from milepost.data.table import BLANK, ColumnFacts, TableFacts, as_days, as_number, as_text
from milepost.types import Finding

EPOCH = date(1970, 1, 1)
MANY = 20_000  # distinct texts after which a column is no category
CATEGORIES = 1_000  # kept of a column, the commonest
Level = Literal["warning", "info"]
FEW = 20  # different words, and rows of them, that are remembered
SPARSE = 2.5  # times its rows that a run of row numbers may span: a split has taken the others
KEY = re.compile(r"(unnamed: ?\d+|index|row|row[_ ]?num(ber)?|no\.?|nr\.?|#|编号|序号|(.*[_ .-])?id|)")
FIGURE = r"^[-+(]?[$€£¥]? ?\d{1,3}([.,'\x{a0}\x{202f}]?\d{3})*([.,]\d+)? ?[%$€£¥]?\)?$"  # 1.234,5 or 7 % or $1,234
STRAY = 0.1  # share of cells that may be no number in a number column, if they are few different words


def learn(
    batches: Iterable[pl.DataFrame], leave: Sequence[str], only: Sequence[str] = ()
) -> tuple[TableFacts, list[Finding]]:
    """Learn every column but `leave` (or `only` those); return the facts and what was noticed."""
    seen, row = dict[str, _Seen](), 0
    for table in batches:
        for name in only or table.columns:
            if name not in leave and name in table.columns:
                seen.setdefault(name, _Seen(name, asked=bool(only))).add(table[name], row)
        row += table.height
    facts, findings = list[ColumnFacts](), list[Finding]()
    for column in seen.values():
        learned, noticed = column.facts()
        facts += learned
        findings += noticed
    return TableFacts(columns=facts), findings


class _Seen:
    """What has been seen of one column so far."""

    def __init__(self, name: str, asked: bool) -> None:
        self.asked = asked  # named in task.features: kept even if it looks like a number of the row
        self.name, self.rows, self.missing, self.native = name, 0, 0, False
        self.texts: Counter[str] | None = Counter()  # None: too many to be a category
        self.numbers, self.dates = Numbers(), Numbers()
        self.figures = 0  # cells that a person would read as a number
        self.strays: Counter[str] = Counter()
        self.stray_rows = list[int]()

    def add(self, column: pl.Series, start: int) -> None:
        """Take in the next rows, the first of which is row `start` of the whole."""
        self.rows += len(column)
        number = as_number(column)
        self.numbers.add(number, start)
        if column.dtype.is_numeric():
            self.native = True
            self.missing += number.null_count()
            return
        text = as_text(column)
        self._add_text(text, number, start)
        rest = column.set(number.is_not_null(), None) if column.dtype == pl.String else column
        if rest.null_count() < len(rest) and (column.dtype.is_temporal() or column.dtype == pl.String):
            self.dates.add(as_days(rest), start)

    def _add_text(self, text: pl.Series, number: pl.Series, start: int) -> None:
        self.missing += text.null_count()
        if self.texts is not None:
            counts = text.drop_nulls().value_counts()
            self.texts.update(dict(zip(*(counts[c].to_list() for c in counts.columns), strict=True)))
            self.texts = self.texts if len(self.texts) <= MANY else None
        stray = text.is_not_null() & number.is_null()
        self.figures += int(text.filter(stray).str.contains(FIGURE).sum())
        if len(self.strays) <= FEW:
            self.strays.update(text.filter(stray).to_list())
            self.stray_rows = [*self.stray_rows, *(start + int(i) + 1 for i in stray.arg_true().head(FEW))][:FEW]

    def facts(self) -> tuple[list[ColumnFacts], list[Finding]]:
        """Decide what the column is: no facts where it is left out, and why."""
        said = self.rows - self.missing
        if not said:
            return [], [self._finding("empty_column", "has no values at all; it is left out", self.rows)]
        blanks = sum(n for t, n in self.strays.items() if t.lower() in BLANK)
        strays = said - self.numbers.count - blanks
        if self.dates.count >= 0.9 * said:
            return self._number("date", self.dates, said - self.dates.count)
        few = len({t for t in self.strays if t.lower() not in BLANK}) <= 3
        if self.native or (self.numbers.count and (strays == 0 or (few and strays <= STRAY * said))):
            return self._number("number", self.numbers, 0 if self.native else strays)
        return self._category(said)

    def _number(
        self, kind: Literal["number", "date"], seen: Numbers, strays: int
    ) -> tuple[list[ColumnFacts], list[Finding]]:
        if seen.low == seen.high and seen.count == self.rows:  # else that it is missing may still tell something
            return [], [self._finding("constant_column", "is always the same; it is left out", self.rows)]
        if kind == "number" and not self.asked and self._is_key():
            what = "numbers the rows; it is left out, unless task.features names it"
            return [], [self._finding("id_like", what, self.rows)]
        missing = self.rows - seen.count
        findings = []
        if missing:
            findings.append(self._finding("missing", "has missing values", missing))
        if strays:
            words = ", ".join(f"`{t}`" for t in sorted(self.strays) if t.lower() not in BLANK)[:80]
            what = f"is a column of {kind}s, but {strays} cells say {words}; they count as missing"
            findings.append(self._finding("not_a_number", what, strays, "warning", tuple(self.stray_rows)))
        middle = seen.median()
        example = middle if kind == "number" else (EPOCH + timedelta(days=int(middle))).isoformat()
        facts = ColumnFacts(
            name=self.name, type=kind, origin=seen.origin(), knots=seen.knots(), missing=missing, example=example
        )
        return [facts], findings

    def _is_key(self) -> bool:
        """Tell whether whole numbers, each there once, are named like a key or so dense that they count rows.

        Others in so narrow a range would repeat (the birthday paradox).
        """
        seen = self.numbers
        dense = seen.high - seen.low + 1 <= SPARSE * self.rows
        whole = seen.whole and seen.count == self.rows >= 30
        return whole and (dense or KEY.fullmatch(self.name.strip().lower()) is not None) and seen.all_differ()

    def _category(self, said: int) -> tuple[list[ColumnFacts], list[Finding]]:
        distinct = MANY if self.texts is None else len(self.texts)
        findings = self._figures(said)
        if self.texts is None or (distinct > 50 and distinct > 0.7 * said):
            what = f"has {distinct} different texts in {said} rows, like a name or an ID; it is left out"
            return [], [*findings, self._finding("id_like", what, said, "warning")]
        if distinct == 1 and not self.missing:
            return [], [self._finding("constant_column", f"is always `{next(iter(self.texts))}`; it is left out", said)]
        ranked = sorted(self.texts.items(), key=lambda c: (-c[1], c[0]))
        kept: list[str | None] = [t for t, n in ranked[:CATEGORIES] if n > 1 or distinct <= 10]
        if self.missing:
            kept.append(None)
            findings.append(self._finding("missing", "has missing values", self.missing))
        facts = ColumnFacts(
            name=self.name, type="category", categories=kept, missing=self.missing, example=ranked[0][0]
        )
        return [facts], findings

    def _figures(self, said: int) -> list[Finding]:
        """Report text that a person would read as numbers; which of 1,234 and 1.234 is meant, only its owner knows."""
        if not self.figures or self.numbers.count + self.figures < 0.9 * said:
            return []
        what = "looks like numbers with a comma, a sign or a unit; they are read as text, which teaches less"
        return [
            self._finding("looks_like_numbers", what, said, "warning", tuple(self.stray_rows), "write them as 1234.5")
        ]

    def _finding(
        self,
        code: str,
        what: str,
        count: int,
        severity: Level = "info",
        rows: tuple[int, ...] = (),
        fix: str = "",
    ) -> Finding:
        return Finding(code, f"column {self.name}", f"`{self.name}` {what}", fix, severity, count, rows)
