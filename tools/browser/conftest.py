"""A browser, and the files of the pages that it opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright

from browser.made import PAGES
from handmade_runs import kept, ran
from syncano_contract.cli import main

# Chromium has no sandbox for root, and asks for hosts of its own at every start unless it is told not to.
OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that CHROMIUM names, else the one on PATH: never one that Playwright fetches."""
    path = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert path, "no Chromium: `make browser` finds or installs one"
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=OPTIONS) as browser:
        yield browser


@pytest.fixture(scope="session", params=PAGES)
def page_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each page as a file."""
    file = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    file.write_text(PAGES[request.param](), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the reports of two deployments."""
    folder = tmp_path_factory.mktemp("portal")
    kept(ran("++"), folder / "reports" / "a")
    kept(ran("F+", target="https://b.example.test/v1.1"), folder / "reports" / "b")
    result = CliRunner().invoke(main, ["portal", "-o", str(folder / "site"), "--reports", str(folder / "reports")])
    assert result.exit_code == 0, result.output
    return folder / "site"
