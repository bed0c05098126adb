"""getUserDetails: the user of a user key."""

from __future__ import annotations

from typing import Any

import pytest

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api, Key
from syncano_contract.plugin import MUST, requirement
from syncano_contract.reply import arranged, lasting

FORMS = pytest.mark.parametrize("form", ["header", "query"])


@requirement(
    "USER-DETAILS-1",
    MUST,
    source=("user-details#method", "user-details#path", "user-details#response/200", "user-details#sample/curl"),
    subject="getUserDetails",
)
def test_the_header_tells_the_user(api: Api) -> None:
    """A user key in the header `X-USER-KEY` shows the user of that key, answered with the documented status."""
    for user_key, user_id in _keys(api):
        reply = api.details(user_key)

        expect.success(reply)
        expect.equal("the id of the key's user", reply.user_id, user_id or reply.user_id, reply, at="id")


@requirement("USER-DETAILS-2", MUST, source=("user-details#response/200", "user-details#param/user_key"))
def test_the_query_tells_the_user(api: Api) -> None:
    """A user key in the query parameter `user_key` shows the user of that key."""
    for user_key, user_id in _keys(api):
        reply = api.details(user_key, by="query")

        expect.that(reply.ok, "the user of the key", str(reply), reply)
        expect.equal("the id of the key's user", reply.user_id, user_id or reply.user_id, reply, at="id")


@requirement("USER-DETAILS-3", MUST, source=("user-details#callout/1", "user-details#response/403"))
@pytest.mark.parametrize("form", ["header", "query", "neither"])
def test_the_account_key_is_refused(api: Api, form: Any) -> None:
    """The account key in the place of the API key is refused with 403, with a user key and without."""
    account_key = api.require("account_key")
    user_key: Key = ABSENT if form == "neither" else _any_key(api)

    reply = api.details(user_key, by="query" if form == "query" else "header", api_key=account_key)

    expect.refused(reply, 403, subject="KEYS-1")
    expect.detail(reply)


@requirement("USER-DETAILS-4", MUST, source=("user-details#param/user_key", "user-details#callout/1"))
def test_no_user_key_is_refused(api: Api) -> None:
    """Without a user key nothing is shown: 403 or 404."""
    reply = api.details(ABSENT)

    expect.refused(reply, 403, 404)


nobodys_key = requirement("USER-DETAILS-5", MUST, source=("user-details#param/user_key", "user-details#response/403"))


@nobodys_key
@FORMS
def test_an_unknown_user_key_is_refused(api: Api, form: Any) -> None:
    """A user key that nobody has shows nothing, nor does what a careless query may take for one: 403 or 404."""
    reply = api.details(api.unknown_key, by=form)

    expect.refused(reply, 403, 404)


@nobodys_key
@pytest.mark.parametrize("odd", ["' OR '1'='1", "%", "more"], ids=["SQL", "wildcard", "more"])
def test_a_key_that_only_seems_to_fit_is_refused(api: Api, odd: str) -> None:
    """A user key that nobody has shows nothing, nor does what a careless query may take for one: 403 or 404."""
    reply = api.details(_any_key(api) + "0" if odd == "more" else odd)

    expect.refused(reply, 403, 404)


@requirement("USER-DETAILS-6", MUST, source=("user-details#param/user_key", "user-details#response/403"))
@FORMS
def test_an_empty_user_key_is_refused(api: Api, form: Any) -> None:
    """An empty user key shows nothing: 403 or 404."""
    reply = api.details("", by=form)

    expect.refused(reply, 403, 404)


@requirement("USER-DETAILS-7", MUST, source=("user-details#path", "user-details#response/403"))
@FORMS
def test_a_user_key_of_another_instance_is_refused(api: Api, form: Any) -> None:
    """A user key of another instance shows nothing: 403 or 404."""
    stranger = api.stranger()

    reply = api.details(stranger.user_key, by=form)

    expect.refused(reply, 403, 404)


@requirement("USER-DETAILS-8", MUST, source=("user-details#param/instance_name", "user-details#response/404"))
def test_unknown_instance_is_not_found(api: Api) -> None:
    """Details in an instance that does not exist is answered with 404 and a `detail`."""
    reply = api.details(_any_key(api), instance=api.nowhere)

    expect.refused(reply, 404, subject="USERS-ADD-13")
    expect.detail(reply)


@requirement("USER-DETAILS-9", MUST, source=("user-details#method", "RFC 9110 section 9.2.1"))
def test_looking_changes_nothing(api: Api) -> None:
    """Details twice in a row shows the same user."""
    user_key = _any_key(api)
    first = arranged(api.details(user_key)).body

    reply = arranged(api.details(user_key))

    expect.same_user("the second look", lasting(reply.body, with_time=True), lasting(first, with_time=True), reply)


def _any_key(api: Api) -> str:
    return api.require("user_key") if api.read_only else api.anyone().user_key


@requirement("USER-DETAILS-10", MUST, source=("user-details#response/200", "user-details#sample/curl"))
def test_both_forms_show_the_same(api: Api) -> None:
    """The existing user of the target, who may have groups, is shown the same by the header and by the query."""
    user_key = api.require("user_key")
    by_header = lasting(arranged(api.details(user_key)).body)

    reply = arranged(api.details(user_key, by="query"))

    by_query = lasting(reply.body)
    # The values are somebody else's: no message tells them.
    other = [pointer for pointer in by_header.keys() & by_query.keys() if by_header[pointer] != by_query[pointer]]
    expect.that(not other, "the query to show what the header shows", f"another {', '.join(sorted(other))}", reply)


def _keys(api: Api) -> list[tuple[str, int | None]]:
    """Two users' keys and ids; read-only, the existing user's key, whose id nobody has told."""
    if api.read_only:
        return [(api.require("user_key"), None)]
    return [(user.user_key, user.id) for user in (api.fresh(), api.fresh())]
