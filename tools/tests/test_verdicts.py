"""From findings to results: cases merged, and each fault shown as one failure."""

from __future__ import annotations

import pytest

from syncano_contract.model import Level, Requirement, Result, Verdict
from syncano_contract.verdicts import Finding, results

FAILED, PASSED, CANNOT_TELL = Verdict.FAILED, Verdict.PASSED, Verdict.CANNOT_TELL
INAPPLICABLE, UNTESTED = Verdict.INAPPLICABLE, Verdict.UNTESTED


def required(*ids: str) -> list[Requirement]:
    return [Requirement(each, Level.MUST, "It does.", ("page#fact",)) for each in ids]


def failed(requirement: str, subject: str | None = None, message: str = "expected a, saw b") -> Finding:
    return Finding(requirement, FAILED, message, (1, 2), subject, "a", "b")


def told(found: tuple[Result, ...]) -> dict[str, tuple[Verdict, str | None]]:
    return {result.requirement: (result.verdict, result.cause) for result in found}


def test_results_have_the_order_of_the_requirements() -> None:
    findings = [Finding("B", PASSED), Finding("C", FAILED), Finding("A", PASSED), Finding("X", FAILED)]

    found = results(required("C", "A", "B"), findings, {})

    assert [result.requirement for result in found] == ["C", "A", "B"]


def test_a_failure_keeps_what_the_finding_says() -> None:
    found = results(required("A"), [failed("A")], {})

    assert found == (Result("A", FAILED, "expected a, saw b", (1, 2), "a", "b"),)


def test_a_result_says_when_its_verdict_was_made() -> None:
    cases = [Finding("A", PASSED, after=1, seconds=0.1), Finding("A", FAILED, after=2, seconds=0.2)]

    found = results(required("A"), [*cases, Finding("A", FAILED, after=3, seconds=0.3)], {})

    assert (found[0].after, found[0].seconds) == (2, 0.2)


def test_a_requirement_that_nothing_was_found_of_cannot_tell() -> None:
    found = results(required("A"), [], {})

    assert found == (Result("A", CANNOT_TELL, "the run ended before this was looked at"),)


@pytest.mark.parametrize(
    ("cases", "verdict"),
    [
        ([PASSED, FAILED, CANNOT_TELL], FAILED),
        ([PASSED, CANNOT_TELL, PASSED], CANNOT_TELL),
        ([INAPPLICABLE, PASSED, UNTESTED], PASSED),
        ([UNTESTED, INAPPLICABLE], INAPPLICABLE),
        ([UNTESTED, UNTESTED], UNTESTED),
        ([PASSED, PASSED], PASSED),
    ],
)
def test_of_several_cases_the_worst_counts(cases: list[Verdict], verdict: Verdict) -> None:
    found = results(required("A"), [Finding("A", each) for each in cases], {})

    assert [result.verdict for result in found] == [verdict]


def test_the_first_of_the_worst_cases_is_told_with_how_many_there_are() -> None:
    findings = [
        Finding("A", PASSED, evidence=(1,)),
        Finding("A", FAILED, "first", (2,)),
        Finding("A", FAILED, "second", (3,)),
    ]

    found = results(required("A"), findings, {})

    assert (found[0].message, found[0].evidence) == ("first (2 of 3 cases)", (2,))


def test_cases_that_passed_need_no_message() -> None:
    found = results(required("A"), [Finding("A", PASSED), Finding("A", PASSED)], {})

    assert found[0].message == ""


@pytest.mark.parametrize("subject", ["status", "OWNER"], ids=["by subject", "by id"])
@pytest.mark.parametrize("verdict", [FAILED, CANNOT_TELL])
def test_what_is_explained_by_a_failure_cannot_tell_and_names_it(subject: str, verdict: Verdict) -> None:
    findings = [failed("OWNER"), Finding("A", verdict, "saw b", (3,), subject, "a", "b")]

    found = results(required("A", "OWNER"), findings, {"status": "OWNER"})

    assert found[0] == Result("A", CANNOT_TELL, "OWNER stands in the way: saw b", (3,), None, None, "OWNER")
    assert told(found)["OWNER"] == (FAILED, None)


@pytest.mark.parametrize("owner", [PASSED, CANNOT_TELL, INAPPLICABLE, UNTESTED])
def test_what_did_not_fail_explains_nothing(owner: Verdict) -> None:
    found = results(required("A", "OWNER"), [Finding("OWNER", owner), failed("A", "status")], {"status": "OWNER"})

    assert told(found)["A"] == (FAILED, None)


def test_what_was_not_run_explains_nothing() -> None:
    found = results(required("A"), [failed("A", "status")], {"status": "OWNER"})

    assert told(found) == {"A": (FAILED, None)}


def test_a_requirement_does_not_explain_itself() -> None:
    found = results(required("A"), [failed("A", "status")], {"status": "A"})

    assert told(found) == {"A": (FAILED, None)}


def test_ten_failures_of_one_fault_are_one_failure() -> None:
    names = [f"A-{number}" for number in range(10)]

    found = results(required("OWNER", *names), [failed(name, "addUser") for name in names] + [failed("OWNER")],
                    {"addUser": "OWNER"})  # fmt: skip

    assert [result.requirement for result in found if result.verdict is FAILED] == ["OWNER"]
    assert {result.cause for result in found if result.verdict is CANNOT_TELL} == {"OWNER"}


@pytest.mark.parametrize("order", [("A", "B", "C"), ("C", "B", "A")])
def test_a_chain_is_followed_to_the_failure_at_its_end(order: tuple[str, ...]) -> None:
    findings = {"A": failed("A", "B"), "B": failed("B", "third"), "C": failed("C")}

    found = results(required("A", "B", "C"), [findings[name] for name in order], {"third": "C"})

    assert told(found) == {"A": (CANNOT_TELL, "C"), "B": (CANNOT_TELL, "C"), "C": (FAILED, None)}


def test_failures_that_explain_each_other_all_stand() -> None:
    findings = [failed("A", "B"), failed("B", "A"), failed("C", "B")]

    found = results(required("A", "B", "C"), findings, {})

    assert told(found) == {"A": (FAILED, None), "B": (FAILED, None), "C": (CANNOT_TELL, "B")}


def test_one_case_that_fails_by_itself_makes_the_requirement_fail() -> None:
    findings = [failed("A", "B", "explained"), failed("A", message="its own"), failed("B")]

    found = results(required("A", "B"), findings, {})

    assert found[0] == Result("A", FAILED, "its own (1 of 2 cases)", (1, 2), "a", "b")


def test_a_requirement_that_fails_by_itself_explains_others_although_one_case_of_it_is_explained() -> None:
    findings = [failed("A", "B"), failed("B", "A"), failed("B")]

    found = results(required("A", "B"), findings, {})

    assert told(found) == {"A": (CANNOT_TELL, "B"), "B": (FAILED, None)}


def test_a_failure_that_is_explained_outweighs_a_case_that_passed() -> None:
    found = results(required("A", "B"), [Finding("A", PASSED), failed("A", "B"), failed("B")], {})

    assert found[0].message == "B stands in the way: expected a, saw b (1 of 2 cases)"
    assert told(found)["A"] == (CANNOT_TELL, "B")


def test_what_cannot_tell_names_a_subject_that_cannot_tell_either_as_its_cause() -> None:
    told = results(
        required("HTTP-2", "A-1", "A-2"),
        [
            Finding("HTTP-2", Verdict.CANNOT_TELL, "the target stopped to answer", subject="no reply"),
            Finding("A-1", Verdict.CANNOT_TELL, "there was no reply", subject="no reply"),
            Finding("A-2", Verdict.CANNOT_TELL, "the target gives too little"),
        ],
        {"no reply": "HTTP-2"},
    )

    assert [(each.verdict, each.cause) for each in told] == [
        (Verdict.CANNOT_TELL, None),
        (Verdict.CANNOT_TELL, "HTTP-2"),
        (Verdict.CANNOT_TELL, None),
    ]
