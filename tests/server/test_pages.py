from __future__ import annotations

import json
import re
import shlex
from html import unescape

import pytest
from browser import CHROMIUM, Browser

from milepost.server.pages import curl

from .conftest import Served, Start
from .fake import FakeProduct

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")


def test_pages_hold_no_address_of_elsewhere(served: Served) -> None:
    for path in ("/", "/docs"):
        text = served.ask("GET", path).text
        assert re.findall(r"(?:src|href)=\"(?!data:|/)[^\"]*\"|@import|url\(", text) == []
        assert "{{" not in text
        assert "<b>whom" not in text and "heart-check" in text


def test_openapi_carries_a_true_example(served: Served) -> None:
    found = served.ask("GET", "/openapi.json").json
    post = found["paths"]["/predict"]["post"]
    question = post["requestBody"]["content"]["application/json"]["example"]
    answer = post["responses"]["200"]["content"]["application/json"]["example"]
    assert served.predict(question).json == answer
    refs = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(found)))
    assert refs == set(found["components"]["schemas"])


def test_the_command_of_the_docs_works(served: Served) -> None:
    shown = re.search(r"<pre>(curl.*?)</pre>", served.ask("GET", "/docs").text, re.DOTALL)
    assert shown is not None
    words = shlex.split(unescape(shown[1]))
    assert served.predict(words[words.index("-d") + 1].encode()).json == FakeProduct.answer(54.0)


def test_a_quote_in_a_value_stays_in_the_command() -> None:
    row = {"name": "O'Hara; rm"}
    assert json.loads(shlex.split(curl(row, needs_token=False))[-1]) == row
    assert "$MILEPOST_TOKEN" in curl(row, needs_token=True)


@needs_browser
def test_the_form_answers_in_a_browser(served: Served) -> None:
    with Browser() as page:
        page.open(f"{served.url}/", width=375)
        assert page.run("document.documentElement.scrollWidth") == 375
        page.run("document.getElementById('clear').click()")
        page.type("81")
        page.press("Enter")
        page.until("document.querySelector('.headline')?.textContent === 'ill'")
        assert page.run("document.querySelector('.first .name').textContent") == "ill81.0 %"
        width = "parseFloat(document.querySelector('.first .bar').style.width)"
        assert page.run(width) == pytest.approx(81)
        assert "outside" in page.run("document.getElementById('field-0-hint').textContent")
        command = shlex.split(page.run("document.getElementById('curl').textContent"))
        assert command[1] == f"{served.url}/predict" and json.loads(command[-1]) == {"age": 81}
        assert _trouble(page) == []


@needs_browser
def test_the_form_shows_what_is_wrong_beside_the_field(served: Served) -> None:
    with Browser() as page:
        page.open(f"{served.url}/")
        page.run("document.getElementById('clear').click()")
        page.type("old")
        page.press("Enter")
        page.until("document.getElementById('field-0').getAttribute('aria-invalid') === 'true'")
        assert page.run("document.getElementById('field-0-hint').textContent") == "age is no number"
        assert page.run("document.activeElement.id") == "field-0"


@needs_browser
def test_every_field_and_button_is_reached_by_tab(served: Served) -> None:
    with Browser() as page:
        page.open(f"{served.url}/docs")
        page.open(f"{served.url}/")
        seen = []
        for _ in range(14):
            page.press("Tab")
            seen.append(page.run("document.activeElement.id || document.activeElement.textContent"))
        wanted = ["Try it", "API", "field-0", "field-1", "field-2", "ask", "example", "clear", "copy"]
        assert [s for s in dict.fromkeys(seen) if s in wanted] == wanted
        assert _trouble(page) == []


@needs_browser
def test_a_locked_form_works_once_the_browser_has_the_token(start: Start) -> None:
    served = start(token="s3cret")
    with Browser() as page:
        page.open(f"http://me:s3cret@127.0.0.1:{served.port}/")
        page.run("document.getElementById('ask').click()")
        page.until("document.querySelector('.headline') !== null")
        assert "MILEPOST_TOKEN" in page.run("document.getElementById('curl').textContent")


def _trouble(page: Browser) -> list[str]:
    """What the console complained about and what was fetched from elsewhere."""
    said = [str(e["params"]) for e in page.heard if e["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
    urls = [e["params"]["request"]["url"] for e in page.heard if e["method"] == "Network.requestWillBeSent"]
    return said + [u for u in urls if not u.startswith(("http://127.0.0.1:", "data:"))]
