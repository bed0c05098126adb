"""Requests as they reached the server, to be sent again."""

from __future__ import annotations

import base64
import string
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMING = (b"host", b"transfer-encoding", b"content-length")  # said anew by who sends the request again


@dataclass(frozen=True)
class Recorded:
    """One request; `target` is its path with the query, in ASCII."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def to_json(self) -> dict[str, Any]:
        """Return this as values that JSON has."""
        body = base64.b64encode(self.body).decode()
        return {"method": self.method, "target": self.target, "headers": self.headers, "body": body}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Return what `to_json` was made of."""
        headers = tuple((name, value) for name, value in values["headers"])
        return cls(values["method"], values["target"], headers, base64.b64decode(values["body"]))


def recording(app: ASGIApp, kept: list[Recorded]) -> ASGIApp:
    """Return the application with something in front that keeps each request, whose body it reads first."""

    async def keeping(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        kept.append(_recorded(scope, body))
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return messages.pop() if messages else await receive()

        await app(scope, again, send)

    return keeping


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _recorded(scope: Scope, body: bytes) -> Recorded:
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"] if name not in FRAMING
    )
    return Recorded(scope["method"], quote(target, safe=string.punctuation), headers, body)
