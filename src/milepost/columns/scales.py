"""Words that stand in an order, and words that say yes or no."""

from __future__ import annotations

import re
from collections.abc import Collection

TRUTHS = (  # (true, false)
    ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("是", "否"), ("真", "假"), ("有", "无"),
    ("对", "错"), ("ja", "nein"), ("oui", "non"), ("sí", "no"), ("si", "no"),
)  # fmt: skip
SCALES = tuple(
    tuple(levels.split("|"))
    for levels in (
        "very low|low|lower|moderate|medium|mid|middle|average|normal|upper|high|higher|very high",
        "xxs|xs|s|m|l|xl|xxl|xxxl",
        "extra small|tiny|small|medium|large|big|huge|extra large",
        "strongly disagree|disagree|somewhat disagree|neutral|neither agree nor disagree|somewhat agree|agree"
        "|strongly agree",
        "never|rarely|seldom|sometimes|occasionally|often|usually|always",
        "very poor|terrible|bad|poor|fair|ok|average|good|very good|excellent|outstanding",
        "very dissatisfied|dissatisfied|neutral|satisfied|very satisfied",
        "none|mild|moderate|severe|critical",
        "beginner|elementary|intermediate|advanced|expert",
        "junior|mid|senior|principal",
        "bronze|silver|gold|platinum|diamond",
        "first|second|third|fourth|fifth|sixth",
        "很低|低|较低|中|中等|较高|高|很高",
        "很小|小|中|大|很大|特大",
        "很差|差|较差|一般|中等|较好|良|良好|好|很好|优|优秀",
        "非常不满意|不满意|一般|满意|非常满意",
        "非常不同意|不同意|中立|同意|非常同意",
        "从不|很少|有时|经常|总是",
        "轻度|中度|重度",
    )
)
STEP = r"(?:grade|level|lvl|stage|class|tier|step|band|rank|phase|year|stars?|星|级|年级|等级|期|档)"
NUMBERED = re.compile(rf"(?:{STEP}[ _-]?(\d+)|第?(\d+)(?:st|nd|rd|th)?[ _-]?{STEP})")
RANGE = re.compile(
    r"(?:(?:age[ds]? )?(\d[\d,.]*k?) ?(?:-|–|~|to|至|到) ?\d[\d,.]*k?|(?:<|≤|<=|under |below )()\d[\d,.]*k?"
    r"|(?:>|≥|>=|over |above )(\d[\d,.]*k?)|(\d[\d,.]*k?) ?(?:years?|岁|元)? ?(?:\+|and over|or more|以上)"
    r"|()\d[\d,.]*k? ?(?:years?|岁|元)? ?(?:or less|以下))(?: ?(?:years?|岁|元))?"
)
FEWEST = 3  # levels from which an order says something


def truths(words: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return which of lower-case words mean true and which false, if they are such."""
    for yes, no in TRUTHS:
        if words and set(words) <= {yes, no}:
            return (yes,), (no,)
    return None


def levels(words: Collection[str]) -> tuple[str, ...]:
    """Return lower-case words from the lowest level to the highest, () where they are no levels."""
    different = set(words)
    if not FEWEST <= len(different) <= 50:
        return ()
    for scale in SCALES:
        if different <= set(scale):
            return tuple(level for level in scale if level in different)
    for pattern in (NUMBERED, RANGE):
        found = {word: match for word in different if (match := pattern.fullmatch(word))}
        if len(found) == len(different):
            return tuple(sorted(found, key=lambda word: _place(found[word])))
    return ()


def _place(match: re.Match[str]) -> tuple[float, bool]:
    """Return what orders a numbered step or a range: its lower bound, an open end after the range that begins there."""
    bound = next((g for g in match.groups() if g), "")
    number = float(re.sub(r"[^\d.]", "", bound.replace(",", "")).strip(".") or "-inf")
    return number * (1000 if bound.endswith("k") else 1), match.group(0)[:1] in ">≥"
