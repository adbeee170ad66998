"""Tell slips, which happen anywhere, from honest errors, which crowd where two classes meet."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from milepost.types import Array

PARTS, FINER = 32, 16  # parts of the rows that are compared, and steps within each
WIDTHS = np.geomspace(0.3, 60, 48)  # spread of the logits of honest errors
SHAPES = (0.75, 1.0, 1.5)  # powers of them
TOPS = (1.0, 1.3)  # twice the chance of an error where classes meet: with many classes more than a half
SHARES = np.concatenate([[0.0], np.geomspace(0.004, 0.2, 30)])


class Slips(NamedTuple):
    """How often a label is wrong for no reason that the columns know."""

    share: float
    evidence: float  # twice the logarithm of how much likelier the errors are with that share than without
    chance_N: Array  # that an error of a row is a slip


def slips(doubt_N: Array, wrong_N: Array) -> Slips:
    """Fit the share of errors that do not vanish where there is least doubt, float64 [N].

    An honest error has the chance of a logistic model whose logits spread like a normal variable, by the rank of the
    row's doubt; a slip has the same chance everywhere. The likeliest of a grid is taken.
    """
    rows = len(doubt_N)
    order = np.argsort(-doubt_N, kind="stable")
    parts = np.array_split(wrong_N[order], PARTS)
    wrong_P, right_P = (np.array([(p == v).sum() for p in parts], np.float64) for v in (True, False))
    place_Q, curve_AQ = _honest()
    mean_AP = curve_AQ.reshape(len(curve_AQ), PARTS, FINER).mean(2)
    chance_SAP = np.clip(SHARES[:, None, None] + (1 - SHARES[:, None, None]) * mean_AP, 1e-6, 1 - 1e-6)
    likely_SA = np.log(chance_SAP) @ wrong_P + np.log(1 - chance_SAP) @ right_P
    s, a = np.unravel_index(int(likely_SA.argmax()), likely_SA.shape)
    honest_N, share = np.empty(rows), float(SHARES[s])
    honest_N[order] = np.interp((np.arange(rows) + 0.5) / rows, place_Q, curve_AQ[a])
    chance_N = share / (share + (1 - share) * honest_N + 1e-12)
    return Slips(share, 2 * float(likely_SA.max() - likely_SA[0].max()), chance_N)


@cache
def _honest() -> tuple[Array, Array]:
    """Return places from most doubt (0) to least (1), [Q], and the chance of an honest error there, [curves, Q]."""
    place_Q = (np.arange(PARTS * FINER) + 0.5) / (PARTS * FINER)
    away_Q = np.array([NormalDist().inv_cdf(0.5 + p / 2) for p in place_Q])
    curves = [t / (1 + np.exp(np.minimum(50, w * away_Q**s))) for w in WIDTHS for s in SHAPES for t in TOPS]
    return place_Q, np.array(curves)
