"""What holds for every test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def on_no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print as on a terminal of one's own, also where these tests are a step of GitHub Actions."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
