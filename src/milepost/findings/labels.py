"""To be written."""

from __future__ import annotations

from milepost.findings.base import Look
from milepost.types import Finding


def notice_conflicts(look: Look) -> list[Finding]:
    return []


def notice_label_errors(look: Look) -> list[Finding]:
    return []
