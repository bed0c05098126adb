"""report.html in a real browser: what a person does with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.made import of_report
from browser.visit import Visit, visit
from handmade import odd, report, required
from syncano_contract.model import Source


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


# --- the filter -------------------------------------------------------------------------------------------------------


def shown(page: Page) -> list[str]:
    return [str(each.get_attribute("id")) for each in page.locator("#requirements .requirement:visible").all()]


@pytest.mark.parametrize(
    ("label", "choice", "expected"),
    [
        ("Verdict", "failed", ["A-2", "A-10", "B-1", "B-2"]),
        ("Verdict", "inapplicable", ["C-2"]),
        ("Level", "SHOULD", ["B-1"]),
        ("Operation", "addUser", []),
    ],
)
def test_a_choice_leaves_the_requirements_that_fit(
    report_page: Page, label: str, choice: str, expected: list[str]
) -> None:
    report_page.get_by_role("combobox", name=label).select_option(choice)

    assert shown(report_page) == expected
    expect(report_page.get_by_role("status")).to_have_text(f"{len(expected)} of 9 are shown.")


def test_requirements_that_are_about_an_operation_fit_it(chromium: Browser, tmp_path: Path) -> None:
    source = Source("users-add#response/400", "addUser", "400 is answered.", "/paths", 7)
    file = tmp_path / "report.html"
    rfc = replace(required("B-1"), source=("RFC 9110 section 15",))
    file.write_text(of_report(replace(report([required("A-1"), rfc]), sources=(source,))), encoding="utf-8")

    with visit(chromium, file) as visited:
        visited.page.get_by_role("combobox", name="Operation").select_option("addUser")

        assert shown(visited.page) == ["A-1"]


def test_words_are_looked_for_in_what_is_shown_of_a_requirement(report_page: Page) -> None:
    report_page.get_by_label("Text").fill("TENANT second")

    assert shown(report_page) == ["C-2"]


def test_choices_add_up_and_are_undone_at_once(report_page: Page) -> None:
    report_page.get_by_role("combobox", name="Verdict").select_option("failed")
    report_page.get_by_role("combobox", name="Level").select_option("MUST")
    both = shown(report_page)

    report_page.get_by_role("button", name="Show all").click()

    expect(report_page.get_by_role("status")).to_have_text("All 9 are shown.")
    assert (both, len(shown(report_page))) == (["A-2", "A-10"], 9)


def test_a_group_without_a_fitting_requirement_is_gone(report_page: Page) -> None:
    report_page.get_by_label("Text").fill("nothing has this")

    expect(report_page.locator("#requirements h3:visible")).to_have_count(0)


def test_the_filter_is_used_by_keyboard_alone(report_page: Page) -> None:
    report_page.get_by_role("combobox", name="Verdict").focus()

    report_page.keyboard.press("i")  # as far as a list of choices is typed into
    report_page.keyboard.press("Tab")

    assert shown(report_page) == ["C-2"]
    expect(report_page.get_by_role("combobox", name="Level")).to_be_focused()


def test_a_link_to_what_is_filtered_away_shows_it_again_and_opens_it(report_page: Page) -> None:
    report_page.get_by_role("combobox", name="Verdict").select_option("passed")

    report_page.locator("#failures a[href='#A-2']").first.click()

    expect(report_page.locator("[id='A-2']")).to_be_in_viewport()
    expect(report_page.locator("[id='A-2'] > .sentence > details")).to_have_attribute("open", "")


def test_without_scripts_there_is_no_filter_and_every_requirement(chromium: Browser, report_file: Path) -> None:
    with visit(chromium, report_file, scripts=False) as bare:
        expect(bare.page.locator("#filter")).to_be_hidden()
        assert len(shown(bare.page)) == 9


# --- getting around ---------------------------------------------------------------------------------------------------


def test_a_section_is_reached_by_keyboard(report_page: Page) -> None:
    report_page.get_by_role("navigation").get_by_text("Requirements").focus()

    report_page.keyboard.press("Enter")

    expect(report_page.locator("#requirements h2")).to_be_in_viewport()


def test_everything_is_there_without_scripts(chromium: Browser, report_file: Path) -> None:
    with visit(chromium, report_file) as visited, visit(chromium, report_file, scripts=False) as bare:
        assert _told(bare) == _told(visited)


def _told(visited: Visit) -> str:
    """Return what a page shows with everything unfolded, but for the filter."""
    visited.find("unfold")
    visited.page.locator("#filter").evaluate("(each) => each.remove()")
    return visited.page.locator("main").inner_text()
