"""What a YAML parser complains about, in plain words with a fix."""

from __future__ import annotations

import re

from milepost.errors import MilepostError

_QUOTE = "put the whole text in quotes"
_ALIGN = "align it with the keys beside it; what follows a closing quote or bracket goes inside it"
_COLON = "write `key: value`, with a space after the colon"

# the parser's words -> (does its context hold the line?, what, fix); the first that matches counts
_WORDS: tuple[tuple[str, bool, str, str], ...] = (
    ("simple key", True, "`{line}` is no `key: value`", _COLON),
    ("quoted scalar.*(end of stream|document)", True, "a quote is opened here and never closed", "close it"),
    ("quoted scalar", False, "an unknown escape follows a `\\`", "write `\\\\`, or use single quotes"),
    ("flow node", True, "a value is missing here, or a `[` or `{{` is not closed", "write it; close what is open"),
    ("block node", False, "a text cannot start like this: `{line}`", _QUOTE),
    ("plain scalar", False, "a `:` cannot stand here: `{line}`", "write a space after the colon, or quote the text"),
    ("flow sequence", True, "`[` is opened here and not closed", "close it with `]`; put commas between the items"),
    ("flow mapping", True, "`{{` is opened here and not closed", "close it with `}`; put commas between the keys"),
    ("mapping values", False, "a key cannot stand here: `{line}`", "quote text that holds `: `; align the keys"),
    ("sequence entries|block sequence", False, "a list item cannot stand here", "start it on a line of its own"),
    ("cannot start any token", False, "`{char}` cannot start a text", _QUOTE),
    ("block scalar", False, "`>` and `|` start a block of text on the next line", _QUOTE),
    ("anchor|alias", False, "`&` and `*` start a name of letters and digits", _QUOTE),
    ("'-'|block end|block mapping|block collection|document start", False, "`{line}` does not belong here", _ALIGN),
    ("tag|directive", False, "`!` and `%` have a meaning of their own here", _QUOTE),
)

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def control_character(text: str, name: str) -> MilepostError | None:
    """Return the error of the first character that no text has, None if there is none."""
    if not (found := _UNPRINTABLE.search(text)):
        return None
    line = text.count("\n", 0, found.start()) + 1
    what = f"the text holds the control character U+{ord(found[0]):04X}"
    return MilepostError(what, f"{name}:{line}", "remove it, or save the file as UTF-8 text")


def explained(error: Exception, text: str, name: str) -> MilepostError:
    """Return a parser's complaint as a person would put it, at the line where the mistake was made."""
    said = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    lines = text.splitlines() or [""]
    number = min(mark.line if mark else 0, len(lines) - 1)
    indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    if "\t" in indent:
        return MilepostError("the line is indented with a tab", f"{name}:{number + 1}", "indent with spaces")
    for pattern, at_context, what, fix in _WORDS:
        if re.search(pattern, said):
            number = min(context.line, len(lines) - 1) if at_context and context else number
            char = lines[number][mark.column : mark.column + 1] if mark and not at_context else ""
            words = what.format(line=lines[number].strip()[:60], char="tab" if char == "\t" else char)
            return MilepostError(words, f"{name}:{number + 1}", fix)
    return MilepostError("this is not YAML", f"{name}:{number + 1}", _COLON)
