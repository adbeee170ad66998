"""Every message of the source has its Chinese, and every entry of the catalogue is somebody's message."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from messages import SRC, Messages, messages, overlooked, reasons

from milepost.page.glance import SEVERITIES, SIDES, TYPES
from milepost.roadmap.verdict import WORST
from milepost.words.say import HOLE, TEMPLATE, entries, say

PAIRS = entries("zh")
KNOWN = dict(PAIRS)
LETTER, NARROW = "[\u3400-\u9fff]", r"[A-Za-z0-9`{]"
CODE = re.compile(r"(milepost|pip|chmod)( [\w\[\]'+{}.-]+)+|columns: \{.*|FALSE|TRUE")  # is typed, in every language
UNSEEN = {"validation loss {}, best {}", "{} problems"}  # beside a bar of progress; of an error that is several
JSON = {
    *SEVERITIES,
    *SIDES,
    *TYPES,
    *(v.replace("_", " ") for v in WORST),
    "naive",
    "baseline",
    "data",
}  # said in words
OTHERWISE = {  # files with words that are no messages
    "columns/scales.py": "words of the data",
    "data/languages.py": "words of the data",
    "findings/disguised.py": "words of the data",
    "spec/syntax.py": "words of YAML's parser",
    "compute/loop.py": "why training ended, in training.json",
    "nets/tabular.py": "shapes",
    "roadmap/new.py": "a product.yaml and its comments",
}
LISTS = {"`{}`, {~}", "`{}` ...", "`{}` ({})", "`{}` ({}), {~}", "{} s", "{} h"}  # made by joining
LATER = {  # words in a hole that only a run can tell: another error's, the system's, reasons, verdicts, lists
    "the system refused: {~}",
    "the file cannot be read: {~}",
    "the folder cannot be written: {~}",
    "`{}` cannot be read: {~}",
    "it is no JSON: {~}",
    "{} was left out: {~}",
    "`{}` {~}",
    "the same as {~} on every row: test on more and other rows",
    "deploy waits for `{}`: `{}` is {~} on validation rows",
    "{~} lacks the column `{}` of train",
    "{} cells of `{}` are no {~}; they count as missing",
    "`{}` and `{}` are both named after {~}",
    "`{}` holds {~}s, but {} of {} rows say {~}; they count as missing",
    "`{}` says {~}, which counts as a category of its own",
    "`{}` is missing in {} of {} rows ({} %): {~}",
    "`{}` is missing in {} of {} rows ({} %): empty {}, {~}",
    "{} of {} rows cannot be read ({~}, lines {}): with the others they are more than data.bad_rows = {} allows",
    "no rows are left for {~}: {} were set aside, most for: {~}",
    "{} rows were set aside: {~}",
    "{} rows cannot be read: {~}",
    "{~} has columns that train lacks: {~}; they are not read",
    "{~} and {} more",
    "classes with fewer than {} training rows: {~}",
    "{~} has classes that training never saw: {~}; every answer to them is wrong",
    "{} columns, most of all {~}",
    "the product does not answer: {~}",
}


@cache
def found() -> Messages:
    return messages()


def bare(english: str) -> str:
    return english.replace("{~}", "{}")


def wanted() -> dict[str, str]:
    """Messages and the words in their holes, and where they are said."""
    out = {text: place for text, place in found().places.items() if not CODE.fullmatch(text) and text not in UNSEEN}
    for text in list(out):
        for word in {w for hole in found().found[text] for w in hole.words}:
            out.setdefault(word, found().places[text])
    return out


def shown() -> set[str]:
    """What the page and the commands say as it is written, and names in JSON that they put into words."""
    out = {*JSON, *(r.replace("_", " ") for r in reasons())}
    for file in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("voice", "say"):
                out |= {str(n.value) for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    return out


def foreign() -> Iterator[str]:
    """What others say: the system, the json module, typer."""
    yield from map(os.strerror, errno.errorcode)
    for text in ("", "[1 2]", '{"a" 1}', "{a: 1}", '"a', '"\n"', r'"\x"', r'"\u1"', "1 2"):
        with pytest.raises(json.JSONDecodeError) as error:
            json.loads(text)
        yield error.value.msg
    yield from ("Illegal trailing comma before end of object", "Illegal trailing comma before end of array")  # 3.13
    yield from (
        e for e, _ in PAIRS if re.match("No such (option|command)|Missing arg|Option '|Got un|Invalid value", e)
    )


def test_every_message_has_its_chinese() -> None:
    known = {bare(english) for english in KNOWN}
    missing = [f"{place}: {text}" for text, place in wanted().items() if text not in known]
    assert len(wanted()) > 500 and not missing, "not in zh.txt:\n" + "\n".join(sorted(missing))


def test_every_entry_is_a_message() -> None:
    known = {*wanted(), *shown(), *foreign(), *map(bare, LISTS)}
    orphans = [english for english in KNOWN if bare(english) not in known]
    assert not orphans, "said by nobody:\n" + "\n".join(orphans)


def test_no_sentence_is_overlooked() -> None:
    """Literals that read like a sentence and flow into no message would be one that the collector does not see."""
    left = [said for said in overlooked(found()) if said.split(":")[0] not in OTHERWISE and "arrow stream" not in said]
    assert not left, "\n".join(left)


def test_a_hole_is_put_into_words_where_it_holds_words_and_kept_where_it_holds_a_name() -> None:
    for english in KNOWN:
        holes = found().found.get(bare(english), ())
        for mark, hole in zip(HOLE.findall(english), holes, strict=not TEMPLATE.search(english)) if holes else ():
            assert mark != "{~}" or not hole.quoted, f"a name may stand in {english}"
            assert mark == "{~}" or not hole.words, f"{english} holds words: {sorted(hole.words)}"
            assert mark != "{~}" or hole.words or english in LATER, f"what words does {english} hold?"


def told() -> Iterator[tuple[str, str]]:
    """Messages with names in their holes, each word once, and what they must become."""
    entry = {bare(english): english for english in KNOWN}
    for text, holes in found().found.items():
        if text in wanted() and text in entry and not TEMPLATE.search(text):
            for which in range(max((len(h.words) for h in holes), default=1) or 1):
                held = [
                    filled(sorted(h.words)[which % len(h.words)]) if h.words else f"Q{i}" for i, h in enumerate(holes)
                ]
                said = [say("zh")(v) if h.words else v for h, v in zip(holes, held, strict=True)]
                yield filled(text, held), _filled(KNOWN[entry[text]], said)


def filled(text: str, held: Sequence[str] = ()) -> str:
    order = iter(held or [f"N{i}" for i in range(9)])
    return re.sub(r"\{\}", lambda _: next(order), text)


def _filled(other: str, held: Sequence[str]) -> str:
    """Fill a message of the catalogue, the slow way; blanks beside words are looked at by nobody here."""
    order = iter(range(len(held)))
    return HOLE.sub(lambda h: held[int(h[0][1:-1]) if h[0][1:-1].isdigit() else next(order)], other)


def test_no_message_is_taken_for_another() -> None:
    found_ = [(english, say("zh")(english), other) for english, other in told()]
    wrong = [f"{a}\n  {b}\n  {c}" for a, b, c in found_ if b.replace(" ", "") != c.replace(" ", "")]
    assert len(found_) > 500 and not wrong, "\n".join(wrong)


def test_no_message_is_there_twice_and_later_words_are_some_messages() -> None:
    assert len(PAIRS) == len({bare(english) for english in KNOWN})
    assert set(KNOWN) >= LATER | LISTS


@pytest.mark.parametrize(("english", "other"), PAIRS)
def test_an_entry_is_sound(english: str, other: str) -> None:
    """The same holes, the same numbers and code, and the habits of Chinese typography."""
    count = len(HOLE.findall(english))
    order = [int(h[1]) if h[1].isdigit() else None for h in HOLE.findall(other)]
    assert len(order) == count and (None not in order or set(order) <= {None})
    assert None in order or sorted(o for o in order if o is not None) == list(range(count)), "each hole once"
    assert "}{" not in english, "holes need a border"
    figures = re.compile(r"\d(?:[\d,.]*\d)?")
    assert sorted(figures.findall(HOLE.sub("", english))) == sorted(figures.findall(HOLE.sub("", other)))
    plain = re.sub(r"`[^`]*`|\{\"|\", \.\.\.|orient=\"records\"", "`", HOLE.sub("{}", other))
    assert not re.search(rf"{LETTER}[,;:?!()]|[,;:?!()]{LETTER}", plain), "full-width punctuation"
    assert not re.search(rf"{LETTER}{NARROW}|[A-Za-z0-9`%]{LETTER}", re.sub(r"\{\}|\{~\}", "", plain)), "a blank"
    assert not re.search(r"[，。：；、（）？「」] | [，。：；、（）？「」]", plain), "no blank beside full-width marks"


def test_what_others_say_is_spoken_as_they_say_it() -> None:
    for text in ("Permission denied", "No such file or directory", "Is a directory", "Read-only file system"):
        assert text in {os.strerror(code) for code in errno.errorcode}
    assert say("zh")("the system refused: Permission denied") == "系统拒绝：权限不足"
    assert say("zh")("it is no JSON: Expecting ',' delimiter") == "不是 JSON：此处应有 `,`"
