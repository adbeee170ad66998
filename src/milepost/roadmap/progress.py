"""Bars for people; silence for pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from milepost.types import Progress, quiet


@contextmanager
def progress() -> Iterator[Progress]:
    """Give a Progress that draws on a terminal and leaves nothing behind, else the silent one."""
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    text, note_column = TextColumn("{task.description:<20}"), TextColumn("{task.fields[note]}")
    columns = (text, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(), note_column)
    shown: dict[str, TaskID] = {}
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

        def show(what: str, done: float, total: float, note: str = "") -> None:
            if what not in shown:
                for old in shown.values():
                    bars.update(old, visible=False)
                shown[what] = bars.add_task(what, total=None, note="")  # pulses until the total is known
            bars.update(shown[what], completed=done, total=total or None, note=note)

        yield show
