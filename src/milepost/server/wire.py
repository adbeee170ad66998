"""What passes through the door: bodies in, rows out of them, numbers rounded, errors as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson

from milepost.errors import MilepostError, raise_all

DISCARD_S = 10.0  # how long a refused body is read and thrown away, so that its sender gets to see the answer
TOO_LONG = "send fewer rows in one request"

Rows = Sequence[Mapping[str, Any]]
Headers = tuple[tuple[str, str], ...]


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes
    media: str = "application/json"
    headers: Headers = ()


class Refused(Exception):
    """Carry to the door an answer other than 200."""

    def __init__(self, status: int, error: MilepostError, headers: Headers = ()) -> None:
        super().__init__(error.what)
        self.status, self.error, self.headers = status, error, headers

    @property
    def reply(self) -> Reply:
        """The answer, every problem in it."""
        errors = [{"what": e.what, "where": e.where, "fix": e.fix} for e in self.error.errors]
        return Reply(self.status, orjson.dumps({"errors": errors}), headers=self.headers)


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows of one request, and the form in which their answers go back."""

    rows: Rows
    form: Literal["one", "list", "rows"]

    def wrap(self, answers: Sequence[Any]) -> Any:
        """Return the answers in the form of the question."""
        if self.form == "one":
            return answers[0]
        return {"answers": answers} if self.form == "rows" else answers

    def place(self, error: MilepostError) -> MilepostError:
        """Name a place as the sender sees it: a lone row has no `rows[0].`."""
        where = error.where.removeprefix("rows[0].") if self.form == "one" else error.where
        return MilepostError(error.what, where, error.fix)


async def body(scope: Any, proto: Any, limit: int) -> bytes:
    """Return the JSON body of a request; raise Refused for another type (415) or more than `limit` bytes (413)."""
    media = scope.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        said = f"`{media}`" if media else "no content-type"
        fix = "send the header `content-type: application/json`"
        raise Refused(415, MilepostError(f"the body must be JSON, and the request says {said}", "content-type", fix))
    if scope.headers.get("content-encoding", "identity") != "identity":
        raise Refused(415, MilepostError("the body is compressed", "content-encoding", "send it as it is"))
    size = scope.headers.get("content-length")
    if size is not None and int(size) <= limit:
        return await proto()
    if size is not None:
        raise Refused(413, MilepostError(f"the body has {size} bytes, {limit} at most are taken", "body", TOO_LONG))
    return await _counted(proto, limit)


async def _counted(proto: Any, limit: int) -> bytes:
    """Read a body of unknown length, in memory bounded by `limit`."""
    parts, size = [], 0
    async for part in proto:
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Refused(413, MilepostError(f"the body has more than {limit} bytes", "body", TOO_LONG))
    return b"".join(parts)


async def discard(proto: Any) -> None:
    """Throw away what is left of a refused body: most clients look at the answer only once they have sent it all."""
    try:
        async with asyncio.timeout(DISCARD_S):
            async for _ in proto:
                pass
    except Exception:
        return  # the client has left, which is as good


def asked(text: bytes, lone: str | None = None) -> Asked:
    """Return the rows of a body: an object, a list of objects or {"rows": [...]}; raise Refused (400, 422).

    Where `lone` names the only field, which holds a text, a text may stand for a row.
    """
    found = parse(text)
    if isinstance(found, dict) and found.keys() == {"rows"} and isinstance(found["rows"], list):
        return Asked(_checked(found["rows"], lone), "rows")
    if isinstance(found, list):
        return Asked(_checked(found, lone), "list")
    if isinstance(found, dict) or (isinstance(found, str) and lone is not None):
        return Asked(_checked([found], lone), "one")
    fix = 'send one row {"field": value}, a list of rows, or {"rows": [...]}'
    raise Refused(422, MilepostError("the body is neither a row nor a list of rows", "body", fix))


def _checked(found: list[Any], lone: str | None) -> Rows:
    rows = found if lone is None else [{lone: row} if isinstance(row, str) else row for row in found]
    wrong = [i for i, row in enumerate(rows) if not isinstance(row, dict)]
    refuse(
        422, [MilepostError("a row must be an object", f"rows[{i}]", 'write it {"field": value}') for i in wrong[:100]]
    )
    return rows


def parse(text: bytes) -> Any:
    """Return the value of JSON; raise Refused, 400 with the position or 422 with the names of values not finite."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        try:
            found = json.loads(text)  # slower, but takes NaN and Infinity, so that their fields can be named
        except (ValueError, RecursionError):
            found = None
        refuse(422, [MilepostError("is not a finite number", w, "send a number, or null") for w in _infinite(found)])
        place = f"line {error.lineno} column {error.colno}"
        raise Refused(400, MilepostError(f"the body is not JSON: {error.msg}", place, "mend it there")) from None


def _infinite(found: Any) -> Iterator[str]:
    """Name the fields that hold NaN, an infinity or an integer beyond every float."""
    inner = found["rows"] if isinstance(found, dict) and isinstance(found.get("rows"), list) else found
    rows = [(f"rows[{i}].", r) for i, r in enumerate(inner)] if isinstance(inner, list) else [("", inner)]
    for place, row in rows:
        for name, value in row.items() if isinstance(row, dict) else ():
            if isinstance(value, int | float) and not abs(value) <= sys.float_info.max:  # NaN, too
                yield f"{place}{name}"


def refuse(status: int, errors: Sequence[MilepostError]) -> None:
    """Raise Refused where there are errors."""
    try:
        raise_all(errors)
    except MilepostError as error:
        raise Refused(status, error) from None


def rounded(value: Any) -> Any:
    """Round every float of an answer to six significant digits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value
