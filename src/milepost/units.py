"""Times and sizes as people write them."""

from __future__ import annotations

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")


def seconds(text: str | float) -> float:
    """Return the seconds of `5m`, `1h30m`, `90s` or a plain number; raise ValueError for anything else."""
    if isinstance(text, int | float):
        return float(text)
    stripped = text.strip().lower()
    try:
        return float(stripped)
    except ValueError:
        pass
    if not stripped or _PART.sub("", stripped).strip():
        raise ValueError(f"{text!r} is no time; write 90s, 5m or 1h30m")
    return sum(float(n) * _SECONDS[unit] for n, unit in _PART.findall(stripped))


def time_text(value: float) -> str:
    """Write seconds as a person would: 0.3 s, 42 s, 5 min 10 s, 2 h 5 min."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")


def megabytes(size: int) -> float:
    """Return bytes as MB of 1,000,000 bytes."""
    return size / 1e6
