"""The keys of an operation against those that its page shows."""

from __future__ import annotations

from collections.abc import Iterator, Set

from syncano_contract.pointer import child
from syncano_contract.trace.contract import Contract
from syncano_contract.trace.places import Place


def shown_keys(contract: Contract, slugs: Set[str] | None = None) -> frozenset[tuple[str, str]]:
    """Return place and name of each header of a sample and each parameter that some pages, or all, show."""
    headers = {("header", name) for value in contract.values("sample", slugs) for name in value["headers"]}
    return frozenset(headers | {(value["in"], value["name"]) for value in contract.values("param", slugs)})


def is_shown(scheme: Place, shown: Set[tuple[str, str]]) -> bool:
    """Whether a scheme is a key that pages show."""
    return scheme.value.get("type") == "apiKey" and (scheme.value.get("in"), scheme.value.get("name")) in shown


def wrong_member(scheme: Place, shown: Set[tuple[str, str]]) -> str:
    """Return the pointer of what keeps a scheme from being a key that pages show."""
    if scheme.value.get("type") != "apiKey":
        return child(scheme.pointer, "type")
    is_named = scheme.value.get("name") in {name for _, name in shown}
    return child(scheme.pointer, "in" if is_named else "name")


def wrong_keys(contract: Contract, schemes: Iterator[Place], slug: str) -> list[str]:
    """Return, for each scheme that no page shows, the pointer of what is wrong with it."""
    shown = shown_keys(contract)
    return [wrong_member(scheme, shown_keys(contract, {slug})) for scheme in schemes if not is_shown(scheme, shown)]
