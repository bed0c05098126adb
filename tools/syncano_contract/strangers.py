"""Users that a run did not make: what a reply shows of them is reduced to its shape before it leaves the process."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from syncano_contract.model import Exchange, Result

# What tells that an object is a user: one of these beside an id, or in a success one of those that names somebody.
TELLING = frozenset({"username", "user_key", "email", "password", "profile", "groups", "owner"})
NAMING = ("username", "email")
SOMEBODY = "<somebody else's>"
SHORTEST = 3  # characters of a value that was cut off

IsOurs = Callable[[Mapping[str, Any]], bool]


def shaped(exchange: Exchange, is_ours: IsOurs) -> Exchange:
    """Return the exchange with types in the place of the values, if its reply shows a user that is not ours."""
    response, value = exchange.response, _strange(exchange, is_ours)
    if response is None or value is None:
        return exchange
    try:
        body = json.dumps(shape(value), indent=2)
    except RecursionError:
        body = SOMEBODY
    return replace(exchange, response=replace(response, body=body.encode()))


def without(result: Result, evidence: Iterable[Exchange], is_ours: IsOurs) -> Result:
    """Return the result without the values that its evidence shows of users that are not ours."""
    shown = [_strange(exchange, is_ours) for exchange in evidence]
    values = {spelling for value in shown for each in _nodes(value) for spelling in _spellings(each)}
    if not values:
        return result
    return replace(
        result,
        message=_hidden(result.message, values),
        expected=result.expected and _hidden(result.expected, values),
        seen=result.seen and _hidden(result.seen, values),
    )


def _hidden(text: str, values: Iterable[str]) -> str:
    """Hide the values, and their beginnings where `judge.shorten` has cut one off."""
    longest_first = sorted(values, key=len, reverse=True)
    text = re.sub("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in longest_first), SOMEBODY, text)
    for value in longest_first if "…" in text else ():
        for end in range(len(value) - 1, SHORTEST - 1, -1):
            text = text.replace(f"{value[:end]}…", f"{SOMEBODY}…")
    return text


def _strange(exchange: Exchange, is_ours: IsOurs) -> Any:
    """Return the body of a reply that shows a user that is not ours, or None."""
    response = exchange.response
    if response is None:
        return None
    try:
        value = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    users = _users(value, is_success=response.status // 100 == 2)
    return value if any(not is_ours(user) for user in users) else None


def _users(value: Any, *, is_success: bool) -> Iterator[dict[str, Any]]:
    """Yield each user that a value shows; what is a part of one is not looked at apart."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict) and _is_user(each, is_success):
            yield each
        else:
            waiting += _members(each)


def _is_user(value: dict[str, Any], is_success: bool) -> bool:
    if "id" in value:
        return bool(TELLING & value.keys())
    return is_success and any(isinstance(value.get(name), str) for name in NAMING)


def _nodes(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += _members(each)


def _members(value: Any) -> list[Any]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []


def shape(value: Any) -> Any:
    """Return a JSON value with the names of types in the place of values."""
    match value:
        case dict():
            return {name: shape(member) for name, member in value.items()}
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
        case str() if value:
            return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
        case int() | float() if not isinstance(value, bool):
            return {json.dumps(value)}
        case _:
            return set()
