"""Messages: the exact texts that the pages show. Deployments word them differently, so none is a MUST."""

from __future__ import annotations

from syncano_contract import expect
from syncano_contract.api import ABSENT, Api
from syncano_contract.plugin import SHOULD, requirement
from syncano_contract.reply import Reply


@requirement(
    "MESSAGES-1",
    SHOULD,
    source=("users-add#response/403", "users-update-put#response/403", "users-reset-user-key#response/403"),
)
def test_unknown_api_key(api: Api) -> None:
    """The detail of a 403 for an unknown API key has the text `No such API Key.` of the pages."""
    user = api.anyone()

    for reply in (
        api.add(api_key=api.unknown_key),
        api.update(user, api_key=api.unknown_key),
        api.reset(user, api_key=api.unknown_key),
    ):
        _expect_detail(reply, 403, "No such API Key.")


@requirement("MESSAGES-2", SHOULD, source=("user-details#callout/1", "user-details#response/403"))
def test_account_key(api: Api) -> None:
    """The detail of details' 403 for an account key has the text of the page's callout."""
    user_key = api.require("user_key") if api.read_only else api.anyone().user_key
    reply = api.details(user_key, api_key=api.require("account_key"))

    _expect_detail(reply, 403, "You do not have permission to perform this action.")


@requirement("MESSAGES-3", SHOULD, source=("users-add#response/400", "users-update-put#response/400"))
def test_missing_member(api: Api) -> None:
    """The message for a missing member has the text `This field is required.` of the pages."""
    for reply, field in (
        (api.add(password=ABSENT), "password"),
        (api.update(api.anyone(), username=ABSENT), "username"),
    ):
        expect.faulty(reply, field)
        expect.equal(f"the messages for {field}", reply.at(field), ["This field is required."], reply, at=field)


@requirement("MESSAGES-4", SHOULD, source=("users-add#response/404", "user-details#response/404"))
def test_unknown_instance(api: Api) -> None:
    """The detail of a 404 for an unknown instance has the text `Instance was not found.` of the pages."""
    _expect_detail(api.add(instance=api.nowhere), 404, "Instance was not found.")
    _expect_detail(api.details(api.unknown_key, instance=api.nowhere), 404, "Instance was not found.")


@requirement("MESSAGES-5", SHOULD, source=("users-update-put#response/404", "users-reset-user-key#response/404"))
def test_unknown_user(api: Api) -> None:
    """The detail of a 404 for an unknown user is `Not found`."""
    user = api.anyone()

    _expect_detail(api.update(user, user_id=api.nobody), 404, "Not found")
    _expect_detail(api.reset(user, user_id=api.nobody), 404, "Not found")


def _expect_detail(reply: Reply, status: int, text: str) -> None:
    if reply.status != status:
        expect.blocked(f"{reply.operation.id} answered {reply} and not {status}", "the requirement on that status")
    expect.equal("detail", expect.detail(reply), text, reply, at="detail")
