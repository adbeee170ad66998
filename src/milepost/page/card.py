"""One column as a card: what it is, how its cells are spread on train and test, what is missing and odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from milepost.page import draw
from milepost.page.html import Html, joined, name, short, tag
from milepost.page.voice import Voice, figure, number, share

TOP = 6  # values that are drawn
Profile = Mapping[str, Any]


def card(column: str, profile: Profile, place: str, found: Sequence[Mapping[str, Any]], voice: Voice) -> Html:
    """Return the card of a column with the codes of its findings."""
    flags = {f["code"]: f["severity"] for f in reversed(found)}
    links = [tag("a", code, href=f"#f-{code}", class_=f"flag s-{severity}") for code, severity in flags.items()]
    return tag(
        "article",
        tag("h3", name(column), tag("span", voice(str(profile["type"])), class_="type")),
        tag("p", links, class_="flags") if links else None,
        _portrait(column, profile, voice),
        tag("dl", [tag("div", tag("dt", k), tag("dd", v)) for k, v in _facts(profile, voice)], class_="numbers"),
        class_="card column",
        id=place,
    )


def _portrait(column: str, profile: Profile, voice: Voice) -> Html | None:
    if profile.get("personal"):
        return tag("p", voice("personal data: no cell is shown"), class_="note")
    if "top" in profile:
        return _values(profile, voice)
    if profile["type"] == "id":
        return None
    drawn = profile.get("length", profile)
    if "histogram" not in drawn:
        return None
    texts = "length" in profile
    label = short(column)
    title = voice("{0}: letters of a cell", label) if texts else voice("{0}: how the cells are spread", label)
    return _spread(title, drawn, voice)


def _spread(title: Html, drawn: Profile, voice: Voice) -> Html:
    """Draw a histogram with its ends, and the quantiles under it."""
    found = drawn["histogram"]
    names, shares = _bins(found["edges"]), {side: _shares(found, side) for side in found["counts"]}
    tips = [
        joined([names[i], *(f"{voice(side)} {share(s[i], 1)}" for side, s in shares.items())], " · ")
        for i in range(len(names))
    ]
    ends = names[0].split(" – ")[0], names[-1].split(" – ")[-1]
    return tag(
        "figure",
        draw.histogram(title, shares.get("train", ()), shares.get("test", ()), tips),
        _quantiles(title, drawn, voice),
        tag("figcaption", tag("span", ends[0]), tag("span", ends[1])),
        _beyond(found, voice),
    )


def _bins(edges: Sequence[Any]) -> list[str]:
    """Name the bins: a whole number where each has one, from where to where otherwise."""
    if not isinstance(edges[0], str) and edges[0] % 1 == 0.5 and edges[1] - edges[0] == 1:
        return [figure(low + 0.5) for low in edges[:-1]]
    named = [_day(e) if isinstance(e, str) else figure(e) for e in edges]
    return [f"{low} – {high}" for low, high in pairwise(named)]


def _day(date: str) -> str:
    return date[:16].replace("T", " ").removesuffix(" 00:00")


def _shares(found: Profile, side: str) -> list[float]:
    """Return what share of a side's cells is in every bin."""
    counts = found["counts"][side]
    whole = sum(counts) + found.get("below", {}).get(side, 0) + found.get("above", {}).get(side, 0)
    return [n / max(1, whole) for n in counts]


def _quantiles(title: Html, drawn: Profile, voice: Voice) -> Html | None:
    at, edges = list(drawn.get("quantiles", {}).values()), drawn["histogram"]["edges"]
    if len(at) != 5 or None in at:
        return None
    spoken = voice("{0}; quantiles 5, 25, 50, 75, 95%: {1}", title, voice.listed(figure(q) for q in at))
    return draw.spread(spoken, edges[0], edges[-1], at)


def _beyond(found: Profile, voice: Voice) -> Html | None:
    """Say what lies outside of the drawing."""
    below, above = sum(found.get("below", {}).values()), sum(found.get("above", {}).values())
    every = below + above + sum(map(sum, found["counts"].values()))
    parts = [voice("{0} lie lower", share(below, every))] if below else []
    parts += [voice("{0} lie higher", share(above, every))] if above else []
    return tag("p", voice("not drawn: {0}", voice.listed(parts)), class_="note") if parts else None


def _values(profile: Profile, voice: Voice) -> Html:
    """Draw the most frequent values: the share of train as a bar, that of test as a tick."""
    top, others = profile["top"], profile.get("others", {})
    sides = [key for key in top[0] if key != "value"] if top else []
    total = {s: max(1, sum(v[s] for v in top) + others.get(s, 0)) for s in sides}
    first = [(name(v["value"]), v["value"], {s: v[s] / total[s] for s in sides}) for v in top[:TOP]]
    most = max((max(shares.values()) for _, _, shares in first), default=1) or 1
    left = profile["distinct"] - len(first)
    rest = {s: (sum(v[s] for v in top[TOP:]) + others.get(s, 0)) / total[s] for s in sides}
    rows = [_value(label, plain, shares, most, voice) for label, plain, shares in first]
    if left > 0 and rest:
        said = tag("span", voice("{0} other values", number(left)), class_="label")
        rows.append(tag("li", said, tag("span", share(rest[_main(rest)], 1), class_="percent"), class_="others"))
    return tag("ul", rows, class_="values")


def _value(label: Html, plain: str, shares: Mapping[str, float], most: float, voice: Voice) -> Html:
    main, test = shares[_main(shares)], shares.get("test")
    title = joined([plain, *(f"{voice(side)} {share(s, 1)}" for side, s in shares.items())], " · ")
    chart = draw.bullet(title, main / most, None if test is None else test / most)
    return tag("li", tag("span", label, class_="label"), chart, tag("span", share(main, 1), class_="percent"))


def _main(shares: Mapping[str, float]) -> str:
    """Return the side that is drawn: train, wherever it has the column."""
    return "train" if "train" in shares else next(iter(shares))


def _facts(profile: Profile, voice: Voice) -> list[tuple[Html, Html]]:
    """Return the numbers that are said of a column."""
    out, drawn = list[tuple[Html, str]](), profile.get("length", profile)
    at = drawn.get("quantiles") if profile["type"] != "id" else None
    if at and drawn["min"] != drawn["max"]:
        out.append((voice("median"), figure(at["0.5"])))
        out.append((voice("middle 90%"), f"{figure(at['0.05'])} – {figure(at['0.95'])}"))
    if isinstance(drawn.get("min"), str):
        out += [(voice("first"), _day(drawn["min"])), (voice("last"), _day(drawn["max"]))]
    elif "min" in drawn:
        spread = voice("letters") if "length" in profile else voice("range")
        out.append((spread, f"{figure(drawn['min'])} – {figure(drawn['max'])}"))
    if "mean" in drawn:
        out.append((voice("mean"), figure(drawn["mean"])))
    about = "≈ " if profile.get("distinct_about") else ""
    out.append((voice("different"), about + number(profile["distinct"])))
    out.append((voice("missing"), _missing(profile)))
    return [(label, joined(value)) for label, value in out]


def _missing(profile: Profile) -> str:
    if not profile["missing"]:
        return "0"
    return tag("span", f"{number(profile['missing'])} ({share(profile['missing_share'], 1)})", class_="gap")
