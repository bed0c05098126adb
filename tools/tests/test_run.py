"""Whole runs against the embedded reference deployment: what they find, send, keep safe and leave behind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from altered import QUICK, Answer, altered, run_against, target_of, with_verdict
from syncano_contract import document, report
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Exchange, Problem, Report, Verdict
from syncano_contract.reference.server import Embedded
from syncano_contract.resources import CONTRACT_TESTS
from syncano_contract.run import requirements, run
from syncano_contract.settings import Depth, Settings

PAIRS = {
    ("addUser", 200), ("addUser", 400), ("addUser", 403), ("addUser", 404),
    ("updateUser", 200), ("updateUser", 400), ("updateUser", 403), ("updateUser", 404),
    ("getUserDetails", 200), ("getUserDetails", 403), ("getUserDetails", 404),
    ("resetUserKey", 200), ("resetUserKey", 403), ("resetUserKey", 404),
}  # fmt: skip


class Recorded:
    """A standard run, with every request that reached the deployment and every secret that it gave away."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.embedded = altered(self._record)
        self.report = run_against(self.embedded, Settings(depth=Depth.STANDARD, cleanup=True))

    def _record(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        return answer

    def added(self) -> list[tuple[int, dict[str, Any]]]:
        """Index and body of each successful add."""
        return [
            (number, answer.body)
            for number, answer in enumerate(self.answers)
            if answer.request.method == "POST" and answer.request.url.path.endswith("/users/") and answer.is_user
        ]

    def secrets(self) -> set[str]:
        seeds = self.embedded.seeds
        keys = {seeds.api_key, seeds.plain_key, seeds.account_key, seeds.user_key, seeds.other_api_key}
        return keys | {answer.body["user_key"] for answer in self.answers if answer.is_user}


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded()


def test_the_reference_deployment_is_conformant(recorded: Recorded) -> None:
    assert conclude(recorded.report) is Conclusion.CONFORMANT
    assert with_verdict(recorded.report, Verdict.FAILED) == set()
    assert with_verdict(recorded.report, Verdict.CANNOT_TELL) == set()
    assert with_verdict(recorded.report, Verdict.UNTESTED) == {"USERS-UPDATE-16"}


def test_every_documented_status_of_every_operation_is_exercised(recorded: Recorded) -> None:
    exercised = {(each.operation, each.status) for each in recorded.report.coverage if each.exchanges}

    assert exercised == PAIRS


def test_every_request_that_reached_the_deployment_is_in_the_report(recorded: Recorded) -> None:
    assert recorded.report.requests == len(recorded.answers)


def test_writes_go_to_users_of_the_run_or_to_nobody(recorded: Recorded) -> None:
    own = {body["id"] for _, body in recorded.added()}
    for answer in recorded.answers:
        found = re.search(r"/instances/([^/]+)/users/([0-9]+)/", answer.request.url.path)
        if found and answer.request.method not in ("GET", "HEAD", "OPTIONS"):
            assert int(found[2]) in own | {0, 2_147_483_647} or int(found[2]) >= 2**63 or answer.status == 404


def test_writes_go_to_the_instances_of_the_target_or_nowhere(recorded: Recorded) -> None:
    seeds = recorded.embedded.seeds
    for answer in recorded.answers:
        instance = answer.request.url.path.split("/")[3]
        if answer.request.method not in ("GET", "HEAD", "OPTIONS"):
            assert instance in (seeds.instance, seeds.other_instance) or instance.endswith("-nowhere")


def test_the_account_key_goes_with_reads_and_with_cleaning_up_only(recorded: Recorded) -> None:
    key = recorded.embedded.seeds.account_key
    methods = {a.request.method for a in recorded.answers if a.request.headers.get("x-api-key") == key}

    assert methods == {"GET", "DELETE"}


def test_every_user_that_is_added_bears_the_prefix_of_the_run(recorded: Recorded) -> None:
    names = [body["username"] for _, body in recorded.added()]

    assert len(names) > 50
    assert all(re.match(r"contract-[0-9a-f]{8}-\d+", name) for name in names)


def test_cleaning_up_removes_every_user_that_was_added(recorded: Recorded) -> None:
    removed = {
        int(answer.request.url.path.split("/")[-2])
        for answer in recorded.answers
        if answer.request.method == "DELETE" and answer.status == 204
    }

    assert removed == {body["id"] for _, body in recorded.added()}
    assert recorded.report.left_behind == ()


def test_no_secret_is_in_any_file_of_the_report(recorded: Recorded, tmp_path: Path) -> None:
    report.write(recorded.report, tmp_path)

    written = "".join(path.read_text(encoding="utf-8") for path in sorted(tmp_path.iterdir()))
    assert {path.name for path in tmp_path.iterdir()} == {"results.json", "traffic.har", *report.RENDERERS}
    assert len(recorded.secrets()) > 50
    assert [secret for secret in recorded.secrets() if secret in written] == []
    assert re.findall(r"pw-[0-9a-f]{16}", written) == []


def test_what_is_left_behind_is_listed(recorded: Recorded) -> None:
    left = run_against(Embedded(), Settings(depth=Depth.QUICK, only=("USERS-ADD-3",))).left_behind

    assert len(left) == 5  # three by the preflight, two by the test
    assert all(re.fullmatch(r"/instances/[a-z]+/users/\d+/", path) for path in left)


def test_the_same_seed_sends_the_same_requests() -> None:
    settings = Settings(depth=Depth.STANDARD, seed=7)

    first, second = (run_against(Embedded(), settings) for _ in range(2))

    assert list(_sent(first)) == list(_sent(second))
    assert first.requests > 500


def test_a_quick_run_of_the_reference_deployment_takes_at_most_400_requests() -> None:
    assert run_against(Embedded()).requests <= 400


def test_another_seed_sends_other_requests() -> None:
    settings = Settings(depth=Depth.STANDARD, seed=7, only=("LIFE-1",))

    first, second = run_against(Embedded(), settings), run_against(Embedded(), replace(settings, seed=8))

    assert list(_sent(first)) != list(_sent(second))


def _sent(found: Report) -> Iterator[tuple[str, str, bytes]]:
    """What was sent, but for what a run draws for itself (prefix, port, keys) and for races, where luck has a say."""
    for exchange in (each for each in found.exchanges if not each.sender.startswith("RACE-")):
        url = re.sub(r"^http://[^/]+", "", exchange.request.url)
        body = (exchange.request.body or b"").decode("utf-8", "backslashreplace")
        own = (re.sub(r"contract-[0-9a-f]{8}", "PREFIX", text) for text in (url, body))
        path, text = (re.sub(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", "KEY", each) for each in own)
        yield exchange.request.method, path, text.encode()


def test_read_only_sends_nothing_that_writes() -> None:
    found = run_against(Embedded(), Settings(depth=Depth.STANDARD, read_only=True))

    assert {exchange.request.method for exchange in found.exchanges} == {"GET", "HEAD", "OPTIONS"}
    assert with_verdict(found, Verdict.FAILED) == set()
    assert conclude(found) is Conclusion.CONFORMANT
    assert {"USER-DETAILS-1", "USER-DETAILS-2", "USER-DETAILS-3", "HTTP-5"} <= with_verdict(found, Verdict.PASSED)
    assert {"USERS-ADD-1", "USERS-UPDATE-1", "LIFE-1"} <= with_verdict(found, Verdict.INAPPLICABLE)


def test_what_the_target_does_not_give_is_inapplicable_with_the_reason() -> None:
    with Embedded() as embedded:
        bare = replace(target_of(embedded), plain_key=None, account_key=None, user_key=None, other=None)
        found = run(bare, document.load(), QUICK, lambda *_: None)

    reasons = {each.requirement: each.message for each in found.results if each.verdict is Verdict.INAPPLICABLE}
    assert conclude(found) is Conclusion.CONFORMANT
    assert reasons.keys() == {
        *("USERS-ADD-14", "USER-DETAILS-3", "USER-DETAILS-7", "KEYS-3", "KEYS-6", "KEYS-7", "KEYS-9", "MESSAGES-2"),
        *("SHAPE-5", "USER-DETAILS-10"),
    }  # fmt: skip
    assert reasons["USERS-ADD-14"] == "the target gives no plain_key"
    assert reasons["KEYS-3"].startswith("the target gives no second tenant ([other])")


def test_only_selects_requirements_by_pattern() -> None:
    found = run_against(Embedded(), replace(QUICK, only=("USERS-ADD-1", "MESSAGES-*")))

    assert [each.id for each in found.requirements] == [
        "MESSAGES-1", "MESSAGES-2", "MESSAGES-3", "MESSAGES-4", "MESSAGES-5", "USERS-ADD-1"
    ]  # fmt: skip


def test_an_unknown_pattern_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Problem, match="no requirement is called USERS-DELETE-1"):
        run_against(Embedded(), replace(QUICK, only=("USERS-ADD-1", "USERS-DELETE-1")))


def test_every_requirement_has_a_sentence_and_a_source_of_the_document() -> None:
    known = document.load().sources

    listed = requirements()

    assert len(listed) > 70
    assert all(each.text.endswith(".") and each.source for each in listed)
    assert {name for each in listed for name in each.source if not name.startswith("RFC ")} <= known


def test_a_requirement_on_the_traffic_runs_alone_and_still_sees_every_operation() -> None:
    found = run_against(Embedded(), replace(QUICK, only=("SECRETS-3",)))

    assert with_verdict(found, Verdict.PASSED) == {"SECRETS-3"}
    assert {(each.operation, each.status) for each in found.coverage if each.exchanges} == PAIRS


def test_an_operation_that_never_succeeds_leaves_the_traffic_untold() -> None:
    found = run_against(altered(_refuse_updates), replace(QUICK, only=("USERS-UPDATE-1", "SHAPE-*", "LINKS-1")))

    told = {each.requirement: (each.verdict, each.cause) for each in found.results}
    assert told["USERS-UPDATE-1"] == (Verdict.FAILED, None)
    assert told["SHAPE-1"] == told["LINKS-1"] == (Verdict.CANNOT_TELL, "USERS-UPDATE-1")


def _refuse_updates(answer: Answer) -> Answer:
    is_update = answer.request.method == "PUT" and answer.status == 200
    return replace(answer, status=403, content=b'{"detail": "no"}') if is_update else answer


def test_a_throttling_deployment_is_waited_for() -> None:
    throttle = Throttle()

    found = run_against(altered(throttle), replace(QUICK, only=("USERS-*",)))

    assert throttle.refused == 3
    assert conclude(found) is Conclusion.CONFORMANT


class Throttle:
    """Answers 429 to three requests in the middle of a run."""

    def __init__(self) -> None:
        self.seen = 0
        self.refused = 0

    def __call__(self, answer: Answer) -> Answer:
        self.seen += 1
        if answer.request.method != "GET" or self.refused == 3 or self.seen < 20:
            return answer
        self.refused += 1
        return replace(
            answer, status=429, headers={**answer.headers, "retry-after": "0"}, content=b'{"detail": "slow"}'
        )


def test_a_failure_names_its_evidence() -> None:
    found = run_against(altered(_without_detail), replace(QUICK, only=("SHAPE-4",)))

    (result,) = [each for each in found.results if each.requirement == "SHAPE-4"]
    shown = _exchange(found, result.evidence[-1])
    assert result.verdict is Verdict.FAILED
    assert shown.response is not None
    assert shown.response.status == 404
    assert json.loads(shown.response.body) == {"error": "gone"}
    assert result.message.startswith("expected ")
    assert result.expected
    assert result.seen


def _without_detail(answer: Answer) -> Answer:
    return answer.with_body({"error": "gone"}) if answer.status == 404 else answer


def _exchange(found: Report, number: int) -> Exchange:
    return next(exchange for exchange in found.exchanges if exchange.number == number)


def test_pytest_by_hand_is_sent_to_the_command() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(CONTRACT_TESTS)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "these are run by `syncano-contract run`" in done.stdout + done.stderr
