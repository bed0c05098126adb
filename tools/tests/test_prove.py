"""What trials prove of the suite: the judgement on outcomes made by hand, its files, and processes that die."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from multiprocessing import active_children
from typing import Any

import pytest

import dying
from handmade import HOSTILE, judged, report, required
from syncano_contract import trials
from syncano_contract.bounds import INTERRUPTED
from syncano_contract.model import Level, Problem, Requirement, Result, Verdict
from syncano_contract.proof import REFERENCE, Failure, Proof, Trial, prove, totals
from syncano_contract.reference.faults import Alteration
from syncano_contract.report.proof import to_html, to_json, to_table
from syncano_contract.settings import Depth
from syncano_contract.text import visible

MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
REQUIREMENTS = (required("A-1"), required("A-2", SHOULD), required("A-10"), required("B-1", MAY))
LEVELS = {each.id: each.level for each in REQUIREMENTS}


def alteration(name: str, level: Level | None = MUST, **reasons: str) -> Alteration:
    named = {requirement.replace("_", "-"): why for requirement, why in reasons.items()}
    return Alteration(name, "variants" if level is None else "keys", f"It is {name}.", level, reasons=named)


def trial(name: str, *failed: str, broken: str = "", message: str = "expected a, saw b") -> Trial:
    """A trial in which these requirements failed, one after the other."""
    failures = tuple(Failure(each, LEVELS[each], message, 10 * at, at / 4) for at, each in enumerate(failed, start=1))
    return Trial(name, failures, requests=400, seconds=2.0, broken=broken)


def proof(
    *tried: tuple[Alteration, Trial],
    depth: Depth = Depth.STANDARD,
    is_whole: bool = False,
    reference: Trial | None = None,
    requirements: Iterable[Requirement] = REQUIREMENTS,
) -> Proof:
    found = [*(each for _, each in tried), reference or Trial(REFERENCE)]
    return prove(depth, requirements, [each for each, _ in tried], reversed(found), is_whole=is_whole)


def fault(name: str, *failed: str, level: Level = MUST) -> tuple[Alteration, Trial]:
    return alteration(name, level), trial(name, *failed)


def variant(name: str, *failed: str, **reasons: str) -> tuple[Alteration, Trial]:
    return alteration(name, None, **reasons), trial(name, *failed)


# --- the judgement ----------------------------------------------------------------------------------------------------


def test_a_must_fault_is_noticed_by_a_failed_must() -> None:
    found = proof(fault("a", "A-2", "A-10", "A-1"))

    assert found.gaps == ()
    assert [each.requirement for each in found.cases[0].counting] == ["A-10", "A-1"]
    assert found.cases[0].first == Failure("A-10", MUST, "expected a, saw b", 20, 0.5)


@pytest.mark.parametrize("failed", [(), ("A-2",), ("B-1",)])
def test_a_must_fault_is_not_noticed_by_less(failed: tuple[str, ...]) -> None:
    assert proof(fault("a", *failed)).gaps == ("no failed MUST noticed a: It is a.",)


@pytest.mark.parametrize("failed", ["A-1", "A-2"])
def test_another_fault_is_noticed_by_a_failed_should_or_must(failed: str) -> None:
    assert proof(fault("a", failed, level=SHOULD)).gaps == ()


@pytest.mark.parametrize("failed", [(), ("B-1",)])
def test_another_fault_is_not_noticed_by_less(failed: tuple[str, ...]) -> None:
    assert proof(fault("a", *failed, level=SHOULD)).gaps == ("no failed SHOULD noticed a: It is a.",)


def test_a_variant_that_fails_nothing_is_clean() -> None:
    assert proof(variant("v")).gaps == ()


@pytest.mark.parametrize("failed", ["A-1", "A-2", "B-1"])
def test_a_variant_that_fails_anything_raised_an_alarm(failed: str) -> None:
    told = f"the variant v raised an alarm: {failed} ({LEVELS[failed]}): expected a, saw b"

    assert proof(variant("v", failed)).gaps == (told,)


def test_a_variant_may_fail_what_a_reason_is_recorded_for() -> None:
    found = proof(variant("v", "A-2", A_2="wording is free"), variant("w", "A-2", "B-1", A_2="wording is free"))

    assert found.gaps == ("the variant w raised an alarm: B-1 (MAY): expected a, saw b",)


def test_no_reason_excuses_a_must() -> None:
    found = proof(variant("v", "A-1", A_1="it is only a variant"))

    assert found.gaps == ("the variant v raised an alarm: A-1 (MUST): expected a, saw b",)


def test_a_requirement_that_only_a_variant_turns_red_is_without_a_fault() -> None:
    found = proof(fault("a", "A-1", "A-2"), variant("v", "B-1"), is_whole=True)

    assert [each.id for each in found.unproven] == ["A-10", "B-1"]
    assert "no fault turns A-10 (MUST) red: A body is `refused`." in found.gaps


def test_a_requirement_that_the_reference_deployment_leaves_unjudged_needs_no_fault() -> None:
    found = proof(fault("a", "A-1", "A-2"), is_whole=True, reference=Trial(REFERENCE, unjudged=("A-10", "B-1")))

    assert (found.unproven, found.gaps) == ((), ())


def test_a_choice_of_faults_says_nothing_of_requirements() -> None:
    assert proof(fault("a", "A-1")).unproven == ()


def test_a_deep_proof_is_as_strict_as_a_standard_one() -> None:
    deep = proof(fault("a", "A-2"), depth=Depth.DEEP, is_whole=True)

    assert deep.gaps == proof(fault("a", "A-2"), is_whole=True).gaps
    assert len(deep.gaps) == 4


@pytest.mark.parametrize(("noticed", "gaps"), [(17, 0), (16, 1)])
def test_a_quick_proof_needs_85_percent_and_no_fault_for_each_requirement(noticed: int, gaps: int) -> None:
    tried = [fault(f"f-{at}", *(["A-1"] if at < noticed else [])) for at in range(20)]

    found = proof(*tried, depth=Depth.QUICK, is_whole=True)

    assert len(found.gaps) == gaps
    assert [each for each in found.gaps if "only 16 of 20 faults were noticed" not in each] == []


@pytest.mark.parametrize("depth", [*Depth])
def test_a_false_alarm_is_a_gap_at_every_depth(depth: Depth) -> None:
    assert len(proof(fault("a", "A-1"), variant("v", "A-1"), depth=depth).gaps) == 1


@pytest.mark.parametrize("depth", [*Depth])
def test_a_trial_that_broke_is_a_gap_even_if_the_fault_was_noticed(depth: Depth) -> None:
    found = proof((alteration("a"), trial("a", "A-1", broken="its process ended")), depth=depth)

    assert found.gaps == ("the run against a broke: its process ended",)


def test_a_failure_of_the_reference_deployment_itself_is_a_gap() -> None:
    found = proof(fault("a", "A-1"), reference=trial(REFERENCE, "A-2"))

    assert found.gaps == ("the reference deployment fails A-2 (SHOULD): expected a, saw b",)


def test_totals() -> None:
    found = totals(
        proof(
            fault("a", "A-1"),
            fault("b", "A-2"),
            fault("c", "B-1", "A-2", level=SHOULD),
            variant("v"),
            variant("w", "A-1"),
            (alteration("x", None), replace(trial("x", broken="it died"), requests=990)),
        )
    )

    assert (found.must, found.others, found.variants) == ((1, 2), (1, 1), (1, 3))
    assert (found.seconds, found.requests, found.most_requests) == (0.375, 400, 990)


# --- from a report to a trial -----------------------------------------------------------------------------------------


def test_a_trial_keeps_failures_in_the_order_in_which_they_were_found() -> None:
    run = report(
        [required("A-1"), required("A-2", SHOULD), required("A-3"), required("A-4")],
        [
            Result("A-1", Verdict.FAILED, "late", after=30, seconds=0.3),
            Result("A-2", Verdict.FAILED, "early", after=10, seconds=0.1),
            Result("A-3", Verdict.UNTESTED),
            Result("A-4", Verdict.INAPPLICABLE),
        ],
    )

    kept = trials.trial_of("a", replace(run, notes=()))

    assert kept == Trial(
        "a",
        (Failure("A-2", SHOULD, "early", 10, 0.1), Failure("A-1", MUST, "late", 30, 0.3)),
        ("A-3", "A-4"),
        0,
        12.3456,
    )


@pytest.mark.parametrize("note", [INTERRUPTED, "the suite itself broke: E   KeyError"])
def test_a_run_that_was_not_a_whole_one_is_broken(note: str) -> None:
    assert trials.trial_of("a", replace(judged(), notes=("fine", note))).broken == note


def test_a_test_of_the_suite_that_breaks_is_told() -> None:
    broke = Result("A-1", Verdict.CANNOT_TELL, "the suite itself broke: KeyError: 'id'")

    assert trials.trial_of("a", replace(report([required("A-1")], [broke]), notes=())).broken == (
        "A-1: the suite itself broke: KeyError: 'id'"
    )


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (Problem("no reply", "start it"), "no reply"),
        (ValueError("odd"), "ValueError: odd"),
        (KeyboardInterrupt(), "the run was interrupted"),
    ],
)
def test_a_run_that_raises_is_a_broken_trial(raised: BaseException, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> None:
        raise raised

    monkeypatch.setattr(trials, "run", run)

    assert trials.attempt("add-answers-201", Depth.QUICK).broken.startswith(told)


# --- processes --------------------------------------------------------------------------------------------------------


def test_a_process_that_dies_or_hangs_is_told_of_its_own_trial_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "attempt", dying.attempt)
    began = time.monotonic()

    found = {each.name: each for each in trials.trials(["a", "dies", "b", "hangs", "c", "d"], Depth.QUICK, 2)}

    assert found.keys() == {"a", "b", "c", "d", "dies", "hangs"}
    assert {name for name, each in found.items() if each.broken} == {"dies", "hangs"}
    assert found["dies"].broken == "its process ended before it was done, or took longer than 180 s"
    assert time.monotonic() - began < 60


def test_processes_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "attempt", dying.attempt)

    processes = {each.requests for each in trials.trials(["a", "b", "c", "d"], Depth.QUICK, 1)}

    assert len(processes) == 1


def test_closing_ends_what_is_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "attempt", dying.attempt)
    monkeypatch.setattr(trials, "LONGEST", dict.fromkeys(Depth, 600))

    with closing(trials.trials(["a", "sleeps", "b"], Depth.QUICK, 2)) as going:
        next(going)

    assert active_children() == []


# --- the files --------------------------------------------------------------------------------------------------------


def odd() -> Proof:
    """A proof with one of each kind."""
    return proof(
        fault("a", "A-10", "A-2"),
        fault("b", "A-2"),
        (alteration("c"), trial("c", broken="its process ended")),
        (alteration("d", SHOULD), trial("d", "A-2", message=HOSTILE)),
        variant("v", "A-2", A_2="wording is free"),
        (replace(alteration("w", None), sentence=HOSTILE), trial("w", "A-1", message=HOSTILE)),
        is_whole=True,
        reference=Trial(REFERENCE, unjudged=("B-1",)),
    )


def test_json_holds_all_of_it() -> None:
    tree = json.loads(to_json(odd()))

    assert {name: tree[name] for name in ("version", "depth", "whole", "holds")} == {
        **{"version": 1, "depth": "standard", "whole": True, "holds": False},
    }
    assert tree["totals"] == {
        "must_faults": {"noticed": 1, "of": 3},
        "other_faults": {"noticed": 1, "of": 1},
        "variants": {"clean": 1, "of": 2},
        "seconds_to_notice": 0.25,
        "requests": {"median": 400, "most": 400},
    }
    assert _by_name(tree["faults"], "state") == {"a": "noticed", "b": "not noticed", "c": "broken", "d": "noticed"}
    assert _by_name(tree["faults"], "noticed_by") == {"a": ["A-10"], "b": [], "c": [], "d": ["A-2"]}
    assert tree["faults"][0]["first"] == {
        **{"requirement": "A-10", "level": "MUST", "message": "expected a, saw b", "after": 10, "seconds": 0.25},
    }
    assert [each["requirement"] for each in tree["faults"][0]["failures"]] == ["A-2", "A-10"]
    assert _by_name(tree["variants"], "state") == {"v": "clean", "w": "alarm"}
    assert tree["variants"][0]["reasons"] == {"A-2": "wording is free"}
    assert {each["id"]: (each["judged"], each["red"]) for each in tree["requirements"]} == {
        "A-1": (True, []),
        "A-2": (True, ["a", "b", "d"]),
        "A-10": (True, ["a"]),
        "B-1": (False, []),
    }
    assert len(tree["gaps"]) == 5


def _by_name(cases: list[dict[str, Any]], member: str) -> dict[str, Any]:
    return {case["name"]: case[member] for case in cases}


def test_json_is_in_the_order_of_the_library_however_trials_ended() -> None:
    tried = [fault("b", "A-1"), fault("a", "A-1"), variant("v")]
    found = [*(each for _, each in tried), Trial(REFERENCE)]

    forwards, backwards = (
        prove(Depth.QUICK, REQUIREMENTS, [each for each, _ in tried], order, is_whole=True)
        for order in (found, found[::-1])
    )

    assert to_json(forwards) == to_json(backwards)
    assert [each["name"] for each in json.loads(to_json(forwards))["faults"]] == ["b", "a"]


def test_the_matrix_says_who_noticed_what_at_which_request_and_when() -> None:
    assert list(to_table(odd())) == [
        "keys (2 of 4 noticed)",
        "  noticed      a                                       MUST      10   0.2 s A-10",
        "  NOT NOTICED  b                                       MUST",
        "  BROKEN       c                                       MUST                 its process ended",
        "  noticed      d                                       SHOULD    10   0.2 s A-2",
        "",
        "variants (1 of 2 clean)",
        "  clean        v                                                            A-2",
        "  ALARM        w                                                            A-1",
        "",
        "requirements that no fault turns red: A-1",
        "variants that raised an alarm: w",
        "GAP: the run against c broke: its process ended",
        "GAP: no failed MUST noticed b: It is b.",
        "GAP: no failed MUST noticed c: It is c.",
        f"GAP: the variant w raised an alarm: A-1 (MUST): {visible(HOSTILE)}",
        "GAP: no fault turns A-1 (MUST) red: A body is `refused`.",
        "1 of 3 MUST faults noticed by a failed MUST, 1 of 1 others noticed, 1 of 2 variants clean",
        "0.2 s to notice a fault (median), 400 requests a run (median), 400 at most",
        "NOT PROVED, 5 gaps: depth standard, 4 faults",
    ]


def test_a_long_list_of_requirements_is_broken_into_lines() -> None:
    many = [required(f"USERS-UPDATE-{number}") for number in range(1, 9)]
    failures = tuple(Failure(each.id, MUST, "", 1, 0.1) for each in many)

    lines = list(to_table(proof((alteration("a"), Trial("a", failures)), requirements=many)))

    assert max(map(len, lines)) <= 120
    assert lines[2].strip().startswith("USERS-UPDATE-")


def test_what_holds_is_proved() -> None:
    lines = list(to_table(proof(fault("a", "A-1"), variant("v"))))

    assert lines[-1] == "PROVED: depth standard, 1 fault"
    assert "variants that raised an alarm: none" in lines
    assert 'badge passed">proved' in to_html(proof(fault("a", "A-1"), variant("v")))


def test_the_page_stands_alone_and_leads_from_faults_to_requirements() -> None:
    page = to_html(odd())

    links, anchors = set(re.findall(r'href="([^"]*)"', page)), set(re.findall(r' id="([^"]*)"', page))
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= anchors
    assert {"#A-2", "#A-10", "#gaps", "#variants"} <= links
    assert not re.search(r"<(script|img|link|iframe)|<[a-z]+ [^>]*src=|url\(|@import", page)
    assert "It is b." in page
    assert "not judged here" in page


def test_the_page_shows_what_a_deployment_sent_as_text() -> None:
    page = to_html(odd())

    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search("[\x00\x1b\u202e\u2066\ud800]", page)


def test_the_page_of_no_variants_and_no_gaps_is_whole() -> None:
    page = to_html(proof(fault("a", "A-1"), depth=Depth.QUICK))

    assert "At depth quick the suite notices enough of the faults" in page
    assert 'id="variants"' not in page
    assert page.endswith("</html>\n") or page.endswith("</html>")
