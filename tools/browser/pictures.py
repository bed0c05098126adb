"""`make pictures`: every page at every look in PNG files, from its top to its end, for a person to look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.visit import LOOKS, Look, visit

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
HEIGHT = 1_500  # pixels of one picture: more is shrunk by what shows it


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", ["index", "tutorial", "reference", "reports"])
def test_pictures_of_the_site_are_taken(chromium: Browser, site: Path, name: str, look: Look) -> None:
    with visit(chromium, site / f"{name}.html", look) as visited:
        visited.page.set_viewport_size({"width": look.width, "height": HEIGHT})
        expect(visited.page.locator("h2").first).to_be_attached()
        visited.page.screenshot(path=PICTURES / f"portal-{name}-{look}.png")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pictures_are_taken(chromium: Browser, page_file: Path, look: Look) -> None:
    with visit(chromium, page_file, look) as visited:
        visited.page.set_viewport_size({"width": look.width, "height": HEIGHT})
        whole = visited.page.evaluate("document.documentElement.scrollHeight")
        for number, top in enumerate(range(0, whole, HEIGHT), start=1):
            visited.page.evaluate(f"scrollTo(0, {top})")
            visited.page.screenshot(path=PICTURES / f"{page_file.stem}-{look}-{number:02}.png")
