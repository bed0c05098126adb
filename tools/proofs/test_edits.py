"""A slow proof, `make edits`: no single edit of openapi.yaml gets past `validate`, which names it in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from edits import edits
from syncano_contract import document
from test_trace import words_of
from validated import findings, stands_at

TREE = dict(document.load().tree)
EDITS = {edit.name: edit for edit in edits(TREE)}


@pytest.mark.parametrize("name", EDITS)
def test_no_single_edit_gets_past_validate(name: str, tmp_path: Path) -> None:
    edit = EDITS[name]

    found = findings(edit.made(TREE), tmp_path / "openapi.yaml")

    assert any(word in str(each) for word in words_of(name) for each in found), found
    assert any(stands_at(each, edit.pointer) for each in found), found
