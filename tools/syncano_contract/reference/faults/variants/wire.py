"""How replies travel: latency, throttling, redirects, chunks and paths."""

import asyncio
from asyncio import Transport
from collections import deque
from collections.abc import Callable
from itertools import count
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from syncano_contract.reference.deployment import Deployment, Operation, Resource
from syncano_contract.reference.faults.alteration import Alteration, Group
from syncano_contract.reference.faults.altering import Ask, altered_responses
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.replies import Reply, refused
from syncano_contract.reference.store import Store

GROUP = Group("variants: wire")


@GROUP.steps("latency", None)
class _Slow(Deployment):
    """Every reply takes 50 ms."""

    async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
        await asyncio.sleep(0.05)
        return await super().answer(prefix, resource, request)


@GROUP.steps("uneven-latency", None)
class _Uneven(Deployment):
    """Every 25th reply takes half a second."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._numbers = count(1)

    async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
        if next(self._numbers) % 25 == 0:
            await asyncio.sleep(0.5)
        return await super().answer(prefix, resource, request)


@GROUP.steps("throttled", None)
class _Throttled(Deployment):
    """More than 60 requests a second are answered with 429 and `Retry-After`, but for what is forbidden."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        super().__init__(store, passwords)
        self._latest: deque[float] = deque(maxlen=60)

    def find_operation(self, resource: Resource, method: str) -> Operation:
        now = monotonic()
        if len(self._latest) == self._latest.maxlen and now - self._latest[0] < 1:
            raise refused(429, "Request was throttled. Expected available in 1 second.")
        self._latest.append(now)
        return super().find_operation(resource, method)

    def respond(self, request: Request, resource: Resource, reply: Reply) -> Response:
        response = super().respond(request, resource, reply)
        if reply.status == 429:
            response.headers["Retry-After"] = "1"
        return response


@GROUP.wraps("slash-by-redirect", None)
def _redirecting(app: ASGIApp) -> ASGIApp:
    """A path without its last slash is redirected to the one that has it."""

    async def redirecting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/"):
            await app(scope, receive, send)
        else:
            await RedirectResponse(f"{scope['path']}/", 301)(scope, receive, send)

    return redirecting


@GROUP.wraps("json-for-unknown-paths", None)
def _json_not_found(app: ASGIApp) -> ASGIApp:
    """A path that is none is answered with 404 in JSON."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/"):
            await app(scope, receive, send)
        else:
            await Response('{"detail":"Not found."}', 404, media_type="application/json")(scope, receive, send)

    return answering


@GROUP.wraps("chunked", None)
def _chunked(app: ASGIApp) -> ASGIApp:
    """Replies are sent in chunks, without their length."""

    async def chunking(scope: Scope, receive: Receive, send: Send) -> None:
        async def in_pieces(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                await send({**message, "headers": kept})
                return
            body = message.get("body", b"")
            for start in range(0, len(body), 100):
                await send({"type": message["type"], "body": body[start : start + 100], "more_body": True})
            await send({"type": message["type"], "body": b""})

        await app(scope, receive, in_pieces)

    return chunking


class _OldTransport:
    """A transport that sends HTTP/1.0 in the place of HTTP/1.1."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Send bytes, the first of which may be those of a status line."""
        self._transport.write(data.replace(b"HTTP/1.1 ", b"HTTP/1.0 ", 1) if data.startswith(b"HTTP/1.1 ") else data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _OldProtocol(HttpToolsProtocol):
    """HTTP/1.0: the connection ends with the reply."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as the class above has it
        super().connection_made(_OldTransport(transport))  # type: ignore[arg-type]  # it does all that is asked of one


def _closing(_: Ask, response: Response) -> Response:
    response.headers["Connection"] = "close"
    return response


GROUP.members.append(
    Alteration(
        "http-1.0",
        GROUP.name,
        "Replies are those of HTTP/1.0.",
        None,
        altered_responses(_closing),
        protocol=_OldProtocol,
    )
)


def _below(path: str) -> Callable[[ASGIApp], ASGIApp]:
    """Put a proxy in front that takes a path away."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
            if not scope["path"].startswith(path + "/"):
                await Response("Not Found", 404)(scope, receive, send)
                return
            await app({**scope, "path": scope["path"].removeprefix(path)}, receive, send)

        return mounted

    return wrap


class _KnowsItsPath(Deployment):
    """Steps that show links as they are called from outside."""

    async def answer(self, prefix: str, resource: Resource, request: Request) -> Reply:
        return await super().answer(f"/api{prefix}", resource, request)


for _name, _sentence, _steps, _wrap, _mount_point in (
    ("behind-a-path", "A proxy adds a path that the links do not have.", Deployment, _below("/api"), "/api/v1.1"),
    ("mounted-below-a-path", "All is below another path, links too.", _KnowsItsPath, _below("/api"), "/api/v1.1"),
    ("another-version", "The deployment is called as /v1.", Deployment, None, "/v1"),
):
    GROUP.members.append(Alteration(_name, GROUP.name, _sentence, None, _steps, _wrap, mount_point=_mount_point))


class _ForgetfulProtocol(HttpToolsProtocol):
    """Keep-alive is promised, and the connection ends with the reply all the same."""

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.transport.close()


GROUP.members.append(
    Alteration(
        "closes-unannounced",
        GROUP.name,
        "The connection ends with each reply, though no header says so.",
        None,
        protocol=_ForgetfulProtocol,
    )
)
