"""Shape: media types, members, their types, error bodies, and bytes that are no JSON."""

import json
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from syncano_contract.model import Level
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import (
    ADD,
    DETAILS,
    RESET,
    UPDATE,
    Body,
    content,
    errors,
    media_type,
    users,
)

MUST = Level.MUST
GROUP = Group("shape")


def _moment(form: Callable[[datetime], object]) -> Callable[[Body], object]:
    """Show both moments of a profile in another form."""
    return lambda body: body["profile"].update(
        {name: form(datetime.fromisoformat(body["profile"][name])) for name in ("created_at", "updated_at")}
    )


_SWAPPED = {"username": "password", "password": "username"}


def _renamed(old: str, new: str) -> Callable[[Body], object]:
    return lambda body: body.update({new: body.pop(old)})


for _name, _sentence, _change in (
    ("no-id", "A user is shown without its id.", users(lambda body: body.pop("id"))),
    ("no-username-in-details", "Details shows no username.", users(lambda body: body.pop("username"), DETAILS)),
    ("no-user-key-in-update", "Update shows no user key.", users(lambda body: body.pop("user_key"), UPDATE)),
    ("no-user-key-in-reset", "Reset shows no user key.", users(lambda body: body.pop("user_key"), RESET)),
    ("no-profile-in-add", "Add shows no profile.", users(lambda body: body.pop("profile"), ADD)),
    ("no-groups", "A user is shown without its groups.", users(lambda body: body.pop("groups"))),
    ("no-links", "A user is shown without its links.", users(lambda body: body.pop("links"))),
    ("no-reset-link", "The link to reset the key is missing.", users(lambda body: body["links"].pop("reset-key"))),
    ("no-channel", "A profile is shown without its channel.", users(lambda body: body["profile"].pop("channel"))),
    (
        "no-owner-link",
        "A profile is shown without the link to its owner.",
        users(lambda body: body["profile"]["links"].pop("owner")),
    ),
    ("user-key-renamed", "The member `user_key` is called `userKey`.", users(_renamed("user_key", "userKey"))),
    ("username-renamed", "The member `username` is called `user_name`.", users(_renamed("username", "user_name"))),
    (
        "reset-link-renamed",
        "The link `reset-key` is called `reset_key`.",
        users(lambda body: body["links"].update({"reset_key": body["links"].pop("reset-key")})),
    ),
    (
        "groups-without-label",
        "Groups are shown without their labels.",
        users(lambda body: [group.pop("label") for group in body["groups"]]),
    ),
    ("profile-is-null", "The profile of a user is null.", users(lambda body: body.update(profile=None))),
    ("groups-are-null-in-add", "Add shows null for groups.", users(lambda body: body.update(groups=None), ADD)),
    (
        "username-is-null",
        "Details shows null for the username.",
        users(lambda body: body.update(username=None), DETAILS),
    ),
    ("links-are-null-in-reset", "Reset shows null for links.", users(lambda body: body.update(links=None), RESET)),
    (
        "revision-is-null",
        "The revision of a profile is null.",
        users(lambda body: body["profile"].update(revision=None)),
    ),
    ("id-is-a-string", "The id of a user is a string.", users(lambda body: body.update(id=str(body["id"])))),
    (
        "id-is-a-string-in-details",
        "Details shows the id as a string.",
        users(lambda body: body.update(id=str(body["id"])), DETAILS),
    ),
    (
        "owner-is-a-string",
        "The owner of a profile is a string.",
        users(lambda body: body["profile"].update(owner=str(body["profile"]["owner"]))),
    ),
    (
        "groups-are-an-object",
        "Groups are an object in the place of an array.",
        users(lambda body: body.update(groups={})),
    ),
    ("groups-are-ids", "Groups are an array of ids.", users(lambda body: body.update(groups=[7]), DETAILS)),
    (
        "revision-is-a-string",
        "The revision of a profile is a string.",
        users(lambda body: body["profile"].update(revision="1")),
    ),
    ("links-are-a-list", "Links are an array.", users(lambda body: body.update(links=[*body["links"].values()]))),
    ("dates-without-a-zone", "Moments are shown without a time zone.", users(_moment(lambda at: at.isoformat()[:-6]))),
    ("dates-as-numbers", "Moments are shown as seconds since 1970.", users(_moment(datetime.timestamp))),
    ("dates-without-a-time", "Moments are shown as days.", users(_moment(lambda at: at.date().isoformat()))),
    ("dates-as-in-mail", "Moments are shown in the form of RFC 5322.", users(_moment(format_datetime))),
    (
        "unknown-permission",
        "The permissions of the owner are called `everything`.",
        users(lambda body: body["profile"].update(owner_permissions="everything")),
    ),
    (
        "permission-is-a-number",
        "The permissions of others are a number.",
        users(lambda body: body["profile"].update(other_permissions=0)),
    ),
    ("error-is-text", "The body of an error is a JSON string.", errors(str)),
    ("error-is-a-list", "The body of an error is an array.", errors(lambda body: [body])),
    ("error-is-null", "The body of an error is null.", errors(lambda _: None)),
    (
        "error-without-detail",
        "An error has `error` in the place of `detail`.",
        errors(lambda body: {"error": body["detail"]}, 403, 404),
    ),
    (
        "detail-is-a-list",
        "The `detail` of an error is an array.",
        errors(lambda body: {"detail": [body["detail"]]}, 403, 404),
    ),
    ("detail-is-null", "The `detail` of an error is null.", errors(lambda _: {"detail": None}, 403, 404)),
    (
        "messages-are-no-list",
        "The messages for a field are no array.",
        errors(lambda body: dict.fromkeys(body, "wrong"), 400),
    ),
    (
        "error-names-another-field",
        "An error names the wrong one of two fields.",
        errors(lambda body: {_SWAPPED.get(name, name): value for name, value in body.items()}, 400),
    ),
    (
        "error-names-the-first-field",
        "Of two fields at fault an error names the first.",
        errors(lambda body: dict([*body.items()][:1]), 400),
    ),
    (
        "error-names-both-fields",
        "An error always names both fields.",
        errors(lambda _: {name: ["wrong"] for name in _SWAPPED}, 400),
    ),
    ("error-names-no-field", "An error names no field.", errors(lambda _: {"detail": "Invalid."}, 400)),
):
    GROUP.replies(_name, MUST, _sentence, _change)


for _name, _sentence, _response in (
    ("html-type", "Users are sent as text/html.", media_type("text/html; charset=utf-8")),
    ("no-type", "Users are sent without a media type.", media_type(None)),
    ("text-type-of-errors", "Errors are sent as text/plain.", media_type("text/plain", of_errors=True)),
    (
        "problem-type-of-errors",
        "Errors are sent as problem+json.",
        media_type("application/problem+json", of_errors=True),
    ),
    ("truncated", "The last character of a user is missing.", content(lambda body: body[:-1])),
    ("truncated-errors", "The last character of an error is missing.", content(lambda body: body[:-1], of_errors=True)),
    ("byte-order-mark", "A user is sent with a byte order mark.", content(lambda body: b"\xef\xbb\xbf" + body)),
    ("utf-16", "A user is sent in UTF-16.", content(lambda body: body.decode().encode("utf-16"))),
    ("single-quotes", "A user is sent with single quotes.", content(lambda body: body.replace(b'"', b"'"))),
    ("trailing-comma", "A user is sent with a comma too many.", content(lambda body: body[:-1] + b",}")),
    (
        "not-a-number",
        "The revision of a profile is NaN.",
        content(lambda body: body.replace(b'"revision":1', b'"revision":NaN')),
    ),
    (
        "json-in-json",
        "A user is sent as JSON in a JSON string.",
        content(lambda body: json.dumps(body.decode()).encode()),
    ),
    ("in-a-list", "A user is sent in an array of one.", content(lambda body: b"[" + body + b"]")),
    ("in-an-envelope", "A user is sent as the member `data`.", content(lambda body: b'{"data":' + body + b"}")),
    ("warning-before-json", "A user is sent behind a warning.", content(lambda body: b"Notice: deprecated\n" + body)),
    ("empty-errors", "Errors are sent without a body.", content(lambda _: b"", of_errors=True)),
    ("html-errors", "Errors are pages for people.", content(lambda _: b"<h1>No</h1>", of_errors=True)),
):
    GROUP.responses(_name, MUST, _sentence, _response)

GROUP.replies(
    "messages-are-codes",
    Level.SHOULD,
    "The messages for a field are codes in the place of sentences.",
    errors(lambda body: {name: ["required"] for name in body}, 400),
)
