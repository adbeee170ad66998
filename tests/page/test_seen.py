"""The page in a real browser: light and dark, on a telephone and on a desk, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import CHROMIUM, Browser

from milepost.page.page import page

from . import sample
from .test_page import evil

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
LOOKS = [(lang, scheme, width) for lang in ("en", "zh") for scheme in ("light", "dark") for width in (375, 1280)]
# the least contrast of a text with what lies behind it, by WCAG 2.2; translucent backgrounds are not used for text
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
                     return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                      .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                        if (c[3] === 255) return c; } return [255, 255, 255]; };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = [99, ''];
  while (words.nextNode()) {
    const e = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || e.closest('title, .unseen')) continue;
    const pair = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => b - a);
    const found = (pair[0] + .05) / (pair[1] + .05);
    if (found < least[0]) least = [found, e.outerHTML.slice(0, 200)];
  }
  return least; })()"""
WIDE = """[...document.body.querySelectorAll('*')].filter(e => !e.closest('svg, .unseen, .values .label')
  && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def shown() -> Browser:
    with Browser() as browser:
        yield browser


@pytest.mark.parametrize(("lang", "scheme", "width"), LOOKS)
def test_the_page_fits_and_can_be_read(lang: str, scheme: str, width: int, shown: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(sample.evidence(), "0001-abc", lang), "utf-8")
    shown.heard.clear()
    shown.open(file.as_uri(), width, scheme=scheme)
    assert shown.run("document.documentElement.scrollWidth") <= width and shown.run(WIDE) == []
    least, where = shown.run(CONTRAST)
    assert least >= 4.5, where
    assert (
        shown.run("getComputedStyle(document.body).backgroundColor")
        == {
            "light": "rgb(245, 244, 239)",
            "dark": "rgb(18, 20, 21)",
        }[scheme]
    )
    assert (
        shown.run("[...document.querySelectorAll('svg[role=img]')].filter(s => !s.querySelector('title')).length") == 0
    )
    shown.picture(tmp_path / f"{lang}-{scheme}-{width}.png")
    assert trouble(shown) == []


@pytest.mark.parametrize("width", [375, 1280])
def test_hostile_words_run_nothing_and_break_nothing(width: int, shown: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(evil(), "0001-abc"), "utf-8")
    shown.heard.clear()
    shown.open(file.as_uri(), width)
    shown.picture(tmp_path / f"hostile-{width}.png")
    assert shown.run("typeof hit") == "undefined"
    assert shown.run("document.documentElement.scrollWidth") <= width and shown.run(WIDE) == []
    assert trouble(shown) == []


def test_a_printed_page_is_light_and_whole(shown: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(sample.evidence(), "0001-abc"), "utf-8")
    shown.open(file.as_uri(), scheme="dark")
    features = [{"name": "prefers-color-scheme", "value": "light"}]  # browsers print so
    shown.send("Emulation.setEmulatedMedia", media="print", features=features)
    assert shown.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    shown.send("Emulation.setEmulatedMedia", media="")


def trouble(shown: Browser) -> list[str]:
    """What the console complained about, and what was fetched."""
    said = [str(e["params"]) for e in shown.heard if e["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
    urls = [e["params"]["request"]["url"] for e in shown.heard if e["method"] == "Network.requestWillBeSent"]
    return said + [u for u in urls if not u.startswith(("file:", "data:"))]
