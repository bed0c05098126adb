"""A slow proof, run by `make edits`: no single edit of openapi.yaml gets past `validate`, which names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edits import edits
from syncano_contract import document
from test_trace import words_of
from validated import findings

TREE = dict(document.load().tree)
EDITS = {edit.name: edit for edit in edits(TREE)}


@pytest.mark.parametrize("name", EDITS)
def test_no_single_edit_gets_past_validate(name: str, tmp_path: Path) -> None:
    said = findings(EDITS[name].made(TREE), tmp_path / "openapi.yaml")

    assert any(word in said for word in words_of(name)), said
