"""resetUserKey: a new user key in the place of the old one."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from syncano_contract import expect
from syncano_contract.api import Api
from syncano_contract.plugin import MUST, requirement
from syncano_contract.reply import Reply, User, arranged, lasting

# Which requirement it is that a key works in a form.
DETAILS: dict[Literal["header", "query"], str] = {"header": "USER-DETAILS-1", "query": "USER-DETAILS-2"}


@requirement(
    "USERS-RESET-1",
    MUST,
    source=("users-reset-user-key#method", "users-reset-user-key#path", "users-reset-user-key#response/200"),
    subject="resetUserKey",
)
def test_ones_own_key_is_reset(api: Api) -> None:
    """A user's own key resets itself, answered with the documented status."""
    reply = api.reset(api.fresh())

    expect.success(reply)


@requirement("USERS-RESET-2", MUST, source=("users-reset-user-key#response/200", "users-reset-user-key#text"))
def test_the_key_is_new(api: Api) -> None:
    """The reply to a reset holds a user key that is not the old one."""
    user = api.fresh()

    reply = arranged(api.reset(user))

    expect.that(reply.at("user_key") != user.user_key, "a new user_key", "the old one", reply)


@requirement("USERS-RESET-3", MUST, source=("users-reset-user-key#response/200", "users-reset-user-key#text"))
def test_nothing_else_changes(api: Api) -> None:
    """A reset leaves everything but the user key as it was."""
    user = api.fresh()
    before = api.shown(user)

    reply = arranged(api.reset(user))

    after = api.shown(user, reply.at("user_key"))
    known, shown = (lasting(body, but="user_key", with_time=True) for body in (before, after))
    expect.same_user("what details shows", shown, known, reply)
    known = lasting(before, but="user_key")
    expect.same_user("what the reply shows", lasting(reply.body, but="user_key"), known, reply, "USERS-ADD-2")


@requirement("USERS-RESET-4", MUST, source=("users-reset-user-key#text", "user-details#response/200"))
@pytest.mark.parametrize("form", ["header", "query"])
def test_the_new_key_works(api: Api, form: Any) -> None:
    """The new user key shows the same user at once."""
    user = api.fresh()
    reset = arranged(api.reset(user))

    reply = api.details(reset.at("user_key"), by=form)

    expect.that(reply.ok, "the new key to work", str(reply), reply, DETAILS[form])
    expect.equal("the id of the new key's user", reply.user_id, user.id, reply, DETAILS[form], at="id")


@requirement("USERS-RESET-5", MUST, source=("users-reset-user-key#text", "user-details#response/403"))
@pytest.mark.parametrize("use", ["header", "query", "update", "reset"])
def test_the_old_key_is_refused(api: Api, use: str) -> None:
    """The old user key is refused at once, by details in both forms, by update and by reset."""
    user = api.fresh()
    api.details(user.user_key, by="query" if use == "query" else "header")  # a copy that is kept would be shown below
    reset = arranged(api.reset(user))
    if reset.at("user_key") == user.user_key:
        expect.blocked("the key did not change", "USERS-RESET-2")

    reply = _use(api, user, use)

    expect.refused(reply, 403, 404)


@requirement("USERS-RESET-6", MUST, source=("users-reset-user-key#path", "users-reset-user-key#text"))
def test_no_other_key_is_touched(api: Api) -> None:
    """A reset leaves every other user, and their key, as they were."""
    user, bystander = api.fresh(), api.fresh()
    before = lasting(api.shown(bystander))
    reset = arranged(api.reset(user))

    reply = api.details(bystander.user_key)

    expect.that(reply.ok, "the other user's key to work", str(reply), reset, DETAILS["header"])
    expect.same_user("the other user", lasting(reply.body), before, reset)


@requirement("USERS-RESET-7", MUST, source=("users-reset-user-key#param/user_id", "users-reset-user-key#response/404"))
def test_unknown_id_is_not_found(api: Api) -> None:
    """An id that nobody has is answered with 404; or with 403, where every id but one's own is."""
    user, other = api.fresh(), api.fresh()

    reply = api.reset(user, user_id=api.nobody)

    expect.not_found(reply, lambda: api.reset(user, user_id=other.id))


@requirement("USERS-RESET-8", MUST, source=("users-reset-user-key#auth", "users-reset-user-key#response/404"))
def test_somebody_elses_id_is_refused(api: Api) -> None:
    """With one's own user key, somebody else's id is refused with 403 or 404, and their key still works."""
    user, other = api.fresh(), api.fresh()

    reply = api.reset(user, user_id=other.id)

    expect.refused(reply, 403, 404)
    after = api.details(other.user_key)
    expect.that(after.ok, "the other user's key to work still", str(after), reply, DETAILS["header"])


@requirement(
    "USERS-RESET-9", MUST, source=("users-reset-user-key#param/instance_name", "users-reset-user-key#response/404")
)
def test_unknown_instance_is_not_found(api: Api) -> None:
    """A reset in an instance that does not exist is answered with 404 and a `detail`."""
    reply = api.reset(api.anyone(), instance=api.nowhere)

    expect.refused(reply, 404, subject="USERS-ADD-13")
    expect.detail(reply)


def _use(api: Api, user: User, use: str) -> Reply:
    match use:
        case "update":
            return api.update(user)
        case "reset":
            return api.reset(user)
        case "query":
            return api.details(user.user_key, by="query")
        case _:
            return api.details(user.user_key)
