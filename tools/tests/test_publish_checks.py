"""The gate before publishing: with which version the document is compared, and what a break does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syncano_contract import differ
from syncano_contract.cli import main
from syncano_contract.cli import publish as command
from syncano_contract.differ import Break, Version
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


def publish(*given: str) -> Result:
    return CliRunner().invoke(main, ["publish", *given])


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is sound, and this is not what is tested."""
    monkeypatch.setattr(command, "judged", lambda *_: [])


@pytest.mark.usefixtures("sound")
def test_without_an_earlier_tag_there_is_nothing_to_compare_with(
    git: Git, compared: list[tuple[Version, Version]]
) -> None:
    git("tag", "v1")

    result = publish("bump", "--to", "users")

    assert (result.exit_code, result.stderr) == (0, "no earlier tag: not compared with anything\n")
    assert compared == []


@pytest.mark.usefixtures("sound")
def test_outside_of_any_repository_it_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compared: list[tuple[Version, Version]]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    result = publish("bump", "--to", "users")

    assert (result.exit_code, result.stderr) == (0, "no earlier tag: not compared with anything\n")
    assert compared == []


@pytest.mark.usefixtures("sound")
def test_in_a_shallow_clone_it_is_told_that_tags_may_be_missing(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("tag", "v1")
    git("commit", "--quiet", "--allow-empty", "-m", "second")
    git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{tmp_path}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")

    assert "`git fetch --unshallow --tags`" in publish("bump", "--to", "users").stderr


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("portal", ["postman", "backstage"])
def test_files_that_stay_here_are_compared_only_if_that_is_asked_for(
    portal: str, git: Git, compared: list[tuple[Version, Version]]
) -> None:
    git("tag", "v1")
    git("commit", "--quiet", "--allow-empty", "-m", "second")

    unasked = publish(portal, "--to", "out")
    before = [*compared]
    asked = publish(portal, "--to", "out", "--since", "v1")

    assert (unasked.exit_code, before, "tag" in unasked.stderr) == (0, [], False)
    assert (asked.exit_code, [old.name for old, _ in compared]) == (2, ["v1:openapi.yaml"])


@pytest.mark.usefixtures("git", "sound")
@pytest.mark.parametrize("portal", ["bump", "backstage"])
def test_a_revision_that_is_not_there_is_told(portal: str) -> None:
    result = publish(portal, "--to", "x", "--since", "v9")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: v9 is neither a file nor a revision that git finds here\n")


@pytest.mark.usefixtures("sound")
def test_a_change_that_breaks_somebody_is_not_sent_unless_that_is_allowed(
    git: Git, compared: list[tuple[Version, Version]]
) -> None:
    git("tag", "v1")
    git("commit", "--quiet", "--allow-empty", "-m", "second")
    git("init", "--quiet", "--bare", "docs.git")
    given = ["git", "--to", "docs.git", "--yes"]

    refused = publish(*given)
    heads = git("--git-dir", "docs.git", "for-each-ref")
    allowed = publish(*given, "--allow-breaking")

    assert refused.exit_code == 2
    assert "breaks clients: openapi.yaml:12: an operation is gone" in refused.stderr
    assert "error: nothing was sent: 1 change since v1 would break somebody" in refused.stderr
    assert heads == ""
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
