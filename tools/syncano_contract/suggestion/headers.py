"""The headers of a reply beside those that the document lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syncano_contract import judge, pointer
from syncano_contract.document import Shape
from syncano_contract.model import Response, header
from syncano_contract.suggestion.changes import UNCONFIRMED, Change, Kind, Left, of_error
from syncano_contract.suggestion.schemas import meant

NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,47}")

# What servers, caches, proxies and browsers have among themselves is no part of the contract, and cookies are secrets.
OF_OTHERS = re.compile(
    r"""(accept|accept-.*|age|allow|alt-svc|cache-control|connection|content-.*|cross-origin-.*|date|etag|expires|keep-alive
    |last-modified|nel|origin-agent-cluster|permissions-policy|pragma|proxy-.*|referrer-policy|report-to|sec-.*|server
    |server-timing|set-cookie2?|strict-transport-security|te|trailer|transfer-encoding|upgrade|vary|via|warning
    |access-control-.*|cf-.*|x-amz.*|x-cache.*|x-content-type-options|x-.*key|x-.*token|x-dns-.*|x-frame-options
    |x-powered-by|x-request-id|x-runtime|x-served-by|x-timer|x-xss-protection)\Z""",
    re.VERBOSE | re.IGNORECASE,
)


def contractual(response: Response) -> set[str]:
    """Return the names of the headers that may be a part of the contract."""
    names = {name.title() for name, _ in response.headers}
    return {name for name in names if NAME.fullmatch(name) and not OF_OTHERS.match(name)}


def described() -> dict[str, Any]:
    """Return what the document says of a header that was seen."""
    return {"description": "What it says is not known.", "x-unconfirmed": UNCONFIRMED, "schema": {"type": "string"}}


def differences(tree: Any, shape: Shape, response: Response) -> Iterator[Change | Left]:
    """Yield how the headers of a reply differ from those of a shape."""
    listed = {name.title() for name, *_ in shape.headers}
    yield from (Change(shape.pointer, Kind.HEADER, name) for name in contractual(response) - listed)
    for name, required, validator in shape.headers:
        place, _ = meant(tree, shape.pointer + pointer.of(("headers", name)))
        value = header(response.headers, name)
        if value is None and required:
            yield Change(place, Kind.OPTIONAL, name)
        elif value is not None and not judge.has_form(value, validator):
            yield from (of_error(error, f"{place}/schema", tree) for error in validator.iter_errors(value))
