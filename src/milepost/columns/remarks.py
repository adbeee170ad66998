"""What the owner of a column should know of how it is read."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from milepost.columns.judge import BY, Seen
from milepost.columns.schema import VAGUE, ColumnRule, ColumnWish
from milepost.types import Finding

Level = Literal["error", "warning", "info"]
GAPS = 0.05  # share of missing cells from which they are a worry
SHOWN = 5  # words that are named
VALUES = ("none", "nil", "无", "na", "-", "–", "—")  # words that are often a category of their own
NEARLY = 0.8  # share of numbers or dates from which a column should perhaps be such
MOST = 10_000  # categories among which similar ones are looked for


def remarks(seen: Seen, rule: ColumnRule, wish: ColumnWish, asked: bool) -> list[Finding]:
    """Return what is to be said of a column read by a rule; `asked` = its owner or task demands the type.

    Words of the column are quoted from `seen.words` and `seen.strays` only: where both are None, no cell is.
    """
    if rule.type == "empty":
        return [_said(seen, "empty_column", f"`{seen.name}` has no values at all; it is left out", seen.rows)]
    if rule.type == "constant":
        return [_said(seen, "constant_column", f"`{seen.name}` is always the same; it is left out", seen.rows)]
    out = [] if asked else [*_nearly(seen, rule), *_id_like(seen, rule)]
    if rule.type == "number":
        out += [*_number_form(seen, rule, wish), *_not_a_number(seen, wish)]
    if rule.type == "date":
        out += [*_date_form(seen, rule, wish), *_not_a_date(seen, rule, wish)]
    if rule.type in ("category", "boolean", "ordinal"):
        out += [*_similar(seen), *_kept_words(seen, rule)]
    return [*out, *_missing(seen, rule, wish)]


def _said(
    seen: Seen,
    code: str,
    what: str,
    count: int,
    severity: Level = "info",
    fix: str = "",
    rows: Iterable[int] = (),
) -> Finding:
    return Finding(code, f"column {seen.name}", what, fix, severity, count, tuple(r + 1 for r in rows))


def _quoted(word: str) -> str:
    """Write a word as YAML does."""
    plain = word and word.replace(" ", "").replace("_", "").isalnum() and not word[0].isdigit()
    special = word.lower() in ("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan")
    return word if plain and not special and word == word.strip() else json.dumps(word, ensure_ascii=False)


def _listed(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(f"`{w}`" for w in listed[:SHOWN]) + (" ..." if len(listed) > SHOWN else "")


def _line(seen: Seen, inner: str) -> str:
    return f"columns: {{{_quoted(seen.name)}: {{{inner}}}}}"


def _id_like(seen: Seen, rule: ColumnRule) -> list[Finding]:
    """Report columns that tables leave out, and digits that stay text."""
    n, said = min(seen.distinct, seen.said), seen.said
    if rule.type == "text":
        what = f"`{seen.name}` holds free text ({n:,} different in {said:,} rows); tables leave it out"
        return [_said(seen, "free_text", what, said)]
    if rule.type == "category" and seen.is_code:
        what = f"`{seen.name}` holds codes, not amounts: its digits stay text"
        return [_said(seen, "code_column", what, seen.numbers, fix=_line(seen, "type: number"))]
    if rule.type != "id":
        return []
    if seen.is_key and not seen.is_code:
        what = f"`{seen.name}` has another number in every row, like an ID; left out unless task.features names it"
        return [_said(seen, "id_like", what, seen.rows)]
    what = f"`{seen.name}` has {n:,} different texts in {said:,} rows, like a name or an ID; it is left out"
    return [_said(seen, "id_like", what, said, "warning")]


def _nearly(seen: Seen, rule: ColumnRule) -> list[Finding]:
    """Report columns that stay text, though most of their cells are numbers or dates."""
    if rule.type in ("number", "date") or seen.is_code or seen.is_key:
        return []
    days, numbers = seen.of("date"), seen.numbers
    if days >= NEARLY * seen.sure > 0:
        what = (
            f"`{seen.name}` holds dates ({days:,}) and others or in another order ({seen.sure - days:,}); it stays text"
        )
        return [_said(seen, "mixed_dates", what, days, "warning", _line(seen, "type: date"), seen.stray_rows)]
    if numbers >= NEARLY * seen.sure > 0:
        what = f"`{seen.name}` holds numbers ({numbers:,}) and other texts ({seen.sure - numbers:,}); it stays text"
        return [_said(seen, "mixed_column", what, numbers, "warning", _line(seen, "type: number"), seen.stray_rows)]
    return []


def _number_form(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    """Report how numbers are written, where anybody could read them otherwise."""
    comma, point, either = seen.of("comma"), seen.points, seen.of("figure_either")
    if comma and point:
        what = (
            f"`{seen.name}` has numbers with a decimal comma ({comma:,}) and a decimal point ({point:,}); both are read"
        )
        return [_said(seen, "mixed_decimals", what, min(comma, point), "warning", "write all numbers in one way")]
    if either and not comma and not point and wish.decimal is None:
        what = f"`{seen.name}` has numbers such as 1,234, which are taken for thousands, not for decimals"
        fix = _line(seen, 'type: number, decimal: ","')
        return [_said(seen, "ambiguous_number", what, either, "info" if seen.plain else "warning", fix)]
    if _looks_grouped(seen) and wish.decimal is None:
        what = f"`{seen.name}` has numbers such as 1.234, which are taken for decimals, not for thousands"
        fix = _line(seen, 'type: number, decimal: ","')
        return [_said(seen, "ambiguous_number", what, int(seen.tally["fraction"]), "warning", fix)]
    if seen.of("myriad"):
        what = f"`{seen.name}` has amounts in 万 or 亿; 1.5万 is read as 15000"
        return [_said(seen, "number_format", what, seen.of("myriad"))]
    if seen.of("signed"):
        what = f"`{seen.name}` has numbers with a currency or percent sign; the sign is taken off, 7 % is 7"
        return [_said(seen, "number_format", what, seen.of("signed"))]
    if not seen.of("figure"):
        return []
    sign = "comma" if rule.decimal == "," else "point"
    what = f"`{seen.name}` has numbers with marks that people read; the decimal sign is a {sign}"
    return [_said(seen, "number_format", what, seen.of("figure"))]


def _looks_grouped(seen: Seen) -> bool:
    """Tell whether points stand only before three digits, among whole numbers below a thousand."""
    t = seen.tally
    broken = 0 < t["fraction"] < seen.plain
    return broken and not seen.points and not seen.of("comma") and t["low"] > -1000 and t["high"] < 1000


def _not_a_number(seen: Seen, wish: ColumnWish) -> list[Finding]:
    """Report cells of a number column that say something else, unless its owner has said that they say nothing."""
    told = {w.lower() for w in wish.missing}
    words = {w: n for w, n in seen.silent.items() if w in VAGUE and w != "na" and w not in told}
    lost = seen.sure - seen.numbers + sum(words.values())
    if not seen.numbers and lost > 0:
        what = f"no cell of `{seen.name}` is a number"
        return [Finding("not_a_number", f"columns.{seen.name}", what, "choose another type", "error", lost)]
    return _lost(seen, "number", "not_a_number", [*words], lost, seen.sure > seen.numbers)


def _not_a_date(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    told, days = {w.lower() for w in wish.missing}, seen.dates(rule.format, rule.compact)
    words = {w: n for w, n in seen.silent.items() if w in VAGUE and w != "na" and w not in told}
    lost = seen.sure - days + sum(words.values())
    if not days and lost > 0:
        what = f"no cell of `{seen.name}` is a date"
        return [Finding("not_a_date", f"columns.{seen.name}", what, "choose another type", "error", lost)]
    return _lost(seen, "date", "not_a_date", [*words], lost, seen.sure > days)


def _lost(seen: Seen, kind: str, code: str, vague: list[str], lost: int, strays: bool) -> list[Finding]:
    """Report cells that are lost: vague words alone, or others, too."""
    if lost <= 0:
        return []
    every = len(vague) == sum(w in VAGUE and w != "na" for w in seen.silent)  # the rows are of all such words together
    rows = sorted({*(seen.stray_rows if strays else ()), *(seen.vague_rows if every else ())})[:SHOWN]
    if strays and not seen.strays:
        what = (
            f"`{seen.name}` holds {kind}s, but {lost:,} of {seen.rows:,} rows say something else; they count as missing"
        )
        return [_said(seen, code, what, lost, "warning", "mend those cells", rows)]
    words = sorted({*vague, *(w.lower() for w in (seen.strays if strays else None) or ())})
    fix = _line(seen, f"type: {kind}, missing: [{', '.join(map(_quoted, words))}]")
    what = (
        f"`{seen.name}` holds {kind}s, but {lost:,} of {seen.rows:,} rows say {_listed(words)}; they count as missing"
    )
    return [_said(seen, code, what, lost, "warning", fix, rows)]


def _date_form(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    """Report which of 1/2/2024 is the day, where that is not plain."""
    if rule.compact and seen.tally["compact"]:
        what = f"`{seen.name}` holds dates written as eight digits, 20240301"
        return [_said(seen, "date_format", what, int(seen.tally["compact"]))]
    day, month, year, every = (seen.of(kind) for kind in ("day", "month", "year", "date"))
    either, short, read = seen.of("date_either"), seen.of("short_either"), seen.of(BY[rule.format])
    if wish.format is not None or (day == month == year == every and not either and not short):
        return []
    if either and day == month and rule.format != "year-month-day":
        fix = _line(seen, "type: date, format: month-day-year")
        what = f"`{seen.name}` may begin with the day or the month; no row proves it, so the day comes first"
        return [_said(seen, "ambiguous_date", what, either, "warning", fix)]
    if short and read == year and rule.format != "year-month-day":
        fix = _line(seen, "type: date, format: year-month-day")
        what = f"`{seen.name}` may begin with the day or the year; no row proves it, so the day comes first"
        return [_said(seen, "ambiguous_date", what, short, "warning", fix)]
    if read < every:
        what = f"`{seen.name}` holds dates in different orders; they are read as {rule.format}, the others are missing"
        return [_said(seen, "mixed_dates", what, every - read, "warning", "write all dates in one way")]
    what = f"`{seen.name}` holds dates written {rule.format}"
    return [_said(seen, "date_format", what, read)]


def _similar(seen: Seen) -> list[Finding]:
    """Report categories that differ only by case, blanks, width of letters or an underscore."""
    if seen.words is None or len(seen.words) > MOST:
        return []
    alike = defaultdict[str, list[str]](list)
    for word in seen.words:
        alike["".join(unicodedata.normalize("NFKC", word).casefold().replace("_", " ").split())].append(word)
    groups = [sorted(g) for key, g in alike.items() if key and len(g) > 1]
    if not groups:
        return []
    count = sum(sum(seen.words[w] for w in g) - max(seen.words[w] for w in g) for g in groups)
    pairs = "; ".join(" = ".join(f"`{w}`" for w in g[:3]) for g in sorted(groups)[:3])
    what = f"`{seen.name}` has categories that differ only in case, blanks or width: {pairs}"
    return [_said(seen, "similar_values", what, count, "warning", "write each in one way")]


def _kept_words(seen: Seen, rule: ColumnRule) -> list[Finding]:
    """Report words that often say nothing and count as a category here."""
    kept = {w: n for w, n in seen.silent.items() if w in VAGUE and w not in VALUES and w not in rule.missing}
    if not kept or rule.type != "category":
        return []
    words = sorted(kept)
    fix = _line(seen, f"missing: [{', '.join(map(_quoted, words))}]")
    what = f"`{seen.name}` says {_listed(words)}, which counts as a category of its own"
    rows = seen.vague_rows if all(w in kept for w in seen.silent if w in VAGUE) else ()  # of all such words together
    return [_said(seen, "word_kept", what, sum(kept.values()), "info", fix, rows)]


def _missing(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    """Report cells that say nothing, but for those that were reported as no numbers or dates."""
    told = {*(w.lower() for w in wish.missing), *(("na",) if rule.type in ("number", "date") else ())}
    words = {w: n for w, n in seen.silent.items() if w not in VAGUE or w in told}
    vague = {w for w in seen.silent if w in VAGUE and w != "na"}
    some = (*(seen.vague_rows if vague <= told else ()), *(seen.absent_rows if "na" in told else ()))
    rows = sorted({*seen.gap_rows, *some})[:SHOWN]
    empty = seen.rows - int(seen.tally["said"]) + seen.of("blank")
    gone = empty + sum(words.values())
    if not gone:
        return []
    severity: Level = "warning" if gone >= GAPS * seen.rows else "info"
    share = 100 * gone / seen.rows
    if not words:
        what = f"`{seen.name}` is missing in {gone:,} of {seen.rows:,} rows ({share:.1f} %)"
        return [_said(seen, "missing", what, gone, severity, rows=rows)]
    spelt = ", ".join(f"`{w}` ({n:,})" for w, n in sorted(words.items(), key=lambda p: (-p[1], p[0]))[:SHOWN])
    if not empty:
        what = f"`{seen.name}` is missing in {gone:,} of {seen.rows:,} rows ({share:.1f} %): {spelt}"
        return [_said(seen, "missing", what, gone, severity, rows=rows)]
    what = f"`{seen.name}` is missing in {gone:,} of {seen.rows:,} rows ({share:.1f} %): empty {empty:,}, {spelt}"
    return [_said(seen, "missing", what, gone, severity, rows=rows)]
