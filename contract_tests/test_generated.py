"""Generated requests: schemathesis brings the breadth that nobody writes by hand.

Their replies are judged by the requirements on shape, crashes, links and secrets, together with all others.
"""

from __future__ import annotations

import json
from typing import Any

from syncano_contract import expect, judge, properties
from syncano_contract.model import Exchange, Request, header
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.plugin import SHOULD, requirement
from syncano_contract.session import Session
from syncano_contract.settings import Depth


@requirement(
    "GENERATED-1",
    SHOULD,
    source=("users-add#param/username", "users-add#param/password", "users-update-put#text"),
    depth=Depth.STANDARD,
)
def test_what_departs_from_the_document_is_refused(session: Session) -> None:
    """A generated request that departs from the document is refused, unless it can be read as a right one."""
    accepted = properties.run(session)

    asked = [each.id for each in session.document.operations if not (each.writes and session.settings.read_only)]
    silent = [operation for operation in asked if not session.has_succeeded(operation, "GENERATED-1")]
    for found in accepted:
        exchange = session.log.exchanges[found.exchange - 1]
        if not _can_be_read(exchange.request):
            operation = session.operation(exchange)
            name = operation.id if operation else exchange.request.method
            expected = f"{name} to refuse a request that departs from the document"
            raise Failed(expected, _accepted(exchange, found.finding), exchange, expect.FIRST_NAMED.get(name))
    if silent:
        raise CannotTell(f"no generated request of {silent[0]} was accepted, so that refusals prove nothing")


def _accepted(exchange: Exchange, finding: str) -> str:
    status = exchange.response.status if exchange.response else "no reply"
    return f"{status} for {judge.shorten(exchange.request.body or b'a request without a body')} ({finding})"


def _can_be_read(request: Request) -> bool:
    """Whether a lenient deployment may take the request for a right one: numbers as strings, members in a form."""
    if not (header(request.headers, "Content-Type") or "").startswith("application/json"):
        return True
    try:
        value: Any = json.loads(request.body or b"")
    except ValueError:
        return request.method == "GET"
    if not isinstance(value, dict):
        return False
    return all(isinstance(value.get(name), (str, int, float)) for name in ("username", "password"))
