"""`render`: the other files of a report, made from its results.json as the run made them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from handmade import odd, report
from syncano_contract.cli import main
from syncano_contract.report import FORMATS, RENDERERS, write
from syncano_contract.report.results import to_json

RESULTS = to_json(odd())


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder() -> Path:
    made = Path("made")
    made.mkdir()
    (made / "results.json").write_text(RESULTS)
    return made


def call(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, ["render", *words], input=given)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_of_a_run_are_made_again_byte_for_byte() -> None:
    run = CliRunner().invoke(main, ["run", "--depth", "quick", "--only", "USERS-ADD-*", "--out", "run"])
    written = contents(Path("run"))
    assert run.exit_code in (0, 2), run.output

    result = call("run", "-o", "again")

    assert result.exit_code == 0, result.output
    assert contents(Path("again")) == {name: written[name] for name in RENDERERS}
    assert written.keys() - RENDERERS.keys() == {"results.json", "traffic.har"}


def test_everything_odd_is_made_again_byte_for_byte() -> None:
    write(odd(), Path("run"))
    written = contents(Path("run"))
    for name in RENDERERS:
        (Path("run") / name).unlink()

    result = call("run")

    assert result.exit_code == 0
    assert contents(Path("run")) == written


@pytest.mark.parametrize("given", ["made", "made/results.json"])
def test_a_folder_and_its_file_are_the_same_and_the_files_go_beside_it(folder: Path, given: str) -> None:
    result = call(given)

    assert result.exit_code == 0
    assert contents(folder).keys() == {"results.json", *RENDERERS}


def test_it_says_what_it_wrote(folder: Path) -> None:
    result = call("made", "--format", "badge,junit")

    assert result.stdout.splitlines() == [
        "wrote made/badge.svg",
        "wrote made/badge.json",
        "wrote made/junit.xml",
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_has_its_files_and_no_other(folder: Path, name: str) -> None:
    result = call("made", "--format", name, "-o", "out")

    assert result.exit_code == 0
    assert contents(Path("out")).keys() == FORMATS[name].keys()


def test_a_format_may_be_named_twice_and_with_spaces(folder: Path) -> None:
    result = call("made", "--format", "junit, markdown,junit", "-o", "out")

    assert result.exit_code == 0
    assert contents(Path("out")).keys() == {"junit.xml", "summary.md"}


def test_standard_input_will_do(folder: Path) -> None:
    result = call("-", "-o", "out", "--format", "markdown", given=RESULTS)

    call("made")
    assert result.exit_code == 0
    assert contents(Path("out")) == {"summary.md": (folder / "summary.md").read_bytes()}


def test_standard_input_needs_a_folder_for_what_is_made() -> None:
    result = call("-", given=RESULTS)

    assert result.exit_code == 2
    assert result.stderr == "error: standard input is in no folder\n  name one for the files with -o DIR\n"


@pytest.mark.parametrize("formats", ["pdf", "html,pdf", "", "html,", "HTML"])
def test_an_unknown_format_is_named_with_those_there_are(folder: Path, formats: str) -> None:
    result = call("made", "--format", formats)

    wrong = formats.rsplit(",", maxsplit=1)[-1]
    assert result.exit_code == 2
    assert f"{wrong!r} is none of the formats html, junit, markdown, sarif, badge." in result.stderr
    assert contents(folder).keys() == {"results.json"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "standard input is no JSON"),
        ("{}", "standard input is no report of a run"),
        ('{"version": 1}', "standard input has version 1 of the format, and this program reads 2"),
        (RESULTS.replace('"conformant', '"fine').replace("non-conformant", "fine"), "standard input is no report of"),
    ],
)
def test_what_is_no_report_is_refused_and_nothing_is_written(given: str, reason: str) -> None:
    result = call("-", "-o", "out", given=given)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {reason}")
    assert "Traceback" not in result.output
    assert not Path("out").exists()


def test_what_is_not_there_is_named() -> None:
    result = call("nowhere")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot read nowhere: No such file or directory\n")


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    Path("file").touch()

    result = call("made", "-o", "file/out")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write to file/out: Not a directory\n")


def test_a_full_disk_keeps_the_files_there_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(report(), folder)
    before = contents(folder)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = call("made", "--format", "badge")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write to made: No space left on device\n")
    assert contents(folder) == before


def test_the_help_names_each_format_with_its_files() -> None:
    text = call("--help").stdout

    for name, files in FORMATS.items():
        assert f"{name:<10}{', '.join(files)} " in text
