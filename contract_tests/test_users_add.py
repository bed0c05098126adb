"""addUser: a new user of an instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.reply import arranged, lasting
from syncano_contract.settings import Depth

# Which requirement it is that details shows the user of a key at all.
DETAILS = {"header": "USER-DETAILS-1", "query": "USER-DETAILS-2"}


@requirement(
    "USERS-ADD-1",
    MUST,
    source=("users-add#method", "users-add#path", "users-add#text", "users-add#response/200"),
    subject="addUser",
)
def test_a_valid_body_is_accepted(api: Api) -> None:
    """A body with `username` and `password` adds a user, answered with the documented status."""
    reply = api.add()

    expect.success(reply)


@requirement("USERS-ADD-2", MUST, source=("users-add#response/200", "user-details#response/200"))
@pytest.mark.parametrize("form", ["header", "query"])
def test_the_new_user_is_there(api: Api, form: Any) -> None:
    """Details with the new user's key, in the header and in the query, shows the user that the add showed."""
    user = api.fresh()

    reply = api.details(user.user_key, by=form)

    shown, known = lasting(arranged(reply).body), lasting(user.body)
    expect.same_user("the user that details shows", shown, known, reply, DETAILS[form])


@requirement("USERS-ADD-3", MUST, source="users-add#response/200")
def test_users_are_distinct(api: Api) -> None:
    """No two users have the same id, profile id or user key."""
    first = lasting(arranged(api.add()).body)

    reply = arranged(api.add())

    second = lasting(reply.body)
    for member in ("/id", "/profile/id", "/user_key"):
        is_alike = member in first and first[member] == second.get(member)
        expect.that(not is_alike, f"two users with different {member}", "the same in both", reply)


@requirement("USERS-ADD-4", MUST, source="users-add#response/200")
def test_a_new_user_has_no_groups(api: Api) -> None:
    """A new user belongs to no group."""
    reply = arranged(api.add())

    groups = reply.at("groups")
    expect.that(not groups, "no groups", f"{groups}", reply)


@requirement("USERS-ADD-5", MUST, source="users-add#response/400")
def test_missing_password_is_refused(api: Api) -> None:
    """A body without `password` is refused with 400, and the error names exactly that field."""
    reply = api.add(password=ABSENT)

    expect.faulty(reply, "password")


@requirement("USERS-ADD-6", MUST, source=("users-add#param/username", "users-add#response/400"))
def test_missing_username_is_refused(api: Api) -> None:
    """A body without `username` is refused with 400, and the error names exactly that field."""
    reply = api.add(username=ABSENT)

    expect.faulty(reply, "username")


@requirement(
    "USERS-ADD-7",
    MUST,
    source=("users-add#param/username", "users-add#param/password", "users-add#response/400"),
)
def test_an_empty_object_is_refused(api: Api) -> None:
    """A body with neither member is refused with 400, and the error names both fields."""
    reply = api.add(username=ABSENT, password=ABSENT)

    expect.faulty(reply, "username", "password")


@requirement("USERS-ADD-8", MUST, source=("users-add#param/username", "users-add#param/password"))
@pytest.mark.parametrize("field", ["username", "password"])
def test_null_is_refused(api: Api, field: str) -> None:
    """A member that is null is refused with 400, and the error names exactly that field."""
    values: dict[str, Any] = {field: None}

    reply = api.add(**values)

    expect.faulty(reply, field)


@requirement("USERS-ADD-9", MUST, source=("users-add#param/username", "users-add#param/password"))
@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("wrap", [lambda name: [name], lambda name: {"a": name}], ids=["array", "object"])
def test_an_array_or_object_is_refused(api: Api, field: str, wrap: Callable[[str], object]) -> None:
    """A member that is an array or an object is refused with 400, and the error names exactly that field."""
    values: dict[str, Any] = {field: wrap(api.name())}

    reply = api.add(**values)

    expect.faulty(reply, field)


# The pages say `string` and no more: a lenient reading of a boolean, or a blank name, breaks no word of theirs.
@requirement("USERS-ADD-10", SHOULD, source=("users-add#param/username", "users-add#param/password"))
@pytest.mark.parametrize("field", ["username", "password"])
def test_a_boolean_is_refused(api: Api, field: str) -> None:
    """A member that is a boolean is refused with 400, and the error names exactly that field."""
    values: dict[str, Any] = {field: True}

    reply = api.add(**values)

    expect.faulty(reply, field)


@requirement("USERS-ADD-11", SHOULD, source=("users-add#param/username", "users-add#param/password"))
@pytest.mark.parametrize("field", ["username", "password"])
def test_blank_is_refused(api: Api, field: str) -> None:
    """A member that is an empty string is refused with 400, and the error names exactly that field."""
    values: dict[str, Any] = {field: ""}

    reply = api.add(**values)

    expect.faulty(reply, field)


@requirement("USERS-ADD-12", MUST, source="users-add#response/400")
@pytest.mark.parametrize(
    "raw", [b'{"username": "x", ', b"{", b'{"username" "x"}'], ids=["cut off", "brace", "no colon"]
)
def test_malformed_json_is_refused(api: Api, raw: bytes) -> None:
    """A body that is no JSON is refused with 400."""
    reply = api.add(raw=raw)

    expect.refused(reply, 400)


@requirement("USERS-ADD-13", MUST, source=("users-add#param/instance_name", "users-add#response/404"))
def test_unknown_instance_is_not_found(api: Api) -> None:
    """An add to an instance that does not exist is answered with 404 and a `detail`."""
    reply = api.add(instance=api.nowhere)

    expect.refused(reply, 404)
    expect.detail(reply)


@requirement("USERS-ADD-14", MUST, source=("users-add#response/403", "users-add#sample/python"))
def test_a_key_that_may_not_add_is_refused(api: Api) -> None:
    """An instance key without the right to add users is refused with 403 and a `detail`."""
    reply = api.add(api_key=api.require("plain_key"))

    expect.refused(reply, 403)
    expect.detail(reply)


@requirement("USERS-ADD-18", MUST, source=("users-add#response/400", "users-add#response/403"), depth=Depth.STANDARD)
@pytest.mark.parametrize(("wrong", "owner"), [("body", "USERS-ADD-5"), ("key", "KEYS-2")])
def test_a_refused_add_adds_nobody(api: Api, wrong: str, owner: str) -> None:
    """An add that was refused has added nobody: its name can be added afterwards."""
    name = api.name()
    refusal = (
        api.add(username=name, password=ABSENT) if wrong == "body" else api.add(username=name, api_key=api.unknown_key)
    )
    if refusal.ok:
        expect.blocked(f"the wrong add was accepted: {refusal}", owner)

    reply = api.add(username=name)

    expect.that(reply.ok, "the name to be free after a refused add", str(reply), reply, "USERS-ADD-1")
