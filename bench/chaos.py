"""Break a small project in every way that a machine or a person can, and count what is lost.

python bench/chaos.py [KILLS]     (200)

The project is a table of 300 rows; `model: auto` trains a linear model, trees and a network, with a checkpoint every
0.2 s. Lost is: a visible entry that is not whole, bytes other than those of an undisturbed run with the same lock.json
(measured times aside), work older than the last checkpoint done again, a traceback, a false result. Full disks and
read-only folders are real ones, mounted, and so need root.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chaos.edits import EDITS, edited
from chaos.harm import HARMS, harmed, targets
from chaos.victim import broken, finish, fresh, left, milepost, project, start

SAVE = {"CHAOS_SAVE": "0.2"}
AT_ONCE = 8
STEPS = 400  # of the network
STOPPED = (-signal.SIGKILL, 130, -signal.SIGINT)  # Python may end by the signal itself: 130 to a shell, too


class Bench:
    """A finished project to compare with, and what was tried and lost."""

    def __init__(self, root: Path) -> None:
        self.root, self.rng, self.place = root, random.Random(0), root / "victim"
        project(root / "whole", "auto", STEPS)
        begun = time.monotonic()
        code, said = milepost(root / "whole", **SAVE)
        assert code == 0, said
        self.whole, self.seconds = root / "whole", time.monotonic() - begun
        self.lock = next(self.whole.glob("runs/0*/lock.json"))
        self.truth = left(self.whole)

    def victim(self) -> Path:
        """Return a project that has not begun, with the lock of the whole one."""
        return fresh(self.place, self.whole, self.lock)

    def unlike(self, folder: Path) -> list[str]:
        """List what is not as in the whole project."""
        found = left(folder)
        return [f"{k} differs" for k in sorted({*found, *self.truth}) if found.get(k) != self.truth.get(k)]

    def wrong(self, folder: Path) -> list[str]:
        """List everything that is wrong with a finished project."""
        return self.unlike(folder) + broken(folder) + _steps(folder)

    def report(self, kind: str, tried: int, lost: list[str], note: str = "") -> None:
        """Print one row of the table."""
        print(f"| {kind} | {tried} | {len(lost)} | {note} |", flush=True)
        for what in lost[:10]:
            print("   ", what[-400:], file=sys.stderr, flush=True)


def kills(bench: Bench, kind: str, number: int, arm: Callable[[], dict[str, str]], stop: int = signal.SIGKILL) -> None:
    """Stop `milepost run` again and again; whenever it comes to its end, compare and begin anew."""
    folder, where, lost, tried, ends = bench.victim(), Counter[str](), list[str](), 0, 0
    while tried < number:
        how = arm()
        process = start(folder, "run", **how)
        if "CHAOS_KILL" not in how:
            time.sleep(bench.rng.uniform(0.2, 0.7 * bench.seconds))
            process.send_signal(stop)
        code, said = finish(process)
        if code == 0:
            lost += bench.wrong(folder)
            folder, ends = bench.victim(), ends + 1
            continue
        tried += 1
        where[_stage(folder)] += 1
        lost += [f"exit {code}: {said}"] * (code not in STOPPED or "Traceback" in said)
        lost += broken(folder) if (folder / ".milepost").is_dir() else []
    code, said = milepost(folder, **SAVE)
    lost += [f"exit {code}: {said}"] * (code != 0) + bench.wrong(folder)
    stages = ", ".join(f"{name} {n}" for name, n in where.most_common())
    bench.report(kind, tried, lost, f"{stages}; {ends + 1} runs came to their end")


def _stage(folder: Path) -> str:
    """Name the stage that was stopped."""
    open_ = [p.name.split("-")[0] for p in folder.glob(".milepost/work/*.out")]
    return open_[0] if open_ else "between stages"


def _steps(folder: Path) -> list[str]:
    """List the trainings that did not go on from their last checkpoint."""
    notes, last, out = folder / "steps.txt", 0, list[str]()
    for line in notes.read_text().splitlines() if notes.is_file() else []:
        word, step = line.split()
        out += [f"resumed at {step} after {last}"] * (word == "resumed" and int(step) < last)
        last = int(step)
    return out


def at_once(bench: Bench) -> None:
    """Start the same run several times at the same moment: each stage is done once."""
    folder = bench.victim()
    ends = [finish(p) for p in [start(folder, "run", **SAVE) for _ in range(AT_ONCE)]]
    lost = [f"exit {code}: {said}" for code, said in ends if code]
    bench.report(f"{AT_ONCE} identical runs at once", AT_ONCE, lost + bench.wrong(folder))


def bytes_(bench: Bench) -> None:
    """Harm every file of the store and the runs in turn."""
    for harm in HARMS:
        lost, files = list[str](), targets(bench.whole)
        for path in files:
            lost += harmed(bench.whole, bench.place, path, harm, bench.rng)
        bench.report(f"a file: {harm.__name__}", len(files), lost)


def works(bench: Bench) -> None:
    """Kill a training after its first checkpoint and harm every file that it goes on from in turn."""
    halfway, lost, tried = bench.root / "halfway", list[str](), 0
    process = start(fresh(halfway, bench.whole, bench.lock), "run", CHAOS_SAVE="0.05")
    while not (halfway / "steps.txt").is_file() or "saved" not in (halfway / "steps.txt").read_text():
        time.sleep(0.01)
    process.kill()
    finish(process)
    files = [p.relative_to(halfway) for p in halfway.glob(".milepost/work/**/*") if p.is_file()]
    for path, harm in itertools.product(sorted(files), HARMS):
        shutil.rmtree(bench.place, ignore_errors=True)
        shutil.copytree(halfway, bench.place, symlinks=True)
        harm(bench.place / path, bench.rng)
        code, said = milepost(bench.place, **SAVE)
        wrong = [f"exit {code}: {said}"] * (code != 0) + bench.unlike(bench.place) + broken(bench.place)
        lost += [f"{harm.__name__} {path}: {what}" for what in wrong]
        tried += 1
    names = ", ".join(sorted({p.name for p in files}))
    bench.report("a file of a training that was stopped, harmed", tried, lost, names)


def ledgers(bench: Bench) -> None:
    """Edit every line of the ledger by hand: found out, and no look forgotten."""
    lines = (bench.whole / ".milepost" / "ledger.jsonl").read_bytes().splitlines()
    tries = [(edit, at) for edit in EDITS for at in range(len(lines))]
    lost = [what for edit, at in tries for what in edited(bench.whole, bench.place, edit, at)]
    bench.report("the ledger edited by hand", len(tries), lost)


def full_disk(bench: Bench) -> None:
    """Run with a little more space each time, until it is enough."""
    mount, lost, tried = bench.root / "disk", list[str](), 0
    with _mounted(mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs"):
        folder = fresh(mount / "victim", bench.whole, bench.lock)
        code = 2
        while code:
            filler, free = mount / "filler", 8192 * tried
            with filler.open("wb") as file:
                file.truncate(0)
                space = os.statvfs(mount)
                os.posix_fallocate(file.fileno(), 0, max(1, space.f_bavail * space.f_frsize - free))
            code, said = milepost(folder, **SAVE)
            filler.unlink()
            tried += 1
            full = code == 2 and "the disk is full" in said and "Traceback" not in said
            lost += [f"exit {code}: {said}"] * (code != 0 and not full) + (broken(folder) if code else [])
        lost += bench.wrong(folder)
    bench.report("a full disk (tmpfs, 8 KB more each time)", tried, lost)


def read_only(bench: Bench) -> None:
    """Run where nothing may be written, before the first run and after it."""
    lost = list[str]()
    for source in (bench.victim(), bench.whole):
        mount = bench.root / "readonly"
        with _mounted(mount, "--bind", str(source)):
            subprocess.run(["mount", "-o", "remount,bind,ro", str(mount)], check=True)
            code, said = milepost(mount)
            lost += [f"exit {code}: {said}"] * (code != 2 or "Traceback" in said or said.count("fix:") != 1)
            if source == bench.whole:
                code, said = milepost(mount, "status")
                lost += [f"exit {code}: {said}"] * (code != 0)
    bench.report("a folder that may not be written", 2, lost)


@contextmanager
def _mounted(place: Path, *words: str) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", *words, str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def clocks(bench: Bench, number: int = 5) -> None:
    """Run by a clock that jumps by years, on files of any age; stop once, go on."""
    lost = list[str]()
    for _ in range(number):
        folder = bench.victim()
        process = start(folder, "run", **SAVE, CHAOS_CLOCK="1")
        time.sleep(bench.rng.uniform(0.5, 0.8) * bench.seconds)
        process.kill()
        finish(process)
        for path in [p for p in folder.rglob("*") if p.is_file()]:
            os.utime(path, (bench.rng.uniform(0, 4e9),) * 2)
        code, said = milepost(folder, **SAVE, CHAOS_CLOCK="1")
        lost += [f"exit {code}: {said}"] * (code != 0) + bench.wrong(folder)
    bench.report("the clock jumps by years", number, lost)


def any_change(rng: random.Random) -> dict[str, str]:
    """Choose one of the changes of the disk that a run makes."""
    return {"CHAOS_KILL": str(rng.randrange(1, 300))}


def main() -> None:
    """Try everything; print a row of the table for each kind of fault."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        bench = Bench(Path(folder))
        print("| fault | tried | lost | of which |\n| --- | ---: | ---: | --- |", flush=True)
        kills(bench, "kill -9 at a random moment", number, lambda: SAVE)
        some = max(1, number // 4)
        kills(
            bench,
            "kill -9 at a change of the disk",
            some,
            lambda: SAVE | {"CHAOS_KILL": str(bench.rng.randrange(1, 300))},
        )
        for name in ("SIGINT", "SIGTERM"):
            kills(bench, name, max(1, number // 10), dict, signal.Signals[name])
        at_once(bench)
        bytes_(bench)
        works(bench)
        ledgers(bench)
        clocks(bench, max(1, number // 40))
        for scene in (full_disk, read_only):
            scene(bench) if os.geteuid() == 0 else print(f"| {scene.__name__} | needs root | | |")


if __name__ == "__main__":
    main()
