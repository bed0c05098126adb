"""The gate before publishing: with which version the document is compared, and what a break does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncano_contract import differ
from syncano_contract.cli import main
from syncano_contract.cli import publish as command
from syncano_contract.differ import Break, Version
from syncano_contract.model import Problem
from syncano_contract.publishing import checks
from syncano_contract.resources import DOCUMENT

OVERLAY = "overlay: 1.0.0\ninfo: {{title: x, version: '1'}}\nactions: [{{target: $.info, update: {{title: {0}}}}}]\n"
Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository of the test's own, with one commit of the document."""
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")

    def run(*words: str) -> str:
        me = ("-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "init.defaultBranch=main")
        return subprocess.run(["git", *me, *words], check=True, capture_output=True, text=True).stdout.strip()

    run("init", "--quiet")
    (tmp_path / "openapi.yaml").write_bytes(DOCUMENT.read_bytes())
    run("add", ".")
    run("commit", "--quiet", "-m", "first")
    return run


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Version, Version]]:
    """What the differ is asked to compare; it finds one break."""
    asked: list[tuple[Version, Version]] = []

    def breaks(old: Version, new: Version, _tell: object) -> list[Break]:
        asked.append((old, new))
        return [Break("clients", new.name, 12, "an operation is gone")]

    monkeypatch.setattr(differ, "breaks", breaks)
    return asked


def test_the_last_tag_before_this_commit_is_what_was_published(git: Git) -> None:
    git("tag", "v1")
    git("commit", "--quiet", "--allow-empty", "-m", "second")
    git("tag", "v2")

    at_a_tag = checks.last_tag()
    git("commit", "--quiet", "--allow-empty", "-m", "third")
    behind_a_tag = checks.last_tag()

    assert (at_a_tag, behind_a_tag) == ("v1", "v2")


def test_without_an_earlier_tag_one_has_to_be_named(git: Git) -> None:
    git("tag", "v1")

    with pytest.raises(Problem, match="no earlier tag") as raised:
        checks.last_tag()

    assert "--since" in raised.value.fix


def test_a_change_that_breaks_somebody_is_not_sent_unless_that_is_allowed(
    git: Git, compared: list[tuple[Version, Version]], monkeypatch: pytest.MonkeyPatch
) -> None:
    git("tag", "v1")
    git("commit", "--quiet", "--allow-empty", "-m", "second")
    monkeypatch.setattr(command, "judged", lambda *_: [])
    given = ["publish", "backstage", "--to", "out", "--yes"]

    refused = CliRunner().invoke(main, given)
    written = Path("out").exists()
    allowed = CliRunner().invoke(main, [*given, "--allow-breaking"])

    assert refused.exit_code == 2
    assert "breaks clients: openapi.yaml:12: an operation is gone" in refused.stderr
    assert "error: nothing was sent: 1 change since v1 would break somebody" in refused.stderr
    assert not written
    assert allowed.exit_code == 0
    assert [(old.name, new.content) for old, new in compared] == [("v1:openapi.yaml", DOCUMENT.read_bytes())]


def test_with_an_overlay_both_amended_documents_are_compared_each_as_it_was(
    git: Git, compared: list[tuple[Version, Version]]
) -> None:
    overlay = Path("mine.yaml")
    overlay.write_text(OVERLAY.format("Then"))
    git("add", ".")
    git("commit", "--quiet", "-m", "second")
    overlay.write_text(OVERLAY.format("Now"))

    checks.breaks("HEAD", [overlay.resolve()], print)
    checks.breaks("HEAD~1", [overlay], print)
    checks.breaks("openapi.yaml", [overlay], print)

    titles = [[b"title: Then" in old.content, b"title: Now" in old.content] for old, _ in compared]
    assert titles == [[True, False], [False, True], [False, True]]
    assert all(b"title: Now" in new.content for _, new in compared)
