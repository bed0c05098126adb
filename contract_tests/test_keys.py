"""Keys: each operation proves each of its keys on its own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, takewhile

import pytest

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api, Key, Reply, User, arranged, lasting
from syncano_contract.outcome import Inapplicable
from syncano_contract.plugin import MUST, SHOULD, requirement

REFUSALS = (
    "users-add#response/403",
    "users-update-put#response/403",
    "user-details#response/403",
    "users-reset-user-key#response/403",
)
AUTHS = ("users-add#auth", "users-update-put#auth", "user-details#auth", "users-reset-user-key#auth")
Call = Callable[[Api, User, Key], Reply]

WITH_API_KEY: dict[str, Call] = {
    "addUser": lambda api, _, key: api.add(api_key=key),
    "updateUser": lambda api, user, key: api.update(user, api_key=key),
    "getUserDetails": lambda api, user, key: api.details(user.user_key, api_key=key),
    "getUserDetails by query": lambda api, user, key: api.details(user.user_key, by="query", api_key=key),
    "resetUserKey": lambda api, user, key: api.reset(user, api_key=key),
}
WITH_USER_KEY: dict[str, Call] = {
    "updateUser": lambda api, user, key: api.update(user, user_key=key),
    "resetUserKey": lambda api, user, key: api.reset(user, user_key=key),
}
# Where any user key will do for any user, these fail first.
SOMEBODY_ELSES = {"updateUser": "USERS-UPDATE-12", "resetUserKey": "USERS-RESET-8"}
EACH_API_KEY = pytest.mark.parametrize("operation", sorted(WITH_API_KEY))
EACH_USER_KEY = pytest.mark.parametrize("operation", sorted(WITH_USER_KEY))


@requirement("KEYS-1", MUST, source=(*AUTHS, *REFUSALS))
@EACH_API_KEY
@pytest.mark.parametrize("key", [ABSENT, ""], ids=["absent", "empty"])
def test_no_api_key_is_refused(api: Api, operation: str, key: Key) -> None:
    """Without an API key, or with an empty one, each operation is refused with 403 and a `detail`; nothing changes."""
    _expect_refusal(api, operation, key)


@requirement("KEYS-2", MUST, source=REFUSALS)
@EACH_API_KEY
def test_an_unknown_api_key_is_refused(api: Api, operation: str) -> None:
    """With an API key that nobody has, each operation is refused with 403 and a `detail`, and nothing changes."""
    _expect_refusal(api, operation, api.unknown_key)


@requirement("KEYS-3", MUST, source=("users-add#path", *REFUSALS))
@EACH_API_KEY
def test_another_tenants_api_key_is_refused(api: Api, operation: str) -> None:
    """With an API key of another instance, each operation is refused with 403 and a `detail`, and nothing changes."""
    _expect_refusal(api, operation, api.second_tenant.api_key)


@requirement("KEYS-4", MUST, source=("users-update-put#sample/curl", "users-reset-user-key#sample/curl"))
@EACH_USER_KEY
@pytest.mark.parametrize("key", [ABSENT, ""], ids=["absent", "empty"])
def test_no_user_key_is_refused(api: Api, operation: str, key: Key) -> None:
    """Without a user key, or with an empty one, update and reset are refused with 403 or 404, and nothing changes."""
    _expect_nothing_done(api, operation, key)


@requirement("KEYS-5", MUST, source=("users-update-put#sample/curl", "users-reset-user-key#sample/curl"))
@EACH_USER_KEY
def test_an_unknown_user_key_is_refused(api: Api, operation: str) -> None:
    """With a user key that nobody has, update and reset are refused with 403 or 404, and nothing changes."""
    _expect_nothing_done(api, operation, api.unknown_key)


@requirement("KEYS-6", MUST, source=("users-update-put#path", "users-reset-user-key#path"))
@EACH_USER_KEY
def test_another_tenants_user_key_is_refused(api: Api, operation: str) -> None:
    """With a user key of another instance, update and reset are refused with 403 or 404, and nothing changes."""
    _expect_nothing_done(api, operation, api.fresh_elsewhere().user_key)


@requirement("KEYS-7", MUST, source=("user-details#path", "users-add#path"))
def test_tenants_do_not_share_users(api: Api) -> None:
    """The same name in two instances is two users, and each instance shows its own."""
    stranger = api.fresh_elsewhere()
    before = lasting(api.shown(stranger))

    reply = api.add(username=stranger.username)
    if 400 <= reply.status < 500:
        raise Inapplicable(f"this deployment keeps names apart across instances: {reply}")
    arranged(reply)

    expect.same_user("the user of the other instance", lasting(api.shown(stranger)), before, reply)
    expect.that(reply.at("user_key") != stranger.user_key, "a user_key of its own", "the other user's", reply)


@requirement("KEYS-8", SHOULD, source=("users-add#response/200", "users-reset-user-key#response/200"))
def test_user_keys_cannot_be_guessed(api: Api) -> None:
    """User keys have at least 12 characters of their own, and no key goes on where the one before it left off."""
    user = api.fresh()
    resets = [arranged(api.reset(user))]
    keys = [user.user_key, str(resets[0].at("user_key")), api.fresh().user_key, api.fresh().user_key]

    always = min(_shared(keys[0], key) for key in keys[1:])  # such as the name of a product
    own = [key[always:] for key in keys]
    shortest = min(len(key) for key in own)
    alike = max(max(_shared(*pair), _shared(*(key[::-1] for key in pair))) for pair in pairwise(own))
    expect.that(shortest >= 12, "user keys with 12 characters or more of their own", f"one with {shortest}", resets[0])
    expect.that(alike < shortest / 2, "user keys that differ", f"{alike} characters alike at an end", resets[0])


def _expect_refusal(api: Api, operation: str, key: Key) -> None:
    user = api.anyone()

    reply = WITH_API_KEY[operation](api, user, key)

    expect.refused(reply, 403, subject="KEYS-1")
    expect.same_user("the user afterwards", lasting(api.shown(user)), lasting(user.body), reply)
    if reply.status == 403:
        expect.detail(reply)


def _expect_nothing_done(api: Api, operation: str, key: Key) -> None:
    user = api.anyone()

    reply = WITH_USER_KEY[operation](api, user, key)

    expect.refused(reply, 403, 404, subject=SOMEBODY_ELSES[operation])
    expect.same_user("the user afterwards", lasting(api.shown(user)), lasting(user.body), reply)


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
