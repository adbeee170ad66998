"""An e-mail -> its subject, addresses, date and text. What is broken is read as far as it goes; nothing raises."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from datetime import UTC
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from milepost.sources.pages import text_of_page
from milepost.sources.whole import decoded

FIELDS = ("subject", "from", "to", "date", "text")
DEEPEST = 50  # parts within parts
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
}
GUESSED = {"", "ascii", "us-ascii", "iso-8859-1", "latin1", "8bit", "unknown-8bit", "default", "unknown"}  # says little
NO_TEXT = {"unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode"}  # codecs of Python, not of mail
_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")  # the blank that parts two encoded words is no blank


class Mail(NamedTuple):
    """What is read of an e-mail."""

    cells: tuple[str | None, ...]  # in the order of FIELDS; None = not there
    attachments: int  # parts that are not read
    broken: bool  # it is not written as an e-mail should be


def mail(raw: bytes) -> Mail:
    """Read an e-mail, whatever it is."""
    try:
        found = message_from_bytes(raw)
        text, attachments, sound = _text(found)
        subject, sender, to = (_header(found, name) for name in ("subject", "from", "to"))
        return Mail((subject, sender, to, _date(found), text), attachments, not sound or bool(found.defects))
    except Exception:  # the package has faults of its own, such as RecursionError
        return Mail((None, None, None, None, decoded(raw).text or ""), 0, True)


def _text(found: Message) -> tuple[str, int, bool]:
    """Return the plain parts of a mail, or its HTML; how many parts are left out; whether all is well."""
    plain, pages, left, sound = list[str](), list[str](), 0, True
    for part in _parts(found, 0):
        kind = part.get_content_type()
        kind = "text/plain" if kind.startswith("multipart/") else kind  # no boundary parts it
        if kind not in ("text/plain", "text/html") or part.get_content_disposition() == "attachment":
            left += 1
        else:
            (plain if kind == "text/plain" else pages).append(_body(part))
        sound &= not part.defects
    text = "\n\n".join(t for t in map(str.strip, plain) if t)
    return text or "\n\n".join(t for t in map(text_of_page, pages) if t), left, sound


def _parts(found: Message, depth: int) -> Iterator[Message]:
    """Yield the parts that hold no others; a mail within a mail is one."""
    inside = found.get_payload()
    if not found.is_multipart() or found.get_content_maintype() != "multipart" or depth > DEEPEST:
        yield found
        return
    for part in inside if isinstance(inside, list) else ():
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _body(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return _decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset("") or "")


def _decoded(raw: bytes, charset: str) -> str:
    """Decode by what the mail says, if that can be; else by what the bytes look like."""
    name = WIDER.get(charset.lower(), charset.lower())
    if name not in GUESSED | NO_TEXT:
        try:
            return raw.decode(name).replace("\r\n", "\n").encode("utf-8", "replace").decode()
        except (LookupError, ValueError):  # no such charset, or not in it
            pass
    found = decoded(raw).text
    return raw.decode("utf-8", "replace") if found is None else found


def _header(found: Message, name: str) -> str | None:
    """Return a header with its encoded words read (RFC 2047); a character may be cut in two of them."""
    value = next((str(v) for k, v in found.raw_items() if k.lower() == name), None)
    if value is None:
        return None
    line = _BETWEEN.sub(r"\1", " ".join(value.split()))
    out, held, charset, at = list[str](), b"", "", 0
    for word in _WORD.finditer(line):
        now = word[1].partition("*")[0].lower()
        if held and (word.start() > at or now != charset):
            out.append(_decoded(held, charset))
            held = b""
        out.append(_as_it_stands(line[at : word.start()]))
        held, charset, at = held + _unpacked(word[2], word[3]), now, word.end()
    return "".join([*out, _decoded(held, charset), _as_it_stands(line[at:])]).strip()


def _unpacked(how: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if how in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return raw


def _as_it_stands(text: str) -> str:
    """Decode what a header holds of bytes beyond ASCII."""
    return text if text.isascii() else _decoded(text.encode("utf-8", "surrogateescape"), "")


def _date(found: Message) -> str | None:
    """Return the date in universal time, as it can be read again; as it stands where it is none."""
    value: Any = _header(found, "date")
    try:
        moment = parsedate_to_datetime(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
        return moment.strftime("%Y-%m-%d %H:%M:%S") if moment.year >= 1000 else str(value)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None if value is None else str(value)
