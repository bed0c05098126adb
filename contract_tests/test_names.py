"""Names: one that is accepted is kept whole, and one that is taken stays its holder's."""

from __future__ import annotations

import pytest

from syncano_contract import expect
from syncano_contract.api import Api
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.reply import Reply, arranged, lasting

LONG = 60
ODD_ENDS = {"non-ASCII": "żółć", "emoji": "🐺", "quotes": "'\"`%41+b", "markup": "<b>&amp;</b>", "long": "x" * LONG}


@requirement("USERS-ADD-15", SHOULD, source="users-add#param/username")
def test_adding_a_taken_name_is_refused(api: Api) -> None:
    """A second add of the same name is refused."""
    reply = api.add(username=api.anyone().username)

    expect.any_refusal(reply)


@requirement("USERS-ADD-16", MUST, source=("users-add#param/username", "users-add#response/200", "users-add#text"))
def test_adding_a_taken_name_leaves_its_holder_alone(api: Api) -> None:
    """Whatever a second add of the same name is answered with, the first user and its key are as they were."""
    holder = api.fresh()
    before = lasting(api.shown(holder))

    reply = api.add(username=holder.username)

    _expect_untouched(api.details(holder.user_key), before, reply)
    shown = reply.at("user_key") if reply.ok else None
    expect.that(shown != holder.user_key, "the first user's key to be shown to nobody else", "it in the reply", reply)


@requirement(
    "USERS-ADD-17",
    MUST,
    source=("users-add#param/username", "users-add#response/200", "user-details#response/200"),
)
@pytest.mark.parametrize("odd", ODD_ENDS)
def test_an_added_name_is_kept_whole(api: Api, odd: str) -> None:
    """A name that add accepts is shown whole in its reply and by details: not cut, escaped or garbled."""
    name = (api.name() + ODD_ENDS[odd])[:LONG]

    reply = api.add(username=name)

    if _is_accepted(reply):
        _expect_whole(api.details(reply.at("user_key")), name, reply, "USERS-ADD-2")


@requirement("USERS-UPDATE-15", SHOULD, source="users-update-put#param/username")
def test_updating_to_a_taken_name_is_refused(api: Api) -> None:
    """An update to a name that somebody else has is refused."""
    user = api.fresh()

    reply = api.update(user, username=api.anyone().username)

    expect.any_refusal(reply)


@requirement("USERS-UPDATE-18", MUST, source=("users-update-put#param/username", "users-update-put#text"))
def test_updating_to_a_taken_name_leaves_its_holder_alone(api: Api) -> None:
    """Whatever an update to a name that somebody else has is answered with, its holder is as it was."""
    user, holder = api.fresh(), api.fresh()
    before = lasting(api.shown(holder))

    reply = api.update(user, username=holder.username)

    _expect_untouched(api.details(holder.user_key), before, reply)


@requirement(
    "USERS-UPDATE-19",
    MUST,
    source=("users-update-put#param/username", "users-update-put#response/200", "user-details#response/200"),
)
def test_an_updated_name_is_kept_whole(api: Api) -> None:
    """A name that update accepts is shown whole in its reply and by details: not cut, escaped or garbled."""
    user = api.fresh()

    for end in ODD_ENDS.values():
        name = (api.name() + end)[:LONG]
        reply = api.update(user, username=name)

        if _is_accepted(reply):
            _expect_whole(api.details(user.user_key), name, reply, "USERS-UPDATE-3")


def _is_accepted(reply: Reply) -> bool:
    """Whether a name was taken: no page says which are, so that any 4xx will do for the others."""
    return not 400 <= reply.status < 500 and arranged(reply).ok


def _expect_whole(look: Reply, name: str, reply: Reply, subject: str) -> None:
    expect.name("the username in the reply", reply.at("username"), name, reply, subject)
    expect.name("the username that details shows", arranged(look).at("username"), name, look, subject)


def _expect_untouched(look: Reply, before: dict[str, object], reply: Reply) -> None:
    expect.that(look.ok, "the key of who has the name to work still", str(look), reply, "USER-DETAILS-1")
    expect.same_user("who has the name", lasting(look.body), before, reply)
