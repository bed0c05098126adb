"""What stands on a page and is not read, or not as it stands there -> repairs that are about no fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syncano_contract.pages import Page
from syncano_contract.pages.finding import Found, Repair
from syncano_contract.pages.members import PAGE, PLACES, Kind, place_of, said
from syncano_contract.pointer import child

OF_TYPE = {"url": "endpoint", "link": "link"}  # what only pages of that type are read for


def found(page: Page) -> Iterator[Found]:
    """Yield a repair for each thing that is left out, or passed over for another."""
    yield from _unlike(page.data, PAGE, "")
    for name in PLACES:
        yield from _passed_over(page, name)
    yield from _repeated(page)


def _unlike(value: Any, kind: Kind, pointer: str) -> Iterator[Found]:
    """Yield what is of another type, has no known meaning or is an unknown member, there and below."""
    if type(value) not in kind.types:
        yield Found("", pointer, repairs=(Repair("unexpected type", value, None),))
    elif kind.meanings and value not in kind.meanings:
        yield Found("", pointer, repairs=(Repair("unknown value", value, None),))
    elif type(value) is list and kind.entry:
        for number, each in enumerate(value):
            yield from _unlike(each, kind.entry, f"{pointer}/{number}")
    elif type(value) is dict:
        for name in sorted(value.keys() - kind.known) if kind.known else ():
            yield Found("", child(pointer, name), repairs=(Repair("unknown member", name, None),))
        for name, inner in kind.members.items():
            each = value.get(name)
            if each is not None and not (inner.is_plain and type(each) in inner.types):
                yield from _unlike(each, inner, f"{pointer}/{name}")


def _passed_over(page: Page, name: str) -> Iterator[Found]:
    """Yield what says otherwise than the place that counts, or stands on a page that is not read for it."""
    taken, at = place_of(page.data, name)
    if at and page.type != OF_TYPE.get(name, page.type):
        yield Found("", at, repairs=(Repair(f"{name} of a page of type {page.type}", taken, None),))
    for value, pointer in said(page.data, name):
        if value != taken:
            yield Found("", pointer, repairs=(Repair(f"another {name}", value, taken),))


def _repeated(page: Page) -> Iterator[Found]:
    """Yield what stands more than once in an object; what is in a value that does not count is told with that."""
    pointers = {id(each): pointer for pointer, each in _objects(page.data, "")} if page.repeated else {}
    for each in page.repeated:
        if id(each.owner) in pointers:
            pointer = child(pointers[id(each.owner)], each.name)
            yield Found("", pointer, repairs=(Repair("repeated member", each.before, each.after),))


def _objects(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Yield each object in a value with its pointer."""
    if isinstance(value, dict):
        yield pointer, value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in members:
        yield from _objects(each, child(pointer, name))
