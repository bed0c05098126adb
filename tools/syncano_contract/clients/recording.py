"""A deployment of this process that keeps each exchange, and once asks for patience."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncano_contract.model import Exchange, Headers, Request, Response
from syncano_contract.reference import faults
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.server import Build
from syncano_contract.reference.store import Store

WAIT = 1  # seconds
MOVED = "moved"
SENDER = "client"


@dataclass
class Recording:
    """The exchanges of a deployment, in the order in which their replies were complete."""

    exchanges: list[Exchange] = field(default_factory=list)

    def build(self, alterations: Iterable[str]) -> Build:
        """Return how to make a deployment with these alterations that is recorded.

        Its first reply from its other instance is 429, with the time to wait in `Retry-After`; the instance MOVED is
        somewhere else, and each reply from there a redirect.
        """
        build = faults.build([faults.find(name) for name in alterations])

        def make_app(store: Store, passwords: Passwords) -> ASGIApp:
            seeds = store.seeds()
            app = _moved(build.make_app(store, passwords), seeds.instance)
            return self._around(_once_throttled(app, seeds.other_instance))

        return replace(build, make_app=make_app)

    def _around(self, app: ASGIApp) -> ASGIApp:
        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            started, clock = datetime.now(UTC), time.monotonic()
            sent: list[Message] = []
            received: list[Message] = []

            async def receiving() -> Message:
                received.append(await receive())
                return received[-1]

            async def sending(message: Message) -> None:
                sent.append(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    # Before the client has it: it may be the last thing that it waits for.
                    seconds = time.monotonic() - clock
                    number = len(self.exchanges) + 1
                    request, response = _request(scope, received), _response(sent)
                    self.exchanges.append(Exchange(number, started, seconds, SENDER, request, response))
                await send(message)

            await app(scope, receiving, sending)

        return recorded


def _once_throttled(app: ASGIApp, instance: str) -> ASGIApp:
    waiting = [JSONResponse({"detail": "Request was throttled."}, 429, {"Retry-After": str(WAIT)})]

    async def throttled(scope: Scope, receive: Receive, send: Send) -> None:
        is_too_soon = waiting and f"/instances/{instance}/" in scope["path"]
        await (waiting.pop() if is_too_soon else app)(scope, receive, send)

    return throttled


def _moved(app: ASGIApp, instance: str) -> ASGIApp:
    async def moved(scope: Scope, receive: Receive, send: Send) -> None:
        at, _, path = scope["path"].partition(f"/instances/{MOVED}/")
        there = RedirectResponse(f"{at}/instances/{instance}/{path}", 307)
        await (there if path else app)(scope, receive, send)

    return moved


def _request(scope: Scope, received: Iterable[Message]) -> Request:
    headers = _headers(scope["headers"])
    host = next((value for name, value in headers if name == "host"), "")
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    url = f"{scope['scheme']}://{host}{scope['raw_path'].decode('latin-1')}{query}"
    return Request(scope["method"], url, headers, _body(received) or None)


def _response(sent: Sequence[Message]) -> Response:
    start = sent[0]
    return Response(start["status"], "", _headers(start["headers"]), _body(sent))


def _headers(given: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in given)


def _body(messages: Iterable[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)
