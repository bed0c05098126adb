"""One exchange and the document: each way in which the reply departs from what is documented."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

import jsonschema_rs
import msgspec

from syncano_contract import pointer
from syncano_contract.document import Document, Operation, Shape
from syncano_contract.model import Exchange, Response, header, path_below

# What HTTP itself may answer before an operation is reached: noted, never a departure.
TOLERATED = frozenset({405, 406, 413, 414, 415, 429, 431, *range(300, 400)})

# A path parameter outside of these may be refused by a router or a proxy in whatever form it likes.
PLAIN = {"instance_name": re.compile(r"[A-Za-z0-9_-]{1,64}\Z"), "user_id": re.compile(r"[1-9][0-9]{0,17}\Z")}

# So may such a query, which proxies look at as well.
PLAIN_QUERY = re.compile(r"[A-Za-z0-9_.~=&/+-]{0,256}\Z")

# The aspects of a reply; a requirement names the one that it judges as its `subject`.
STATUS, MEDIA_TYPE, BODY, ERROR_BODY, HEADERS = "status", "media type", "body", "error body", "headers"
SERVER_ERROR, NO_REPLY = "server error", "no reply"

MOST_DIGITS = 4200  # of an integer: Python turns no more than 4,300 into text
MOST_LEVELS = 500  # of arrays and objects in a body
TOO_DEEP = "nested too deeply"
BEYOND = 10**400  # stands for every number that is too large for a float


@dataclass(frozen=True)
class Departure:
    """One way in which a reply departs from the document; `places` as in a result."""

    aspect: str
    operation: str
    expected: str
    seen: str
    exchange: Exchange
    places: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What is otherwise in a reply than a shape has it."""

    aspect: str
    expected: str
    seen: str
    places: tuple[str, ...] = ()


def addressed(document: Document, base_url: str, exchange: Exchange) -> Operation | None:
    """Return the operation that a request addresses with plain parameters in path and query, if any."""
    matched = _matched(document, base_url, exchange)
    if matched is None or not PLAIN_QUERY.match(urlsplit(exchange.request.url).query):
        return None
    operation, parameters = matched
    plain = all(PLAIN[name].match(value) for name, value in parameters.items() if name in PLAIN)
    return operation if plain else None


def _matched(document: Document, base_url: str, exchange: Exchange) -> tuple[Operation, dict[str, str]] | None:
    path = path_below(base_url, exchange.request.url)
    return document.match(exchange.request.method, path)


def judge(document: Document, base_url: str, exchange: Exchange) -> Iterator[Departure]:
    """Yield each departure of one reply; an exchange without a reply yields none."""
    response = exchange.response
    if response is None:
        return
    operation = addressed(document, base_url, exchange)
    name = operation.id if operation else exchange.request.method
    if response.status == 501 and _matched(document, base_url, exchange) is None:
        return  # a method that the deployment does not know at all (RFC 9110, section 15.6.2)
    if of_status(response.status) == SERVER_ERROR:
        yield Departure(SERVER_ERROR, name, "no 5xx status", f"status {response.status}", exchange, (STATUS,))
    elif operation is not None and response.status in operation.shapes:
        for each in against(operation.shapes[response.status], response):
            yield Departure(each.aspect, name, each.expected, each.seen, exchange, each.places)
    elif operation is not None and response.status not in TOLERATED:
        listed = ", ".join(str(status) for status in sorted(operation.shapes))
        expected = f"one of the statuses {listed}"
        yield Departure(STATUS, name, expected, f"status {response.status}", exchange, (STATUS,))


def of_status(status: int) -> str | None:
    """Return the aspect of which a status alone tells: a 5xx, or one over 599, which is none of HTTP's."""
    return STATUS if status > 599 else SERVER_ERROR if status >= 500 else None


def against(shape: Shape, response: Response) -> Iterator[Difference]:
    """Yield each difference of a reply from its shape."""
    media_type = (header(response.headers, "Content-Type") or "").split(";")[0].strip().lower()
    if shape.media_types and media_type not in shape.media_types:
        expected = f"Content-Type {' or '.join(shape.media_types)}"
        yield Difference(MEDIA_TYPE, expected, media_type or "none", (in_header("Content-Type"),))
    for name, required, validator in shape.headers:
        value = header(response.headers, name)
        if value is None and required:
            yield Difference(HEADERS, f"a header {name}", "none")
        elif value is not None and not has_form(value, validator):
            yield Difference(HEADERS, f"a header {name} as documented", value, (in_header(name),))
    if shape.validator is not None:
        yield from _in_body(BODY if response.status < 400 else ERROR_BODY, shape, shape.validator, response)


def in_header(name: str) -> str:
    """Return the place that a header is, as results name it."""
    return f"header {name}"


def parse(body: bytes) -> object:
    """Parse a JSON body as RFC 8259 has it (UTF-8, no byte order mark, no NaN, 500 levels); raises ValueError.

    Of a member that is there twice the last one counts: names SHOULD be unique (section 4), so that this is no fault.
    """
    try:
        value = _parsed(body)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    # A limit of our own (section 9), as Python's depends on who calls; most bodies have fewer brackets than it.
    if body.count(b"[") + body.count(b"{") > MOST_LEVELS and _has_more_levels(value):
        raise ValueError(TOO_DEEP)
    return value


def _parsed(body: bytes) -> object:
    try:
        return QUICK_DECODER.decode(body)
    except ValueError:  # it may be JSON all the same, with half a surrogate pair or a number of very many digits
        text = body.decode("utf-8")
    if text.startswith("\ufeff"):
        raise ValueError("it begins with a byte order mark")
    return _decoded(text)


def _has_more_levels(value: object) -> bool:
    """Whether arrays and objects are nested in more than MOST_LEVELS levels."""
    level = [value]
    for _ in range(MOST_LEVELS):
        inner = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = [each for each in chain.from_iterable(inner) if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _decoded(text: str) -> object:
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer is longer than Python takes, and few are
        return PATIENT_DECODER.decode(text)


def integer(text: str) -> int:
    """Return a JSON number without fraction and exponent; of one that is too long, its beginning and its end."""
    return int(text if len(text) <= MOST_DIGITS else text[: MOST_DIGITS - 200] + text[-200:])


def number(text: str) -> float:
    """Return a JSON number with a fraction or an exponent: an int for 5.0, as JSON Schema has it, and for 1e400."""
    value = float(text)
    if not math.isfinite(value):
        return -BEYOND if text.startswith("-") else BEYOND
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


QUICK_DECODER = msgspec.json.Decoder(float_hook=number)
DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=number)
PATIENT_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=integer, parse_float=number)


def sound(value: object) -> object:
    """Return the value with `?` for lone surrogates, which JSON can hold (RFC 8259, section 8.2) and UTF-8 cannot."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value


def _header_forms(value: str) -> tuple[object, ...]:
    """Return what a header's value may be to a schema: the text, and the number where it is one."""
    return (value, int(value)) if re.fullmatch(r"-?[0-9]{1,18}", value) else (value,)


def has_form(value: str, validator: jsonschema_rs.Validator) -> bool:
    """Whether the value of a header is as its schema has it."""
    return any(validator.is_valid(form) for form in _header_forms(value))


def _in_body(aspect: str, shape: Shape, validator: jsonschema_rs.Validator, response: Response) -> Iterator[Difference]:
    try:
        errors = list(validator.iter_errors(sound(parse(response.body))))
    except (ValueError, RecursionError) as error:
        yield Difference(aspect, "a body that is JSON", f"{shorten(response.body)} ({error})")
        return
    for found in errors:
        where = "/" + "/".join(str(step) for step in found.instance_path)
        expected, seen = f"a body as {shape.pointer} has it", f"at {where}: {shorten(found.message)}"
        yield Difference(aspect, expected, seen, (pointer.of(found.instance_path),))


def shorten(text: str | bytes, limit: int = 160) -> str:
    """Return the text, or its beginning and its whole length."""
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return shown if len(shown) <= limit else f"{shown[:limit]}… ({len(text)} long)"
