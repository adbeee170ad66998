"""Every benchmark, one after the other: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NEEDS_DATA = ("tables.py", "texts.py")


def main() -> None:
    data = HERE.parents[1] / "shared" / "data"
    for file in sorted(HERE.glob("*.py")):
        if file.name == "all.py":
            continue
        if file.name in NEEDS_DATA and not data.is_dir():
            print(f"\n== {file.name}: skipped, the real data sets are not at hand")
            continue
        print(f"\n== {file.name}", flush=True)
        subprocess.run([sys.executable, str(file), *([str(data)] if file.name in NEEDS_DATA else [])], check=True)


if __name__ == "__main__":
    main()
