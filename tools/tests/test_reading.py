"""results.json is read back as it was written, and what is none is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handmade import odd, report, required
from syncano_contract.model import Problem, Report, Result, Source, Verdict
from syncano_contract.report import RENDERERS
from syncano_contract.report.reading import parse, read
from syncano_contract.report.results import to_json

TREE = json.loads(to_json(odd()))
FACT = Source("users-add#response/400", "addUser", "400 is answered.", "/paths/~1a/post", 12)


def told(of: Report) -> Report:
    return parse(to_json(of).encode(), "it")


def changed(change: Callable[[Any], object]) -> bytes:
    tree = json.loads(to_json(odd()))
    change(tree)
    return json.dumps(tree).encode()


def test_what_was_read_is_written_in_the_same_bytes() -> None:
    of = replace(odd(), sources=(FACT,), overlays=("a.yaml",), max_time=1.5, max_requests=9, was_interrupted=True)

    assert to_json(told(of)) == to_json(of)


def test_a_number_stays_as_it_was_written() -> None:
    of = replace(odd(), seconds=5.0)

    assert to_json(told(of)) == to_json(of)


def test_what_was_read_has_the_verdicts_and_the_evidence_of_the_run() -> None:
    read_back = told(odd())

    assert [(each.requirement, each.verdict) for each in read_back.results] == [
        (each.requirement, each.verdict) for each in odd().results
    ]
    assert [each.number for each in read_back.exchanges] == [1, 2, 3, 4, 5, 7]
    assert [each.number for each in read_back.traffic] == [1, 2, 3, 4, 5, 6, 7]


def test_a_long_body_keeps_its_size() -> None:
    third = next(each for each in told(odd()).exchanges if each.number == 3)

    assert third.response is not None
    assert (len(third.response.body), third.response.size) == (20_000, 300_009)


@pytest.mark.parametrize("render", RENDERERS.values(), ids=RENDERERS)
def test_a_renderer_gives_the_same_bytes_for_the_same_results(render: Callable[..., str]) -> None:
    assert render(told(odd())) == render(told(odd()))


def test_a_folder_stands_for_its_results(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(to_json(odd()))

    assert read(tmp_path) == read(tmp_path / "results.json")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"cannot read .*results\.json: No such file"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ('{"version": NaN}', "it is no JSON"),
        ("[]", "it is no report of a run"),
        ("{}", "it is no report of a run"),
        ('{"version": true}', "it is no report of a run"),
        ('{"version": 1}', "it has version 1 of the format, and this program reads 2"),
        ('{"version": 3}', "it has version 3 of the format, and this program reads 2"),
        ('{"version": 2}', "it is no report of a run: the whole is not as the schema has it"),
    ],
)
def test_what_is_no_report_is_refused(content: str, reason: str) -> None:
    with pytest.raises(Problem) as refused:
        parse(content.encode(), "it")

    assert refused.value.what == reason


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(more=1),
        lambda tree: tree.pop("traffic"),
        lambda tree: tree["results"][0].update(verdict="fine"),
        lambda tree: tree["results"].append(tree["results"][0]),
        lambda tree: tree["results"][0].update(requirement="Z-1"),
        lambda tree: tree["requirements"].append(tree["requirements"][0]),
        lambda tree: tree["traffic"][0].append(1),
        lambda tree: tree["traffic"][0].pop(),
        lambda tree: tree.update(seconds=10**400),
        lambda tree: tree["traffic"][0].__setitem__(2, 10**400),
        lambda tree: tree.update(started="2026-13-41T20:04:05.678Z"),
        lambda tree: tree["exchanges"][4]["response"]["body"].update(text="no base64!"),
    ],
)
def test_what_no_run_writes_is_refused(change: Callable[[Any], object]) -> None:
    with pytest.raises(Problem, match="it is no report of a run"):
        parse(changed(change), "it")


@settings(database=None, derandomize=True, deadline=None, max_examples=60)
@given(st.sampled_from(sorted(TREE)), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_a_member_holds_there_is_a_report_or_one_line(name: str, value: Any) -> None:
    shown = ""
    try:
        of = parse(json.dumps({**TREE, name: value}).encode(), "it")
        shown = "".join(render(of) for render in RENDERERS.values())
    except Problem as problem:
        shown = problem.what

    assert shown.startswith(("it is no report of a run", "it has version ", "<!doctype html>"))


def test_a_requirement_without_result_is_read() -> None:
    of = report([required("A-1"), required("A-2")], [Result("A-1", Verdict.PASSED)])

    assert [each.id for each in told(of).requirements] == ["A-1", "A-2"]
