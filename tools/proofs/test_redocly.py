"""Slow proof: where every action matches, an overlay gives what `redocly bundle --overlay` gives of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from syncano_contract import npm
from syncano_contract.differ import QUIET, REDOCLY
from syncano_contract.document import read_tree
from syncano_contract.overlay import apply, read
from syncano_contract.resources import DATA, DOCUMENT

OTHER = """\
overlay: 1.0.0
info: {title: Every kind of change, version: "1"}
actions:
  - {target: $.info, update: {title: Another title, x-new: {deep: [1, {a: null}]}}}
  - {target: $.info.version, update: "1.2"}
  - {target: $.info.contact, remove: true}
  - {target: $.components.schemas.Group.required, update: name}
  - {target: $.components.schemas.Group.required, update: [first, second]}
  - {target: $.components.schemas.Group.properties, update: {name: {type: [string, "null"]}}}
  - {target: "$.paths.*[?@.operationId == 'addUser'].responses", update: {"201": {description: Added.}}}
  - {target: "$.paths['/instances/{instance_name}/users/'].post.responses['200']", remove: true}
  - {target: "$.components.schemas.User.required[?@ == 'groups']", remove: true}
  - {target: "$.components.schemas.*.properties[?@.type == 'string']", update: {x-seen: true}}
  - {target: "$.tags[1:]", remove: true}
  - {target: $, update: {tags: [{name: New}]}}
"""


def bundled(overlay: Path, folder: Path) -> Any:
    bundle = folder / "bundle.json"
    words = ["bundle", DOCUMENT.resolve(), "--overlay", overlay, "--output", bundle]
    command = [*npm.command("redocly", REDOCLY), *map(str, words)]
    subprocess.run(command, env={**npm.environment(), **QUIET}, check=True, capture_output=True, timeout=120)
    return json.loads(bundle.read_text())


def test_the_overlay_of_the_platform_gives_the_same(tmp_path: Path) -> None:
    overlay = DATA / "overlays" / "syncano-platform.yaml"

    assert apply(read_tree(DOCUMENT), [read(overlay)]) == bundled(overlay.resolve(), tmp_path)


def test_an_overlay_with_every_kind_of_change_gives_the_same(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(OTHER)

    assert apply(read_tree(DOCUMENT), [read(overlay)]) == bundled(overlay, tmp_path)


@pytest.mark.parametrize("action", ["{target: $.components.schemas.Group, update: {required: {a: 1}}}"])
def test_what_we_refuse_redocly_refuses_too(tmp_path: Path, action: str) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(OTHER.partition("  - ")[0] + f"  - {action}\n")

    with pytest.raises(subprocess.CalledProcessError):
        bundled(overlay, tmp_path)
