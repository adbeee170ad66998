"""What the owner of data should know about its classes: lopsided, rare, never seen."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.findings.base import Look
from milepost.types import Finding

RARE = 10  # training rows of a class below which little is learned of it
LOPSIDED = 0.1  # share of the rarest class below which accuracy misleads
BELOW_EVEN = 0.4  # times an even share: where classes are many, every share is small
BLIND = 0.9  # accuracy of always guessing the commonest class from which it hides everything else
FEW = 5  # classes that are named


def notice_classes(look: Look, counts: Mapping[str, Mapping[str, int]]) -> list[Finding]:
    """Report classes that are lopsided, rare or never seen in training; `counts` is side -> class -> rows."""
    known = {c: n for c, n in counts.get("train", {}).items() if n}
    hidden = look.classes in look.personal
    return [*_imbalance(look.classes or "", known), *_rare(known, hidden), *_unseen(counts, known, hidden)]


def _imbalance(target: str, known: Mapping[str, int]) -> list[Finding]:
    total = sum(known.values())
    if len(known) < 2:
        return []
    rarest, commonest = min(known.values()), max(known.values())
    if rarest >= min(LOPSIDED, BELOW_EVEN / len(known)) * total:
        return []
    share, blind = 100 * rarest / total, 100 * commonest / total
    what = (
        f"the rarest class of `{target}` has {share:.2g} % of the training rows; "
        f"always the commonest is right in {blind:.3g} %"
    )
    fix = "accuracy misleads here: gate on recall, pr_auc or macro_f1"
    severity = "warning" if commonest >= BLIND * total else "info"
    return [Finding("class_imbalance", f"column {target}", what, fix, severity, rarest)]  # type: ignore[arg-type]


def _rare(known: Mapping[str, int], hidden: bool) -> list[Finding]:
    rare = {c: n for c, n in known.items() if n < RARE}
    if not rare:
        return []
    what = f"classes with fewer than {RARE} training rows: {_listed(rare, hidden)}"
    return [Finding("rare_class", "train", what, "add rows of them, or merge them", "warning", len(rare))]


def _unseen(counts: Mapping[str, Mapping[str, int]], known: Mapping[str, int], hidden: bool) -> list[Finding]:
    out = list[Finding]()
    for side in ("valid", "test"):
        unseen = {c: n for c, n in counts.get(side, {}).items() if n and c not in known}
        if unseen and known:
            what = (
                f"{side} has classes that training never saw: {_listed(unseen, hidden)}; every answer to them is wrong"
            )
            fix = "add training rows of them, or remove them"
            out.append(Finding("unseen_class", side, what, fix, "warning", sum(unseen.values())))
    return out


def _listed(counts: Mapping[str, int], hidden: bool) -> str:
    """List the first few classes and their rows; only their number where they are personal data."""
    if hidden:
        return str(len(counts))
    ranked = sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    first = ", ".join(f"`{c}` ({n:,})" for c, n in ranked[:FEW])
    return first + (f" and {len(counts) - FEW:,} more" if len(counts) > FEW else "")
