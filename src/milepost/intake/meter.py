"""How far the work is, and how fast."""

from __future__ import annotations

import time

from milepost.types import Progress


class Meter:
    """Tell a Progress of `total` units of work as they are done, with rows/s."""

    def __init__(self, progress: Progress, what: str, total: float) -> None:
        self.progress, self.what, self.total = progress, what, total
        self.done, self.rows, self.start = 0.0, 0, time.monotonic()

    def tell(self, done: float, rows: int) -> None:
        """Add what was done."""
        self.done, self.rows = self.done + done, self.rows + rows
        speed = self.rows / max(1e-3, time.monotonic() - self.start)
        self.progress(self.what, self.done, self.total, f"{speed:,.0f} rows/s")
