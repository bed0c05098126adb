"""How replies look: JSON, headers, members and messages."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.responses import Response

from syncano_contract.reference import replies
from syncano_contract.reference.faults.alteration import Alteration, Group
from syncano_contract.reference.faults.altering import (
    Ask,
    Body,
    altered_replies,
    errors,
    media_type,
    users,
)
from syncano_contract.reference.replies import Reply

GROUP = Group("variants: form")

Change = Callable[[Ask, Response], Response]


def _json(**options: Any) -> Change:
    """Write every JSON body in another way."""

    def change(_: Ask, response: Response) -> Response:
        if not response.headers.get("content-type", "").startswith("application/json"):
            return response
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return Response(json.dumps(json.loads(bytes(response.body)), **options) + "\n", response.status_code, headers)

    return change


def _header(name: str, value: str) -> Change:
    def change(_: Ask, response: Response) -> Response:
        response.headers[name] = value
        return response

    return change


def _gzipped(_: Ask, response: Response) -> Response:
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(gzip.compress(bytes(response.body)), response.status_code, {**headers, "content-encoding": "gzip"})


for _name, _sentence, _change in (
    ("pretty-json", "JSON is sent with line breaks and spaces.", _json(indent=4)),
    ("sorted-json", "The members of JSON objects are sorted.", _json(sort_keys=True)),
    ("ascii-json", "JSON is sent in ASCII, with escapes.", _json(ensure_ascii=True)),
    ("no-charset", "The media type comes without a charset.", media_type("application/json")),
    (
        "charset-in-capitals",
        "The media type is `Application/JSON;charset=UTF-8`.",
        media_type("Application/JSON;charset=UTF-8"),
    ),
    ("more-headers", "Replies carry headers of a proxy.", _header("Via", "1.1 proxy.example")),
    ("cookies", "Replies set a cookie.", _header("Set-Cookie", "lang=en; Path=/; Secure")),
    ("etag", "Replies carry an entity tag.", _header("ETag", '"0815"')),
    ("gzip", "Replies are compressed.", _gzipped),
    ("connection-close", "The connection is closed after each reply.", _header("Connection", "close")),
    ("www-authenticate", "Replies name a way to authenticate.", _header("WWW-Authenticate", 'ApiKey realm="instance"')),
):
    GROUP.responses(_name, None, _sentence, _change)


def _extra(body: Body) -> None:
    body |= {"email": None, "is_active": True, "role": {"name": "full"}, "last_seen": "2026-11-21T20:00:00Z"}
    body["profile"] |= {"nickname": "", "tags": []}
    body["links"]["avatar"] = "/avatars/7/"


def _named_groups(body: Body) -> None:
    for group in body["groups"]:
        group["name"] = None


def _moments(change: Callable[[str], str]) -> Callable[[Body], object]:
    return lambda body: body["profile"].update(
        {name: change(body["profile"][name]) for name in ("created_at", "updated_at")}
    )


def _in_warsaw(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(timezone(timedelta(hours=2))).isoformat()


def _links(change: Callable[[str], str]) -> Callable[[Body], object]:
    def change_all(body: Body) -> None:
        for links in (body["links"], body["profile"]["links"], *(group["links"] for group in body["groups"])):
            links.update({name: change(link) for name, link in links.items()})

    return change_all


for _name, _sentence, _user in (
    ("more-members", "Users, profiles and links have more members.", _extra),
    ("groups-with-names", "Groups have a `name`.", _named_groups),
    ("offset-for-utc", "Moments end in `+00:00`.", _moments(lambda text: text.replace("Z", "+00:00"))),
    ("another-offset", "Moments are those of another time zone.", _moments(_in_warsaw)),
    ("no-fractions", "Moments come without fractions of a second.", _moments(lambda text: re.sub(r"\.\d+", "", text))),
    (
        "milliseconds",
        "Moments have three fractional digits.",
        _moments(lambda text: re.sub(r"(\.\d{3})\d+", r"\1", text)),
    ),
    (
        "names-in-lower-case",
        "Names are shown in lower case.",
        lambda body: body.update(username=body["username"].lower()),
    ),
    (
        "names-in-upper-case",
        "Names are shown in upper case.",
        lambda body: body.update(username=body["username"].upper()),
    ),
    (
        "links-with-host",
        "Links are whole addresses.",
        _links(lambda link: f"https://api.example{link}"),
    ),
    (
        "open-profiles",
        "Profiles are open to others for reading.",
        lambda body: body["profile"].update(other_permissions="read"),
    ),
):
    GROUP.replies(_name, None, _sentence, users(_user))

GROUP.replies(
    "more-members-in-errors",
    None,
    "Errors have more members.",
    errors(lambda body: {**body, "code": "x-1", "documentation": "https://docs.example"}),
)
GROUP.replies(
    "field-errors-with-detail",
    None,
    "Errors that name fields have a `detail` too.",
    errors(lambda body: {"detail": "Invalid.", **body}, 400),
)


def _messages(_: Ask, reply: Reply) -> Reply:
    if reply.status < 400 or not isinstance(reply.body, dict):
        return reply
    told = {name: "No." if isinstance(value, str) else ["Wrong."] for name, value in reply.body.items()}
    return replace(reply, body=told)


def _with_full_stop(body: Body) -> Body:
    return {"detail": "Not found."} if body == {"detail": replies.NOT_FOUND} else body


WORDING = "messages are worded as the deployment likes (DESIGN.md, section 4)"


GROUP.members += [
    Alteration(
        "other-messages",
        GROUP.name,
        "Messages are worded differently.",
        None,
        altered_replies(_messages),
        reasons={f"MESSAGES-{number}": WORDING for number in range(1, 6)},
    ),
    Alteration(
        "full-stop",
        GROUP.name,
        "`Not found` has a full stop.",
        None,
        altered_replies(errors(_with_full_stop, 404)),
        reasons={"MESSAGES-5": WORDING},
    ),
]
