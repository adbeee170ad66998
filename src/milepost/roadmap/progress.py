"""Bars for people; silence for pipes."""

from __future__ import annotations

import sys
import time
from typing import Any

from milepost.types import Progress, quiet

SOON = 1.0  # seconds after which work gets a bar


def progress() -> Progress:
    """Return a Progress that draws on a terminal once work has taken a second, else the silent one."""
    return _Bars() if sys.stderr.isatty() else quiet


class _Bars:
    def __init__(self) -> None:
        self._started, self._what = time.monotonic(), ""
        self._bar: Any = None
        self._task: Any = None

    def __call__(self, what: str, done: float, total: float, note: str = "") -> None:
        if what != self._what:
            self._stop()
            self._started, self._what = time.monotonic(), what
        if self._bar is None and time.monotonic() - self._started >= SOON:
            self._begin(what)
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, note=note)
        if done >= total:
            self._stop()

    def _begin(self, what: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task(what, note="")

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
