"""Whatever a deployment or a page sends stands on ours as text, and runs nothing, even without a policy of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.hostile import IMAGE, OTHERS, SCRIPT, TEXTS, everywhere
from browser.made import of_proof, of_report, of_trace, with_gaps
from browser.visit import Visit, visit
from handmade import odd
from syncano_contract.model import Source
from syncano_contract.trace import Trace
from test_prove import odd as odd_proof

SOURCE = Source("users-add#response/400", "addUser", "400 is answered.", "/paths/~1a/post", 12)
PAGES: Mapping[str, Callable[[str], str]] = {
    "report": lambda payload: of_report(everywhere(replace(odd(), sources=(SOURCE,), overlays=("a",)), payload)),
    "trace": lambda payload: of_trace(everywhere(beginning(with_gaps()), payload)),
    "prove": lambda payload: of_proof(everywhere(odd_proof(), payload)),
}
RAW = [(place, text) for place, texts in TEXTS.items() for text in texts]


def beginning(of: Trace) -> Trace:
    """The same with a few of each, so that each text is soon tried."""
    return replace(of, facts=of.facts[:5], origins=of.origins[:5], requirements=of.requirements[:5])


@pytest.mark.parametrize("text", [*(text for _, text in RAW), *OTHERS])
@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_text_runs_nothing(chromium: Browser, tmp_path: Path, name: str, text: str) -> None:
    file = _written(tmp_path, PAGES[name](text))

    with visit(chromium, file, policy=False) as visited:
        visited.find("provoke")
        for field in visited.page.locator("input[type=text]:visible, input[type=search]:visible").all():
            field.fill(text)
        visited.find("provoke")

        assert _done(visited) == []
        assert visited.complaints == []
        assert visited.requests == [file.as_uri()]


@pytest.mark.parametrize(("place", "text"), RAW)
def test_each_hostile_text_would_do_something(chromium: Browser, tmp_path: Path, place: str, text: str) -> None:
    with visit(chromium, _written(tmp_path, place.replace("{}", text)), policy=False) as visited:
        assert _done(visited) != []


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_of_a_page_alone_stops_what_would_run(chromium: Browser, tmp_path: Path, name: str) -> None:
    page = PAGES[name]("harmless").replace("</body>", f"{SCRIPT}{IMAGE}</body>")

    with visit(chromium, _written(tmp_path, page)) as visited:
        visited.find("provoke")

        assert visited.page.evaluate("window.ran") is None
        assert "Content Security Policy" in visited.complaints[0]


def _done(visited: Visit) -> list[str]:
    """Return what a text did to a page: it asked for something, it ran, or it waits for a click."""
    asked = [url for url in visited.requests if "evil" in url]
    ran = visited.page.evaluate("() => window.ran === 1 || document.title === '1' ? ['ran'] : []")
    return [*asked, *ran, *visited.find("handlers")]


def _written(folder: Path, text: str) -> Path:
    file = folder / "it.html"
    file.write_text(text, encoding="utf-8", errors="backslashreplace")
    return file
