"""A forest: values with their intervals, one below the other, on one axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from milepost.page import plot
from milepost.page.html import Html, short, tag
from milepost.page.plot import Mark, Span
from milepost.page.scale import Scale, close
from milepost.page.voice import Voice, number
from milepost.page.written import Score, common, plain, written


class Tree(NamedTuple):
    """One row: its name as words and as markup, its score, how it is drawn and what is said beside it."""

    words: str
    label: Html
    score: Score
    kind: str = "mine"
    note: Html | None = None
    marks: Sequence[Mark] = ()


def forest(
    head: str, trees: Sequence[Tree], voice: Voice, marks: Sequence[Mark] = (), unit: str = "", bar: bool = False
) -> Html:
    """Draw rows on one axis that holds them all; `marks` go through every row, `bar` fills from 0."""
    axis = _axis(trees, marks, bar)
    digits = common([t.score for t in trees])
    counted = any(t.score.get("n") for t in trees)
    heads = [(head, None), (voice("95% interval"), None), (voice("value"), "number")]
    heads += [(voice("rows"), "number")] if counted else []
    rows = [_row(t, axis, marks, counted, bar, digits, voice) for t in trees]
    foot = tag("tr", tag("td"), tag("td", plot.axis_labels(axis, unit)), tag("td"), tag("td") if counted else None)
    return tag(
        "table",
        tag("thead", tag("tr", [tag("th", w, scope="col", class_=k) for w, k in heads])),
        tag("tbody", rows, role="rowgroup"),
        tag("tfoot", foot, aria_hidden="true"),
        class_="forest",
        role="table",
    )


def _axis(trees: Sequence[Tree], marks: Sequence[Mark], bar: bool) -> Scale:
    values = chain.from_iterable((t.score.get(k) for k in ("value", "low", "high")) for t in trees)
    every = [*marks, *chain.from_iterable(t.marks for t in trees)]
    return close([*values, *(m.value for m in every), *([0.0] if bar else [])], 6)


def _row(
    tree: Tree, axis: Scale, marks: Sequence[Mark], counted: bool, bar: bool, digits: int | None, voice: Voice
) -> Html:
    score = tree.score
    span = Span(score.get("value"), score.get("low"), score.get("high"), tree.kind)
    drawn = plot.strip(voice("{0}: {1}", short(tree.words), plain(score)), axis, span, [*marks, *tree.marks], bar)
    value, between = written(score, digits=digits)
    figures = tag("b", value), " ", tag("span", between, class_="between")
    n = tag("td", number(score["n"]) if score.get("n") else "", class_="number rows", role="cell")
    return tag(
        "tr",
        tag("th", tree.label, tree.note, scope="row", role="rowheader"),
        tag("td", drawn, class_="drawn", role="cell"),
        tag("td", figures, class_="number figures", role="cell"),
        n if counted else None,
        role="row",
        class_=f"t-{tree.kind}",
    )


def legend(items: Iterable[tuple[str, str]]) -> Html:
    """Return what the marks of a drawing mean: a class of each and its words."""
    keys = [tag("span", tag("span", class_=f"key-{kind}", aria_hidden="true"), " ", words) for kind, words in items]
    return tag("p", keys, class_="key")
