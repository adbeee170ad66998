"""The page in a real browser: light and dark, on a telephone and on a desk, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import CHROMIUM, Browser

from milepost.page.page import page

from . import sample
from .much import much
from .test_page import evil

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
LOOKS = [(lang, scheme, width) for lang in ("en", "zh") for scheme in ("light", "dark") for width in (375, 768, 1280)]
PICTURES = Path(__file__).parents[2] / "build" / "pages"  # to look at; git keeps none of them
# the least contrast of a text with what lies behind it, by WCAG 2.2; translucent backgrounds are not used for text
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const drawn = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
                       return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const known = {}, rgb = c => known[c] ??= drawn(c);
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
# words of a drawing that lie upon each other, and text that runs out of what it stands in
UPON = """[...document.querySelectorAll('svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.getBoundingClientRect(), t.textContent]);
  return boxes.flatMap(([a, s], i) => boxes.slice(i + 1).filter(([b]) => a.left < b.right && b.left < a.right
    && a.top < b.bottom - 1 && b.top < a.bottom - 1).map(([, t]) => s + ' / ' + t)); })"""
SPILT = """[...document.querySelectorAll('td, th, p, li, dd, dt, h1, h2, h3, h4, section, article, details')]
  .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
  .filter(e => !e.closest('.slide, .unseen, .values, .road, #verdict > h2'))
  .map(e => e.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def shown() -> Browser:
    with Browser() as browser:
        yield browser


def put(shown: Browser, text: str, folder: Path, width: int, scheme: str = "light") -> None:
    """Show a page."""
    file = folder / "report.html"
    file.write_text(text, "utf-8")
    shown.heard.clear()
    shown.open(file.as_uri(), width, scheme=scheme)


def keep(shown: Browser, name: str) -> None:
    """Keep a picture to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    shown.picture(PICTURES / f"{name}.png")


def fits(shown: Browser, width: int) -> None:
    """Hold the page that is shown to its width, and its words to their places."""
    assert shown.run("document.documentElement.scrollWidth") <= width
    assert shown.run(WIDE) == [] == shown.run(SPILT)
    assert shown.run(UPON) == []


@pytest.mark.parametrize(("lang", "scheme", "width"), LOOKS)
def test_the_page_fits_and_can_be_read(lang: str, scheme: str, width: int, shown: Browser, tmp_path: Path) -> None:
    put(shown, page(sample.evidence(), "0001-abc", lang), tmp_path, width, scheme)
    fits(shown, width)
    least, where = shown.run(CONTRAST)
    assert least >= 4.5, where
    background = shown.run("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(245, 244, 239)", "dark": "rgb(18, 20, 21)"}[scheme]
    titles = "[...document.querySelectorAll('svg[role=img]')].filter(s => !s.querySelector('title')).length"
    assert shown.run(titles) == 0
    keep(shown, f"{lang}-{scheme}-{width}")
    assert trouble(shown) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 375), ("dark", 1280)])
def test_a_warning_is_seen_first(width: int, scheme: str, shown: Browser, tmp_path: Path) -> None:
    put(shown, page(sample.evidence(hashes={"gates.json": "f" * 64}), "0001-abc"), tmp_path, width, scheme)
    fits(shown, width)
    assert shown.run("document.querySelector('[role=alert]').getBoundingClientRect().top") == 0
    least, where = shown.run(CONTRAST)
    assert least >= 4.5, where
    keep(shown, f"warning-{scheme}-{width}")


@pytest.mark.parametrize("width", [375, 1280])
def test_very_much_of_all_stays_readable(width: int, shown: Browser, tmp_path: Path) -> None:
    put(shown, page(much(), "0001-abc"), tmp_path, width)
    fits(shown, width)
    assert shown.run("document.documentElement.scrollHeight") < 60_000
    keep(shown, f"much-{width}")


@pytest.mark.parametrize("width", [375, 1280])
def test_hostile_words_run_nothing_and_break_nothing(width: int, shown: Browser, tmp_path: Path) -> None:
    put(shown, page(evil(), "0001-abc"), tmp_path, width)
    keep(shown, f"hostile-{width}")
    assert shown.run("typeof hit") == "undefined"
    assert shown.run("document.documentElement.scrollWidth") <= width and shown.run(WIDE) == []
    assert trouble(shown) == []


def test_a_printed_page_is_light_and_whole(shown: Browser, tmp_path: Path) -> None:
    put(shown, page(sample.evidence(), "0001-abc"), tmp_path, 1280, "dark")
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
