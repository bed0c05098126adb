"""The reference deployment with one thing altered in its replies, for tests of what the suite makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncano_contract import document
from syncano_contract.model import Report, Verdict
from syncano_contract.reference.passwords import Passwords
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Build, Embedded, reference_app
from syncano_contract.reference.store import Store
from syncano_contract.run import run
from syncano_contract.settings import Depth, Settings
from syncano_contract.target import Target

QUICK = Settings(depth=Depth.QUICK)


@dataclass(frozen=True)
class Answer:
    """A request and what the reference deployment answers to it; `body` is the parsed JSON, where it is JSON."""

    request: Request
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        """The parsed JSON."""
        return json.loads(self.content)

    @property
    def is_user(self) -> bool:
        """Whether this shows a user."""
        return self.status == 200 and self.content.startswith(b"{")

    def with_body(self, body: Any) -> Answer:
        """The same with another JSON body."""
        return replace(self, content=json.dumps(body, indent=2, sort_keys=True).encode())


Alter = Callable[[Answer], Answer]


def altered(alter: Alter) -> Embedded:
    """The reference deployment whose every answer goes through `alter`."""

    def make_app(store: Store, passwords: Passwords) -> ASGIApp:
        app = reference_app(store, passwords)

        async def altering(scope: Scope, receive: Receive, send: Send) -> None:
            answer = alter(await _answer(app, scope, receive))
            headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
            await Response(answer.content, answer.status, headers)(scope, receive, send)

        return altering

    return Embedded(Build(make_app))


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(Request(scope), messages[0]["status"], headers, content)


def target_of(embedded: Embedded) -> Target:
    """The target file of an embedded deployment, as a value."""
    return seeded(embedded.url, embedded.seeds)


def run_against(embedded: Embedded, settings: Settings = QUICK) -> Report:
    """Run the suite against an embedded deployment."""
    with embedded:
        return run(target_of(embedded), document.load(), settings, lambda *_: None)


def with_verdict(report: Report, verdict: Verdict) -> set[str]:
    """The ids of the requirements with a verdict."""
    return {result.requirement for result in report.results if result.verdict is verdict}
