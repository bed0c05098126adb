"""A recorded exchange as the document has it: its operation, its keys, and what its two bodies hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from syncano_contract import judge, leaks
from syncano_contract.document import Document, Operation
from syncano_contract.model import Headers, Request, Response
from syncano_contract.recorded.base import path_in
from syncano_contract.recorded.entry import Recorded
from syncano_contract.recorded.reduced import REDUCED, is_reduced
from syncano_contract.session import Sighting

AMBIGUOUS = "several keys"


class Seen(NamedTuple):
    """One exchange below a base URL.

    `headers` and `answered` are those of request and reply by names in lower case, `sent` and `value` the JSON of their
    bodies, None where that is none. The keys are those that were sent, from wherever deployments look for one, or empty
    strings. `user` is the one that a success of an operation showed, `text` all that the reply shows. `lacks` says why
    the body of the reply cannot be judged, if that is so.
    """

    recorded: Recorded
    base_url: str
    path: str
    operation: Operation | None
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    answered: Mapping[str, str]
    status: int
    sent: Any
    value: Any
    is_json: bool
    lacks: str
    text: str
    user: Sighting | None
    api_key: str
    user_key: str

    @property
    def shows_somebody(self) -> bool:
        """Whether a success showed a user, though perhaps one of whom a shape alone was recorded."""
        return self.user is not None or (self.is_success and self.lacks == REDUCED)

    @property
    def is_success(self) -> bool:
        """Whether an operation was answered with a 2xx."""
        return self.operation is not None and self.status // 100 == 2


def seen(recorded: Recorded, base_url: str, document: Document) -> Seen:
    """Return a recorded exchange as the document has it."""
    exchange = recorded.exchange
    request, response = exchange.request, exchange.response
    path = path_in(base_url, request.url)
    headers = _by_name(request.headers)
    operation, parameters = document.match(headers.get("x-http-method-override", request.method), path) or (None, {})
    value, is_json, lacks = _body(response, recorded.lacks)
    status = response.status if response else 0
    is_user = operation is not None and status // 100 == 2 and isinstance(value, dict) and "id" in value
    return Seen(
        recorded=recorded,
        base_url=base_url,
        path=path,
        operation=operation,
        parameters=parameters,
        headers=headers,
        answered=_by_name(response.headers) if response else {},
        status=status,
        sent=_json(request.body)[0] if request.body else None,
        value=value,
        is_json=is_json,
        lacks=lacks,
        text=leaks.text_of(response) if response else "",
        user=Sighting(exchange, parameters["instance_name"], value) if is_user else None,
        api_key=headers.get("x-api-key") or in_query(request, "api_key") or _by_scheme(headers),
        user_key=_one_of(request, headers.get("x-user-key"), "user_key"),
    )


def _by_name(headers: Headers) -> dict[str, str]:
    """Return the value of each header; of one that is there twice with different values, all with commas between."""
    found = {name.lower(): value for name, value in reversed(headers)}
    if len(found) != len(headers):
        for name, value in headers:
            if value not in found[name.lower()]:
                found[name.lower()] += f", {value}"
    return found


def _one_of(request: Request, first: str | None, name: str) -> str:
    """Return the user key that was sent; AMBIGUOUS where there are several, since deployments choose differently."""
    if f"{name}=" not in request.url:
        return AMBIGUOUS if first and ", " in first else first or ""
    given = parse_qs(urlsplit(request.url).query, keep_blank_values=True, errors="replace").get(name, [])
    values = {*given, *((first,) if first is not None else ())}
    return AMBIGUOUS if len(values) > 1 else next(iter(values), "")


def _by_scheme(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").rpartition(" ")[2]


def _body(response: Response | None, lacks: str) -> tuple[Any, bool, str]:
    """Return the JSON of a reply, whether it is some, and why it cannot be judged."""
    if response is None or lacks:
        return None, False, lacks
    value, is_json = _json(response.body)
    if b'"<' in response.body and is_reduced(value):
        return None, False, REDUCED
    return value, is_json, ""


def _json(body: bytes) -> tuple[Any, bool]:
    try:
        return judge.parse(body), True
    except ValueError:
        return None, False


def in_query(request: Request, name: str) -> str:
    """Return a parameter of the query, or an empty string."""
    if f"{name}=" not in request.url:
        return ""
    return parse_qs(urlsplit(request.url).query, errors="replace").get(name, [""])[0]


def object_of(value: Any) -> dict[str, Any]:
    """Return a value that is a JSON object, and an empty one for any other."""
    return value if isinstance(value, dict) else {}


def is_as_documented(each: Seen, operation: Operation | None) -> bool:
    """Whether nothing can be wrong with the shape of a reply; it is only a quicker way to know that than to judge."""
    shape = operation.shapes.get(each.status) if operation else None
    if shape is None or shape.headers or shape.validator is None or not each.is_json:
        return False
    media_type = each.answered.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return media_type in shape.media_types and shape.validator.is_valid(each.value)
    except (ValueError, RecursionError):
        return False
