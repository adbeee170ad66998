"""What the doors cost: CPU seconds of whole processes, and seconds until the server listens.

python bench/doors.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MILEPOST = str(Path(sys.executable).with_name("milepost"))
RUNS = 7


def cpu(words: list[str], folder: Path) -> float:
    """CPU seconds of one command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([MILEPOST, *words], cwd=folder, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def up(folder: Path) -> float:
    """Wall seconds from the start of `milepost serve` to its line that it listens."""
    begun = time.perf_counter()
    server = subprocess.Popen([MILEPOST, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert "http" in server.stdout.readline()
    took = time.perf_counter() - begun
    server.terminate()
    server.wait()
    return took


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [MILEPOST, "new", "tabular-classification", "--folder", "."], cwd=folder, check=True, capture_output=True
        )
        lines = (folder / "biopsies.csv").read_text().splitlines()
        (folder / "biopsies.csv").write_text("\n".join([*lines, *lines[1:432]]) + "\n")
        subprocess.run([MILEPOST, "run", "model=linear"], cwd=folder, check=True, capture_output=True)
        for words, asked in ((["--help"], 0.15), (["status"], 0.15), (["check"], 0.9)):
            took = [cpu(words, folder) for _ in range(RUNS)]
            about = " on 1,000 rows of 31 columns" if words == ["check"] else ""
            print(f"milepost {words[0]}{about}: {statistics.median(took):.3f} CPU s (asked {asked})")
        took = [up(folder) for _ in range(RUNS)]
        print(f"milepost serve listens after {statistics.median(took):.2f} s, at worst {max(took):.2f} (asked 1.0)")


if __name__ == "__main__":
    main()
