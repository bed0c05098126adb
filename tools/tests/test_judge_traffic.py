"""Recorded traffic: what it shows of each requirement, what it cannot, and that it agrees with a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from altered import QUICK, with_verdict
from recordings import (
    API_KEY,
    BASE,
    OVERLAY,
    SAMPLE,
    add,
    entry,
    failed,
    har,
    judged,
    key,
    look,
    of,
    of_files,
    reset,
    story,
    update,
    user,
)
from syncano_contract import document, report, strangers
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Report, Verdict
from syncano_contract.recorded import judging
from syncano_contract.recorded.story import Event
from syncano_contract.reference.faults import build, find
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Embedded
from syncano_contract.report import reading
from syncano_contract.run import requirements, run

PROFILE = {**user(1, "")["profile"], "owner": 2}
LATER = {**user(1, "")["profile"], "created_at": "2026-11-22T18:32:24.408969Z"}

# Faults of the reference deployment whose requirement fails by what was recorded as well.
FAULTS = {
    "add-answers-201": "USERS-ADD-1",
    "html-errors": "SHAPE-4",
    "links-to-another-instance": "LINKS-2",
    "old-key-still-valid": "USERS-RESET-5",
    "reset-keeps-the-key": "USERS-RESET-2",
    "password-in-add": "SECRETS-1",
    "api-key-in-a-header": "SECRETS-2",
    "user-key-in-a-header": "SECRETS-3",
    "details-shows-another-id": "USER-DETAILS-1",
    "404-as-500-by-update": "HTTP-1",
    "update-shows-another-id": "USERS-UPDATE-4",
    "creation-moves": "USER-DETAILS-9",
}


def test_traffic_with_nothing_wrong_is_conformant(tmp_path: Path) -> None:
    found = judged(tmp_path, story())

    assert conclude(found) is Conclusion.CONFORMANT
    assert (found.target, found.instance, found.depth, found.requests) == (BASE, "rivia", "traffic", 6)
    assert {"SHAPE-1", "HTTP-1", "LINKS-2", "SECRETS-3", "USERS-RESET-5"} <= with_verdict(found, Verdict.PASSED)


def test_every_requirement_of_the_suite_has_a_result_and_what_traffic_cannot_show_says_so(tmp_path: Path) -> None:
    found = judged(tmp_path, story())

    assert [each.requirement for each in found.results] == [each.id for each in requirements()]
    assert of(found, "KEYS-2").message == "recorded traffic does not show this"
    assert of(found, "USERS-ADD-5").message == "no recorded exchange shows this"


def test_the_table_of_what_traffic_can_show_names_requirements_of_the_suite() -> None:
    assert {each.id for each in requirements()} >= judging.SHOWN


def test_the_same_traffic_gives_the_same_report(tmp_path: Path) -> None:
    assert judged(tmp_path, story()) == judged(tmp_path, story())


@pytest.mark.parametrize(
    ("requirement", "entries"),
    [
        ("SHAPE-1", [*story(), entry("GET", "/instances/rivia/user/", 418, {}, at=9)]),
        ("SHAPE-2", [*story(), add(2, key(3), answered={"Content-Type": "text/html"}, at=9)]),
        ("SHAPE-3", [*story(), add(2, key(3), shown={"id": 2}, at=9)]),
        ("SHAPE-4", [*story(), entry("GET", "/instances/rivia/user/", 403, {"error": "x"}, at=9)]),
        ("HTTP-1", [*story(), add(2, key(3), status=503, at=9)]),
        ("HTTP-1", [*story(), entry("GET", "/instances/rivia/users/1/", 500, {}, at=9)]),
        ("LINKS-1", [*story(), look(key(2), shown=user(1, key(2), profile=PROFILE), at=9)]),
        ("USERS-ADD-1", [*story(), add(2, key(3), status=201, at=9)]),
        ("USERS-ADD-3", [*story(), add(2, key(1), at=9)]),
        ("USERS-ADD-4", [*story(), add(2, key(3), shown=user(2, key(3), groups=[{"id": 1}]), at=9)]),
        ("USERS-ADD-5", [*story(), add(2, key(3), sent={"username": "user2"}, at=9)]),
        ("USERS-ADD-17", [*story(), add(2, key(3), shown=user(2, key(3), "us"), at=9)]),
        ("USERS-UPDATE-2", [*story(), update(1, key(2), shown=user(1, key(2), "old"), at=9)]),
        ("USERS-UPDATE-4", [*story(), update(1, key(2), shown=user(7, key(2), "user1"), at=9)]),
        ("USERS-UPDATE-4", [*story(), update(1, key(2), at=7),
                            look(key(2), shown=user(1, key(2), profile=LATER), at=9)]),
        ("USERS-RESET-2", [*story(), reset(1, key(2), key(1), at=9)]),
        ("USERS-RESET-3", [*story(), reset(1, key(2), key(4), shown=user(7, key(4)), at=9)]),
        ("USERS-RESET-4", [*story(), reset(1, key(2), key(4), at=6), look(key(4), 403, at=7),
                           look(key(4), shown=user(1, key(4)), at=8)]),
        ("USERS-RESET-5", [*story(), look(key(1), shown=user(1, key(2)), at=9)]),
        ("USERS-RESET-5", [*story(), reset(7, key(8), key(9), at=7), look(key(8), shown=user(7, key(8)), at=9)]),
        ("USERS-ADD-3", [*story(), add(2, key(3), at=7), update(2, key(3), shown=user(2, key(2)), at=9)]),
        ("USER-DETAILS-1", [*story(), look(key(8), shown=user(9, key(9)), at=7),
                            look(key(8), shown=user(9, key(9)), at=9)]),
        ("USER-DETAILS-1", [*story(), add(2, key(3), at=6), look(key(3), shown=user(1, key(2)), at=9)]),
        ("USER-DETAILS-4", [*story(), entry("GET", "/instances/rivia/user/", 200, user(1, key(2)), at=9)]),
        ("USER-DETAILS-7", [*story(), look(key(2), shown=user(1, key(2)), path="/instances/kaer/user/", at=9)]),
        ("MESSAGES-3", [*story(), add(2, "", status=400, sent={"username": "x"}, shown={"password": ["No."]}, at=9)]),
        ("MESSAGES-5", [*story(), update(9, key(2), 404, shown={"detail": "Nobody."}, at=9)]),
        ("SECRETS-1", [*story(), add(2, key(3), shown=user(2, key(3), note="a-good-password"), at=9)]),
        ("SECRETS-2", [*story(), look(key(2), 403, answered={"X-Echo": "a" * 39 + "1"}, at=9)]),
        ("SECRETS-3", [*story(), look(key(2), 403, answered={"X-Echo": key(2)}, at=9)]),
        ("SECRETS-4", [*story(), look(key(2), 403, answered={"X": 'File "/a.py", line 1, in f'}, at=9)]),
    ],
)  # fmt: skip
def test_what_breaks_a_requirement_fails_it(tmp_path: Path, requirement: str, entries: list[Any]) -> None:
    found = judged(tmp_path, entries)

    assert requirement in failed(found)
    assert failed(found) <= {requirement, "SHAPE-1", "SHAPE-3", "USERS-ADD-1", "USER-DETAILS-9", "LINKS-2"}
    evidence = {exchange.number for exchange in found.exchanges}
    assert set(of(found, requirement).evidence) <= evidence
    assert len(entries) in of(found, requirement).evidence


PATCH = entry("PATCH", "/instances/rivia/users/1/", 200, user(1, key(2)), user_key=key(2), at=9)
BLOCKED = entry("GET", "/instances/rivia/user/", 403, "<h1>Blocked</h1>", user_key=key(4), at=7)
NO_KEY = entry("GET", "/instances/rivia/user/", 200, user(1, key(2)), at=9)


@pytest.mark.parametrize(
    "entries",
    [
        [*story(), PATCH],
        [*story(), entry("GET", "/instances/rivia/api_keys/", 200, [{"api_key": API_KEY}], at=9)],
        [*story(), entry("GET", "/instances/rivia/snippets/1/traces/1/", 200, {"out": "Traceback (most recent"}, at=9)],
        [*story(), entry("POST", "/instances/rivia/webhooks/w/run/", 500, {"mine": 1}, at=9)],
        [*story(), story()[0], story()[3]],
        [*story(), look("REDACTED", shown=user(1, key(2)), at=7), look("REDACTED", shown=user(5, key(7)), at=9)],
        [*story(), add(2, "***REDACTED***", at=7), add(3, "***REDACTED***", at=9)],
        [*story(), add(2, key(3), sent={"username": "user2", "password": "[REDACTED]"},
                       shown=user(2, key(3), note="[REDACTED]"), at=9)],
        [*story(), add(2, key(3), sent={"username": "REDACTED", "password": "a-good-password"}, at=9)],
        [*story(), look(key(2), shown=user(1, key(2)), path=f"/instances/rivia/user/?user_key={key(1)}", at=9)],
        [*story(), add(2, key(3), sent={"username": "user2", "password": "permissions"}, at=9)],
        [*story(), reset(1, key(2), key(4), at=6), BLOCKED, look(key(4), shown=user(1, key(4)), at=8)],
        [*story(), look(API_KEY, shown=user(1, API_KEY), at=9)],
        [*story(), update(1, key(2), sent={"username": "user1"}, headers={"X-HTTP-Method-Override": "PATCH"}, at=9)],
    ],
    ids=["patch", "list of keys", "trace", "webhook", "recorded twice", "masked key", "masked keys", "masked password",
         "masked name", "two keys", "a word for a password", "a firewall", "one mask", "overridden method"],
)  # fmt: skip
def test_what_a_correct_deployment_may_do_and_a_recording_may_hide_fails_nothing(
    tmp_path: Path, entries: list[Any]
) -> None:
    assert failed(judged(tmp_path, entries)) - {"SHAPE-2", "SHAPE-4"} == set()


@pytest.mark.parametrize(
    ("requirement", "entries"),
    [
        ("USER-DETAILS-4", [NO_KEY]),
        ("USERS-ADD-5", [add(1, key(1), sent={"username": "user1"})]),
        ("USERS-ADD-11", [add(1, key(1), sent={"username": "user1", "password": ""})]),
    ],
)
def test_what_was_perhaps_taken_out_of_all_requests_cannot_be_told(
    tmp_path: Path, requirement: str, entries: list[Any]
) -> None:
    assert of(judged(tmp_path, entries), requirement).verdict is Verdict.CANNOT_TELL


def test_entries_are_judged_in_the_order_of_their_times_and_not_of_the_file(tmp_path: Path) -> None:
    entries = [*story(), look(key(1), shown=user(1, key(2)), at=2.5)]

    found = judged(tmp_path, entries[::-1])

    assert of(found, "USERS-RESET-5").verdict is Verdict.PASSED


@pytest.mark.parametrize("zone", ["+00:00", ""], ids=["the same zone", "no zone"])
def test_the_clocks_of_two_files_are_not_compared(tmp_path: Path, zone: str) -> None:
    ahead = [look(key(1), shown=user(1, key(1)), at=9), add(2, key(3), at=10)]
    ahead += [reset(2, key(3), key(4), at=12), look(key(3), 403, at=13)]

    found = judged(tmp_path, story()[:5], None, har(ahead).replace("+00:00", zone))

    assert failed(found) == set()
    # Within each file time goes on telling: the second one has an old key of its own.
    assert of(found, "USERS-RESET-5").verdict is Verdict.PASSED


def test_a_key_that_two_files_show_is_a_new_one_of_no_reset(tmp_path: Path) -> None:
    refused = [look(key(2), 403, at=6), look(key(2), shown=user(1, key(2)), at=8)]

    found = judged(
        tmp_path, story()[:4], None, har([add(9, key(9), at=4), look(key(9), shown=user(9, key(9)), at=5), *refused])
    )

    assert failed(found) == set()


def test_one_add_that_two_files_record_is_no_second_user(tmp_path: Path) -> None:
    found = judged(tmp_path, story(), None, har(story()))
    others = judged(tmp_path, story(), None, har([add(2, key(1))]))

    assert failed(found) == set()
    assert failed(others) == {"USERS-ADD-3"}


def test_a_reset_in_another_file_may_have_come_between(tmp_path: Path) -> None:
    refused = [look(key(2), 403, at=6), look(key(2), shown=user(1, key(2)), at=8)]
    other = har([reset(1, key(2), key(4), at=1)])

    assert "USERS-RESET-4" in failed(judged(tmp_path, [*story()[:5], *refused]))
    assert failed(judged(tmp_path, [*story()[:5], *refused], None, other)) == set()


def test_a_reset_in_another_file_does_not_tell_that_a_key_is_no_new_one(tmp_path: Path) -> None:
    again = har([reset(1, key(2), key(1), at=9)])

    assert "USERS-RESET-2" in failed(judged(tmp_path, [*story(), reset(1, key(2), key(1), at=9)]))
    assert "USERS-RESET-2" not in failed(judged(tmp_path, story(), None, again))


@pytest.mark.parametrize("time", [-1, 0, None, "soon", 1e300])
def test_a_reset_whose_end_is_not_known_makes_no_key_an_old_one(tmp_path: Path, time: Any) -> None:
    resetting = {**reset(1, key(1), key(2), at=3), "time": time}

    found = judged(tmp_path, [*story()[:3], resetting, look(key(1), shown=user(1, key(1)), at=4)])

    assert of(found, "USERS-RESET-5").verdict is Verdict.UNTESTED


def test_a_key_that_is_used_while_it_is_reset_is_no_old_one(tmp_path: Path) -> None:
    found = judged(tmp_path, [*story()[:4], look(key(1), shown=user(1, key(1)), at=3.003)])

    assert of(found, "USERS-RESET-5").verdict is Verdict.UNTESTED


def test_a_key_that_a_reset_showed_again_is_replaced_by_the_next_one(tmp_path: Path) -> None:
    kept, replaced = reset(1, key(1), key(1), at=1), reset(1, key(1), key(2), at=2)
    entries = [add(1, key(1), at=0), kept, replaced, look(key(1), shown=user(1, key(2)), at=3)]

    assert failed(judged(tmp_path, entries)) >= {"USERS-RESET-2", "USERS-RESET-5"}
    assert "USERS-RESET-5" not in failed(judged(tmp_path, [*entries[:2], look(key(1), shown=user(1, key(1)), at=3)]))


def test_what_looks_like_the_beginning_of_a_mask_without_an_end_takes_no_time(tmp_path: Path) -> None:
    blanks = "_" * 500_000 + "a"  # hours, where each way to divide them is tried
    shown = user(1, key(1), username=blanks)

    found = judged(tmp_path, [add(1, key(1), sent={"username": "user1", "password": blanks}, shown=shown)])

    assert "USERS-ADD-17" in failed(found)


def comparisons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resets: int) -> int:
    """How often two times are compared where the key of one user is reset again and again, and no new one works."""
    compared: list[Event] = []
    follows = Event.follows
    entries = [add(1, key(0)), look(key(0), shown=user(1, key(0)), at=1)]
    for number in range(resets):
        entries.append(reset(1, key(number), key(number + 1), at=2 * number + 2))
        entries.append(look(key(number + 1), 403, at=2 * number + 3))

    def counting(event: Event, other: Event) -> bool:
        compared.append(event)
        return follows(event, other)

    with monkeypatch.context() as patched:
        patched.setattr(Event, "follows", counting)
        assert failed(judged(tmp_path, entries)) == set()
    return len(compared)


def test_what_many_resets_of_one_user_tell_is_found_in_the_time_of_as_many_of_many_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some, ten_times = (comparisons(tmp_path, monkeypatch, resets) for resets in (50, 500))

    assert 50 < some < ten_times <= 11 * some


@pytest.mark.parametrize(
    ("requirement", "entries"),
    [
        ("USERS-RESET-5", [*story(), update(1, key(1), at=9)]),
        ("USERS-RESET-4", [*story(), reset(1, key(2), key(4), at=6), look(key(4), 403, at=9)]),
        ("USERS-ADD-3", [*story(), add(1, key(9), at=9)]),
        ("HTTP-2", [*story(), {**look(key(2), 403, at=9), "response": None}]),
    ],
)
def test_what_something_unseen_could_explain_cannot_be_told(
    tmp_path: Path, requirement: str, entries: list[Any]
) -> None:
    found = judged(tmp_path, entries)

    assert of(found, requirement).verdict is Verdict.CANNOT_TELL
    assert failed(found) == set()


def test_an_operation_that_never_succeeded_leaves_the_shape_of_replies_untold(tmp_path: Path) -> None:
    found = judged(tmp_path, [add(1, key(1))])

    assert of(found, "SHAPE-3").message == "updateUser never succeeded, so that little was seen"


REDUCED = strangers.shape(user(1, key(2)))


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({name: REDUCED[name] for name in REDUCED if name != "username"}, '"username" is a required property'),
        ({**REDUCED, "profile": "<null>"}, "at /profile: null is not of type"),
    ],
)
def test_a_body_that_was_reduced_to_its_shape_is_judged_by_what_is_left(shown: Any, said: str, tmp_path: Path) -> None:
    found = judged(tmp_path, [*story(), look(key(2), shown=REDUCED, at=8), look(key(2), shown=shown, at=9)])

    assert failed(found) == {"SHAPE-3"}
    assert said in of(found, "SHAPE-3").message
    assert "(once)" in of(found, "SHAPE-3").message


def test_a_body_that_was_not_recorded_is_not_judged_and_proves_nothing(tmp_path: Path) -> None:
    entries = story()
    for each in entries:
        each["response"]["content"] = {"size": 700}

    found = judged(tmp_path, entries)

    assert failed(found) == set()
    assert of(found, "SHAPE-3").verdict is Verdict.CANNOT_TELL
    assert "6 replies whose body was not recorded: judged without it" in found.notes


def test_a_reply_of_which_no_header_was_recorded_has_no_wrong_media_type(tmp_path: Path) -> None:
    entries = story()
    for each in entries:
        each["response"]["headers"] = []

    found = judged(tmp_path, entries)

    assert failed(found) == set()
    assert of(found, "SHAPE-2").verdict is Verdict.CANNOT_TELL


def test_a_session_in_a_cookie_that_stands_apart_is_no_lack_of_a_user_key(tmp_path: Path) -> None:
    look_ = entry("GET", "/instances/rivia/user/", 200, user(1, key(2)), at=9)
    look_["request"]["cookies"] = [{"name": "session", "value": "x"}]

    assert failed(judged(tmp_path, [*story(), look_])) == set()


def test_entries_of_other_hosts_are_passed_over_and_counted(tmp_path: Path) -> None:
    others = [
        add(5, key(5), base="https://elsewhere.test/v1.1", status=500),
        entry("GET", "/", 500, base="http://cdn.test"),
    ]

    found = judged(tmp_path, [*others, *story()])

    assert failed(found) == set()
    assert found.target == BASE
    assert "passed over: 2 of other hosts or paths" in found.notes


def test_an_api_that_comes_after_many_other_hosts_is_judged(tmp_path: Path) -> None:
    others = [add(5, key(5), base=f"https://h{number}.test/v1", status=500) for number in range(20)]

    found = judged(tmp_path, [*others, *story()])

    assert (found.target, found.requests, failed(found)) == (BASE, 6, set())
    assert "passed over: 20 of other hosts or paths" in found.notes


def test_hosts_that_come_later_do_not_take_the_place_of_one_with_more_entries(tmp_path: Path) -> None:
    others = [add(5, key(5), base=f"https://h{number}.test/v1", status=500) for number in range(20)]

    found = judged(tmp_path, [*story()[:3], *others, *story()[3:]])

    assert (found.target, found.requests, failed(found)) == (BASE, 6, set())


def test_a_part_that_was_not_read_leaves_no_more_than_what_failed(tmp_path: Path) -> None:
    broken = [*story(), add(2, key(3), status=500, at=9)]

    cut, failing = (judged(tmp_path, each, None, har(story())[:-9]) for each in (story(), broken))

    assert (conclude(cut), failed(cut)) == (Conclusion.INCONCLUSIVE, set())
    assert (conclude(failing), failed(failing)) == (Conclusion.NON_CONFORMANT, {"HTTP-1"})


def test_the_base_url_that_is_given_counts(tmp_path: Path) -> None:
    other = "https://elsewhere.test/v1.1"

    found = judged(tmp_path, [*story(), add(5, key(5), base=other, status=500)], other)

    assert (found.target, found.requests) == (other, 1)
    assert "HTTP-1" in failed(found)


def test_what_a_client_does_wrong_is_noted_and_fails_nothing(tmp_path: Path) -> None:
    odd = [
        entry("PATCH", "/instances/rivia/users/1/", 405, {"detail": "x"}, at=6),
        update(1, key(2), 400, sent={"username": 5}, shown={"username": ["x"], "password": ["x"]}, at=7),
        entry("GET", f"/instances/rivia/user/?user_key={key(2)}", 200, user(1, key(2)), at=8),
        entry("POST", "/instances/rivia/users/1/reset_key/", 403, {"detail": "x"}, at=9),
    ]

    found = judged(tmp_path, [*story(), *odd])

    assert failed(found) == set()
    assert "requests to what the document does not have: PATCH /instances/…/users/…/ (1)" in found.notes
    assert "request bodies that are not as documented: updateUser (1)" in found.notes
    assert "keys in URLs, where logs keep them: getUserDetails (1)" in found.notes
    assert "requests without a documented key: resetUserKey (1)" in found.notes


def test_the_report_lists_no_more_than_so_many_exchanges_and_counts_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncano_contract.recorded.report.MOST_BRIEFS", 4)

    found = judged(tmp_path, story())
    report.write(found, tmp_path / "report")

    assert (len(found.traffic), found.requests) == (4, 6)
    assert reading.read(tmp_path / "report").requests == 6


def test_no_script_replays_what_was_recorded_since_it_would_write_to_somebodys_users(tmp_path: Path) -> None:
    found = judged(tmp_path, [*story(), add(2, key(3), status=500, at=9)])

    assert of(found, "HTTP-1").replay is None


# --- the sample of a deployment ---------------------------------------------------------------------------------------

needs_the_sample = pytest.mark.skipif(not SAMPLE.exists(), reason=f"{SAMPLE.name} is not here")


@needs_the_sample
def test_the_sample_judged_with_its_overlay_fails_no_must() -> None:
    found = of_files([SAMPLE], overlays=(OVERLAY,))

    assert conclude(found) is Conclusion.CONFORMANT
    assert failed(found) == {"MESSAGES-5"}


@needs_the_sample
@pytest.mark.parametrize(
    "said",
    [
        "expected addUser to answer 200, saw 201 (9 times)",
        'expected detail to be "Not found", saw "Not found."',
        "403 by addUser (4)",
        "/groups/*/name by getUserDetails (2)",
        "405 by GET (1)",
        "406 by addUser (1)",
        "415 by addUser (1)",
        "429 by getUserDetails (1)",
    ],
    ids=["201", "full stop", "text of 403", "name of groups", "405", "406", "415", "429"],
)
def test_the_sample_judged_without_an_overlay_names_each_departure_that_it_shows(said: str) -> None:
    found = of_files([SAMPLE])

    assert said in "\n".join([*(each.message for each in found.results), *found.notes])


# --- agreement with a run ---------------------------------------------------------------------------------------------


def ran(fault: str | None, folder: Path) -> tuple[Report, Report]:
    """A run, and the judgement of its traffic.har."""
    with Embedded(build((find(fault),))) if fault else Embedded() as embedded:
        found = run(seeded(embedded.url, embedded.seeds), document.load(), QUICK, lambda *_: None)
    report.write(found, folder)
    return found, of_files([folder / "traffic.har"])


def contradictions(run_: Report, judged_: Report) -> list[str]:
    """What one passes and the other fails."""
    sides = {Verdict.PASSED, Verdict.FAILED}
    return [each.requirement for each in judged_.results if {each.verdict, of(run_, each.requirement).verdict} == sides]


def test_judging_the_traffic_of_a_clean_run_agrees_with_it(tmp_path: Path) -> None:
    found, again = ran(None, tmp_path)

    assert contradictions(found, again) == []
    assert (failed(again), with_verdict(again, Verdict.CANNOT_TELL)) == (set(), set())
    # What only generated requests or another tenant's traffic would show is left.
    assert judging.SHOWN - with_verdict(again, Verdict.PASSED) <= judging.BROKEN_ONLY | {"SHAPE-5"}


@pytest.mark.parametrize("fault", FAULTS)
def test_judging_the_traffic_of_a_run_finds_the_same_fault(fault: str, tmp_path: Path) -> None:
    found, again = ran(fault, tmp_path)

    assert contradictions(found, again) == []
    assert FAULTS[fault] in failed(found) & failed(again)
    assert failed(again) <= failed(found)
