"""Several runs side by side: which are of one target, what counts as worse, and what never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from handmade import BASE
from handmade_runs import answered, ran
from syncano_contract.address import Address, address_of
from syncano_contract.bounds import INTERRUPTED, NOT_LOOKED_AT
from syncano_contract.comparison import Comparison, History, Kind, compare, digest
from syncano_contract.model import Level, Report, Result, Verdict


def compared(*reports: Report) -> Comparison:
    return compare(digest(each, f"run-{at}") for at, each in enumerate(reports))


def history(*reports: Report) -> History:
    (found,) = compared(*reports).histories
    return found


def kinds(of: History) -> dict[str, str]:
    return {change.requirement.id: change.kind for change in of.changes}


def worse(of: History) -> list[str]:
    return [change.requirement.id for change in of.changes if change.is_worse]


# Which runs are of one target


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.example.test/v1.1", "https://api.example.test/v1.1"),
        ("https://api.example.test:39117/v1.1", "https://api.example.test:39117/v1.1"),
        ("http://127.0.0.1:39117/v1.1", "http://127.0.0.1:*/v1.1"),
        ("http://127.8.0.1:32768/v1.1", "http://127.8.0.1:*/v1.1"),
        ("http://[::1]:60999/v1.1", "http://[::1]:*/v1.1"),
        ("http://localhost:40000", "http://localhost:*"),
        ("http://127.0.0.1:8000/v1.1", "http://127.0.0.1:8000/v1.1"),
        ("http://127.0.0.1:32767/v1.1", "http://127.0.0.1:32767/v1.1"),
        ("http://127.0.0.1/v1.1", "http://127.0.0.1/v1.1"),
        ("http://127.0.0.1:99999/v1.1", "http://127.0.0.1:99999/v1.1"),
        ("http://[::1/v1.1", "http://[::1/v1.1"),
        ("", ""),
    ],
)
def test_a_port_that_the_system_gave_on_loopback_does_not_count(url: str, shown: str) -> None:
    assert address_of(url, "rivia") == Address(shown, "rivia")


def test_runs_of_a_server_that_starts_on_another_port_each_time_are_of_one_target() -> None:
    first = ran("+", day=1, target="http://127.0.0.1:39117/v1.1")
    second = ran("F", day=2, target="http://127.0.0.1:40001/v1.1")

    assert worse(history(first, second)) == ["A-1"]


@pytest.mark.parametrize("change", [{"target": "https://other.example.test/v1.1"}, {"instance": "other"}])
def test_another_address_or_instance_is_another_target(change: dict[str, Any]) -> None:
    found = compared(ran("+", day=1), ran("F", day=2, **change))

    assert [len(each.runs) for each in found.histories] == [1, 1]
    assert [each.before for each in found.histories] == [None, None]
    assert not found.is_worse


def test_targets_stand_in_the_order_in_which_they_were_given_and_runs_in_that_of_time() -> None:
    other: dict[str, Any] = {"target": "https://a.example.test"}

    found = compared(ran("+", day=3), ran("+", day=9, **other), ran("+", day=1), ran("+", day=2))

    assert [each.address.url for each in found.histories] == [BASE, "https://a.example.test"]
    assert [run.name for run in found.histories[0].runs] == ["run-2", "run-3", "run-0"]


# What changed


@pytest.mark.parametrize(
    ("before", "now", "kind", "is_worse"),
    [
        ("+", "F", Kind.BROKE, True),
        ("F", "+", Kind.MENDED, False),
        ("+", "?", Kind.UNTOLD, True),
        ("F", "?", Kind.CHANGED, False),
        ("?", "F", Kind.CHANGED, False),
        ("?", "+", Kind.CHANGED, False),
        ("+", "-", Kind.CHANGED, False),
        ("-", "F", Kind.CHANGED, False),
        ("+", ".", Kind.CHANGED, False),
        (".", "F", Kind.CHANGED, False),
        (" ", "F", Kind.NEW, False),
        ("+", " ", Kind.GONE, False),
    ],
)
def test_each_change_has_a_kind_and_few_are_worse(before: str, now: str, kind: Kind, is_worse: bool) -> None:
    found = history(ran(f"{before}+", day=1), ran(f"{now}+", day=2))

    assert [(change.kind, change.is_worse) for change in found.changes] == [(kind, is_worse)]
    assert found.is_worse is is_worse


@pytest.mark.parametrize("verdict", ["+", "F", "?", "-", "."])
def test_what_stayed_as_it_was_is_counted(verdict: str) -> None:
    found = history(ran(verdict, day=1), ran(verdict, day=2))

    assert found.changes == ()
    assert [number for number in found.unchanged.values() if number] == [1]


def test_a_warning_that_is_new_is_worse_and_one_that_cannot_be_told_is_not() -> None:
    found = history(ran("++", day=1, level=Level.SHOULD), ran("F?", day=2, level=Level.SHOULD))

    assert worse(found) == ["A-1"]


def test_what_another_failure_explains_is_not_counted_twice() -> None:
    now = ran("F?", day=2)
    results = (now.results[0], replace(now.results[1], cause="A-1"))

    assert worse(history(ran("++", day=1), replace(now, results=results))) == ["A-1"]


def test_what_broke_comes_first_and_each_kind_is_in_the_order_of_ids() -> None:
    found = history(ran("F+?++++++++", day=1), ran("++++++++F?F", day=2))

    assert list(kinds(found).items()) == [
        ("A-9", Kind.BROKE),
        ("A-11", Kind.BROKE),
        ("A-10", Kind.UNTOLD),
        ("A-1", Kind.MENDED),
        ("A-3", Kind.CHANGED),
    ]


def test_of_one_kind_what_binds_most_comes_first() -> None:
    before, now = ran("F++", day=1), ran("+FF", day=2)
    levels = (Level.MUST, Level.SHOULD, Level.MUST)
    requirements = tuple(replace(each, level=level) for each, level in zip(now.requirements, levels, strict=True))

    found = history(before, replace(now, requirements=requirements))

    assert list(kinds(found)) == ["A-3", "A-2", "A-1"]


def test_a_change_tells_both_verdicts_and_why() -> None:
    (change,) = history(ran("+", day=1), ran("F", day=2)).changes

    assert change.before is not None
    assert change.now is not None
    assert (change.before.verdict, change.now.verdict, change.now.message) == (
        Verdict.PASSED,
        Verdict.FAILED,
        "A-1 is so",
    )


def test_a_requirement_that_a_run_did_not_come_to_is_untested() -> None:
    now = replace(ran("+", day=2), results=())

    assert kinds(history(ran("+", day=1), now)) == {"A-1": Kind.CHANGED}


# With which run the newest is compared


def test_the_newest_is_compared_with_the_newest_before_it_whatever_the_order_of_reports() -> None:
    found = history(ran("F", day=3), ran("F", day=1), ran("+", day=2))

    assert (found.before, found.now) == (found.runs[1], found.runs[2])
    assert worse(found) == ["A-1"]


@pytest.mark.parametrize(
    "other",
    [
        {"depth": "quick"},
        {"tool": "syncano-contract 0.2.0"},
        {"document": "1.2"},
        {"overlays": ("mine.yaml",)},
        {"read_only": True},
        {"only": ("A-*",)},
        {"was_interrupted": True},
        {"notes": (f"--max-time 5 was over: {NOT_LOOKED_AT}",)},
    ],
)
def test_a_run_made_in_another_way_is_passed_over_for_an_earlier_one_made_in_the_same(other: dict[str, Any]) -> None:
    found = history(ran("+", day=1), ran("F", day=2, **other), ran("F", day=3))

    assert found.before == found.runs[0]
    assert worse(found) == ["A-1"]


@pytest.mark.parametrize(
    ("other", "names"),
    [
        ({"depth": "quick"}, ("depth",)),
        ({"tool": "syncano-contract 0.2.0"}, ("tool",)),
        ({"document": "1.2", "overlays": ("a.yaml",)}, ("document", "overlays")),
        ({"read_only": True}, ("read_only",)),
        ({"only": ("A-1",)}, ("only",)),
    ],
)
def test_where_none_was_made_in_the_same_way_nothing_is_worse(other: dict[str, Any], names: tuple[str, ...]) -> None:
    found = history(ran("+", day=1, **other), ran("F", day=2))

    assert found.differences == names
    assert kinds(found) == {"A-1": Kind.BROKE}
    assert worse(found) == []


@pytest.mark.parametrize("other", [{"seed": 8}, {"jobs": 8}, {"max_requests": 9000}, {"command": "x"}])
def test_another_seed_or_pace_is_the_same_way(other: dict[str, Any]) -> None:
    found = history(ran("+", day=1, **other), ran("F", day=2))

    assert found.differences == ()
    assert worse(found) == ["A-1"]


@pytest.mark.parametrize(("first", "second"), [("A-1", ""), ("", "A-1")])
def test_what_only_left_out_is_neither_new_nor_gone(first: str, second: str) -> None:
    patterns = {"A-1": ("A-1",), "": ()}
    verdicts = {"A-1": "+", "": "++"}

    found = history(
        ran(verdicts[first], day=1, only=patterns[first]), ran(verdicts[second], day=2, only=patterns[second])
    )

    assert found.changes == ()


@pytest.mark.parametrize(
    "end", [{"was_interrupted": True, "notes": (INTERRUPTED,)}, {"notes": (f"x: {NOT_LOOKED_AT}",)}]
)
def test_a_run_that_was_cut_short_breaks_what_it_saw_fail_and_nothing_else(end: dict[str, Any]) -> None:
    found = history(ran("+++", day=1), ran("F?.", day=2, **end))

    assert worse(found) == ["A-1"]
    assert kinds(found) == {"A-1": Kind.BROKE, "A-2": Kind.UNTOLD, "A-3": Kind.CHANGED}


# Over more than two runs


def test_what_changed_earlier_and_is_now_as_before_is_known() -> None:
    found = history(ran("+++.", day=1), ran("F?F+", day=2), ran("+F+.", day=3), ran("+F+.", day=4))

    assert found.changes == ()
    assert found.changed_earlier == ("A-1", "A-2", "A-3")


def test_each_requirement_has_its_verdicts_in_the_order_of_time() -> None:
    found = history(ran("+", day=1), ran("F+", day=2))

    assert found.verdicts("A-1") == (Verdict.PASSED, Verdict.FAILED)
    assert found.verdicts("A-2") == (None, Verdict.PASSED)


def test_a_requirement_is_worded_as_in_the_newest_run_that_has_it() -> None:
    old, new = ran("++", day=1), ran("+", day=2)
    reworded = replace(new, requirements=(replace(new.requirements[0], text="New words."),))

    found = compared(reworded, old)

    assert [(each.id, each.text) for each in found.requirements] == [
        ("A-1", "New words."),
        ("A-2", "A body is `refused`."),
    ]


# Of several targets


def test_requirements_on_which_targets_differ_are_told_from_those_on_which_they_agree() -> None:
    found = compared(ran("+F-+"), ran("+F+ ", target="https://b.example.test"), ran("+F+ ", instance="c"))

    assert [each.id for each in found.differing] == ["A-3", "A-4"]


def test_of_a_target_with_several_runs_the_newest_counts() -> None:
    found = compared(ran("F", day=1), ran("+", day=2), ran("+", target="https://b.example.test"))

    assert found.differing == ()


# How long replies took


def slowed(before: list[float], now: list[float], **changes: Any) -> History:
    first = ran("+", day=1, traffic=answered("addUser", before))
    return history(first, ran("+", day=2, traffic=answered("addUser", now), **changes))


def test_an_operation_is_slower_when_most_replies_take_longer_than_most_did() -> None:
    (found,) = slowed([10.0] * 20, [25.0] * 20).slower

    assert (found.operation, found.before.median, found.now.median) == ("addUser", 0.01, 0.025)
    assert found.ratio == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([20.0] * 20, [29.9] * 20),  # not by half
        ([1.0] * 20, [5.9] * 20),  # not by 5 ms
        ([10.0] * 19, [25.0] * 20),  # too few before
        ([10.0] * 20, [25.0] * 19),  # too few now
        ([10.0] * 12 + [40.0] * 8, [10.0] * 8 + [25.0] * 12),  # replies waver so much that either may be by chance
        ([25.0] * 20, [10.0] * 20),
        ([0.0] * 20, [10.0] * 20),
    ],
)
def test_what_may_be_by_chance_is_not_called_slower(before: list[float], now: list[float]) -> None:
    assert slowed(before, now).slower == ()


@pytest.mark.parametrize("change", [{"jobs": 8}, {"depth": "deep"}])
def test_runs_that_loaded_the_target_in_another_way_are_not_timed_against_each_other(change: dict[str, Any]) -> None:
    assert slowed([10.0] * 20, [25.0] * 20, **change).slower == ()


def test_slower_is_not_worse() -> None:
    assert not slowed([10.0] * 20, [25.0] * 20).is_worse


def test_only_replies_that_did_what_was_asked_are_timed() -> None:
    refused = answered("addUser", [1.0] * 50, status=400) + answered("addUser", [9_000.0] * 50, status=None)
    (found,) = compared(ran("+", traffic=refused + answered("addUser", [10.0, 20.0, 30.0]))).histories

    times = found.now.times["addUser"]
    assert (times.replies, times.median) == (3, 0.02)


def test_a_single_reply_has_times() -> None:
    (found,) = compared(ran("+", traffic=answered("addUser", [10.0]))).histories

    times = found.now.times["addUser"]
    assert (times.lower, times.median, times.upper) == (0.01, 0.01, 0.01)


def test_what_is_no_request_to_an_operation_is_not_timed() -> None:
    traffic = (replace(answered("addUser", [1.0])[0], operation=None),)
    (found,) = compared(ran("+", traffic=traffic)).histories

    assert found.now.times == {}


def test_a_digest_keeps_what_the_run_was() -> None:
    hour = timezone(timedelta(hours=1))
    run = digest(replace(ran("+F"), started=datetime(2026, 11, 2, 21, 4, 5, tzinfo=hour)), "here")

    assert (run.name, run.conclusion, run.requests, run.depth) == ("here", "non-conformant", 0, "standard")
    assert f"{run.started}" == "2026-11-02 20:04:05+00:00"
    assert run.counts[Level.MUST][Verdict.FAILED] == 1
    assert run.outcomes["A-2"].verdict is Verdict.FAILED


def test_a_result_without_its_reason_is_kept() -> None:
    run = digest(replace(ran("+"), results=(Result("A-1", Verdict.FAILED),)), "here")

    assert run.outcomes["A-1"].message == ""
