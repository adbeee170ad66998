"""How often products have looked at the same test rows: whatever trace is left of a look counts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from milepost.files import key_of, unsealed
from milepost.roadmap.store import Store


def looks(store: Store, rows: str, runs: Path) -> int:
    """Count the looks at the test rows of `rows`, the name of what prepare made; a look that a crash cut off is one.

    The ledger is not believed alone: the scores in the store and the counts of earlier runs count too.
    """
    manifests = store.manifests()
    alike = _alike(rows, manifests)
    seen = dict[str, set[str]]()
    for m in manifests:
        if m["stage"] == "test" and m["inputs"].get("prepared") in alike:
            seen.setdefault(str(m["inputs"].get("product")), set()).add(key_of(m["inputs"]))
    old = dict[str, int]()
    for event in store.events():
        if event.get("event") == "test_look" and event.get("rows") in alike:
            product = str(event.get("product"))
            if "making" in event:
                seen.setdefault(product, set()).add(event["making"])
            else:
                old[product] = old.get(product, 0) + 1
    counted = sum(max(len(seen.get(p, ())), old.get(p, 0)) for p in {*seen, *old})
    return max([counted, *_told(runs, alike)])


def _alike(rows: str, manifests: list[dict[str, Any]]) -> set[str]:
    """Name all that prepare made with the same test rows, by their bytes."""
    test = {m["name"]: _test_files(m["files"]) for m in manifests if m["stage"] == "prepare"}
    return {rows} | {name for name in test if test[name] == test.get(rows)}


def _test_files(files: Mapping[str, str]) -> list[str]:
    return [files[name] for name in sorted(files) if name.startswith("test/")]


def _told(runs: Path, alike: set[str]) -> list[int]:
    """List what earlier runs on these rows have counted."""
    out = list[int]()
    for path in sorted(runs.glob("[0-9]*-*/gates.json")):
        with suppress(OSError, ValueError, TypeError):
            if unsealed(path.with_name("lock.json").read_bytes()).get("rows") in alike:
                out.append(int(unsealed(path.read_bytes()).get("test_looks", 0)))
    return out
