"""`syncano-contract publish`: what it prints, with which exit code, and what it does not begin."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from select import select
from typing import Any

import pytest
from click.testing import CliRunner, Result

from stubs import lifeline, stub, words
from syncano_contract.cli import main
from syncano_contract.cli import publish as command
from syncano_contract.portal_files.postman import COLLECTION
from syncano_contract.publishing import Options
from syncano_contract.publishing.portals import BUMP, PORTALS
from syncano_contract.validation import Finding

TOKEN = "t0ken-of-mine-0123456789"


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document is sound, and this is not what is tested."""
    monkeypatch.setattr(command, "judged", lambda *_: [])


def call(*given: str, **variables: str) -> Result:
    return CliRunner().invoke(main, ["publish", *given], env={"BUMP_TOKEN": "", **variables})


@pytest.mark.parametrize("given", [(), ("--help",)])
def test_the_table_names_every_portal_with_its_pinned_tool_and_token(given: tuple[str, ...]) -> None:
    result = call(*given)

    assert result.exit_code == 0
    for portal in PORTALS.values():
        table = result.stdout[result.stdout.index("PORTAL  ") :]
        (line,) = [line for line in table.splitlines() if line.split()[:1] == [portal.name]]
        assert [each for each in (portal.tool, portal.version, portal.token, portal.to) if each not in line] == []


@pytest.mark.usefixtures("sound")
def test_a_dry_run_is_the_default_and_starts_no_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = stub(tmp_path, monkeypatch, "exit 1")

    result = call("bump", "--to", "users", "--allow-breaking")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("dry run, nothing was sent: Syncano user API 1.1 can go to Bump.sh, users\n")
    assert f"bump-cli {BUMP.version}: deploy openapi-3.1.json --doc=users" in result.stdout
    assert "--yes needs BUMP_TOKEN, which is not set" in result.stdout
    assert words(seen) == []


@pytest.mark.usefixtures("sound")
def test_yes_sends_and_says_what_came_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "echo 'documentation has not changed'")

    result = call("bump", "--to", "users", "--allow-breaking", "--yes", BUMP_TOKEN=TOKEN)

    assert (result.exit_code, result.stdout) == (0, "unchanged: Syncano user API 1.1, Bump.sh, users\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("sound")
def test_a_signal_ends_the_tool_too(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, hold, hang = lifeline(tmp_path)
    stub(tmp_path, monkeypatch, f"{hold}; echo started >&9; kill -{number} {os.getpid()}; {hang}")

    result = call("bump", "--to", "users", "--allow-breaking", "--yes", BUMP_TOKEN=TOKEN)

    assert result.exit_code == 128 + number
    assert os.read(reader, 100) == b"started\n"
    select([reader], [], [], 60)
    assert os.read(reader, 100) == b""


@pytest.mark.usefixtures("sound")
def test_a_dry_run_says_when_each_of_several_calls_is_made() -> None:
    lines = call("swaggerhub", "--to", "me/users", "--allow-breaking").stdout.splitlines()

    tool = f"swaggerhub-cli {PORTALS['swaggerhub'].version}"
    assert [line.partition(" me/users")[0] for line in lines[1:4]] == [
        f"  {tool}: api:create",
        f"  if that version exists, {tool}: api:get",
        f"  if it is another document, {tool}: api:update",
    ]


@pytest.mark.usefixtures("sound")
def test_a_dry_run_of_files_names_those_that_would_be_written(tmp_path: Path) -> None:
    result = call("postman", "--to", str(tmp_path))

    assert result.stdout.startswith("dry run, nothing was written: ")
    assert f"  files: {tmp_path / COLLECTION}\n" in result.stdout
    assert result.stdout.endswith("\n--yes writes it\n")


@pytest.mark.parametrize(("name", "hint"), [("bmp", "Did you mean bump?"), ("swagerhub", "Did you mean swaggerhub?")])
def test_a_misspelt_portal_is_told_with_one_that_is_like_it(name: str, hint: str) -> None:
    result = call(name)

    assert result.exit_code == 2
    assert hint in result.stderr
    assert "Did you mean" not in call("zzz").stderr


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("bump", "--to", "users", "--yes"), "BUMP_TOKEN is not set"),
        (("bump",), "Bump.sh needs --to [HUB/]DOC"),
        (("bump", "--to", "users", "--branch", "x"), "--branch is not for bump"),
    ],
)
def test_what_cannot_be_sent_is_one_line_and_exit_2(given: tuple[str, ...], error: str) -> None:
    result = call(*given)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == f"error: {error}"


def test_a_broken_document_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = stub(tmp_path, monkeypatch, "exit 0")
    broken = Finding("openapi.yaml", 3, "/info", "openapi", "`info` is missing.")
    monkeypatch.setattr(command, "judged", lambda *_: [broken, broken])

    result = call("bump", "--to", "users", "--allow-breaking", "--yes", BUMP_TOKEN=TOKEN)

    assert result.exit_code == 2
    assert (
        result.stderr.splitlines()[0] == f"error: nothing was sent: the document has 2 findings, the first at {broken}"
    )
    assert words(seen) == []


def held(folder: Path) -> dict[str, Any]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("sound")
def test_files_for_backstage_are_written_once(tmp_path: Path) -> None:
    given = ("backstage", "--to", str(tmp_path / "out"), "--owner", "group:default/api", "--allow-breaking", "--yes")

    first = call(*given)
    written = held(tmp_path / "out")
    second = call(*given)

    files = ", ".join(str(tmp_path / "out" / name) for name in ("openapi-3.1.yaml", "catalog-info.yaml"))
    assert (first.stdout, second.stdout) == (f"written: {files}\n", f"unchanged: {files}\n"), first.output
    assert sorted(written) == ["catalog-info.yaml", "openapi-3.1.yaml"]
    assert b"owner: group:default/api" in written["catalog-info.yaml"]
    assert held(tmp_path / "out") == written


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("yes", [(), ("--yes",)])
def test_an_owner_that_nobody_named_is_told(yes: tuple[str, ...], tmp_path: Path) -> None:
    unnamed = call("backstage", "--to", str(tmp_path), *yes)
    named = call("backstage", "--to", str(tmp_path), "--owner", "api", *yes)

    assert unnamed.stderr == "the owner is `unknown`: --owner names who answers for the API\n"
    assert named.stderr == ""


@pytest.mark.usefixtures("sound")
def test_an_owner_that_is_there_is_kept_until_another_is_named(tmp_path: Path) -> None:
    given = ("backstage", "--to", str(tmp_path), "--yes")
    call(*given, "--owner", "group:default/api")

    kept = call(*given)
    first = (tmp_path / "catalog-info.yaml").read_text()
    call(*given, "--owner", "user:ciri")

    assert (kept.exit_code, kept.stderr) == (0, "")
    assert "owner: group:default/api\n" in first
    assert "owner: user:ciri\n" in (tmp_path / "catalog-info.yaml").read_text()


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("content", ["- a\n", "kind: API\n", "spec: [\n", "spec: {}\n---\nspec: {owner: me}\n", "\0"])
def test_an_entity_whose_owner_cannot_be_told_is_not_replaced(content: str, tmp_path: Path) -> None:
    (tmp_path / "catalog-info.yaml").write_text(content)

    result = call("backstage", "--to", str(tmp_path), "--yes")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not one entity of Backstage whose owner can be kept\n  say who with --owner" in result.stderr
    assert (tmp_path / "catalog-info.yaml").read_text() == content


@pytest.mark.parametrize("owner", ["bad owner", "", "a/b/c", "group:", "-api", "api\n", "x" * 64, "group:Big/api"])
def test_an_owner_that_is_no_reference_is_refused(owner: str, tmp_path: Path) -> None:
    result = call("backstage", "--to", str(tmp_path), "--owner", owner)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --owner takes a reference to an entity, [kind:][namespace/]name, and not ")


@pytest.mark.parametrize("owner", ["api", "group:api", "default/api", "Group:my-org/api_team.x", "x" * 63])
def test_each_form_of_a_reference_is_taken(owner: str) -> None:
    Options(owner=owner).check(PORTALS["backstage"])
