"""Arrow streams: one record batch at a time, of which each is read as a stream of its own.

The frame of a message is described at https://arrow.apache.org/docs/format/Columnar.html and its fields in Message.fbs.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from functools import cached_property, partial
from typing import BinaryIO, NamedTuple

import numpy as np
import polars as pl

from milepost.errors import MilepostError
from milepost.sources.base import Block, Piece
from milepost.sources.packed import Stream
from milepost.sources.plain import plain
from milepost.sources.text import read_fully
from milepost.types import Finding

SCHEMA, DICTIONARY, BATCH = 1, 2, 3  # kinds of message
CONTINUES = b"\xff\xff\xff\xff"
LARGEST = 256 << 20  # bytes of a message


class Message(NamedTuple):
    """One message of a stream."""

    kind: int
    raw: bytes  # with its frame
    rows: int  # of a record batch


class ArrowStream:
    """An Arrow stream as a Part."""

    def __init__(self, stream: Stream) -> None:
        self.name, self.size, self._stream = stream.name, stream.size, stream
        self.findings: list[Finding] = []

    @cached_property
    def columns(self) -> list[str]:
        """The names of the schema, which comes first."""
        with self._stream.open() as file:
            first = next(messages(file, self.name), None)
        if first is None:
            raise MilepostError("it is empty", self.name, "add rows")
        return pl.read_ipc_stream(io.BytesIO(first.raw)).columns

    def blocks(self) -> Iterator[Block]:
        """Cut the stream into record batches; raise MilepostError where it ends within one."""
        head, start = b"", 1
        with self._stream.open() as file:
            for message in messages(file, self.name):
                if message.kind == BATCH:
                    yield Block(len(message.raw), partial(_parse, head + message.raw, start))
                    start += message.rows
                elif message.kind in (SCHEMA, DICTIONARY):
                    head += message.raw
        if not head:
            raise MilepostError("it is empty", self.name, "add rows")
        self.findings = plain(pl.read_ipc_stream(io.BytesIO(head)))[1]
        if start == 1:
            yield Block(0, partial(_parse, head, start))


def _parse(raw: bytes, start: int) -> Piece:
    table, _ = plain(pl.read_ipc_stream(io.BytesIO(raw)))
    return Piece(table, np.arange(start, start + table.height))


def messages(file: BinaryIO, name: str) -> Iterator[Message]:
    """Yield the messages of a stream; raise MilepostError where one is cut short, too large or none."""
    while frame := read_fully(file, 4):
        if frame == CONTINUES:
            frame += read_fully(file, 4)
        size = int.from_bytes(frame[-4:], "little", signed=True)
        if size == 0:
            return
        meta = _read(file, size, name)
        try:
            kind, body, rows = _fields(meta)
        except (struct.error, IndexError) as error:
            raise _broken(name) from error
        yield Message(kind, frame + meta + _read(file, body, name), rows)


def _read(file: BinaryIO, size: int, name: str) -> bytes:
    if size > LARGEST:
        fix = "write it in smaller record batches, or as Parquet"
        raise MilepostError(f"a record batch is larger than {LARGEST >> 20} MiB", name, fix)
    raw = read_fully(file, size) if size >= 0 else b""
    if size < 0 or len(raw) < size:
        raise _broken(name)
    return raw


def _broken(name: str) -> MilepostError:
    return MilepostError("it is broken or cut short", name, "copy or write it anew")


def _fields(meta: bytes) -> tuple[int, int, int]:
    """Return the kind of a message, the bytes of its body and the rows of a record batch."""
    root = int(struct.unpack_from("<I", meta)[0])
    kind_at, header_at, body_at = (_field(meta, root, i) for i in (1, 2, 3))
    body = int(struct.unpack_from("<q", meta, body_at)[0]) if body_at else 0
    header = header_at + int(struct.unpack_from("<I", meta, header_at)[0])
    rows_at = _field(meta, header, 0) if meta[kind_at] == BATCH else 0
    return meta[kind_at], body, int(struct.unpack_from("<q", meta, rows_at)[0]) if rows_at else 0


def _field(meta: bytes, table: int, number: int) -> int:
    """Return where a field of a flatbuffers table is; 0 where it is absent."""
    fields = table - int(struct.unpack_from("<i", meta, table)[0])
    known = int(struct.unpack_from("<H", meta, fields)[0])
    at = 4 + 2 * number
    offset = int(struct.unpack_from("<H", meta, fields + at)[0]) if at < known else 0
    return table + offset if offset else 0
