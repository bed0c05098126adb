"""Leaks: keys, passwords and stack traces in replies."""

import base64
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from syncano_contract.model import Level
from syncano_contract.reference.deployment import Call
from syncano_contract.reference.faults.alteration import Group
from syncano_contract.reference.faults.altering import Ask, Rereading
from syncano_contract.reference.records import User
from syncano_contract.reference.replies import RefusedError, Reply

MUST, SHOULD = Level.MUST, Level.SHOULD
GROUP = Group("keys")


def _telling(tell: Callable[[Request], object]) -> Callable[[Ask, Reply], Reply]:
    """Put more into the `detail` of an error."""

    def change(ask: Ask, reply: Reply) -> Reply:
        if reply.status < 400 or not isinstance(reply.body, dict) or "detail" not in reply.body:
            return reply
        return Reply(reply.status, {"detail": f"{reply.body['detail']} {tell(ask.request)}".strip()})

    return change


TRACEBACK = 'Traceback (most recent call last):\n  File "views.py", line 12, in post\nKeyError: "username"'
GROUP.replies(
    "api-key-in-errors",
    MUST,
    "Errors show the API key that was sent.",
    _telling(lambda request: request.headers.get("x-api-key", "")),
)
GROUP.replies(
    "user-key-in-errors",
    MUST,
    "Errors show the user key that was sent.",
    _telling(lambda request: request.headers.get("x-user-key", "")),
)
GROUP.replies("stack-trace-in-errors", SHOULD, "Errors show a stack trace.", _telling(lambda _: TRACEBACK))


@GROUP.steps("password-in-add", MUST)
class _PasswordShown(Rereading):
    """Add shows the password that was sent."""

    async def add(self, call: Call) -> Reply:
        credentials = await self.validate(call)
        call.request.state.password = credentials.password
        return await super().add(call)

    def represent(self, call: Call, user: User | None) -> Reply:
        reply = super().represent(call, user)
        shown = getattr(call.request.state, "password", None)
        if isinstance(reply.body, dict) and shown is not None:
            reply.body["password"] = shown
        return reply


@GROUP.steps("password-in-base64", MUST)
class _PasswordSpelled(_PasswordShown):
    """Add shows the password that was sent in Base64, under another name."""

    def represent(self, call: Call, user: User | None) -> Reply:
        reply = super().represent(call, user)
        shown = reply.body.pop("password", None) if isinstance(reply.body, dict) else None
        if isinstance(reply.body, dict) and shown is not None:
            reply.body["token"] = base64.b64encode(shown.encode()).decode()
        return reply


@GROUP.steps("password-in-errors", MUST)
class _PasswordInErrors(Rereading):
    """An error shows the body that was sent, password and all."""

    async def update(self, call: Call) -> Reply:
        try:
            return await super().update(call)
        except RefusedError as error:
            body: Any = error.reply.body
            if error.reply.status == 400 and "username" in body:
                told = {**body, "received": [(await call.request.body()).decode("utf-8", "replace")]}
                raise RefusedError(Reply(400, told)) from error
            raise


def _with_header(name: str, value: Callable[[Request], str]) -> Callable[[Ask, Response], Response]:
    def change(ask: Ask, response: Response) -> Response:
        shown = value(ask.request)
        if shown:
            response.headers[name] = shown
        return response

    return change


GROUP.responses(
    "user-key-in-a-header",
    MUST,
    "A header of the reply shows the user key.",
    _with_header("X-Debug-User", lambda request: request.headers.get("x-user-key", "")),
)
GROUP.responses(
    "api-key-in-a-header",
    MUST,
    "A header of the reply shows the API key.",
    _with_header("X-Debug-Key", lambda request: request.headers.get("x-api-key", "")),
)
