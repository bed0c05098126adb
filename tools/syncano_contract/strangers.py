"""Users that a run did not make: what a reply shows of them is reduced to its shape before it leaves the process."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from syncano_contract.judge import integer, number
from syncano_contract.model import Exchange, Result

# What tells that an object is a user: one of these beside an id, or in a success one of those that names somebody.
NAMES = ("username", "email", "first_name", "last_name", "full_name")
TELLING = frozenset({*NAMES, "user_key", "password", "profile", "groups", "owner"})
PEOPLE = frozenset({"user", "users", "member", "members", "owner", "owners"})  # what stands under these is one too
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

# What tells so in a text that is no JSON: one of these words as the name of a value, in whatever notation.
QUOTE = r"""(?:\\*["'`]|&quot;|&\#(?:0*3[49]|x0*2[27]);|\])"""
NAMED = re.compile(
    rf"""(?<![\w/-])(?P<name>id|user_?name|user_?key|e-?mail|(?:first|last|full)_?name|profile)
    (?:{QUOTE}\s*+(?:=>|[:=])  # JSON, what Python and PHP print
    |\s*+=  # a form, an attribute
    |(?:</[^<>]{{1,40}})?>  # XML, a table
    |\s*+:(?=\s*+(?:{QUOTE}|[^\s,<]{{1,200}}+[ \t]*+(?:$|[,<])))  # YAML, but no sentence
    )(?:\s|<[^<>]{{0,200}}>|[\[{{(]|{QUOTE})*+(?P<value>[^\s"'`\\&<>,;\]}})]*)""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
NOTHING = frozenset({"", "null", "none", "nil", "undefined", "true", "false"})

# A header of such a name tells whose a reply is.
HEADER = re.compile(r"(?:.*[-_])?(?:user|owner|account|login|e-?mail)[-_]?(?:id|name|e-?mail|login)?", re.IGNORECASE)

SOMEBODY = "<somebody else's>"
WITHHELD = SOMEBODY.encode()  # the body that is reported where a large reply shows such a user
SHORTEST, LONGEST_CUT = 3, 1000  # characters of a value that was cut off
LONGEST = 160  # characters that `judge.shorten` leaves of a text

IsOurs = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class _Text:
    """A body that is no JSON."""

    text: str


def shaped(exchange: Exchange, is_ours: IsOurs) -> Exchange:
    """Return the exchange with types in the place of the values, if its reply shows a user that is not ours.

    A body that is no JSON has no shape: its size is told.
    """
    response, value = exchange.response, _strange(exchange, is_ours)
    if response is None:
        return exchange
    body = response.body if value is None else _reduced(value, len(response.body))
    values = {each for each in _values(value) if len(each) > SHORTEST}
    headers = tuple(
        (name, SOMEBODY if _is_telling(name, told, exchange, is_ours) else _hidden(told, values))
        for name, told in response.headers
    )
    return replace(exchange, response=replace(response, body=body, headers=headers))


def without(result: Result, evidence: Iterable[Exchange], is_ours: IsOurs) -> Result:
    """Return the result without the values that its evidence shows of users that are not ours."""
    shown = [*evidence]
    if any(map(_is_withheld, shown)):
        expected, seen = result.expected and SOMEBODY, result.seen and SOMEBODY
        return replace(result, message=result.message and SOMEBODY, expected=expected, seen=seen)
    values: set[str] = set()
    for exchange in shown:
        values |= _values(_strange(exchange, is_ours))
        headers = exchange.response.headers if exchange.response else ()
        values |= {told for name, told in headers if _is_telling(name, told, exchange, is_ours)}
    return replace(
        result,
        message=_hidden(result.message, values),
        expected=result.expected and _hidden(result.expected, values),
        seen=result.seen and _hidden(result.seen, values),
    )


def _hidden(text: str, values: Set[str]) -> str:
    """Hide the values, and their beginnings where `judge.shorten` has cut one off."""
    there = sorted((value for value in values if value in text), key=len, reverse=True)
    for value in there:
        if len(value) > LONGEST:
            text = text.replace(value, SOMEBODY)
    words = [rf"(?<!\w){re.escape(value)}(?!\w)" for value in there if len(value) <= LONGEST]
    text = re.sub("|".join(words), SOMEBODY, text) if words else text
    if "…" not in text:
        return text
    in_order = sorted(values)
    return "…".join([*(_without_end(part, in_order) for part in text.split("…")[:-1]), text.rpartition("…")[2]])


def _without_end(text: str, values: list[str]) -> str:
    """Hide the longest end of a text that begins one of the values, which are in order."""
    for at in range(max(0, len(text) - LONGEST_CUT), len(text) - SHORTEST + 1):
        end = text[at:]
        found = bisect_left(values, end)
        if found < len(values) and values[found].startswith(end):
            return text[:at] + SOMEBODY
    return text


def _is_withheld(exchange: Exchange) -> bool:
    response = exchange.response
    return response is not None and response.size is not None and response.body == WITHHELD


def _strange(exchange: Exchange, is_ours: IsOurs) -> Any:
    """Return the body of a reply that shows a user that is not ours, or None."""
    response = exchange.response
    if response is None:
        return None
    try:
        value = json.loads(response.body, parse_int=integer, parse_float=number)
    except (ValueError, RecursionError):
        text = response.body.decode("utf-8", "replace")
        return _Text(text) if _names_somebody(text, is_ours) else None
    users = _users(value, is_success=response.status // 100 == 2)
    texts = (each for each in _nodes(value) if isinstance(each, str))
    is_strange = any(not is_ours(user) for user in users) or any(_names_somebody(text, is_ours) for text in texts)
    return value if is_strange else None


def _names_somebody(text: str, is_ours: IsOurs) -> bool:
    """Whether a text that is no JSON seems to show a user that is not ours."""
    found = [(each["name"].lower(), each["value"]) for each in NAMED.finditer(text.replace("\0", ""))]
    told = [(name, value) for name, value in found if value.lower() not in NOTHING]
    names = [value for name, value in told if name in ("username", "user_name")]
    ids = [int(value) for name, value in told if name == "id" and re.fullmatch("[0-9]{1,19}", value)]
    if names:
        return not all(is_ours({"username": value}) for value in names)
    return any(name != "id" for name, _ in told) and not any(is_ours({"id": user_id}) for user_id in ids[:1])


def _is_telling(name: str, value: str, exchange: Exchange, is_ours: IsOurs) -> bool:
    """Whether a header of a reply tells of somebody else; what the request itself carried is ours."""
    if HEADER.fullmatch(name) and value not in [sent for _, sent in exchange.request.headers]:
        user_id = int(value) if re.fullmatch("[0-9]{1,19}", value) else None
        return bool(value) and not is_ours({"username": value, "id": user_id})
    return _names_somebody(value, is_ours)


def _reduced(value: Any, size: int) -> bytes:
    if isinstance(value, _Text):
        return b"<%d bytes that are no JSON>" % size
    try:
        return json.dumps(shape(value), indent=2).encode()
    except RecursionError:
        return SOMEBODY.encode()


def _users(value: Any, *, is_success: bool) -> Iterator[dict[str, Any]]:
    """Yield each user that a value shows; what is a part of one is not looked at apart."""
    waiting = [("", value)]
    while waiting:
        name, each = waiting.pop()
        if isinstance(each, dict) and each and (name in PEOPLE or _is_user(each, is_success)):
            yield each
        elif isinstance(each, dict):
            waiting += each.items()
        else:
            waiting += [(name, member) for member in _members(each)]


def _is_user(value: dict[str, Any], is_success: bool) -> bool:
    if "id" in value:
        return bool(TELLING & value.keys())
    return is_success and any(isinstance(value.get(name), str) for name in NAMES)


def _values(value: Any) -> set[str]:
    return {spelling for each in _nodes(value) for spelling in _spellings(each)}


def _nodes(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += _members(each)


def _members(value: Any) -> list[Any]:
    match value:
        case dict():
            return [*value.values(), *(name for name in value if _is_data(name, value))]
        case list():
            return value
        case _Text(text):
            return [each["value"] for each in NAMED.finditer(text) if each["value"].lower() not in NOTHING]
        case _:
            return []


def _is_data(name: str, value: dict[str, Any]) -> bool:
    """Whether the name of a member may tell who somebody is: one that is no word, or one beside objects only."""
    return not WORD.fullmatch(name) or all(isinstance(member, dict) for member in value.values())


def shape(value: Any) -> Any:
    """Return a JSON value with the names of types in the place of values, and of what may tell who somebody is."""
    match value:
        case dict():
            return {"<name>" if _is_data(name, value) else name: shape(member) for name, member in value.items()}
        case list():
            return [shape(member) for member in value]
        case bool() | None:
            return "<null>" if value is None else "<boolean>"
        case int() | float():
            return "<number>"
        case _:
            return "<string>"


def _spellings(value: Any) -> set[str]:
    """Return how messages write a value: as it is, in JSON, and as Python has it."""
    match value:
        case _Text(text):
            return {text}
        case str() if value:
            return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
        case int() | float() if not isinstance(value, bool):
            return {json.dumps(value)}
        case _:
            return set()
