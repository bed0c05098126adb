"""The portals as a server on loopback plays them: what each answers to the requests of its own command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from typing import Any

from recorder import Answer, Asked, Told

TOKEN = "t0ken-of-mine-0123456789"


@dataclass(frozen=True)
class Faked:
    """A portal as this proof plays it: where on it, its answers, which request writes, and the document of that."""

    to: str
    answer: Callable[[dict[str, Any]], Answer]
    write: str
    sent: Callable[[Asked], Any]
    authorization: str
    again: str = "unchanged"


def form(asked: Asked) -> dict[str, Any]:
    """The parts of a form by name."""
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    parts: list[Message] = BytesParser().parsebytes(head + asked.body).get_payload()  # type: ignore[assignment]
    return {str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True) for part in parts}


def readme(held: dict[str, Any]) -> Answer:
    def answer(asked: Asked) -> Told:
        one = "/v2/branches/stable/apis/users.json"
        if asked.path.endswith("/apis") and asked.method == "GET":
            return Told(200, {"data": [{"filename": "users.json"}] if held else []})
        if asked.method == "GET":
            return Told(200, {"data": {"upload": {"status": held.get("status", "done"), "reason": f"{TOKEN} is odd"}}})
        held["file"] = form(asked)["schema"]
        return Told(201, {"data": {"upload": {"status": "pending"}, "uri": one.removeprefix("/v2")}})

    return answer


def bump(held: dict[str, Any]) -> Answer:
    def answer(asked: Asked) -> Told:
        before, held["file"] = held.get("file"), json.loads(asked.body)["definition"]
        is_new = before != held["file"]
        return Told(201, {"id": "1", "doc_public_url": "https://bump.sh/users"}) if is_new else Told(204)

    return answer


def swaggerhub(held: dict[str, Any]) -> Answer:
    def answer(asked: Asked) -> Told:
        if asked.method == "GET":
            is_version = asked.path == "/v1/apis/me/users/1.1"
            found = Told(200, json.loads(held["file"]) if is_version else {"apis": []}) if held else None
            return found or Told(404, {"code": 404, "message": "Unknown API"})
        held["file"] = asked.body
        return Told(201)

    return answer


def redocly(held: dict[str, Any]) -> Answer:
    def answer(asked: Asked) -> Told:
        if asked.method == "POST" and asked.path.endswith("/pushes"):
            before, held["file"] = held.get("file"), form(asked)["files[openapi-3.1.json]"]
            held["is_new"] = before != held["file"]
            return Told(200, {"id": "push_1"})
        if asked.path.endswith("/pushes/push_1"):
            state = {"deploy": {"status": held.get("status", "success"), "url": None}, "scorecard": []}
            flags = {"hasChanges": held["is_new"], "isOutdated": held.get("is_outdated", False), "isMainBranch": True}
            return Told(200, {**flags, "status": {"preview": state, "production": state}, "commit": {}})
        if asked.path.endswith("/sources"):
            return Told(200, {"data": [{"branchName": "main"}]})
        return Told(200, {"id": "prj_1", "uri": "/orgs/org_1/projects/prj_1"})

    return answer


FAKED = {
    "readme": Faked(
        "stable/users",
        readme,
        "POST /v2/branches/stable/apis",
        lambda asked: form(asked)["schema"],
        f"Bearer {TOKEN}",
        again="published",
    ),
    "bump": Faked(
        "users", bump, "POST /api/v1/versions", lambda asked: json.loads(asked.body)["definition"], f"Token {TOKEN}"
    ),
    "swaggerhub": Faked(
        "me/users",
        swaggerhub,
        "POST /v1/apis/me/users?version=1.1&isPrivate=true&specification=openapi-3.0.0",
        lambda asked: asked.body,
        f"Bearer {TOKEN}",
    ),
    "redocly": Faked(
        "org_1/prj_1/apis/users",
        redocly,
        "POST /api/orgs/org_1/projects/prj_1/pushes",
        lambda asked: form(asked)["files[openapi-3.1.json]"],
        f"Bearer {TOKEN}",
    ),
}
