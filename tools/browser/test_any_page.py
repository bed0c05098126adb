"""Every page, looked at in a real browser, wide and narrow, light and dark, printed and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.visit import COLOURS, LOOKS, Colours, Look, Visit, visit

AXE = (Path(__file__).parents[1] / "npm/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=LOOKS, ids=str)
def visited(request: pytest.FixtureRequest, chromium: Browser, page_file: Path) -> Iterator[Visit]:
    """Each page with everything on it unfolded, at each look."""
    with visit(chromium, page_file, request.param) as visited:
        visited.find("unfold")
        yield visited


# --- as a file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_it_opens_without_a_complaint_and_asks_for_nothing_else(chromium: Browser, page_file: Path, look: Look) -> None:
    with visit(chromium, page_file, look) as visited:
        assert visited.complaints == []
        assert visited.requests == [page_file.as_uri()]


def test_every_link_leads_somewhere(chromium: Browser, page_file: Path) -> None:
    with visit(chromium, page_file) as visited:
        assert visited.find("dead") == []
        assert visited.find("ambiguous") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_link_leads_to_is_in_view(chromium: Browser, page_file: Path, width: int) -> None:
    with visit(chromium, page_file, Look(width)) as visited:
        assert visited.find("astray") == []


# --- how it looks -----------------------------------------------------------------------------------------------------


def test_it_is_as_wide_as_the_window(visited: Visit) -> None:
    assert visited.find("overflowing") == []


def test_no_text_is_cut_off_or_covered_or_squeezed_or_too_small_to_read(visited: Visit) -> None:
    for fault in ("cut", "overlapping", "squeezed", "small"):
        assert (fault, visited.find(fault)) == (fault, [])


def test_axe_finds_nothing_serious(visited: Visit) -> None:
    visited.page.evaluate(AXE)
    found = visited.page.evaluate("axe.run({resultTypes: ['violations']})")

    serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
    assert [f"{each['id']}: {node['target']}" for each in serious for node in each["nodes"]] == []


@pytest.mark.parametrize("colours", COLOURS)
def test_it_has_the_colours_that_the_system_asks_for(chromium: Browser, page_file: Path, colours: Colours) -> None:
    with visit(chromium, page_file, Look(colours=colours)) as visited:
        ground, letters = visited.find("brightness")

        assert (ground > letters) == (colours == "light")


@pytest.mark.parametrize("colours", COLOURS)
def test_it_prints_dark_on_white(chromium: Browser, page_file: Path, colours: Colours) -> None:
    with visit(chromium, page_file, Look(colours=colours)) as visited:
        visited.page.emulate_media(media="print")
        ground, letters = visited.find("brightness")
        printed = visited.page.pdf(format="A4")

        assert ground == 1
        assert letters < 0.2
        assert b"/FontFile2" in printed  # letters are on it


# --- by keyboard ------------------------------------------------------------------------------------------------------


def test_tab_goes_to_every_control_in_order_and_shows_where_it_is(chromium: Browser, page_file: Path) -> None:
    with visit(chromium, page_file) as visited:
        visited.find("unfold")
        controls = visited.find("stops")

        reached = list(visited.tabbed())

        assert [each["place"] for each in reached if each["place"] in controls] == controls
        assert [each["place"] for each in reached if not each["isSeen"]] == []


def test_enter_unfolds_and_folds(chromium: Browser, page_file: Path) -> None:
    with visit(chromium, page_file) as visited:
        for summary in visited.page.locator("summary:visible").all()[:3]:
            states = []
            for _ in range(2):
                summary.press("Enter")
                states.append(summary.evaluate("(each) => each.parentElement.open"))

            assert states == [True, False]
