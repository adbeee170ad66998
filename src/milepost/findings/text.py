"""What the owner of texts should know: their languages, their lengths, and what programs have done to them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from milepost.data.languages import language
from milepost.data.text import CONTROL, EMAIL, ENTITY, TAG, URL, cleaned
from milepost.findings.base import Joined, Look, joined
from milepost.types import Array, Finding

Severity = Literal["error", "warning", "info"]
FEW = 5  # rows that are named
HEAD = 20_000  # characters of a text that are looked at
LONG = 200_000  # characters of a text that is hardly one
ENOUGH, SPOKEN = 30, 5  # rows from which ids are told, and languages that are named
IDS, DIFFERENT = 0.95, 0.95  # shares of the texts that are an id, and that differ, where the column is no text
SHARE = 0.005  # of the texts from which a language is named
CODE = (
    r"(?i)^\s*(?:[a-z]{0,10}[-_#:./]?[0-9]{1,20}|[-+]?[0-9]+(?:[.,:/-][0-9]+)*|[0-9a-f]{8,64}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*$"
)
TWISTED = "[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]"  # letters of two scripts that look alike, in one word
# what bytes of UTF-8 look like in Windows-1252: a head and one to three that go on; most are told only where two
# of them stand in a row, for `é»—` of a French text looks like one, too
GOES_ON = "\x80-\xbf" + "".join(
    bytes([b]).decode("cp1252") for b in range(0x80, 0xA0) if b not in b"\x81\x8d\x8f\x90\x9d"
)
SIGN = f"(?:[\xc2-\xdf][{GOES_ON}]|[\xe0-\xef][{GOES_ON}]{{2}}|[\xf0-\xf4][{GOES_ON}]{{3}})"
MANGLED = f"[\xc2\xc3][{GOES_ON}]|\xe2[\x80\u20ac\x82\u201a][{GOES_ON}]|{SIGN}{{2,}}"
LOST = "\ufffd|\u951f\u65a4\u62f7|\u70eb\u70eb\u70eb"  # and what lost bytes look like: in GB18030 too
BYTES = {c: bytes([b]) for b in range(0x80, 0x100) for c in {chr(b), bytes([b]).decode("cp1252", "replace")}}


class _Column(NamedTuple):
    """A column of texts on all sides."""

    every: Joined
    name: str
    head: pl.Series  # the texts, as far as they are looked at
    size_N: Array  # characters of the whole texts

    @property
    def rows(self) -> int:
        """How many texts are looked at."""
        return len(self.head)

    def finding(self, code: str, mark_N: Array, what: str, fix: str, severity: Severity = "info") -> list[Finding]:
        """Return what is said of the marked rows, if there are any."""
        index = np.flatnonzero(mark_N)
        rows = self.every.first(index, FEW) if len(index) else ()
        return [Finding(code, f"column {self.name}", what, fix, severity, len(index), rows)] if len(index) else []


def notice_texts(look: Look) -> list[Finding]:
    """Report what is odd about the texts that are read, and what they are."""
    out, every = list[Finding](), joined(look)
    for name in look.texts:
        if name in every.table.columns and every.table.height:
            whole = every.table[name].cast(pl.String).fill_null("")
            size_N = whole.str.len_chars().to_numpy().astype(np.int64)
            column = _Column(every, name, whole.str.slice(0, HEAD), size_N)
            for look_at in (_useless, _empty, _mangled, _marked_up, _addresses, _long, _languages):
                out += look_at(column)
    return out


def _useless(column: _Column) -> list[Finding]:
    """Report a column of which nothing can be learned: always the same, or in every cell a code of its own."""
    ids_N, different, fix = hits(column.head, CODE), column.head.n_unique(), "name the column of texts in task.text"
    if different == 1:
        what = f"`{column.name}` holds the same text in every row: nothing can be learned of it"
        return column.finding("constant_column", np.ones(column.rows, bool), what, fix, "warning")
    if column.rows < ENOUGH or ids_N.mean() < IDS or different < DIFFERENT * column.rows:
        return []
    what = f"`{column.name}` holds codes or numbers, another in nearly every row: nothing can be learned of them"
    return column.finding("text_is_id", ids_N, what, fix, "warning")


def _empty(column: _Column) -> list[Finding]:
    """Report texts without a word."""
    plain = cleaned(column.head)
    empty_N = (plain == "").to_numpy()
    wordless_N = ~empty_N & ~hits(plain, r"[\pL\pN]")
    what = f"{empty_N.sum():,} of {column.rows:,} texts in `{column.name}` are empty; all of them get the same answer"
    fix = "leave the rows out if the product is never asked so"
    out = column.finding("empty_texts", empty_N, what, fix, "warning")
    what = f"{wordless_N.sum():,} of {column.rows:,} texts in `{column.name}` have no letter or digit"
    return out + column.finding("wordless_texts", wordless_N, what, "look at them: does a person know the answer?")


def _mangled(column: _Column) -> list[Finding]:
    """Report letters that a wrong encoding has made of others, or lost."""
    wrong_N, control_N = mangled(column.head), hits(column.head, CONTROL)
    what = f"{wrong_N.sum():,} of {column.rows:,} texts in `{column.name}` hold letters garbled by a wrong encoding"
    fix = "export the data anew as UTF-8 from where they are whole"
    out = column.finding("mojibake", wrong_N, what, fix, "warning")
    what = f"{control_N.sum():,} of {column.rows:,} texts in `{column.name}` hold control characters; they are left out"
    out += column.finding("control_characters", control_N, what, "nothing: the product leaves them out, too")
    twisted_N = hits(column.head, TWISTED)
    what = f"{twisted_N.sum():,} of {column.rows:,} texts in `{column.name}` mix Latin and Cyrillic letters in a word"
    return out + column.finding("mixed_scripts", twisted_N, what, "look at them: is it meant to deceive, as in spam?")


def _marked_up(column: _Column) -> list[Finding]:
    marked_N = hits(column.head, TAG) | hits(column.head, ENTITY)
    what = f"{marked_N.sum():,} of {column.rows:,} texts in `{column.name}` hold HTML; its tags are left out"
    return column.finding("html_in_text", marked_N, what, "nothing: the product does so, too")


def _addresses(column: _Column) -> list[Finding]:
    """Report addresses, which a model may learn by heart."""
    urls_N, emails_N = hits(column.head, URL), hits(column.head, EMAIL)
    what = f"{urls_N.sum():,} of {column.rows:,} texts in `{column.name}` hold addresses of web pages"
    out = column.finding("web_addresses", urls_N, what, "`urls: mask` in task puts one word for all of them")
    what = f"{emails_N.sum():,} of {column.rows:,} texts in `{column.name}` hold e-mail addresses"
    return out + column.finding(
        "email_addresses", emails_N, what, "`emails: mask` in task puts one word for all of them"
    )


def _long(column: _Column) -> list[Finding]:
    """Report how long texts are, and those that are hardly one text."""
    middle, most, longest = (int(np.quantile(column.size_N, q, method="higher")) for q in (0.5, 0.9, 1))
    what = (
        f"texts in `{column.name}`: half up to {middle:,} characters, nine of ten up to {most:,}, all up to {longest:,}"
    )
    out = [Finding("text_lengths", f"column {column.name}", what, count=column.rows)]
    long_N = column.size_N > LONG
    what = f"{long_N.sum():,} of {column.rows:,} texts in `{column.name}` are longer than {LONG:,} characters"
    return out + column.finding("very_long_texts", long_N, what, "are several texts in one? part them", "warning")


def _languages(column: _Column) -> list[Finding]:
    """Report which languages there are, by a guess."""
    count = Counter(language(column.head).to_list())
    shares = [f"{code} {n / column.rows:.0%}" for code, n in count.most_common(SPOKEN) if n >= SHARE * column.rows]
    what = f"the texts in `{column.name}` seem to be in: {', '.join(shares)}"
    return [Finding("languages", f"column {column.name}", what, count=len(count))]


def hits(text: pl.Series, pattern: str) -> Array:
    """Tell which texts hold a pattern, bool [N]."""
    return text.str.contains(pattern).to_numpy()


def mangled(text: pl.Series) -> Array:
    """Tell which texts were read in a wrong encoding: their letters, turned back into bytes, are UTF-8; bool [N]."""
    out_N, maybe = hits(text, LOST).copy(), np.flatnonzero(hits(text, MANGLED))
    for at, suspect in zip(maybe.tolist(), text.gather(maybe).to_list(), strict=True):
        out_N[at] |= any(_is_utf_8(m[0]) for m in re.finditer(MANGLED, suspect))
    return out_N


def _is_utf_8(letters: str) -> bool:
    try:
        return bool(b"".join(BYTES[c] for c in letters).decode("utf-8"))
    except UnicodeDecodeError:
        return False
