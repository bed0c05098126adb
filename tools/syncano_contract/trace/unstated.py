"""What an operation of the document has that no page of it states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from typing import Any

from syncano_contract.pointer import child
from syncano_contract.trace.contract import Contract
from syncano_contract.trace.keys import is_shown, shown_keys, wrong_member
from syncano_contract.trace.model import Gap
from syncano_contract.trace.places import Place


def unstated(contract: Contract, told: Collection[str]) -> Iterator[Gap]:
    """Yield each operation, parameter, body, key and status that no page which the operation names states.

    `told` are the places that facts are missing at already.
    """
    paths = contract.top.find("paths")
    for path, item in paths.members() if paths else ():
        for method, operation in item.members():
            if "operationId" not in (operation.value if isinstance(operation.value, dict) else ()):
                continue
            slugs = {str(source).split("#", maxsplit=1)[0] for source in operation.value.get("x-source", ())}
            if not any(contract.is_of(slug, method, path) for slug in slugs):
                yield Gap(operation.pointer, f"none of its sources states {method.upper()} {path}")
                continue
            yield from _parameters(contract, (item, operation), slugs)
            yield from _body(contract, operation, slugs)
            yield from _statuses(operation, slugs)
            yield from (gap for gap in _keys(contract, operation, slugs) if gap.pointer not in told)


def _parameters(contract: Contract, owners: tuple[Place, ...], slugs: Set[str]) -> Iterator[Gap]:
    stated = {(value["name"], value["in"]) for value in contract.values("param", slugs)}
    for owner in owners:
        listed = owner.find("parameters")
        for place in listed.items() if listed else ():
            name, where = place.find("name"), place.find("in")
            if name and where and (name.value, where.value) not in stated:
                yield Gap(place.pointer, f"no page of this operation states the parameter {name.value}")


def _body(contract: Contract, operation: Place, slugs: Set[str]) -> Iterator[Gap]:
    places = {value["in"] for value in contract.values("param", slugs)}
    if "requestBody" in operation.value and not places & {"body", "form"}:
        yield Gap(child(operation.pointer, "requestBody"), "no page of this operation states a body")


def _statuses(operation: Place, slugs: Set[str]) -> Iterator[Gap]:
    for status, response in operation.step("responses").members():
        stated = {f"{slug}#response/{status}" for slug in slugs}
        sources = response.find("x-source")
        if not stated & set(sources.value if sources else ()):
            yield Gap(response.pointer, f"no page of this operation states its status {status}")


def _keys(contract: Contract, operation: Place, slugs: Set[str]) -> Iterator[Gap]:
    here, anywhere = shown_keys(contract, slugs), shown_keys(contract)
    security = operation.find("security") or contract.top.find("security")
    for alternative in security.items() if security else ():
        for name, place in alternative.members():
            scheme = _scheme(contract, name)
            if scheme is not None and not is_shown(scheme, here):
                is_known = is_shown(scheme, anywhere)
                pointer = place.pointer if is_known else wrong_member(scheme, anywhere)
                yield Gap(pointer, f"no page {'of this operation ' if is_known else ''}shows the key {name}")


def _scheme(contract: Contract, name: Any) -> Place | None:
    found = contract.top.find("components", "securitySchemes", name)
    return found and found.followed()
