"""What the owner of a column should know of how it is read."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from milepost.columns.judge import Seen
from milepost.columns.schema import VAGUE, ColumnRule, ColumnWish
from milepost.types import Finding

Level = Literal["error", "warning", "info"]
GAPS = 0.05  # share of missing cells from which they are a worry
SHOWN = 5  # words that are named
VALUES = ("none", "nil", "无", "na", "-")  # words that are often a category of their own
MOST = 200  # categories among which similar ones are looked for


def remarks(seen: Seen, rule: ColumnRule, wish: ColumnWish, asked: bool) -> list[Finding]:
    """Return what is to be said of a column read by a rule; `asked` = its owner or task demands the type."""
    if rule.type == "empty":
        return [_said(seen, "empty_column", f"`{seen.name}` has no values at all; it is left out", seen.rows)]
    if rule.type == "constant":
        return [_said(seen, "constant_column", f"`{seen.name}` is always the same; it is left out", seen.rows)]
    out = list[Finding]()
    if rule.type in ("id", "text") and not asked:
        out += _id_like(seen, rule)
    if rule.type == "number":
        out += [*_number_form(seen, rule, wish), *_not_a_number(seen, rule, wish)]
    if rule.type == "date":
        out += [*_date_form(seen, rule, wish), *_not_a_date(seen, rule)]
    if rule.type in ("category", "boolean", "ordinal"):
        out += [*_similar(seen), *_kept_words(seen, rule)]
    return [*out, *_missing(seen, rule)]


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
    return word if plain and not special else json.dumps(word, ensure_ascii=False)


def _listed(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(f"`{w}`" for w in listed[:SHOWN]) + (" ..." if len(listed) > SHOWN else "")


def _line(seen: Seen, inner: str) -> str:
    return f"columns: {{{_quoted(seen.name)}: {{{inner}}}}}"


def _id_like(seen: Seen, rule: ColumnRule) -> list[Finding]:
    if seen.is_key and not seen.is_code:
        what = f"`{seen.name}` numbers the rows; it is left out, unless task.features names it"
        return [_said(seen, "id_like", what, seen.rows)]
    n, said = min(seen.distinct, seen.said), seen.said
    if rule.type == "text":
        what = f"`{seen.name}` holds free text ({n} different in {said} rows); tables leave it out"
        return [_said(seen, "free_text", what, said)]
    what = f"`{seen.name}` has {n} different texts in {said} rows, like a name or an ID; it is left out"
    return [_said(seen, "id_like", what, said, "warning")]


def _number_form(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    other = "," if rule.decimal == "." else "."
    unsure = seen.of("figure_either") > 0 and not seen.points and not seen.of("comma") and wish.decimal is None
    if unsure:
        example = "1,234 is 1234" if rule.decimal == "." else "1.234 is 1234"
        fix = _line(seen, f'type: number, decimal: "{other}"')
        what = f"`{seen.name}` may mean thousands or decimals; {example} here"
        return [_said(seen, "number_format", what, seen.of("figure_either"), "warning", fix)]
    if _looks_grouped(seen) and wish.decimal is None:
        fix = _line(seen, 'type: number, decimal: ","')
        what = f"`{seen.name}` may mean thousands or decimals; 1.234 is a little more than 1 here"
        return [_said(seen, "number_format", what, int(seen.tally["thousandth"]), "warning", fix)]
    odd = sum(map(seen.of, ("dot", "comma", "figure", "figure_either")))
    if seen.of("signed"):
        what = f"`{seen.name}` has numbers with a currency or percent sign; the sign is taken off, 7 % is 7"
        return [_said(seen, "number_format", what, seen.of("signed"))]
    if not odd:
        return []
    sign = "comma" if rule.decimal == "," else "point"
    what = f"`{seen.name}` has numbers with marks that people read; the decimal sign is a {sign}"
    return [_said(seen, "number_format", what, odd)]


def _looks_grouped(seen: Seen) -> bool:
    """Tell whether points stand only before three digits, among whole numbers below a thousand."""
    t = seen.tally
    broken = 0 < t["fraction"] == t["thousandth"] < seen.plain
    return broken and not t["native"] and not seen.points and t["low"] > -1000 and t["high"] < 1000


def _not_a_number(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    lost = seen.sure - seen.numbers(rule.decimal)
    silent = set(rule.missing)
    known = sum(n for w, n in (seen.strays or {}).items() if w.lower() in silent)
    lost -= known
    if lost <= 0:
        return []
    if not seen.numbers(rule.decimal):
        what = f"no cell of `{seen.name}` is a number"
        return [Finding("not_a_number", f"columns.{seen.name}", what, "choose another type", "error", lost)]
    words = sorted(w for w in seen.strays or () if w.lower() not in silent)
    if not words:
        what = f"`{seen.name}` is a column of numbers, but {lost} cells say something else; they count as missing"
        return [_said(seen, "not_a_number", what, lost, "warning", "mend those cells", seen.stray_rows)]
    inner = ", ".join(_quoted(w.lower()) for w in words[:SHOWN])
    fix = _line(seen, f"type: number, missing: [{inner}]")
    what = f"`{seen.name}` is a column of numbers, but {lost} cells say {_listed(words)}; they count as missing"
    return [_said(seen, "not_a_number", what, lost, "warning", fix, seen.stray_rows)]


def _date_form(seen: Seen, rule: ColumnRule, wish: ColumnWish) -> list[Finding]:
    either, proven = seen.of("date_either"), seen.of("day") + seen.of("month")
    if either and not proven and wish.format is None:
        fix = _line(seen, "type: date, format: month-day-year")
        what = f"`{seen.name}` may begin with the day or the month; no row proves it, so the day comes first"
        return [_said(seen, "ambiguous_date", what, either, "warning", fix)]
    if either or proven:
        what = f"`{seen.name}` holds dates written {rule.format}"
        return [_said(seen, "date_format", what, either + proven)]
    if rule.compact and seen.tally["compact"]:
        what = f"`{seen.name}` holds dates written as eight digits, 20240301"
        return [_said(seen, "date_format", what, int(seen.tally["compact"]))]
    return []


def _not_a_date(seen: Seen, rule: ColumnRule) -> list[Finding]:
    lost = seen.sure - seen.dates(rule.format, rule.compact)
    lost -= sum(n for w, n in (seen.strays or {}).items() if w.lower() in rule.missing)
    if lost <= 0:
        return []
    if not seen.dates(rule.format, rule.compact):
        what = f"no cell of `{seen.name}` is a date"
        return [Finding("not_a_date", f"columns.{seen.name}", what, "choose another type", "error", lost)]
    words = sorted(w for w in seen.strays or () if w.lower() not in rule.missing)
    if not words:
        what = f"`{seen.name}` is a column of dates, but {lost} cells are none; they count as missing"
        return [_said(seen, "not_a_date", what, lost, "warning", "mend those cells", seen.stray_rows)]
    inner = ", ".join(_quoted(w.lower()) for w in words[:SHOWN])
    fix = _line(seen, f"type: date, missing: [{inner}]")
    what = f"`{seen.name}` is a column of dates, but {lost} cells say {_listed(words)}; they count as missing"
    return [_said(seen, "not_a_date", what, lost, "warning", fix, seen.stray_rows)]


def _similar(seen: Seen) -> list[Finding]:
    """Report categories that differ only by case, blanks, width of letters or an underscore."""
    if seen.words is None or len(seen.words) > 50 * MOST:
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
    kept = {w: n for w, n in seen.silent.items() if w in VAGUE and w not in VALUES and w not in rule.missing}
    if not kept or rule.type != "category":
        return []
    words = sorted(kept)
    fix = _line(seen, f"missing: [{', '.join(map(_quoted, words))}]")
    what = f"`{seen.name}` says {_listed(words)}, which counts as a category of its own"
    return [_said(seen, "word_kept", what, sum(kept.values()), "info", fix)]


def _missing(seen: Seen, rule: ColumnRule) -> list[Finding]:
    number = rule.type in ("number", "date")
    words = {w: n for w, n in seen.silent.items() if number or w not in VAGUE or w in rule.missing}
    words |= {w.lower(): n for w, n in (seen.strays or {}).items() if w.lower() in rule.missing}
    empty = seen.rows - int(seen.tally["said"]) + seen.of("blank")
    gone = empty + sum(words.values())
    if not gone:
        return []
    severity: Level = "warning" if gone >= GAPS * seen.rows else "info"
    share = f"{100 * gone / seen.rows:.1f} %"
    if not words:
        what = f"`{seen.name}` has missing values: {gone} empty cells ({share})"
        return [_said(seen, "missing", what, gone, severity)]
    spelt = ", ".join(f"`{w}` {n}" for w, n in sorted(words.items(), key=lambda p: (-p[1], p[0]))[:SHOWN])
    what = f"`{seen.name}` has missing values: {gone} cells ({share}), {empty} of them empty, the others {spelt}"
    return [_said(seen, "missing", what, gone, severity)]
