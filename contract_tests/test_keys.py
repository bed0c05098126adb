"""Keys: each operation proves each of its keys on its own, and no key reaches into another instance."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise, takewhile

import pytest

from syncano_contract import expect
from syncano_contract.api import ABSENT, DEFAULT, Api, Key
from syncano_contract.outcome import Inapplicable
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.reply import Reply, User, arranged, lasting
from syncano_contract.settings import Depth

REFUSALS = (
    "users-add#response/403",
    "users-update-put#response/403",
    "user-details#response/403",
    "users-reset-user-key#response/403",
)
AUTHS = ("users-add#auth", "users-update-put#auth", "user-details#auth", "users-reset-user-key#auth")
PATHS = ("users-add#path", "users-update-put#path", "user-details#path", "users-reset-user-key#path")

# Each operation in the path of our own instance, on our own user: with which API key, with which user key.
CALLS: dict[str, Callable[[Api, User, Key, Key], Reply]] = {
    "addUser": lambda api, _, api_key, __: api.add(api_key=api_key),
    "updateUser": lambda api, user, api_key, user_key: api.update(user, api_key=api_key, user_key=user_key),
    "getUserDetails": lambda api, _, api_key, user_key: api.details(user_key, api_key=api_key),
    "getUserDetails by query": lambda api, _, api_key, user_key: api.details(user_key, by="query", api_key=api_key),
    "resetUserKey": lambda api, user, api_key, user_key: api.reset(user, api_key=api_key, user_key=user_key),
}
EACH = pytest.mark.parametrize("operation", CALLS)

WITH_BODY: dict[str, Callable[[Api, User, bytes], Reply]] = {
    "addUser": lambda api, _, body: api.add(raw=body),
    "updateUser": lambda api, user, body: api.update(user, raw=body),
    "resetUserKey": lambda api, user, body: api.reset(user, raw=body),
}

# Those that change a user, and what fails first where any user key will do for any user.
CHANGES = {"updateUser": "USERS-UPDATE-12", "resetUserKey": "USERS-RESET-8"}
EACH_CHANGE = pytest.mark.parametrize("operation", CHANGES)
WITH_A_USER_KEY = [operation for operation in CALLS if operation != "addUser"]


@requirement("KEYS-1", MUST, source=(*AUTHS, *REFUSALS))
@EACH
@pytest.mark.parametrize("key", [ABSENT, ""], ids=["absent", "empty"])
def test_no_api_key_is_refused(api: Api, operation: str, key: Key) -> None:
    """Without an API key, or with an empty one, each operation is refused with 403 and a `detail`; nothing changes."""
    _expect_forbidden(api, operation, key)


@requirement("KEYS-2", MUST, source=REFUSALS)
@EACH
def test_an_unknown_api_key_is_refused(api: Api, operation: str) -> None:
    """With an API key that nobody has, each operation is refused with 403 and a `detail`, and nothing changes."""
    _expect_forbidden(api, operation, api.unknown_key)


@requirement("KEYS-3", MUST, source=("users-add#path", *REFUSALS))
@EACH
def test_another_tenants_api_key_is_refused(api: Api, operation: str) -> None:
    """With an API key of another instance, each operation is refused with 403 and a `detail`, and nothing changes."""
    _expect_forbidden(api, operation, api.second_tenant.api_key)


@requirement("KEYS-4", MUST, source=("users-update-put#sample/curl", "users-reset-user-key#sample/curl"))
@EACH_CHANGE
@pytest.mark.parametrize("key", [ABSENT, ""], ids=["absent", "empty"])
def test_no_user_key_is_refused(api: Api, operation: str, key: Key) -> None:
    """Without a user key, or with an empty one, update and reset are refused with 403 or 404, and nothing changes."""
    _expect_nothing_done(api, operation, user_key=key)


@requirement("KEYS-5", MUST, source=("users-update-put#sample/curl", "users-reset-user-key#sample/curl"))
@EACH_CHANGE
def test_an_unknown_user_key_is_refused(api: Api, operation: str) -> None:
    """With a user key that nobody has, update and reset are refused with 403 or 404, and nothing changes."""
    _expect_nothing_done(api, operation, user_key=api.unknown_key)


@requirement("KEYS-6", MUST, source=("users-update-put#path", "users-reset-user-key#path"))
@EACH_CHANGE
def test_another_tenants_user_key_is_refused(api: Api, operation: str) -> None:
    """With a user key of another instance, update and reset are refused with 403 or 404, and nothing changes."""
    _expect_nothing_done(api, operation, user_key=api.stranger().user_key)


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


@requirement("KEYS-9", MUST, source=(*PATHS, *REFUSALS))
@pytest.mark.parametrize("operation", WITH_A_USER_KEY)
def test_both_keys_of_another_tenant_are_refused(api: Api, operation: str) -> None:
    """With both keys of a user of another instance, whatever takes a user key is refused; neither user changes."""
    stranger = api.stranger()

    _expect_nothing_done(api, operation, api_key=stranger.api_key, user_key=stranger.user_key, subject="KEYS-3")

    if operation in CHANGES:
        shown = api.details(stranger.user_key, instance=stranger.instance, api_key=stranger.api_key)
        expect.that(shown.ok, "the other instance's user key to work still", str(shown), shown, "USER-DETAILS-1")
        expect.same_user("the other instance's user", lasting(shown.body), lasting(stranger.body), shown)


@requirement("KEYS-10", MUST, source=REFUSALS)
@pytest.mark.parametrize(("operation", "end"), [("addUser", "other"), ("getUserDetails", "other"), ("addUser", "more")])
def test_an_api_key_with_another_end_is_refused(api: Api, operation: str, end: str) -> None:
    """With the API key and another end, or more behind it, add and details are refused with 403 and a `detail`."""
    key = api.altered_key if end == "other" else f"{api.require('api_key')}0"

    _expect_forbidden(api, operation, key, "KEYS-2")


@requirement("KEYS-11", MUST, source=(*AUTHS, *REFUSALS), depth=Depth.STANDARD)
@EACH
def test_a_user_key_is_no_api_key(api: Api, operation: str) -> None:
    """With a user key in the place of the API key, each operation is refused with 403, and nothing changes."""
    _expect_forbidden(api, operation, api.anyone().user_key, "KEYS-2")


@requirement(
    "KEYS-12",
    MUST,
    source=("users-add#response/200", "users-update-put#text", "users-reset-user-key#text"),
    depth=Depth.STANDARD,
)
@pytest.mark.parametrize("operation", ["addUser", "updateUser", "resetUserKey"])
def test_nobody_chooses_a_key(api: Api, operation: str) -> None:
    """A `user_key` that is sent along with an add, an update or a reset does not become the key of a user."""
    user, chosen = api.fresh(), api.unknown_key[::-1]
    body = json.dumps({"username": api.name(), "password": api.password(), "user_key": chosen}).encode()

    WITH_BODY[operation](api, user, body)

    expect.refused(api.details(chosen), 403, 404)


def _expect_forbidden(api: Api, operation: str, api_key: Key, subject: str = "KEYS-1") -> None:
    user = api.anyone()

    reply = CALLS[operation](api, user, api_key, user.user_key)

    expect.refused(reply, 403, subject=subject)
    _expect_unchanged(api, operation, user, reply)
    if reply.status == 403:
        expect.detail(reply)


def _expect_nothing_done(
    api: Api, operation: str, *, user_key: Key, api_key: Key = DEFAULT, subject: str | None = None
) -> None:
    user = api.anyone()

    reply = CALLS[operation](api, user, api_key, user_key)

    expect.refused(reply, 403, 404, subject=subject or CHANGES[operation])
    _expect_unchanged(api, operation, user, reply)


def _expect_unchanged(api: Api, operation: str, user: User, reply: Reply) -> None:
    """Look at the user after what could have changed it."""
    if operation in CHANGES:
        expect.same_user("the user afterwards", lasting(api.shown(user)), lasting(user.body), reply)


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
