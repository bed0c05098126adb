"""What a run says at its end: what matters, then the conclusion; safe to print."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handmade import report, required
from syncano_contract.model import Level, Report, Result, Verdict
from syncano_contract.summary import summary

MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
PASSED, FAILED, CANNOT_TELL = Verdict.PASSED, Verdict.FAILED, Verdict.CANNOT_TELL


def made(
    *results: Result, level: Level = MUST, left_behind: tuple[str, ...] = (), notes: tuple[str, ...] = ()
) -> Report:
    requirements = [required(result.requirement, level, f"Sentence of {result.requirement}.") for result in results]
    return replace(report(requirements, results), left_behind=left_behind, notes=notes)


def test_a_conformant_run_is_told_in_three_lines() -> None:
    assert list(summary(made(Result("A-1", PASSED), Result("A-2", Verdict.UNTESTED, "no operation shows it")))) == [
        "CONFORMANT: https://api.example.test/v1.1 keeps the contract (document 1.1)",
        "  MUST   1 passed, 1 untested",
        "  0 requests in 12.3 s at depth standard, seed 7",
    ]


def test_a_failure_takes_two_lines_and_comes_before_the_conclusion() -> None:
    lines = list(summary(made(Result("A-1", FAILED, "expected 400, saw 500"), Result("A-2", PASSED))))

    assert lines[:5] == [
        "FAILED A-1 (MUST): Sentence of A-1.",
        "  expected 400, saw 500",
        "",
        "NON-CONFORMANT: https://api.example.test/v1.1 breaks the contract (document 1.1)",
        "  MUST   1 passed, 1 failed",
    ]


@pytest.mark.parametrize("level", [SHOULD, MAY])
def test_a_failure_of_what_is_no_must_is_a_warning(level: Level) -> None:
    lines = list(summary(made(Result("A-1", FAILED, "expected x, saw y"), level=level)))

    assert lines[:2] == [f"WARNING A-1 ({level}): Sentence of A-1.", "  expected x, saw y"]


def test_what_stood_in_the_way_of_a_must_is_told() -> None:
    lines = list(summary(made(Result("A-1", CANNOT_TELL, "there was no reply"))))

    assert lines[:2] == ["CANNOT TELL A-1 (MUST): Sentence of A-1.", "  there was no reply"]
    assert lines[3].startswith("INCONCLUSIVE: https://api.example.test/v1.1 could not be judged as a whole")


def test_what_stood_in_the_way_of_a_should_is_only_counted() -> None:
    lines = list(summary(made(Result("A-1", CANNOT_TELL, "there was no reply"), level=SHOULD)))

    assert not any("A-1" in line for line in lines)
    assert "  SHOULD 1 cannot_tell" in lines


def test_what_a_failure_explains_is_one_line_for_all() -> None:
    found = made(
        Result("A-1", FAILED, "expected x, saw y"),
        Result("A-2", CANNOT_TELL, "A-1 stands in the way", cause="A-1"),
        Result("A-3", CANNOT_TELL, "A-1 stands in the way", cause="A-1"),
    )

    lines = list(summary(found))

    assert [line for line in lines if "A-2" in line or "A-3" in line] == []
    assert "2 requirements could not be told because of A-1." in lines


@pytest.mark.parametrize("verdict", [PASSED, Verdict.INAPPLICABLE, Verdict.UNTESTED])
def test_what_does_not_matter_is_not_told(verdict: Verdict) -> None:
    lines = list(summary(made(Result("A-1", verdict, "the target gives no user_key"))))

    assert not any("A-1" in line or "user_key" in line for line in lines)


def test_users_that_were_left_behind_are_counted() -> None:
    lines = list(summary(made(Result("A-1", PASSED), left_behind=("/users/1/", "/users/2/"))))

    assert lines[-1] == "  left behind: 2 users, listed in results.json (a run with --cleanup removes its own)"


def test_nothing_that_a_deployment_sends_can_act_on_a_terminal_or_begin_a_line() -> None:
    message = "expected x, saw \x1b[31m\r\nCONFORMANT: y \u202e \x9b \ud800"

    lines = list(summary(made(Result("A-1", FAILED, message))))

    assert lines[1] == "  expected x, saw \\x1b[31m\\r\\nCONFORMANT: y \\u202e \\x9b \\ud800"


def test_notes_come_before_the_conclusion() -> None:
    lines = list(summary(made(Result("A-1", PASSED), notes=("--cleanup could not remove 2 of 2 users",))))

    assert lines[0] == "note: --cleanup could not remove 2 of 2 users"


def test_a_part_is_not_called_the_whole() -> None:
    whole = made(Result("A-1", PASSED), Result("A-2", PASSED))

    chosen = next(summary(replace(whole, only=("A-*",))))
    read = next(summary(replace(whole, read_only=True)))

    assert "keeps 2 of the requirements, those that --only chose" in chosen
    assert "keeps what can be read of the contract" in read
