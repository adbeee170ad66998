"""A page as a parser of HTML sees it: its elements, and its texts with what they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

from milepost.page.html import VOID


class Element(NamedTuple):
    name: str
    attributes: dict[str, str | None]


class Text(NamedTuple):
    words: str
    within: tuple[str, ...]  # elements around it, the outermost first


class Reader(HTMLParser):
    """Read a whole page; every element must be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements, self.texts, self.open = list[Element](), list[Text](), list[str]()
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(Text(data, tuple(self.open)))

    def words(self) -> Iterator[str]:
        """The page's own words: texts that are neither code, nor a name, nor style; and what is read aloud."""
        yield from (t.words for t in self.texts if not {"code", "bdi", "style"} & set(t.within))
        yield from (e.attributes["aria-label"] or "" for e in self.elements if "aria-label" in e.attributes)
