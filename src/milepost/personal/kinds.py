"""What the traces in a column are, judged by all its cells: chance and other numbers leave traces too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from milepost.personal.persons import of_computers, of_homes, of_persons, of_phones, of_security
from milepost.types import Finding

MOST = 0.5  # share of cells from which a column of digits is of one kind
NEARLY = 0.8  # the same where only the shape speaks
SURE = 0.95
LUCK = 0.1  # share of numbers that pass Luhn's check by chance
FAR = 4.0  # standard deviations beyond chance
DENSE = 3  # times their count that numbers in sequence may span
SOME = 3  # traces that are no accident
DIFFERENT = 20  # names that are no categories
FIX = "leave it out with task.features, or remove it; no value of it is printed"


def judged(
    name: str, names: Sequence[str], said: int, seen: Mapping[str, int], spread: Mapping[str, int], words: int
) -> dict[str, int]:
    """Return how many of each kind a column holds.

    `said` = cells that are filled, `seen` = traces by their name, `spread` = from the least to the greatest number of
    a trace, `words` = different words of a column that is named like people.
    """
    n = _Seen(seen)
    out = {
        "mail": n["mail"],
        "mobile": _mobiles(n, said, spread.get("mobile", 0)),
        "resident": _residents(n, said),
        "card": _cards(n, spread.get("card", 0)),
        "iban": n["account"] if n["account"] >= MOST * n["accounts"] else 0,
        "address": _addresses(n, name),
        "security": _security(n, name, said),
    }
    out["phone"] = _phones(n, name, said, out["mobile"])
    if not any(out.values()) and words >= min(DIFFERENT, max(2, MOST * n["words"])) and n["words"] >= MOST * said:
        out["person"] = n["words"] if of_persons(name, names) else 0
        out["home"] = n["words"] if of_homes(name) else 0
    return {kind: count for kind, count in out.items() if count}


class _Seen(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return 0


def _phones(n: Mapping[str, int], name: str, said: int, mobiles: int) -> int:
    sure = n["abroad"] + n["local"]
    if of_phones(name) and n["cells"] >= MOST * said and not mobiles:
        return max(sure, n["cells"])
    return sure + (n["shaped"] if sure + n["shaped"] >= NEARLY * said else 0)


def _mobiles(n: Mapping[str, int], said: int, spread: int) -> int:
    """Chinese mobile numbers: most cells, or cells far longer than all other numbers; amounts come at any length."""
    out = n["mobile_sure"] + n["mobile_abroad"]
    if n["mobile_text"] >= MOST * n["eleven_text"]:
        out += n["mobile_text"]
    apart = n["mobile"] >= max(1 if out else SOME, SURE * n["eleven"]) and not n["beside"]
    if (apart or n["mobile"] >= MOST * said) and (out or spread > DENSE * n["mobile"]):
        out += n["mobile"]
    return out


def _residents(n: Mapping[str, int], said: int) -> int:
    new = n["resident"] if n["resident"] >= LUCK * n["long"] else 0
    old = n["resident_old"] >= MOST * n["fifteen"] and (new > 0 or n["resident_old"] >= max(SOME, MOST * said))
    return new + (n["resident_old"] if old else 0)


def _cards(n: Mapping[str, int], spread: int) -> int:
    apart = n["card_apart"] if n["card_apart"] >= MOST * n["groups"] else 0
    every, chance = n["numbers"], LUCK * n["numbers"] + FAR * math.sqrt(LUCK * (1 - LUCK) * n["numbers"])
    together = n["card"] >= max(SOME * LUCK * every, chance) and spread > 0
    return apart + (n["card"] if together else 0)


def _addresses(n: Mapping[str, int], name: str) -> int:
    """Addresses of computers, but not versions, whose numbers are small."""
    named = of_computers(name)
    high = n["address_high"] >= n["address"] / SOME and n["address"] >= NEARLY * n["quads"]
    return n["long_address"] + (n["address"] if named or high else 0)


def _security(n: Mapping[str, int], name: str, said: int) -> int:
    real = n["security"] >= SURE * n["security_form"]
    return n["security"] if real and (of_security(name) or n["security"] >= SOME) else 0


def said(name: str, kind: str, count: int) -> Finding:
    """Report that a column holds so many of a kind."""
    what = {
        "mail": f"`{name}` holds {count:,} e-mail addresses",
        "phone": f"`{name}` holds {count:,} telephone numbers",
        "mobile": f"`{name}` holds {count:,} Chinese mobile numbers",
        "resident": f"`{name}` holds {count:,} Chinese resident ids",
        "card": f"`{name}` holds {count:,} bank card numbers",
        "iban": f"`{name}` holds {count:,} bank account numbers (IBAN)",
        "address": f"`{name}` holds {count:,} IP addresses",
        "security": f"`{name}` holds {count:,} US social security numbers",
        "person": f"`{name}` holds {count:,} names of people, by its own name",
        "home": f"`{name}` holds {count:,} addresses of people, by its own name",
    }[kind]
    severity = "info" if kind in ("person", "home") else "warning"
    return Finding("personal_data", f"column {name}", what, FIX, severity, count)  # type: ignore[arg-type]
