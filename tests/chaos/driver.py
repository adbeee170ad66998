"""`milepost` with checkpoints every moment, and what a test asks to go wrong.

CHAOS_SAVE=S         a checkpoint every S seconds; those saved and resumed are noted in steps.txt
CHAOS_KILL=N         kill -9 at the Nth call that changes the disk
CHAOS_CLOCK=1        the clock of the wall jumps by years
CHAOS_UNPROVEN=1     the process in which a product is proven is spared
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROVEN = {"rows": 1, "largest_difference": 0.0, "within": 1e-4}
PROVEN |= {"latency_ms": {"p50": [1, 1, 1], "p95": [1, 1, 1], "n": 1}}
CHANGES = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir", "symlink", "truncate", "write")


def kill_at(number: int) -> None:
    """Die in the middle of things: before the Nth change of the disk."""
    counter = itertools.count(1)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def before(*args: Any, **kwargs: Any) -> Any:
            if next(counter) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return before

    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))


def jump_clock() -> None:
    """Let every look at the clock of the wall give another year."""
    time.time = lambda: random.uniform(0, 4e9)
    time.time_ns = lambda: int(time.time() * 1e9)


def save_often(seconds: float) -> None:
    """Take a checkpoint every moment, and note which were saved and which resumed."""
    from milepost.compute import checkpoint
    from milepost.stages import train

    notes, save, resume = Path("steps.txt"), checkpoint.save, checkpoint.resume

    def note(text: str) -> None:
        with notes.open("a") as file:
            file.write(text + "\n")

    def saved(folder: Path, plan: Any, so_far: Any, *rest: Any) -> None:
        save(folder, plan, so_far, *rest)
        note(f"saved {so_far.step}")

    def resumed(*args: Any) -> Any:
        so_far = resume(*args)
        note(f"resumed {so_far.step}")
        return so_far

    train.train.__kwdefaults__["save_every"] = seconds
    checkpoint.save, checkpoint.resume = saved, resumed


def main() -> None:
    """Do what the environment says, then what `milepost` does."""
    if "CHAOS_CLOCK" in os.environ:
        jump_clock()
    if "CHAOS_SAVE" in os.environ:
        save_often(float(os.environ["CHAOS_SAVE"]))
    if "CHAOS_UNPROVEN" in os.environ:
        from milepost.stages import deploy

        deploy._prove = lambda *_: PROVEN
    if "CHAOS_KILL" in os.environ:
        kill_at(int(os.environ["CHAOS_KILL"]))
    from milepost.cli import main as milepost

    milepost()


if __name__ == "__main__":
    main()
