"""The site for developers in a real browser: from its folder, from a host, and with a sandbox on the same machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.visit import COLOURS, LOOKS, PLAIN, Colours, Look, Visit, listen, visit
from syncano_contract import document
from syncano_contract.reference.cors import with_cors
from syncano_contract.reference.server import REFERENCE, Embedded

AXE = (Path(__file__).parents[1] / "npm/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
PLAIN_PAGES = ("index", "tutorial", "reports", "trace")
OPERATIONS = {operation.id: operation for operation in document.load().operations}


def ready(page: Page) -> None:
    """Wait until the reference is shown; parts of it that are out of view are made when they come into it."""
    expect(page.locator("#reference h2").first).to_be_attached(timeout=20_000)


@contextmanager
def opened(browser: Browser, site: Path, name: str, look: Look = PLAIN, part: str = "", **more: Any) -> Iterator[Visit]:
    with visit(browser, site / f"{name}.html", look, part=part, **more) as visited:
        if name == "reference":
            ready(visited.page)
        yield visited


# --- every page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", [*PLAIN_PAGES, "reference"])
def test_it_opens_from_its_folder_without_a_complaint_and_asks_for_nothing_else(
    chromium: Browser, site: Path, name: str, look: Look
) -> None:
    with opened(chromium, site, name, look) as visited:
        assert visited.complaints == []
        assert [url for url in visited.requests if not url.startswith((site.as_uri(), "data:"))] == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", [*PLAIN_PAGES, "reference"])
def test_axe_finds_nothing_serious(chromium: Browser, site: Path, name: str, look: Look) -> None:
    with opened(chromium, site, name, look, policy=False) as visited:
        assert serious(visited.page) == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_serious_where_one_searches_and_tries_out(chromium: Browser, site: Path, look: Look) -> None:
    with opened(chromium, site, "reference", look, "#tag/user/getUserDetails", policy=False) as visited:
        visited.page.keyboard.press("Control+k")
        expect(visited.page.get_by_role("combobox", name="Enter search query")).to_be_visible()
        assert serious(visited.page) == []

        visited.page.keyboard.press("Escape")
        visited.page.get_by_role("button", name="(get /instances/{instance_name}/user/)").click()
        expect(visited.page.get_by_role("dialog").get_by_text("X-USER-KEY")).to_be_visible()
        assert serious(visited.page) == []


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical, when nothing fades in any more."""
    page.wait_for_function("document.getAnimations().every((each) => each.playState === 'finished')")
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['target']}" for each in grave for node in each["nodes"]]


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_no_text_is_cut_off_or_squeezed_and_no_page_is_wider_than_the_window(
    chromium: Browser, site: Path, name: str, look: Look
) -> None:
    with opened(chromium, site, name, look) as visited:
        visited.find("unfold")

        for fault in ("overflowing", "cut", "overlapping", "squeezed", "small"):
            assert (fault, visited.find(fault)) == (fault, [])


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("name", [*PLAIN_PAGES, "reference"])
def test_it_has_the_colours_that_the_system_asks_for(
    chromium: Browser, site: Path, name: str, colours: Colours
) -> None:
    with opened(chromium, site, name, Look(colours=colours)) as visited:
        ground, letters = visited.find("brightness")

        assert (ground > letters) == (colours == "light")


@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_it_reads_without_scripts(chromium: Browser, site: Path, name: str) -> None:
    with visit(chromium, site / f"{name}.html", scripts=False) as visited:
        expect(visited.page.get_by_role("heading", level=1)).to_be_visible()
        assert visited.page.get_by_role("button", name="Copy").count() == 0


def test_the_first_stop_of_the_tab_key_leads_past_the_navigation(chromium: Browser, site: Path) -> None:
    with opened(chromium, site, "index") as visited:
        visited.page.keyboard.press("Tab")

        expect(visited.page.get_by_text("Skip to the content")).to_be_in_viewport(ratio=1)
        visited.page.keyboard.press("Enter")
        visited.page.keyboard.press("Tab")
        expect(visited.page.get_by_role("link", name="Start the tutorial")).to_be_focused()


# --- the tutorial -----------------------------------------------------------------------------------------------------


def test_a_language_is_chosen_for_all_steps_at_once(chromium: Browser, site: Path) -> None:
    with opened(chromium, site, "tutorial") as visited:
        expect(visited.page.get_by_text("func Add(name, password string)")).not_to_be_visible()

        visited.page.locator("#reset").get_by_text("Go", exact=True).click()

        expect(visited.page.get_by_text("func Add(name, password string)")).to_be_visible()
        expect(visited.page.locator("#reset .tabs")).to_be_in_viewport()
        expect(visited.page.get_by_text("curl -sS").first).not_to_be_visible()


def test_code_is_copied_as_it_stands(chromium: Browser, site: Path) -> None:
    with opened(chromium, site, "tutorial") as visited:
        visited.page.context.grant_permissions(["clipboard-read", "clipboard-write"])

        visited.page.locator("#reset").get_by_role("button", name="Copy").first.click()

        expect(visited.page.get_by_role("button", name="Copied")).to_be_visible()
        copied = visited.page.evaluate("navigator.clipboard.readText()")
        assert copied.replace("\r", "").startswith('reset=$(curl -sS --fail-with-body -X POST "$instance/users/')


# --- the reference ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_overview_leads_to_each_operation(chromium: Browser, site: Path, operation: str, width: int) -> None:
    summary = OPERATIONS[operation].summary
    with opened(chromium, site, "index", Look(width)) as visited:
        visited.page.locator(".call", has_text=summary).click()
        ready(visited.page)

        expect(visited.page.locator("#reference").get_by_role("heading", name=summary, exact=True)).to_be_in_viewport()
        assert visited.page.url.endswith(f"/{operation}")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_sidebar_leads_to_each_operation(chromium: Browser, site: Path, operation: str, width: int) -> None:
    summary = OPERATIONS[operation].summary
    with opened(chromium, site, "reference", Look(width)) as visited:
        if width < 1000:
            visited.page.get_by_role("button", name="Open Menu").click()

        visited.page.locator(f"a[href$='/{operation}']:visible").click()

        expect(visited.page.locator("#reference").get_by_role("heading", name=summary, exact=True)).to_be_in_viewport()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_search_leads_to_each_operation(chromium: Browser, site: Path, operation: str) -> None:
    summary = OPERATIONS[operation].summary
    with opened(chromium, site, "reference") as visited:
        visited.page.keyboard.press("Control+k")
        visited.page.get_by_role("dialog").get_by_role("combobox").fill(summary)

        visited.page.get_by_role("option", name=summary).first.click()

        expect(visited.page.locator("#reference").get_by_role("heading", name=summary, exact=True)).to_be_in_viewport()
        assert visited.complaints == []


def test_the_page_lets_no_request_through_to_another_host(chromium: Browser, site: Path) -> None:
    with opened(chromium, site, "reference") as visited:
        asked = "fetch('https://elsewhere.example.test/').then(() => 'sent', (error) => error.message)"

        assert visited.page.evaluate(asked) == "Failed to fetch"
        assert "Content Security Policy" in visited.complaints[0]
        assert [url for url in visited.requests if "elsewhere" in url] == []


# --- from a host, with a sandbox --------------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    """A host of files that logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[str]:
    """The address at which a plain host serves the site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def online(browser: Browser, url: str) -> Iterator[Visit]:
    """Open a page with a network."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        visited = Visit(context.new_page())
        listen(context, visited)
        visited.page.goto(url)
        yield visited


@pytest.mark.parametrize("name", [*PLAIN_PAGES, "reference"])
def test_it_opens_from_a_host_and_asks_nobody_else(chromium: Browser, host: str, name: str) -> None:
    with online(chromium, f"{host}/{name}.html") as visited:
        if name == "reference":
            ready(visited.page)
        visited.page.wait_for_load_state("networkidle")

        assert visited.complaints == []
        assert [url for url in visited.requests if not url.startswith((host, "data:"))] == []


@pytest.mark.parametrize("origin", ["file", "host"])
def test_a_test_request_reaches_the_sandbox_with_its_keys_and_nothing_else(
    chromium: Browser, site: Path, host: str, origin: str
) -> None:
    page = f"{site.as_uri() if origin == 'file' else host}/reference.html"
    with Embedded(with_cors(REFERENCE)) as sandbox, online(chromium, page) as visited:
        ready(visited.page)
        visited.page.get_by_label("port").fill(sandbox.url.split(":")[2].partition("/")[0])
        visited.page.locator("a[href$='/getUserDetails']:visible").click()
        visited.page.get_by_role("button", name="(get /instances/{instance_name}/user/)").click()
        client = visited.page.get_by_role("dialog")
        seeds = sandbox.seeds
        for field, key in zip(
            client.locator(".scalar-password-input").all(), (seeds.api_key, seeds.user_key), strict=True
        ):
            field.fill(key)

        client.get_by_role("button", name="Send get request").locator("visible=true").click()

        expect(client.get_by_text("200 OK")).to_be_visible(timeout=20_000)
        expect(client.get_by_text(seeds.user_key).first).to_be_visible()
        elsewhere = [url for url in visited.requests if not url.startswith((site.as_uri(), host, "data:", "blob:"))]
        assert elsewhere == [f"{sandbox.url}/instances/{seeds.instance}/user/"]
        assert seeds.user_key not in visited.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
