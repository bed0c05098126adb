"""Each exchange in brief, with whose keys it carried."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handmade import BASE, STARTED, add, details, exchange, reply, request, reset
from syncano_contract.model import Brief, Exchange, Headers, Request
from syncano_contract.origins import Origins
from syncano_contract.traffic import briefs

ADDS = (add(1, user_id=41, user_key=1), add(2, user_id=42, user_key=2), add(3, user_id=41, user_key=3, instance="kaer"))


def brief(*sent: Exchange) -> Brief:
    *_, last = briefs(sent, Origins.of(BASE, "rivia", sent), {9: "addUser"}, STARTED)
    return last


def with_keys(*headers: tuple[str, str], path: str = "/instances/rivia/users/41/") -> Brief:
    given: Headers = headers
    return brief(*ADDS, exchange(9, Request("PUT", BASE + path, given), reply(200)))


def test_a_brief_tells_when_for_what_and_how_it_went() -> None:
    found = brief(exchange(9, request("POST", "/instances/rivia/users/"), reply(400), sender="KEYS-1"))

    assert found == Brief(9, 0.009, 0.0125, "KEYS-1", "addUser", 400, "api_key", "none")


def test_what_had_no_reply_and_addressed_nothing_has_neither_status_nor_operation() -> None:
    found = brief(exchange(1, request("GET", "/"), error="reset"))

    assert (found.operation, found.status) == (None, None)


def test_a_clock_that_is_set_back_makes_no_negative_time() -> None:
    early = replace(details(1, 1), started=STARTED - timedelta(hours=1))

    assert brief(early).at == 0.0


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ([], "none"),
        ([("X-API-KEY", "")], "none"),
        ([("x-api-key", "<api_key>")], "api_key"),
        ([("Authorization", "ApiKey <api_key>")], "api_key"),
        ([("X-API-KEY", "<plain_key>")], "plain_key"),
        ([("X-API-KEY", "<account_key>")], "account_key"),
        ([("X-API-KEY", "<other api_key>")], "of another instance"),
        ([("X-API-KEY", "<user_key 1>")], "a user key"),
        ([("X-API-KEY", "<user_key>")], "a user key"),
        ([("X-API-KEY", "<altered api_key 1>")], "unknown"),
        ([("X-API-KEY", "<redacted>")], "unknown"),
    ],
)
def test_an_api_key_is_named_as_in_a_target_file(sent: list[tuple[str, str]], kind: str) -> None:
    assert with_keys(*sent).api_key == kind


def test_an_api_key_in_the_query_counts() -> None:
    assert with_keys(path="/instances/rivia/users/41/?api_key=<plain_key>").api_key == "plain_key"


def test_the_key_of_the_other_instance_is_at_home_there() -> None:
    there = "/instances/kaer/users/41/"

    assert with_keys(("X-API-KEY", "<other api_key>"), path=there).api_key == "api_key"
    assert with_keys(("X-API-KEY", "<api_key>"), path=there).api_key == "of another instance"
    assert with_keys(("X-API-KEY", "<account_key>"), path=there).api_key == "account_key"


@pytest.mark.parametrize(
    ("key", "whose"),
    [
        ("", "none"),
        ("<user_key 1>", "the user's own"),
        ("<user_key 2>", "another user's"),
        ("<user_key 3>", "of another instance"),
        ("<user_key 9>", "unknown"),
        ("<redacted>", "unknown"),
        ("<user_key>", "the user's own"),
    ],
)
def test_a_user_key_is_told_by_whose_it_is(key: str, whose: str) -> None:
    assert with_keys(("X-USER-KEY", key)).user_key == whose


def test_a_user_key_in_the_query_counts_and_is_its_users_own_where_no_id_is_named() -> None:
    assert brief(*ADDS, details(9, 2, by="query")).user_key == "the user's own"


def test_after_a_reset_the_old_key_is_an_old_one_and_before_it_was_the_users_own() -> None:
    resetting = reset(40, user_id=41, old=1, new=5)

    assert brief(*ADDS, resetting).user_key == "the user's own"
    assert brief(*ADDS, resetting, details(90, 1)).user_key == "an old one"
    assert brief(*ADDS, resetting, details(90, 5)).user_key == "the user's own"


def test_of_resets_at_the_same_time_none_makes_the_key_of_the_other_an_old_one() -> None:
    resets = reset(20, user_id=41, old=1, new=5), reset(21, user_id=41, old=1, new=6)

    assert brief(*ADDS, *resets, details(90, 5)).user_key == "the user's own"
    assert brief(*ADDS, *resets, details(90, 1)).user_key == "an old one"


def test_a_key_that_is_used_during_its_reset_is_no_old_one() -> None:
    assert brief(*ADDS, reset(40, user_id=41, old=1, new=5), details(45, 1)).user_key == "the user's own"
