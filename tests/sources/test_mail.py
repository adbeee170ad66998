"""E-mails as programs write them, compared with Python's own reading of sound ones; broken ones that never raise."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.sources.mail import FIELDS, mail
from milepost.sources.pages import text_of_page

LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=40)


def read(raw: bytes) -> dict[str, str | None]:
    return dict(zip(FIELDS, mail(raw).cells, strict=True))


def written(subject: str, text: str) -> EmailMessage:
    out = EmailMessage()
    out["Subject"], out["From"], out["To"] = subject, "Ann B <ann@x.org>", "b@y.org, c@z.org"
    out["Date"] = "Tue, 05 Mar 2024 10:00:00 +0200"
    out.set_content(text)
    return out


@given(LETTERS, LETTERS, st.sampled_from(["base64", "quoted-printable", "8bit"]))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(subject: str, text: str, how: str) -> None:
    made = written(" ".join(subject.split()), "")
    made.set_content(text, cte=how)
    raw = bytes(made)
    found = message_from_bytes(raw, policy=policy.default)
    assert read(raw) == {
        "subject": found["subject"].strip(), "from": "Ann B <ann@x.org>", "to": "b@y.org, c@z.org",
        "date": "2024-03-05 08:00:00", "text": text.strip(),
    }  # fmt: skip


def test_plain_text_is_preferred_and_pages_are_read_where_there_is_none() -> None:
    both = written("x", "plain")
    both.add_alternative("<p>page</p>", subtype="html")
    assert read(bytes(both))["text"] == "plain"
    page = written("x", "")
    page.set_content(
        "<html><head><title>t</title></head><p>One &amp; two<br>three<script>x()</script></p>", subtype="html"
    )
    assert read(bytes(page))["text"] == "One & two\nthree"


def test_attachments_are_counted_and_not_read() -> None:
    made = written("x", "see below")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    made.add_attachment("secret", filename="a.txt")
    made.add_attachment(written("inner", "not read"))
    found = mail(bytes(made))
    assert (read(bytes(made))["text"], found.attachments, found.broken) == ("see below", 3, False)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("=?UTF-8?B?5L2g?= =?UTF-8?B?5aW9?=", "你好"),
        ("=?UTF-8?B?5L2g5Q==?= =?UTF-8?B?pb0=?=", "你好"),  # a letter that is cut in two
        ("=?GB2312?B?xOO6ww==?= hello", "你好 hello"),
        ("Re: =?iso-8859-1?Q?Gr=FC=DFe?=", "Re: Grüße"),
        ("=?utf-8*en?q?a_b?=", "a b"),
        ("=?x-unknown?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8?B?%%%?= left", None),  # broken: anything but an error
        ("plain\r\n folded", "plain folded"),
    ],
)
def test_headers_are_decoded(header: str, wanted: str | None) -> None:
    subject = read(f"Subject: {header}\r\n\r\nx".encode())["subject"]
    assert subject == wanted if wanted is not None else "left" in str(subject)


@pytest.mark.parametrize(
    ("charset", "raw", "wanted"),
    [
        ("gb2312", "朱镕基".encode("gb18030"), "朱镕基"),  # 镕 is in GBK only
        ("iso-8859-1", "“it costs 5 €”".encode("cp1252"), "“it costs 5 €”"),
        ("us-ascii", "这个酒店很不错，下次还来".encode("gb18030"), "这个酒店很不错，下次还来"),
        ("nonsense", "naïve café".encode(), "naïve café"),
        ("unicode_escape", rb"C:\new", r"C:\new"),
        ("utf-8", "caf\xe9 au lait".encode("latin-1"), "café au lait"),
        ("koi8-r", "привет".encode("koi8-r"), "привет"),
    ],
)
def test_the_charset_is_believed_as_far_as_it_can_be_true(charset: str, raw: bytes, wanted: str) -> None:
    head = f"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read(head.encode() + raw)["text"] == wanted


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("Tue, 5 Mar 2024 23:30:00 -0500", "2024-03-06 04:30:00"),
        ("5 Mar 2024 10:00", "2024-03-05 10:00:00"),
        ("yesterday", "yesterday"),
        ("Tue, 99 Foo 2024 25:61:00 +9999", "Tue, 99 Foo 2024 25:61:00 +9999"),
    ],
)
def test_dates_are_told_in_universal_time_or_as_they_stand(date: str, wanted: str) -> None:
    found = read(f"Date: {date}\n\nx".encode())["date"]
    assert found == wanted
    if wanted[:4] == "2024":
        assert dt.datetime.fromisoformat(wanted)


BROKEN = (
    b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nhello, it never ends",
    b"Content-Type: multipart/mixed\n\nhello without a boundary",
    b"Content-Transfer-Encoding: base64\n\nhello =?",
    b"\xff\xfe\x00hello",
    b"Content-Type: text/plain; charset*=utf-8''\xff\n\nhello",
)


@pytest.mark.parametrize("raw", BROKEN)
def test_what_is_broken_is_read_as_far_as_it_goes(raw: bytes) -> None:
    assert mail(raw).cells[-1] is not None


def test_parts_nested_without_end_raise_nothing() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000)) + b"\nhello"
    assert mail(raw).broken


@given(st.lists(st.sampled_from([*BROKEN, b"--a\n", b"\n\n", b"Subject: =?", b"=?utf-8?q?=ff?=", b"\x80"]), max_size=8))
def test_no_bytes_raise(pieces: list[bytes]) -> None:
    for cell in mail(b"".join(pieces)).cells:
        assert cell is None or cell.encode() is not None  # no lone surrogate


def test_pages_left_open_are_read_once() -> None:
    for evil in ("<!--", "<script>", "<a x=", "<", "&#x"):
        assert len(text_of_page(evil * 50_000)) <= len(evil) * 50_000
    assert text_of_page("<table><tr><td>1</td><td>2</td></tr></table> 3 < 4 &lt;b&gt;") == "1 2\n3 < 4 <b>"
