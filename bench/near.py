"""Near duplicates: documents a CPU second, recall and precision beside an exact search of all pairs, in one run.

python bench/near.py [DOCUMENTS] [WORDS]     (40000, 20 words each)
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict

import numpy as np
import polars as pl

from milepost.findings.near import NEAR, pairs

VOCABULARY = 30_000
AGAIN = 0.2  # share of documents that are edited copies of others


def made(documents: int, words: int) -> list[list[str]]:
    """Make documents of Zipf's words; some are copies of earlier ones in which up to a fifth of the words changed."""
    rng = np.random.default_rng(0)
    chance = 1 / (np.arange(VOCABULARY) + 3.0)
    drawn = rng.choice(VOCABULARY, (documents, words), p=chance / chance.sum())
    out = [[f"w{w}" for w in row[: rng.integers(words // 2, words + 1)]] for row in drawn]
    for i in range(int((1 - AGAIN) * documents), documents):
        copy = list(out[int(rng.integers(0, int((1 - AGAIN) * documents)))])
        for place in rng.integers(0, len(copy), rng.integers(1, max(2, len(copy) // 5))):
            copy[place] = f"w{rng.integers(0, VOCABULARY)}"
        out[i] = copy
    return out


def exact(documents: list[list[str]]) -> set[tuple[int, int]]:
    """Return all pairs at `NEAR` or more: such pairs share one of their few rarest shingles (prefix filtering)."""
    sets = [set(zip(["", *d], d, strict=False)) for d in documents]
    often = Counter(s for some in sets for s in some)
    seen, out = defaultdict[tuple[str, str], list[int]](list), set[tuple[int, int]]()
    for i, some in enumerate(sets):
        rarest = sorted(some, key=lambda s: (often[s], s))[: len(some) - int(np.ceil(NEAR * len(some))) + 1]
        for j in {j for s in rarest for j in seen[s]}:
            if len(some & sets[j]) >= NEAR * len(some | sets[j]):
                out.add((j, i))
        for s in rarest:
            seen[s].append(i)
    return out


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    words = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    texts = made(documents, words)
    series = pl.Series([" ".join(t) for t in texts])
    start = time.process_time()
    left, right = pairs(series)
    seconds = time.process_time() - start
    found, truth = set(zip(left.tolist(), right.tolist(), strict=True)), exact(texts)
    reached = {j for _, j in found}
    print(f"{documents} documents of {words // 2} to {words} words, {len(truth)} pairs at {NEAR} or more")
    print(f"{documents / seconds:,.0f} documents a CPU second")
    print(f"recall {len(found & truth) / len(truth):.4f} of pairs, precision {len(found & truth) / len(found):.4f}")
    print(f"recall {len(reached & {j for _, j in truth}) / len({j for _, j in truth}):.4f} of documents")


if __name__ == "__main__":
    main()
