"""`compare` and `index`: what they print and write, with which exit code, with good and with bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from handmade import BASE, HOSTILE
from handmade_runs import kept, ran
from syncano_contract.cli import main
from syncano_contract.model import Report
from syncano_contract.text import sound, visible
from test_report import full_disk


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def call(*words: str) -> Result:
    result = CliRunner().invoke(main, words, env={"COLUMNS": "100"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def reports(*each: Report) -> None:
    """Write reports into the folders 0, 1 and so on of `reports`."""
    for number, report in enumerate(each):
        kept(report, Path("reports") / str(number))


# --- compare ----------------------------------------------------------------------------------------------------------


def test_compare_prints_what_changed_and_writes_nothing() -> None:
    reports(ran("+", day=1), ran("F", day=2))

    result = call("compare", "reports/0", "reports/1/results.json")

    assert result.exit_code == 0
    assert "    A-1                MUST   +F  passed, then failed" in result.stdout.splitlines()
    assert result.stderr == ""
    assert sorted(path.name for path in Path().rglob("*")) == ["0", "1", "reports", "results.json", "results.json"]


def test_compare_writes_both_files_where_it_is_told_to() -> None:
    reports(ran("+", day=1), ran("F", day=2))

    result = call("compare", "reports", "-o", "a/b")

    assert result.exit_code == 0
    assert result.stdout.endswith("REGRESSION: 1 requirement got worse\npage: a/b/compare.html\n")
    assert json.loads(Path("a/b/compare.json").read_text(encoding="utf-8"))["regression"] is True
    assert f"{BASE}</bdi> got worse" in Path("a/b/compare.html").read_text(encoding="utf-8")
    assert len(list(Path("a/b").iterdir())) == 2


def test_compare_takes_all_runs_of_a_folder_and_latest_only_once() -> None:
    reports(ran("+", day=1), ran("F", day=2))
    Path("reports/latest").symlink_to("1")
    Path("reports/prove").mkdir()

    result = call("compare", "reports", "reports/latest")

    assert result.stdout.startswith(f"{BASE}, instance rivia: 2 runs\n")


def test_compare_says_how_many_reports_of_a_folder_it_passed_over() -> None:
    reports(ran("+", day=1), ran("F", day=2))
    for name in ("old", "older"):
        Path("reports", name).mkdir()
        Path("reports", name, "results.json").write_text('{"version": 1}', encoding="utf-8")

    result = call("compare", "reports")

    assert result.exit_code == 0
    assert result.stderr == (
        "2 reports passed over, such as: "
        "reports/old/results.json has version 1 of the format, and this program reads 2\n"
    )


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        (ran("+", day=1), ran("F", day=2), 1),
        (ran("+", day=1), ran("?", day=2), 1),
        (ran("F", day=1), ran("+", day=2), 0),
        (ran("F", day=1), ran("F", day=2), 0),
        (ran("+", day=1), ran("+F", day=2), 0),
        (ran("+", day=1), ran("-", day=2), 0),
        (ran("+", day=1, depth="quick"), ran("F", day=2), 0),
        (ran("F", day=2), ran("+", day=1), 1),
    ],
)
def test_compare_fails_on_a_regression_if_asked_to(before: Report, now: Report, code: int) -> None:
    reports(before, now)

    assert call("compare", "reports/0", "reports/1", "--fail-on", "regression").exit_code == code
    assert call("compare", "reports/0", "reports/1").exit_code == 0


def test_one_target_that_got_worse_is_enough_to_fail() -> None:
    other: dict[str, Any] = {"target": "https://b.example.test"}
    reports(ran("+", day=1), ran("+", day=2), ran("+", day=1, **other), ran("F", day=2, **other))

    assert call("compare", "reports", "--fail-on", "regression").exit_code == 1


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["none"], "error: cannot read none: No such file or directory"),
        (["reports/0"], "error: 1 report cannot be compared: two are needed"),
        (["reports/0", "reports/0/results.json"], "error: 1 report cannot be compared: two are needed"),
        (["reports/0", "broken.json"], "error: broken.json is no JSON"),
        (["reports/0", "old.json"], "error: old.json has version 1 of the format, and this program reads 2"),
        (["empty"], "error: empty holds no report of a run"),
        (
            ["reports", "--fail-on", "regression"],
            "error: no target has two runs, so that none can have got worse",
        ),
        (["reports", "-o", "old.json/x"], "error: cannot write to old.json/x: Not a directory"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line_with_a_way_out(words: list[str], error: str) -> None:
    reports(ran("+", day=1), ran("F", day=2, instance="other"))
    Path("empty").mkdir()
    Path("broken.json").write_text("{", encoding="utf-8")
    Path("old.json").write_text('{"version": 1}', encoding="utf-8")

    result = call("compare", *words)

    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert (first, second[:2], result.stdout) == (error, "  ", "")


@pytest.mark.parametrize(
    "words", [[], ["reports", "--fail-on", "anything"], ["reports", "-o", "reports/0/results.json"]]
)
def test_a_wrong_option_is_told(words: list[str]) -> None:
    reports(ran("+", day=1))

    assert call("compare", *words).exit_code == 2


def test_a_full_disk_leaves_no_half_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    reports(ran("+", day=1), ran("F", day=2))
    monkeypatch.setattr("os.fsync", full_disk)

    result = call("compare", "reports", "-o", "out")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write to out: No space left on device\n")
    assert list(Path("out").iterdir()) == []


def test_nothing_of_a_report_is_a_command_of_github_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    reports(ran("+", day=1, instance="::error::x"), ran("F", day=2, instance="::error::x"))

    lines = call("compare", "reports").stdout.splitlines()

    assert lines[0].startswith("::stop-commands::")
    assert lines[-1] == f"::{lines[0].removeprefix('::stop-commands::')}::"


def test_hostile_text_is_shown_as_text() -> None:
    reports(*(ran("+", day=day, instance=sound(HOSTILE)) for day in (1, 2)))

    result = call("compare", "reports")

    assert visible(sound(HOSTILE)) in result.stdout
    assert [char for char in result.stdout if not char.isprintable() and char != "\n"] == []


# --- index ------------------------------------------------------------------------------------------------------------


def test_index_writes_a_page_into_reports_and_counts_what_it_holds() -> None:
    reports(ran("+", day=1), ran("F", day=2), ran("+", instance="other"))
    Path("reports/prove").mkdir()

    result = call("index")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "reports/index.html: 3 runs of 2 targets, 1 folder passed over\n"
    assert Path("reports/index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["none"], "error: cannot read none: No such file or directory"),
        (["file"], "error: cannot read file: Not a directory"),
        (["empty"], "error: empty holds no report of a run"),
        (["mine"], "error: mine/index.html was not written by syncano-contract"),
    ],
)
def test_what_cannot_be_listed_is_told_with_a_way_out(words: list[str], error: str) -> None:
    Path("file").touch()
    Path("empty").mkdir()
    kept(ran("+"), Path("mine/0"))
    Path("mine/index.html").write_text("my own", encoding="utf-8")

    result = call("index", *words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == error
    assert Path("mine/index.html").read_text(encoding="utf-8") == "my own"


def test_each_run_lists_itself_and_those_before_it() -> None:
    reports(ran("+", day=1))

    result = call("run", "--depth", "quick", "--only", "USERS-ADD-1")

    page = Path("reports/index.html").read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert "2 runs of 2 targets" in page
    assert page.count("/report.html") == 1


def test_a_run_into_a_folder_of_its_own_lists_nothing() -> None:
    call("run", "--depth", "quick", "--only", "USERS-ADD-1", "--out", "reports/mine")

    assert not Path("reports/index.html").exists()


def test_a_run_has_not_failed_where_its_index_cannot_be_written() -> None:
    Path("reports").mkdir()
    Path("reports/index.html").write_text("my own", encoding="utf-8")

    result = call("run", "--depth", "quick", "--only", "USERS-ADD-1")

    assert result.exit_code == 0
    assert "error: reports/index.html was not written by syncano-contract" in result.stderr.splitlines()
    assert "report: reports/" in result.stdout
