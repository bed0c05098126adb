"""Whatever a deployment or a page sends stands on ours as text, and runs nothing, even without a policy of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from browser.hostile import PAYLOADS, everywhere
from browser.made import of_proof, of_report, of_trace, with_gaps
from browser.visit import Visit, visit
from handmade import odd
from syncano_contract.model import Source
from syncano_contract.trace import Trace
from test_prove import odd as odd_proof


def some_gaps() -> Trace:
    """A short trace with gaps."""
    of = with_gaps()
    return replace(of, facts=of.facts[:5], origins=of.origins[:5], requirements=of.requirements[:5])


SOURCE = Source("users-add#response/400", "addUser", "400 is answered.", "/paths/~1a/post", 12)
HOSTILE: Mapping[str, Callable[[str], str]] = {
    "report": lambda payload: of_report(everywhere(replace(odd(), sources=(SOURCE,), overlays=("a",)), payload)),
    "trace": lambda payload: of_trace(everywhere(some_gaps(), payload)),
    "prove": lambda payload: of_proof(everywhere(odd_proof(), payload)),
}
# Where a text could land in a page that does not escape it.
RAW = (
    "<p>{}</p>",
    '<p title="{}">',
    "<p title='{}'>",
    "<a href='{}'>it</a>",
    "<!-- {} -->",
    "<title>{}</title>",
    '<script>it = "{}"</script>',
    "<script>it = '{}'</script>",
    "<script>it = `{}`</script>",
    "<script>// {}\n</script>",
    "<b></b><script>document.querySelector('b').innerHTML = '{}'</script>",
    "<b>{}</b><script>it = document.querySelector('b'); it.innerHTML = it.textContent</script>",
)
HARMLESS_HERE = {"in a template", "a name of the document", "a name of every object"}


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_runs_nothing(chromium: Browser, tmp_path: Path, name: str, payload: str) -> None:
    file = _written(tmp_path, HOSTILE[name](PAYLOADS[payload]))

    with visit(chromium, file, policy=False) as visited:
        visited.find("provoke")
        for field in visited.page.locator("input:visible").all():
            field.fill(PAYLOADS[payload])
        visited.find("provoke")

        assert _done(visited) == []
        assert visited.complaints == []
        assert visited.requests == [file.as_uri()]


@pytest.mark.parametrize("payload", PAYLOADS.keys() - HARMLESS_HERE)
def test_each_hostile_text_would_do_something_somewhere(chromium: Browser, tmp_path: Path, payload: str) -> None:
    assert any(_done_raw(chromium, tmp_path, raw.replace("{}", PAYLOADS[payload])) for raw in RAW)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_policy_of_a_page_alone_stops_what_would_run(chromium: Browser, tmp_path: Path, name: str) -> None:
    page = HOSTILE[name]("harmless").replace("</body>", f"{PAYLOADS['script']}{PAYLOADS['handler']}</body>")

    with visit(chromium, _written(tmp_path, page)) as visited:
        visited.find("provoke")

        assert visited.page.evaluate("window.ran") is None
        assert "Content Security Policy" in visited.complaints[0]


def _done_raw(chromium: Browser, folder: Path, text: str) -> list[str]:
    with visit(chromium, _written(folder, text), policy=False) as visited:
        try:
            return _done(visited)
        except Error:  # the page has given way to another
            return visited.requests[1:]


def _done(visited: Visit) -> list[str]:
    """Return what a text did to a page: it ran, it asked for something, or it waits for a click."""
    ran = visited.page.evaluate("() => window.ran === 1 || document.title === '1' ? ['ran'] : []")
    return [*ran, *(url for url in visited.requests if "evil" in url), *visited.find("handlers")]


def _written(folder: Path, text: str) -> Path:
    file = folder / "it.html"
    file.write_text(text, encoding="utf-8", errors="backslashreplace")
    return file
