"""Memory stays bounded, whatever the line: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import io, resource
from milepost.sources.{module} import {part}
from milepost.sources.packed import Stream

class Endless(io.RawIOBase):
    def __init__(self):
        self.left, self.head = 100 << 20, {head!r}

    def read(self, size=-1):
        if self.head:
            out, self.head = self.head, b""
            return out
        out = {unit!r} * (min(size, self.left) // len({unit!r}))
        self.left -= min(size, self.left)
        return out

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

before = peak()
part = {part}({arguments})
bad = [b.reason for block in part.blocks() for b in block.parse().bad]
print(peak() - before, *bad)
"""
CSV = {"module": "delimited", "part": "Delimited", "arguments": "'x', 0, Endless", "head": b"a,b\n1,2\n"}
JSONL = {"module": "lines", "part": "Lines", "arguments": "Stream('x', '.jsonl', 0, Endless)", "head": b'{"a":1}\n'}


@pytest.mark.parametrize(
    ("source", "unit", "reason"), [(CSV, b"x", "long_line"), (CSV, b'"\n', "open_quote"), (JSONL, b"[", "long_line")]
)
def test_100_mb_without_an_end(source: dict[str, object], unit: bytes, reason: str) -> None:
    if reason == "open_quote":
        source = source | {"head": b'a,b\n1,"'}
        unit = b"x, " * 300 + b"\n"
    code = CODE.format(**source, unit=unit)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert int(out[0]) < 64 and reason in out[1:]
