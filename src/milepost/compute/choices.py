"""What the user asks of training, and what was measured and chosen: written down before the first step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.files import atomic


@dataclass(frozen=True)
class Wish:
    """What the user asks of training; None = chosen by measuring."""

    seconds: float = 300.0
    epochs: int | None = None
    steps: int | None = None
    lr: float | None = None
    batch: int | None = None
    seed: int = 0


class Choices:
    """Remember choices in a JSON file; without a path, for this process only."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.made: dict[str, Any] = json.loads(path.read_text("utf-8")) if path and path.is_file() else {}

    def once(self, name: str, choose: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the choice made earlier under `name`, or make it now and write it down."""
        if name not in self.made:
            self.made[name] = choose()
            if self.path:
                with atomic(self.path) as file:
                    file.write(json.dumps(self.made, indent=1).encode())
        chosen: dict[str, Any] = self.made[name]
        return chosen
