"""What tests expect of replies: which of passing, failing and not telling comes of which reply."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from syncano_contract import departures, expect
from syncano_contract.document import load
from syncano_contract.model import Exchange, Request, Response
from syncano_contract.outcome import CannotTell, Failed, Inapplicable, Untested
from syncano_contract.reply import Reply
from syncano_contract.session import Session, begin
from syncano_contract.settings import Settings
from syncano_contract.target import Target

BASE = "https://api.example.test/v1.1"
DOCUMENT = load()
USER = DOCUMENT.tree["components"]["examples"]["UserAdded"]["value"]
PATHS = {"addUser": "/instances/rivia/users/", "getUserDetails": "/instances/rivia/user/"}
PATHS |= {"updateUser": "/instances/rivia/users/1/", "resetUserKey": "/instances/rivia/users/1/reset_key/"}
JSON = (("Content-Type", "application/json"),)


def reply(status: int | None, body: object = None, operation: str = "addUser", number: int = 1) -> Reply:
    documented = DOCUMENT.operation(operation)
    content = body if isinstance(body, bytes) else json.dumps({"detail": "No."} if body is None else body).encode()
    response = None if status is None else Response(status, "", JSON, content)
    request = Request(documented.method, BASE + PATHS[operation])
    error = "the reply was cut off" if status is None else None
    return Reply(documented, Exchange(number, datetime(2026, 11, 21, tzinfo=UTC), 0.1, "X-1", request, response, error))


def session(*replies: Reply) -> Session:
    made = begin(Target(BASE, "rivia"), DOCUMENT, Settings())
    made.log.exchanges += [each.exchange for each in replies]
    return made


def failure(act: Callable[[], object]) -> Failed:
    with pytest.raises(Failed) as caught:
        act()
    return caught.value


def untold(act: Callable[[], object]) -> CannotTell:
    with pytest.raises(CannotTell) as caught:
        act()
    return caught.value


EXPECTATIONS: dict[str, Callable[[Reply], object]] = {
    "success": expect.success,
    "refused": lambda one: expect.refused(one, 403, 404),
    "any_refusal": expect.any_refusal,
    "not_found": lambda one: expect.not_found(one, lambda: reply(404)),
    "faulty": lambda one: expect.faulty(one, "username"),
}


@pytest.mark.parametrize("name", EXPECTATIONS)
@pytest.mark.parametrize("status", [429, 301, 302, 307, 308])
def test_throttling_and_redirects_cannot_tell(name: str, status: int) -> None:
    caught = untold(lambda: EXPECTATIONS[name](reply(status)))

    assert ("--rate" in str(caught)) is (status == 429)
    assert caught.subject is None


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_no_reply_cannot_tell_and_is_put_down_to_that(name: str) -> None:
    caught = untold(lambda: EXPECTATIONS[name](reply(None)))

    assert (str(caught), caught.subject) == ("addUser gave no reply: the reply was cut off", "no reply")


@pytest.mark.parametrize("name", EXPECTATIONS)
@pytest.mark.parametrize("status", [500, 503])
def test_a_5xx_fails_and_is_put_down_to_server_errors(name: str, status: int) -> None:
    one = reply(status)

    caught = failure(lambda: EXPECTATIONS[name](one))

    assert caught.subject == "server error"
    assert caught.exchange is one.exchange
    assert caught.seen == f'{status} {{"detail": "No."}}'


def test_a_failure_is_a_sentence_of_what_was_expected_and_seen() -> None:
    caught = failure(lambda: expect.success(reply(201, b"")))

    assert str(caught) == "expected addUser to answer 200, saw 201 (no body)"
    assert (caught.expected, caught.seen, caught.subject) == ("addUser to answer 200", "201 (no body)", None)


def test_what_is_expected_raises_nothing() -> None:
    expect.success(reply(200, USER))
    expect.refused(reply(403), 403, 404)
    expect.any_refusal(reply(418))
    expect.not_found(reply(404), lambda: reply(200))
    expect.faulty(reply(400, {"password": ["a"], "username": ["b"]}), "username", "password")
    expect.that(1, "one", "none", reply(200))
    expect.equal("it", 1, 1, reply(200))
    expect.name("it", " STRASSE ", "stra\u00dfe", reply(200))
    expect.name("it", "\u0065\u0301", "\u00e9", reply(200))

    assert expect.detail(reply(404, {"detail": "Gone.", "code": 7})) == "Gone."


@pytest.mark.parametrize("status", [405, 406, 413, 414, 415, 431])
def test_what_http_itself_refuses_with_is_a_refusal(status: int) -> None:
    one = reply(status, b"<html>")

    found = [EXPECTATIONS[name](one) for name in ("refused", "any_refusal", "not_found", "faulty")]

    assert found == [None] * 4


def test_another_status_than_the_refusals_is_named_with_them() -> None:
    caught = failure(lambda: expect.refused(reply(200, {}), 403, 404))

    assert caught.expected == "addUser to refuse with 403 or 404"


@pytest.mark.parametrize(
    ("status", "body", "subject"),
    [
        (200, USER, "KEYS-1"),
        (200, {"id": 7}, "KEYS-1"),
        (200, {"detail": "No."}, "success body"),
        (200, [], "success body"),
        (200, b"", "success body"),
        (201, {"detail": "No."}, "KEYS-1"),
        (204, b"", "KEYS-1"),
        (500, {"detail": "No."}, "server error"),
    ],
)
def test_a_success_that_shows_no_user_is_put_down_to_the_bodies(status: int, body: object, subject: str) -> None:
    acts: list[Callable[[Reply], None]] = [
        lambda one: expect.refused(one, 403, subject="KEYS-1"),
        lambda one: expect.any_refusal(one, "KEYS-1"),
    ]

    found = [failure(lambda act=act: act(reply(status, body))).subject for act in acts]  # type: ignore[misc]

    assert found == [subject.replace("success ", "")] * 2


@pytest.mark.parametrize("shown", ["caf", "caf&eacute;", "caf\u00c3\u00a9", "", None, 7])
def test_a_name_that_is_not_the_one_that_was_sent_fails(shown: object) -> None:
    caught = failure(lambda: expect.name("the username", shown, "caf\u00e9", reply(200), "USERS-ADD-2"))

    assert caught.expected == 'the username to be "caf\u00e9"'
    assert caught.subject == "USERS-ADD-2"


@pytest.mark.parametrize(("status", "subject"), [(401, "status"), (422, "status"), (400, None), (403, None)])
def test_a_refusal_with_an_undocumented_status_is_put_down_to_the_statuses(status: int, subject: str | None) -> None:
    caught = failure(lambda: expect.refused(reply(status), 404))

    assert caught.subject == subject


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_no_refusal(status: int) -> None:
    caught = failure(lambda: expect.any_refusal(reply(status, {})))

    assert caught.expected == "addUser to refuse with a 4xx"


def test_403_for_nobodys_is_fine_where_somebody_elses_gives_it_too() -> None:
    expect.not_found(reply(403), lambda: reply(403))

    caught = failure(lambda: expect.not_found(reply(403), lambda: reply(404)))

    assert caught.expected == "addUser to refuse with 404"


@pytest.mark.parametrize("body", [{}, b"<html>", {"detail": None}, []])
def test_an_error_that_is_not_as_documented_cannot_tell_and_is_put_down_to_error_bodies(body: object) -> None:
    caught = [
        untold(lambda: expect.detail(reply(404, body))),
        untold(lambda: expect.not_found(reply(404, body), lambda: reply(404))),
    ]

    assert [each.subject for each in caught] == ["error body", "error body"]


def test_a_400_without_a_detail_has_none_to_give() -> None:
    caught = untold(lambda: expect.detail(reply(400, {"username": ["a"]})))

    assert str(caught) == "the reply of addUser has no detail"


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ({"password": ["a"]}, "password"),
        ({"password": ["a"], "username": ["a"]}, "password and username"),
        ({"detail": "a"}, "neither field"),
        ({"error": "a"}, "neither field"),
        ({}, "neither field"),
    ],
)
def test_an_error_that_names_other_fields_fails(body: object, seen: str) -> None:
    caught = failure(lambda: expect.faulty(reply(400, body), "username"))

    assert str(caught) == f"expected the error to name username, saw {seen}, in 400 {json.dumps(body)}"
    assert caught.subject == "USERS-ADD-5"


def test_an_error_may_say_more_than_it_has_to() -> None:
    expect.faulty(reply(400, {"username": ["a"], "code": "invalid", "detail": "Invalid."}), "username")

    with pytest.raises(Failed):
        expect.faulty(reply(400, {"password": ["a"], "code": "invalid"}), "username")


def test_what_only_one_of_two_looks_shows_is_not_compared() -> None:
    before, after = {"/id": 1, "/username": "a"}, {"/username": "a", "/user_key": "k"}

    expect.same_user("the user", after, before, reply(200))

    caught = failure(lambda: expect.same_user("the user", {"/id": 2, "/username": "b"}, before, reply(200)))
    assert str(caught) == 'expected the user to have /id 1, /username "a", saw /id 2, /username "b"'


def test_faults_that_are_not_told_as_documented_cannot_tell() -> None:
    caught = untold(lambda: expect.faulty(reply(400, {"username": "a"}), "username"))

    assert caught.subject == "error body"


def test_long_values_are_cut() -> None:
    caught = failure(lambda: expect.equal("it", "x" * 1000, "y", reply(200)))

    assert caught.expected == 'it to be "y"'
    assert caught.seen.startswith('"' + "x" * 159 + "… (1002 long)")


PLACES: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "a status": (lambda: expect.success(reply(201, USER)), ("status",)),
    "a refusal": (lambda: expect.refused(reply(200, USER), 403), ("status",)),
    "any refusal": (lambda: expect.any_refusal(reply(200, USER)), ("status",)),
    "a field": (lambda: expect.faulty(reply(400, {"username": ["x"]}), "password"), ("/username",)),
    "a member": (lambda: expect.equal("it", "No.", "Yes.", reply(404), at="detail"), ("/detail",)),
    "a name": (lambda: expect.name("it", USER["username"], "other", reply(200, USER)), ("/username",)),
    "a user": (
        lambda: expect.same_user(
            "it", {"/profile/id": 9, "/id": 1}, {"/profile/id": 8}, reply(200, {"profile": {"id": 9}})
        ),
        ("/profile/id",),
    ),
    "what another reply showed": (lambda: expect.name("it", "seen elsewhere", "other", reply(200, USER)), ()),
    "a member that was not named": (lambda: expect.equal("it", "No.", "Yes.", reply(404)), ()),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_failure_says_where_in_its_reply_the_difference_stands(name: str) -> None:
    act, places = PLACES[name]

    assert failure(act).places == places


def test_a_departure_says_where_it_stands() -> None:
    broken = reply(200, {**USER, "profile": {**USER["profile"], "id": "x"}})

    caught = failure(lambda: expect.no_departure(session(broken), "body"))

    assert caught.places == ("/profile/id",)


def test_that_fails_with_both_halves() -> None:
    caught = failure(lambda: expect.that([], "some", "none", reply(200)))

    assert str(caught) == "expected some, saw none"


def test_blocked_names_the_requirement_in_the_way() -> None:
    caught = untold(lambda: expect.blocked("no reset worked", "USERS-RESET-1"))

    assert (str(caught), caught.subject) == ("no reset worked", "USERS-RESET-1")


def test_without_a_single_reply_the_traffic_cannot_tell() -> None:
    acts = (expect.traffic, lambda run: expect.no_departure(run, "status"))

    caught = [untold(lambda act=act: act(session(reply(None)))) for act in acts]  # type: ignore[misc]

    assert [str(each) for each in caught] == ["no request of this run had a reply"] * 2


def test_the_traffic_is_every_exchange() -> None:
    run = session(reply(None, number=1), reply(200, USER, number=2))

    assert [exchange.number for exchange in expect.traffic(run)] == [1, 2]


def test_sightings_are_the_users_that_successes_showed() -> None:
    run = session(reply(200, USER), reply(404, USER), reply(200, [USER]), reply(200, b"{"), reply(201, USER))

    assert [(seen.instance, seen.body["id"]) for seen in expect.sightings(run)] == [("rivia", 10), ("rivia", 10)]


def test_without_a_user_in_sight_sightings_cannot_tell() -> None:
    caught = untold(lambda: expect.sightings(session(reply(404))))

    assert (str(caught), caught.subject) == ("no reply of this run showed a user", "body")


def test_departures_of_too_many_kinds_are_counted_with_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departures, "MOST_KINDS", 2)
    statuses = (418, 409, 410, 411, 410, 418)
    run = session(*(reply(status, number=number) for number, status in enumerate(statuses, 1)))

    caught = failure(lambda: expect.no_departure(run, "status"))

    assert caught.seen == "status 418 (2 times, and 4 other departures)"


def test_the_most_frequent_departure_is_told_with_its_own_exchange() -> None:
    run = session(
        reply(418, number=1, operation="getUserDetails"),
        reply(418, number=2),
        reply(418, number=3),
        reply(409, number=4),
        reply(200, USER, number=5),
    )

    caught = failure(lambda: expect.no_departure(run, "status"))

    assert caught.expected == "addUser to send one of the statuses 200, 400, 403, 404"
    assert caught.seen == "status 418 (2 times, and 2 other departures)"
    assert caught.exchange is not None
    assert caught.exchange.number == 2


def test_departures_in_other_aspects_do_not_count() -> None:
    others = ("updateUser", "resetUserKey", "getUserDetails")
    run = session(reply(418), reply(200, USER), *(reply(200, USER, operation=name) for name in others))

    expect.no_departure(run, "body")

    assert [departure.aspect for departure in run.departures("status", "body")] == ["status"]


@pytest.mark.parametrize("outcome", [Inapplicable, Untested, CannotTell])
def test_what_is_not_passed_keeps_its_reason(outcome: Callable[[str], Exception]) -> None:
    assert str(outcome("the target gives no account_key")) == "the target gives no account_key"
    assert not isinstance(outcome("x"), AssertionError)
