"""updateUser: another name and password for a user."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api
from syncano_contract.outcome import Untested
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.reply import arranged, lasting

FORMS: tuple[Literal["header", "query"], ...] = ("header", "query")


@requirement(
    "USERS-UPDATE-1",
    MUST,
    source=("users-update-put#method", "users-update-put#path", "users-update-put#response/200"),
    subject="updateUser",
)
def test_a_valid_body_is_accepted(api: Api) -> None:
    """A user's own key updates that user, answered with the documented status."""
    user = api.fresh()

    reply = api.update(user)

    expect.success(reply)


@requirement("USERS-UPDATE-2", MUST, source=("users-update-put#response/200", "users-update-put#text"))
def test_the_reply_shows_the_new_name(api: Api) -> None:
    """The reply to an update shows the new name."""
    user, name = api.fresh(), api.name()

    reply = arranged(api.update(user, username=name))

    expect.name("username", reply.at("username"), name, reply)


@requirement("USERS-UPDATE-3", MUST, source=("users-update-put#text", "user-details#response/200"))
def test_the_new_name_lasts(api: Api) -> None:
    """Details shows the new name after an update, as the reply to the update shows it."""
    user, name = api.fresh(), api.name()
    for form in FORMS:
        api.details(user.user_key, by=form)  # a copy that is kept of this look would show the old name below

    reply = arranged(api.update(user, username=name))

    looks = [look for look in (api.details(user.user_key, by=form) for form in FORMS) if look.ok]
    for look in looks or [arranged(api.details(user.user_key))]:
        shown = look.at("username")
        expect.name("the username that details shows", shown, name, look)
        expect.equal("the username that the reply shows", reply.at("username"), shown, reply, at="username")


@requirement("USERS-UPDATE-4", MUST, source=("users-update-put#response/200", "users-update-put#text"))
def test_nothing_else_changes(api: Api) -> None:
    """An update leaves id, user key, groups, profile and its creation time as they were."""
    user = api.fresh()
    before = api.shown(user)

    reply = arranged(api.update(user))

    known = lasting(before, but="username")
    expect.same_user("what the reply shows", lasting(reply.body, but="username"), known, reply, "USERS-ADD-2")
    looks = [api.details(user.user_key, by=form) for form in FORMS]
    expect.that(any(look.ok for look in looks), "the user key to work still", str(looks[0]), reply)
    known, after = (lasting(body, but="username", with_time=True) for body in (before, api.shown(user)))
    expect.same_user("what details shows", after, known, reply)


@requirement("USERS-UPDATE-5", MUST, source=("users-update-put#path", "users-update-put#text"))
def test_no_other_user_is_touched(api: Api) -> None:
    """An update touches no other user."""
    user, bystander = api.fresh(), api.fresh()
    before = lasting(api.shown(bystander))

    reply = arranged(api.update(user))

    expect.same_user("the other user", lasting(api.shown(bystander)), before, reply)


@requirement("USERS-UPDATE-6", MUST, source="users-update-put#response/400")
def test_missing_username_is_refused(api: Api) -> None:
    """A body without `username` is refused with 400, and the error names exactly that field."""
    reply = api.update(api.anyone(), username=ABSENT)

    expect.faulty(reply, "username")


@requirement("USERS-UPDATE-7", MUST, source=("users-update-put#param/password", "users-update-put#text"))
def test_missing_password_is_refused(api: Api) -> None:
    """A body without `password` is refused with 400, and the error names exactly that field."""
    reply = api.update(api.anyone(), password=ABSENT)

    expect.faulty(reply, "password")


@requirement("USERS-UPDATE-8", MUST, source=("users-update-put#response/400", "users-update-put#text"))
@pytest.mark.parametrize("password", [ABSENT, None, ["a"]], ids=["absent", "null", "array"])
def test_a_refused_update_changes_nothing(api: Api, password: Any) -> None:
    """A refused update changes nothing, not even the member that was right."""
    user = api.anyone()

    reply = api.update(user, password=password)

    if reply.ok:
        expect.blocked(
            f"the update was accepted: {reply}", "USERS-UPDATE-7" if password is ABSENT else "USERS-UPDATE-9"
        )
    expect.same_user("the user after a refused update", lasting(api.shown(user)), lasting(user.body), reply)


@requirement("USERS-UPDATE-9", MUST, source=("users-update-put#param/username", "users-update-put#param/password"))
@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", [None, ["a"], {"a": "b"}], ids=["null", "array", "object"])
def test_no_string_is_refused(api: Api, field: str, value: object) -> None:
    """A member that is null, an array or an object is refused with 400, and the error names exactly that field."""
    values: dict[str, Any] = {field: value}

    reply = api.update(api.anyone(), **values)

    expect.faulty(reply, field)


# As for add: no page forbids a blank, or a lenient reading of a boolean.
@requirement("USERS-UPDATE-10", SHOULD, source=("users-update-put#param/username", "users-update-put#param/password"))
@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", ["", True], ids=["blank", "boolean"])
def test_blank_or_boolean_is_refused(api: Api, field: str, value: object) -> None:
    """A member that is an empty string or a boolean is refused with 400, and the error names exactly that field."""
    values: dict[str, Any] = {field: value}

    reply = api.update(api.anyone(), **values)

    expect.faulty(reply, field)


@requirement("USERS-UPDATE-11", MUST, source=("users-update-put#param/user_id", "users-update-put#response/404"))
def test_unknown_id_is_not_found(api: Api) -> None:
    """An id that nobody has is answered with 404; or with 403, where every id but one's own is."""
    user, other = api.fresh(), api.fresh()

    reply = api.update(user, user_id=api.nobody)

    expect.not_found(reply, lambda: api.update(user, user_id=other.id))


@requirement("USERS-UPDATE-12", MUST, source=("users-update-put#auth", "users-update-put#response/404"))
def test_somebody_elses_id_is_refused(api: Api) -> None:
    """With one's own user key, somebody else's id is refused with 403 or 404, and nothing changes."""
    user, other = api.fresh(), api.fresh()
    before = lasting(api.shown(other))

    reply = api.update(user, user_id=other.id)

    expect.refused(reply, 403, 404)
    expect.same_user("the other user", lasting(api.shown(other)), before, reply)


@requirement("USERS-UPDATE-13", MUST, source=("users-update-put#param/instance_name", "users-update-put#response/404"))
def test_unknown_instance_is_not_found(api: Api) -> None:
    """An update in an instance that does not exist is answered with 404 and a `detail`."""
    reply = api.update(api.anyone(), instance=api.nowhere)

    expect.refused(reply, 404, subject="USERS-ADD-13")
    expect.detail(reply)


@requirement("USERS-UPDATE-14", SHOULD, source="RFC 9110 section 9.2.2")
def test_the_same_update_twice_is_accepted(api: Api) -> None:
    """The same update once more is accepted too, since PUT is idempotent."""
    user, name = api.fresh(), api.name()
    arranged(api.update(user, username=name, password=user.password))

    reply = api.update(user, username=name, password=user.password)

    expect.that(reply.ok, "the same update to be accepted again", str(reply), reply, "USERS-UPDATE-4")


@requirement("USERS-UPDATE-17", MUST, source=("users-update-put#text", "users-update-put#response/400"))
def test_an_empty_object_is_refused(api: Api) -> None:
    """A body with neither member is refused with 400, and the error names both fields."""
    reply = api.update(api.anyone(), username=ABSENT, password=ABSENT)

    expect.faulty(reply, "username", "password")


@requirement("USERS-UPDATE-16", MUST, source=("users-update-put#param/password", "users-update-put#text"))
def test_the_new_password_works() -> None:
    """The new password works after an update, and the old one does not."""
    raise Untested("no operation of this API takes a password to let someone in")
