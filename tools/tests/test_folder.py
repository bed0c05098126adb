"""A folder of reports: which of its folders hold one, each of them once, and what each run was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handmade import HOSTILE, odd
from handmade_runs import kept, ran
from syncano_contract.model import Conclusion, Level, Problem, Verdict
from syncano_contract.report.folder import folders, gather
from syncano_contract.report.heads import head
from syncano_contract.report.results import to_json


def gathered(*paths: Path) -> tuple[list[str], list[str]]:
    passed_over: list[Problem] = []
    return [run.name for run in gather(paths, passed_over)], [problem.what for problem in passed_over]


# Which folders


def test_folders_are_listed_by_name_and_a_link_to_one_of_them_is_not(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "latest").symlink_to("b")
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "round").symlink_to("round")

    assert [path.name for path in folders(tmp_path)] == ["a", "b"]


def test_a_link_to_a_folder_elsewhere_is_listed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "kept").symlink_to("../elsewhere")

    assert [path.name for path in folders(tmp_path / "reports")] == ["kept"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"cannot read .*/none: No such file"):
        folders(tmp_path / "none")


# Which reports


def test_a_file_a_report_folder_and_a_folder_of_them_are_gathered_each_report_once(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    for name in ("a", "b"):
        kept(ran("+"), reports / name)
    (reports / "latest").symlink_to("b")
    kept(ran("+"), tmp_path / "c")
    (tmp_path / "d.json").write_text(to_json(ran("+")), encoding="utf-8")

    names, passed_over = gathered(
        tmp_path / "c" / "results.json", reports, reports / "latest", reports / "a", tmp_path / "d.json"
    )

    assert names == ["c", "a", "b", "d.json"]
    assert passed_over == []


def test_in_a_folder_of_reports_what_is_none_is_passed_over(tmp_path: Path) -> None:
    kept(ran("+"), tmp_path / "good")
    (tmp_path / "prove").mkdir()
    for name, content in (("broken", "{"), ("old", '{"version": 1}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(content, encoding="utf-8")

    names, passed_over = gathered(tmp_path)

    assert names == ["good"]
    assert len(passed_over) == 2
    assert "has version 1 of the format" in passed_over[1]


@pytest.mark.parametrize("name", ["none", "empty", "broken", "broken/results.json", "round"])
def test_what_was_named_and_is_no_report_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "results.json").write_text("{", encoding="utf-8")
    (tmp_path / "round").symlink_to("round")

    with pytest.raises(Problem, match=name):
        gathered(tmp_path / name)


# What each run was


def written(content: str, folder: Path) -> Path:
    file = folder / "results.json"
    file.write_text(content, encoding="utf-8")
    return file


def test_a_head_tells_what_the_run_was(tmp_path: Path) -> None:
    told = head(written(to_json(odd()), tmp_path))

    assert (told.target, told.instance, told.depth) == (odd().target, "rivia", "standard")
    assert (told.conclusion, told.requests, told.seconds) == (Conclusion.NON_CONFORMANT, 7, 12.346)
    assert told.started.isoformat() == "2026-11-21T20:04:05.678000+00:00"
    assert told.counts[Level.MUST][Verdict.FAILED] == 2
    assert (told.only, told.read_only, told.was_interrupted) == ((), False, False)


def test_a_head_is_read_without_what_follows(tmp_path: Path) -> None:
    content = to_json(ran("+", only=("A-*", '"requirements": ')))
    beginning = content[: content.index('\n "requirements": ') + 20]

    assert head(written(beginning, tmp_path)).only == ("A-*", '"requirements": ')


@pytest.mark.parametrize("indent", [None, 4])
def test_a_head_is_found_however_the_file_is_laid_out(tmp_path: Path, indent: int | None) -> None:
    tree = json.loads(to_json(odd()))

    told = head(written(json.dumps(dict(sorted(tree.items())), indent=indent), tmp_path))

    assert told == head(written(to_json(odd()), tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(version=1),
        lambda tree: tree.pop("target"),
        lambda tree: tree.update(conclusion="fine"),
        lambda tree: tree.update(requests=-1),
        lambda tree: tree.update(started="2026-13-41T20:04:05.678Z"),
        lambda tree: tree["counts"]["MUST"].pop("failed"),
    ],
)
def test_a_head_that_no_run_writes_is_refused(tmp_path: Path, change: Callable[[Any], object]) -> None:
    tree = json.loads(to_json(ran("+")))
    change(tree)

    with pytest.raises(Problem):
        head(written(json.dumps(tree), tmp_path))


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", "[" * 100_000, '{"version": true}', HOSTILE.replace("\ud800", "")]
)
def test_what_has_no_head_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(Problem):
        head(written(content, tmp_path))


def test_a_head_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot read"):
        head(tmp_path / "results.json")
