"""What the user asks of training, and what was measured and chosen: written down before the first step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from milepost.files import atomic, locked, sealed, unsealed


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
    """Remember choices in a JSON file, with `about`, what they were made for; without a path, for this process only."""

    def __init__(self, path: Path | None = None, about: Mapping[str, Any] | None = None) -> None:
        self.path, self.about, self.made = path, dict(about or {}), dict[str, Any]()
        if path:
            self._read(path)

    def once(self, name: str, choose: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the choice made earlier under `name`, or make it now and write it down.

        Others who make the same run at this moment wait, and take the choice over.
        """
        if name not in self.made and self.path:
            with locked(self.path.parent):
                self._read(self.path)
                self._choose(name, choose)
                with atomic(self.path) as file:
                    file.write(sealed({**self.about, "chosen": self.made}, indent=1))
        elif name not in self.made:
            self._choose(name, choose)
        chosen: dict[str, Any] = self.made[name]
        return chosen

    def _choose(self, name: str, choose: Callable[[], dict[str, Any]]) -> None:
        if name not in self.made:
            self.made[name] = choose()

    def _read(self, path: Path) -> None:
        """Take over what is written, if it is whole."""
        try:
            found = unsealed(path.read_bytes())
        except (FileNotFoundError, ValueError):
            return
        self.about |= {key: value for key, value in found.items() if key != "chosen"}
        self.made |= found.get("chosen", {})
