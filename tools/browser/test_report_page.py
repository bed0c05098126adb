"""report.html in a real browser: what a person does with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.made import of_report
from browser.visit import Visit, visit
from handmade import odd


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(of_report(odd()), encoding="utf-8")
    return file


@pytest.fixture
def report_page(chromium: Browser, report_file: Path) -> Iterator[Page]:
    with visit(chromium, report_file) as visited:
        yield visited.page


def ground(page: Page, requirement: str) -> str:
    return str(page.locator(f"[id='{requirement}']").evaluate("(each) => getComputedStyle(each).backgroundColor"))


@pytest.mark.parametrize("requirement", ["A-2", "C-4"])
def test_a_requirement_has_a_link_of_its_own(chromium: Browser, report_file: Path, requirement: str) -> None:
    with visit(chromium, report_file, part=f"#{requirement}") as visited:
        expect(visited.page.locator(":target")).to_be_in_viewport()
        expect(visited.page.locator(":target")).to_contain_text(requirement)
        assert ground(visited.page, requirement) != ground(visited.page, "C-2")


def test_what_is_folded_is_opened_by_a_click(report_page: Page) -> None:
    script = report_page.locator("#failures pre.script").first
    expect(script).not_to_be_visible()

    report_page.get_by_text("Replay it").first.click()

    expect(script).to_be_visible()


def test_a_section_is_reached_by_keyboard(report_page: Page) -> None:
    report_page.get_by_role("navigation").get_by_text("Requirements").focus()

    report_page.keyboard.press("Enter")

    expect(report_page.locator("#requirements h2")).to_be_in_viewport()


def test_everything_is_there_without_scripts(chromium: Browser, report_file: Path) -> None:
    with visit(chromium, report_file) as visited, visit(chromium, report_file, scripts=False) as bare:
        assert _told(bare) == _told(visited)


def _told(visited: Visit) -> str:
    """Return what a page shows with everything unfolded, controls aside."""
    visited.find("unfold")
    return visited.page.locator("main").inner_text()
