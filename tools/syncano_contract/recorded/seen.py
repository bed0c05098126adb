"""A recorded exchange as the document has it: its operation, its keys, and what its two bodies hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs

from syncano_contract import judge, leaks
from syncano_contract.document import Document, Operation
from syncano_contract.recorded.base import path_in
from syncano_contract.recorded.content import json_of
from syncano_contract.recorded.entry import HarRequest, Recorded
from syncano_contract.recorded.reduced import REDUCED, is_reduced

AMBIGUOUS = "several keys"


class Seen(NamedTuple):
    """One exchange below a base URL.

    `headers` and `answered` are those of request and reply by names in lower case, `sent` and `value` the JSON of their
    bodies, None where that is none. The keys are those that were sent, from wherever deployments look for one, or empty
    strings. It `is_success` where an operation answered with a 2xx; `user` is the one that this showed. `text` is all
    that the reply shows, and `lacks` says why its body cannot be judged, if that is so.
    """

    recorded: Recorded
    base_url: str
    path: str
    operation: Operation | None
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    answered: Mapping[str, str]
    status: int
    is_success: bool
    sent: Any
    value: Any
    is_json: bool
    lacks: str
    text: str
    user: Mapping[str, Any] | None
    api_key: str
    user_key: str

    @property
    def shows_somebody(self) -> bool:
        """Whether a success showed a user, though perhaps one of whom a shape alone was recorded."""
        return self.user is not None or (self.is_success and self.lacks == REDUCED)


def seen(recorded: Recorded, base_url: str, document: Document) -> Seen:
    """Return a recorded exchange as the document has it."""
    request, response = recorded.request, recorded.response
    headers, status, (body, value, is_json, lacks) = request.by_name, response.status, response.content
    path = path_in(base_url, request.url)
    operation, parameters = document.match(headers.get("x-http-method-override", request.method), path) or (None, {})
    if b'"<' in body and is_reduced(value):
        value, is_json, lacks = None, False, REDUCED
    is_success = operation is not None and status // 100 == 2
    is_user = is_success and type(value) is dict and "id" in value
    return Seen(
        recorded=recorded,
        base_url=base_url,
        path=path,
        operation=operation,
        parameters=parameters,
        headers=headers,
        answered=response.by_name,
        status=status,
        is_success=is_success,
        sent=json_of(request.body)[0] if request.body else None,
        value=value,
        is_json=is_json,
        lacks=lacks,
        text=leaks.text_of(response.headers, body) if status else "",
        user=value if is_user else None,
        api_key=headers.get("x-api-key") or in_query(request, "api_key") or _by_scheme(headers),
        user_key=_one_of(request, headers.get("x-user-key"), "user_key"),
    )


def _one_of(request: HarRequest, first: str | None, name: str) -> str:
    """Return the user key that was sent; AMBIGUOUS where there are several, since deployments choose differently."""
    if f"{name}=" not in request.url:
        return AMBIGUOUS if first and ", " in first else first or ""
    given = parse_qs(urlsplit(request.url).query, keep_blank_values=True, errors="replace").get(name, [])
    values = {*given, *((first,) if first is not None else ())}
    return AMBIGUOUS if len(values) > 1 else next(iter(values), "")


def _by_scheme(headers: Mapping[str, str]) -> str:
    return headers.get("authorization", "").rpartition(" ")[2]


def in_query(request: HarRequest, name: str) -> str:
    """Return a parameter of the query, or an empty string."""
    if f"{name}=" not in request.url:
        return ""
    return parse_qs(urlsplit(request.url).query, errors="replace").get(name, [""])[0]


def object_of(value: Any) -> dict[str, Any]:
    """Return a value that is a JSON object, and an empty one for any other."""
    return value if isinstance(value, dict) else {}


def is_as_documented(each: Seen, operation: Operation) -> bool:
    """Whether nothing can be wrong with the shape of a reply; it is only a quicker way to know that than to judge."""
    shape = operation.shapes.get(each.status)
    if shape is None or shape.validator is None or not each.is_json:
        return False
    media_type = each.answered.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in shape.media_types or not all(_has(each, *header) for header in shape.headers):
        return False
    try:
        return shape.validator.is_valid(each.value)
    except (ValueError, RecursionError):
        return False


def _has(each: Seen, name: str, is_required: bool, validator: jsonschema_rs.Validator) -> bool:
    """Whether a reply has a header as documented, or one that is not required not at all."""
    value = each.answered.get(name.lower())
    return not is_required if value is None else judge.has_form(value, validator)
