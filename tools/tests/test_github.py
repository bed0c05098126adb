"""Annotations of GitHub Actions, as its runner reads them; nothing that a deployment sends is a command."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Called
from hypothesis import given
from hypothesis import strategies as st

from broken import Broken
from handmade import failed, report, required
from syncano_contract import run
from syncano_contract.cli import main
from syncano_contract.model import Level, Result, Source, Verdict
from syncano_contract.report.github import to_annotations
from syncano_contract.report.order import lines_of
from syncano_contract.resources import DOCUMENT
from syncano_contract.text import fenced
from syncano_contract.trace.sources import sources_of

MUST, SHOULD = Level.MUST, Level.SHOULD
COMMANDS = {"error", "warning", "notice", "add-mask", "set-env", "stop-commands", "debug", "group"}
INJECTIONS = [
    "\n::add-mask::a",
    "\r::error::a",
    " ::error::a",
    "##[add-mask]a",
    "a##[error]b",
    "%0A::error::a",
    "::",
    "]",
]


@dataclass(frozen=True)
class Command:
    """What a runner reads from a line."""

    name: str
    properties: dict[str, str]
    data: str


def commands(text: str) -> list[Command]:
    """Read a log as the runner does: it ends lines with CR, LF or both, and knows two forms of commands."""
    found: list[Command] = []
    known, awaited = COMMANDS, ""
    for line in re.split(r"\r\n|\r|\n", text):
        command = _command(line, known | {awaited})
        if command is None:
            continue
        if awaited:
            awaited = "" if command.name == awaited else awaited
        elif command.name == "stop-commands":
            awaited = command.data
        else:
            found.append(command)
    return found


def _command(line: str, known: set[str]) -> Command | None:
    match = re.match(r"\s*::(?P<info>.*?)::(?P<data>.*)", line) or re.search(r"##\[(?P<info>.*?)\](?P<data>.*)", line)
    if match is None:
        return None
    name, _, rest = match["info"].partition(" ")
    pairs = dict(pair.split("=", 1) for pair in rest.split(",") if "=" in pair)
    properties = {key: _unescaped(value, ":", ",") for key, value in pairs.items()}
    return Command(name, properties, _unescaped(match["data"])) if name in known else None


def _unescaped(text: str, *more: str) -> str:
    for char in ("\r", "\n", *more, "%"):
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def told(*results: Result, level: Level = MUST, text: str = "A body is refused.", line: int = 43) -> list[Command]:
    requirements = [required(each.requirement, level, text) for each in results]
    source = Source("users-add#response/400", "addUser", "400 is answered.", "/paths", line)
    of = replace(report(requirements, results), sources=(source,))
    return commands("\n".join(to_annotations(of)))


# --- what is annotated ------------------------------------------------------------------------------------------------


def test_a_failure_of_a_must_is_an_error_at_its_line() -> None:
    assert told(failed("A-1"), Result("A-2", Verdict.PASSED)) == [
        Command(
            "error",
            {"file": "openapi.yaml", "line": "43", "title": "A-1 (MUST) failed"},
            "A body is refused.\nexpected 400, saw status 500",
        )
    ]


def test_a_failure_of_a_should_is_a_warning() -> None:
    (found, *_) = told(failed("A-1"), level=SHOULD)

    assert (found.name, found.properties["title"]) == ("warning", "A-1 (SHOULD) failed")


def test_what_rests_on_no_fact_has_no_line() -> None:
    (line,) = to_annotations(report([required("A-1")], [failed("A-1")]))

    assert line.startswith("::error title=A-1 (MUST) failed::")


def test_what_a_failure_explains_is_told_with_it() -> None:
    found = told(
        failed("A-2", cause="A-3"),
        Result("A-1", Verdict.CANNOT_TELL, "A-3 stands in the way", cause="A-3"),
        failed("A-3"),
    )

    assert [(each.name, each.properties["title"].split()[0], each.data.splitlines()[2]) for each in found] == [
        ("error", "A-3", "1 requirement could not be told because of this"),
        ("error", "A-2", "explained by A-3"),
    ]


def test_an_inconclusive_run_is_a_notice_before_what_could_not_be_told() -> None:
    found = told(Result("A-1", Verdict.CANNOT_TELL, "there was no reply"))

    assert [(each.name, each.properties["title"]) for each in found] == [
        ("notice", "inconclusive"),
        ("notice", "A-1 (MUST) cannot tell"),
    ]
    assert found[0].data.splitlines()[-1] == "https://api.example.test/v1.1 could not be judged as a whole"


def test_why_a_run_ended_early_is_told_once() -> None:
    results = [Result(name, Verdict.CANNOT_TELL, "--max-time 1 was over") for name in ("A-1", "A-2")]
    ended = replace(report([required("A-1"), required("A-2")], results), notes=("--max-time 1 was over",))

    (found,) = commands("\n".join(to_annotations(ended)))

    assert found.data.splitlines()[0] == "--max-time 1 was over"


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.INAPPLICABLE, Verdict.UNTESTED])
def test_what_does_not_matter_is_not_annotated(verdict: Verdict) -> None:
    assert told(Result("A-0", Verdict.PASSED), Result("A-1", verdict, "the target gives no user_key")) == []


def test_a_title_is_read_as_it_was_meant() -> None:
    (found,) = told(failed("A:1, line=7 %3A\n::"))

    assert found.properties == {"file": "openapi.yaml", "line": "43", "title": "A:1, line=7 %3A\\n:: (MUST) failed"}


def test_errors_come_before_warnings() -> None:
    requirements = [required("A-1", SHOULD), required("A-2", MUST)]

    found = commands("\n".join(to_annotations(report(requirements, [failed("A-1"), failed("A-2")]))))

    assert [each.name for each in found] == ["error", "warning"]


# --- what a deployment sends ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("injection", INJECTIONS)
def test_a_reply_is_no_command(injection: str) -> None:
    found = told(failed("A-1", seen=f"{injection} 100%25, a:b"))

    assert [each.name for each in found] == ["error"]
    assert found[0].data.splitlines()[1].endswith("100%25, a:b")


@given(st.text() | st.lists(st.sampled_from(INJECTIONS)).map("".join))
def test_whatever_a_reply_holds_there_is_one_command_in_one_line(seen: str) -> None:
    (line,) = to_annotations(report([required("A-1")], [failed("A-1", seen=seen)]))

    assert line.isprintable()
    assert [each.name for each in commands(line)] == ["error"]


@given(st.lists(st.text() | st.lists(st.sampled_from(INJECTIONS)).map("".join)))
def test_nothing_between_the_fences_is_a_command(lines: list[str]) -> None:
    (last,) = commands("\n".join([*fenced(lines, "0badcafe"), "::notice::after"]))

    assert last.data == "after"


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCANO_API_KEY", "0" * 40)


def call(*words: str) -> Called:
    return CliRunner().invoke(main, ["run", "--depth", "quick", "--only", "USERS-ADD-1", *words])


def test_a_run_writes_annotations_and_then_the_summary() -> None:
    result = call("--fault", "add-answers-201", "--format", "github")

    (found,) = commands(result.stdout)
    line = (DOCUMENT.read_text(encoding="utf-8").splitlines())[int(found.properties["line"]) - 1]
    assert result.exit_code == 1
    assert (found.name, found.properties["title"]) == ("error", "USERS-ADD-1 (MUST) failed")
    assert line.strip() == "post:"
    assert "NON-CONFORMANT: " in result.stdout
    assert "::stop-commands::" in result.stdout


def test_text_holds_no_commands() -> None:
    result = call("--fault", "add-answers-201")

    assert result.exit_code == 1
    assert "::" not in result.stdout.replace("[::1]", "")


def test_the_summary_of_a_step_is_fenced_whatever_the_format(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    lines = call().stdout.splitlines()

    assert lines[0].startswith("::stop-commands::")
    assert lines[-1] == f"::{lines[0].removeprefix('::stop-commands::')}::"


def test_what_a_redirect_names_is_no_command_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    head = b"HTTP/1.1 302 Found\r\nLocation: /##[add-mask]a\r\nContent-Length: 0\r\n\r\n"

    with Broken(lambda connection, _: connection.sendall(head)) as target:
        result = call(target.url, "--instance", "rivia")

    assert result.exit_code == 2
    assert "##[add-mask]a" in result.stderr
    assert commands(result.stderr) == []


def test_every_requirement_on_a_fact_has_a_line() -> None:
    requirements = run.requirements()
    of = replace(report(requirements), sources=sources_of(requirements))

    lines = lines_of(of)

    assert {each.id for each in requirements if each.id not in lines} == {
        each.id for each in requirements if all(source.startswith("RFC ") for source in each.source)
    }
    assert min(lines.values()) > 1
