"""The keys of JSON lines, in order of appearance; lines whose keys are all known need not be parsed for that."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np

from milepost.sources.records import record
from milepost.sources.spans import prints, spans
from milepost.types import Array


class Keys:
    """All keys of the objects met so far."""

    def __init__(self) -> None:
        self.names = list[str]()
        self._seen, self._prints = set[str](), np.empty(0, np.uint64)

    def add(self, lines: bytes) -> None:
        """Take in the keys of whole lines, each ended by a newline."""
        found = spans(lines)
        if found is None or b'" :' in lines or b'"\t:' in lines or not self._known(prints(found)):
            self._look(lines)

    def _known(self, print_M: Array) -> bool:
        if not len(print_M) or not len(self._prints):
            return False
        place_M = np.searchsorted(self._prints, print_M)
        return bool((self._prints[np.minimum(place_M, len(self._prints) - 1)] == print_M).all())

    def _look(self, lines: bytes) -> None:
        before = len(self.names)
        for raw in lines.split(b"\n"):
            try:
                found: Iterable[str] = record(raw.decode())
            except ValueError:
                continue
            for key in found:
                if key not in self._seen:
                    self._seen.add(key)
                    self.names.append(key)
        if len(self.names) > before:
            written = "".join(f"{json.dumps(n, ensure_ascii=a)}:\n" for n in self.names for a in (False, True))
            known = spans(written.encode())
            assert known is not None
            self._prints = np.unique(prints(known))
