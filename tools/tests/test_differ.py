"""Two versions of the document are read from files and from git, and what the differ says of them is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syncano_contract import npm
from syncano_contract.cli import main
from syncano_contract.differ import breaks, read

OLD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
NEW = OLD.replace("paths", "x-new: true\npaths")


def change(rule: str, impact: str = "major", path: str = "#/paths/~1x", base: bool = False) -> dict[str, Any]:
    location = {"file": "old.yaml", "line": 7}
    verdict = {"ruleId": rule, "impact": impact, "message": f"`{rule}` it is.", "location": location}
    return {"path": path, "verdicts": [verdict], **({"base": {"file": "new.yaml", "line": 9}} if base else {})}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two versions."""
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(NEW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Take for the differ what does what Python source says."""
    script = folder / "redocly.py"
    script.write_text(f"import json, sys\n{source}\n")
    monkeypatch.setattr(npm, "command", lambda *_: [sys.executable, str(script)])


def saying(folder: Path, monkeypatch: pytest.MonkeyPatch, *, forth: Any = (), back: Any = ()) -> None:
    """Take for the differ what says this of going from old to new, and of going back."""
    answers = json.dumps({"old.yaml": {"changes": [*forth]}, "new.yaml": {"changes": [*back]}})
    stub(folder, monkeypatch, f"assert sys.argv[1] == 'diff'\nprint(json.dumps(json.loads({answers!r})[sys.argv[2]]))")


def diff(*words: str) -> Result:
    return CliRunner().invoke(main, ["diff", *words])


def test_what_the_differ_calls_major_breaks_clients(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(folder, monkeypatch, forth=[change("path-removed"), change("x", "minor"), change("y", "patch")])

    result = diff("old.yaml", "new.yaml")

    assert result.output == (
        "breaks clients: old.yaml:7: `path-removed` it is (path-removed)\nbreaking: 1 change for clients\n"
    )
    assert result.exit_code == 1


def test_what_it_calls_major_of_going_back_breaks_servers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(folder, monkeypatch, back=[change("path-removed", base=True), change("operation-id-changed")])

    result = diff("old.yaml", "new.yaml")

    assert result.output.splitlines()[0] == (
        "breaks servers: new.yaml:9: a path is new; going back: `path-removed` it is (path-removed)"
    )
    assert result.output.splitlines()[1:] == ["breaking: 1 change for servers"]


def test_a_reply_that_is_gone_breaks_both_and_one_that_is_new_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_reply = change("response-removed", path="#/paths/~1x/get/responses/404")
    saying(folder, monkeypatch, forth=[of_reply], back=[of_reply])

    found = breaks(read("old.yaml"), read("new.yaml"), print)

    assert [(each.whom, each.line) for each in found] == [("clients", 7), ("servers", 7)]


def test_where_nothing_breaks_the_exit_code_is_0(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(folder, monkeypatch)

    result = diff("old.yaml", "new.yaml")

    assert (result.exit_code, result.output) == (0, "nothing breaks\n")


def test_what_a_version_holds_is_shown_as_inert_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saying(folder, monkeypatch, forth=[change("\x1b[31m::error::")])

    assert "\x1b" not in diff("old.yaml", "new.yaml").output


@pytest.mark.parametrize(
    ("source", "reason"),
    [("print('no JSON')", "cannot compare"), ("sys.exit(1)", "cannot compare"), ("print('{}')", "cannot compare")],
)
def test_a_differ_that_gives_no_answer_is_told_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    stub(folder, monkeypatch, source)

    result = diff("old.yaml", "new.yaml")

    assert result.exit_code == 2
    assert reason in result.output
    assert len(result.output.splitlines()) == 2


def test_without_node_the_way_to_it_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(npm, "find_spec", lambda _: None)

    result = diff("old.yaml", "new.yaml")

    assert result.exit_code == 2
    assert result.output.splitlines()[0] == "error: Node.js is needed, and there is no node on PATH"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: [", "is not YAML"),
        (b"\xff\xfe\x00", "is not YAML"),
        ("", "is no OpenAPI document of version 3"),
        ("swagger: '2.0'\npaths: {}", "is no OpenAPI document of version 3"),
        ("openapi: 3.1.0", "is no OpenAPI document of version 3"),
        (f"{OLD}x: {{$ref: 'https://example.test/x'}}", "refers to another file: https://example.test/x"),
        (f"{OLD}x: [{{$ref: 'other.yaml#/a'}}]", "refers to another file: other.yaml#/a"),
        (
            OLD
            + "a0: &a0 [x]\n"
            + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
            + "z: {$ref: y}",
            "refers to another file: y",
        ),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(folder: Path, content: str | bytes, reason: str) -> None:
    (folder / "odd.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())

    result = diff("old.yaml", "odd.yaml")

    assert result.exit_code == 2
    assert result.output.startswith("error: odd.yaml ")
    assert reason in result.output.splitlines()[0]


@pytest.mark.parametrize("name", ["nothing.yaml", "HEAD", "v9:openapi.yaml", "--help-me:x"])
def test_what_is_neither_file_nor_revision_is_told(folder: Path, name: str) -> None:
    result = diff("--", "old.yaml", name)

    assert result.exit_code == 2
    assert f"{name} is neither a file nor a revision" in result.output


def test_revisions_are_read_from_git(folder: Path) -> None:
    git("init", "--quiet", ".")
    for text in (OLD, NEW):
        (folder / "openapi.yaml").write_text(text)
        git("add", "openapi.yaml")
        git("-c", "user.name=n", "-c", "user.email=e@example.test", "commit", "--quiet", "-m", "x")

    versions = [read(name) for name in ("HEAD~1", "HEAD:openapi.yaml", "HEAD:./openapi.yaml")]

    assert [each.content.decode() for each in versions] == [OLD, NEW, NEW]
    assert [each.name for each in versions] == ["HEAD~1:openapi.yaml", "HEAD:openapi.yaml", "HEAD:./openapi.yaml"]


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)
