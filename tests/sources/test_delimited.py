"""CSV is read as Python's csv module reads it, whatever the blocks; what cannot be read is told by line and reason."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from milepost.sources import dialect, encoding, rows
from milepost.sources.base import Part

from .reading import csv_of, cut_into, outcome, seen

ODD = " ,;\t|\"'\n\rab1-.é漢😀^~:\ufeff\x1f\x0b\u2028"
cells = st.text(st.sampled_from(ODD) | st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
names = st.lists(st.text("abcXYZé漢", min_size=1, max_size=6), min_size=2, max_size=6, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    header = draw(names)
    row = st.lists(cells, min_size=len(header), max_size=len(header))
    return [header, *draw(st.lists(row, min_size=1, max_size=12))]


@settings(max_examples=150, deadline=None)
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.integers(1, 300),
)
@example([["a", "b"], ["\ufeff", ""]], ",", "\n", csv.QUOTE_MINIMAL, 4)
def test_cells_are_those_of_the_csv_module(
    table: list[list[str]], delimiter: str, end: str, quoting: int, size: int
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    assume(list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter)) == table)
    with cut_into(size):
        got = seen(csv_of(out.getvalue().encode()))
    assert not got.bad and got.columns == table[0]
    assert [[cell or "" for cell in row] for row in got.rows] == table[1:]


TOKENS = [b"a", b"1", b",", b",", b'"', b'"', b"\n", b"\n", b"\r\n", b"\r", b" ", b'""', b"\0", b",b", b"x,y\n"]
TOKENS += ["é".encode(), b"\xe9", "漢字".encode(), "中文".encode("gb18030"), b"\xff", 29 * b"b"]
messes = st.lists(st.sampled_from(TOKENS), max_size=60).map(b"".join)


@settings(max_examples=150, deadline=None)
@given(messes, st.sampled_from([b"x,y\n", b""]), st.integers(1, 40), st.integers(1, 200))
@example(b"a", b"x,y\n", 1, 1)
@example(b"\r,a,", b"x,y\n", 1, 9)
@example(b'"\n"x,y\n\xe9"', "é\n".encode(), 1, 99)
def test_blocks_do_not_matter(mess: bytes, head: bytes, one: int, two: int) -> None:
    assert outcome(csv_of(head + mess), one) == outcome(csv_of(head + mess), two)


@settings(max_examples=100, deadline=None)
@given(messes, st.integers(1, 9), st.integers(1, 9))
def test_nor_where_lines_and_cells_are_too_long(mess: bytes, one: int, two: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module, name, size in LIMITS:
            patch.setattr(module, name, size)
        assert outcome(csv_of(b"x,y\n" + mess), one) == outcome(csv_of(b"x,y\n" + mess), two)


LIMITS = ((rows, "LONG", 64), (encoding, "LONG", 64), (dialect, "LONG", 64), (rows, "QUOTED", 24))
LIMITS += ((encoding, "LOOK", 8), (encoding, "RAW", 12), (rows, "RAW", 12))


@settings(max_examples=100, deadline=None)
@given(messes)
def test_every_line_is_in_a_row_or_set_aside(mess: bytes) -> None:
    assume(mess.count(b"\0") < 2)  # more may look like UTF-16
    got = outcome(csv_of(b"x,y\n" + mess), 1 << 20)
    assert not isinstance(got, str)
    starts = sorted([*got.lines, *(b.line for b in got.bad)])
    lines = (b"x,y\n" + mess).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    first = next((n for n, line in enumerate(lines[1:], 2) if line), None)
    assert first is None or starts[0] == first
    for number, line in enumerate(lines[1:], 2):
        assert not line or number in starts or any(s < number for s in starts)
        if b'"' not in mess and line:
            assert number in starts  # without quotes, a line is a row


@pytest.mark.parametrize("delimiter", [*",;\t|^~:#!$%&*@=+/\\", "\x01", "\x1e", " "])
def test_any_single_character_parts_cells(delimiter: str) -> None:
    lines = [["name", "age", "town"], ["ann", "33", "rome"], ["bob", "4.5", "bonn"], ["eve", "9", "oslo"]]
    got = seen(csv_of("\n".join(delimiter.join(line) for line in lines).encode()))
    assert got.columns == lines[0] and got.rows == [tuple(line) for line in lines[1:]]
    assert got.codes == ([] if delimiter in ",\t" else ["delimiter"])


def test_a_delimiter_may_be_declared() -> None:
    got = seen(csv_of(b"sep=;\r\na;b,c\r\n1;2,3\r\n"))
    assert got.columns == ["a", "b,c"] and got.rows == [("1", "2,3")] and got.lines == [3]


def test_a_column_of_text_is_not_cut() -> None:
    assert seen(csv_of(b"review\nnot bad, at all\nfine\nwell; yes\n")).columns == ["review"]
    assert seen(csv_of(b"full name\nAnn Lee\nBob Ray\nEve Orr\n")).columns == ["full name"]


def test_ragged_rows() -> None:
    got = seen(csv_of(b"a,b,c\n1,2,3\n4\n" + b",".join([b"9"] * 200) + b"\n5,6,7\na,b,c\n8,9,\n"))
    assert got.rows == [("1", "2", "3"), ("4", None, None), ("5", "6", "7"), ("8", "9", None)]
    assert got.lines == [2, 3, 5, 7] and got.reasons == [(4, "too_many_cells"), (6, "repeated_header")]
    (short,) = got.findings
    assert (short.code, short.count, short.rows) == ("short_rows", 1, (3,))


def test_a_quote_that_never_closes_swallows_no_row() -> None:
    got = seen(csv_of(b'a,b\n1,"x\n2,y\n3,"z"\n'))
    assert got.rows == [("2", "y"), ("3", "z")] and got.reasons == [(2, "open_quote")]
    assert got.bad[0].raw == '1,"x'


def test_nul_bytes_and_broken_text_are_set_aside() -> None:
    rows = [f"{i},é{i}".encode() for i in range(9_000)]
    rows[4_321], rows[7] = b"4321,\xc3", b"7,\0"
    got = seen(csv_of(b"a,b\n" + b"\n".join(rows)))
    assert len(got.rows) == 8_998 and got.reasons == [(9, "nul_bytes"), (4_323, "broken_text")]


def test_fifty_thousand_columns() -> None:
    header = ",".join(f"c{i}" for i in range(50_000))
    got = seen(csv_of(f"{header}\n{','.join(['1'] * 50_000)}\n2\n".encode()))
    assert len(got.columns) == 50_000 and len(got.rows) == 2 and got.codes == ["short_rows"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\r\n\n", "it is empty"),
        (b"a,b,a\n1,2,3\n", "two columns are named `a`"),
        (b"a,,\n1,2,3\n", "columns 2, 3 have no name"),
        (b"Sales of 2024\nname,age,town\na,1,x\nb,2,y\n", "the line does not look like a header: it has 1 cell"),
        (b'a,"b\n1,2\n', "a quote is opened and never closed"),
        (b"caf\xff\xfe\xe4\xb8,\x81\n1,2\n", "the header holds bytes that are no text"),
        (b"5.1,3.5,5.1\n4.9,3.0,1.4\n", "the first line looks like a row"),
    ],
)
def test_what_is_no_table(text: bytes, what: str) -> None:
    got = outcome(csv_of(text), 1 << 20)
    assert isinstance(got, str) and what in got and "x.csv" in got


def test_header_only() -> None:
    got = seen(csv_of(b"a,b\n"))
    assert got.columns == ["a", "b"] and got.rows == []


def test_a_first_line_that_looks_like_a_row_is_told() -> None:
    def doubted(text: str) -> bool:
        return "no_header" in seen(csv_of(text.encode())).codes

    assert doubted("5.1,3.5,setosa\n4.9,3.0,setosa\n4.7,3.2,setosa\n")
    assert doubted("bad,0.5\nbad,0.7\ngood,0.1\nbad,0.2\n")
    assert not doubted("town,2018,2019,2020\nrome,1,2,3\nbonn,3,4,5\n")
    assert not doubted("0,1,2\n5.5,6.5,7\n")
    assert not doubted("name,age\nann,3\nname,age\nbob,5\n")


def test_parts_are_read_by_the_same_protocol() -> None:
    part: Part = csv_of(b"a\n1\n")
    assert part.name == "x.csv" and part.size == 4
