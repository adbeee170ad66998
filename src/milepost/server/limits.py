"""What one server takes on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one server; beyond them a request is refused with the status beside it."""

    body_bytes: int = 10_000_000  # 413
    queue_rows: int = 20_000  # 429; 413 for a single request with more
    deadline_s: float = 30.0  # 504, or 408 for a body that does not come
    batch_rows: int = 256  # answered in one pass; a larger request is a pass of its own
    workers: int = field(default_factory=cores)
