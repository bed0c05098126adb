"""Facts against the document and the requirements, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from syncano_contract.model import Fact, Requirement
from syncano_contract.trace.keeping import Contract, Found, keep
from syncano_contract.trace.places import NotThereError, Place, top
from syncano_contract.validation.pointer import child, steps

# Kinds of facts that no exchange with a deployment can show, and why.
UNSEEN = {
    "page": "where a page stands in its manual is nothing that a deployment shows",
    "sample": "a sample is a client's call; what it sends is verified under the operation's path, keys and members",
    "repair": "a repair is about how the page is written",
}

# Repairs of how a page writes down what it means; the document says the same.
NOTATION = frozenset({"type alias", "url notation", "query in url"})


class State(StrEnum):
    """What the document makes of a fact."""

    KEPT = "kept"
    DEPARTED = "departed from"
    MISSING = "missing"


@dataclass(frozen=True)
class Traced:
    """A fact, the place in the document that has it, and the requirements that verify it.

    `reason` says why it is departed from, or what is missing; `untested` why no requirement verifies it.
    """

    fact: Fact
    state: State
    pointer: str
    reason: str
    verified_by: tuple[str, ...]
    untested: str | None


@dataclass(frozen=True)
class Origin:
    """A part of the document and what it rests on: facts, its own or of what is around it, or a recorded assumption."""

    pointer: str
    kind: str
    sources: tuple[str, ...]
    unconfirmed: str | None


@dataclass(frozen=True)
class Gap:
    """What breaks the chain between pages, document and requirements; `pointer` is in the document."""

    pointer: str
    sentence: str


@dataclass(frozen=True)
class Trace:
    """The whole chain."""

    facts: tuple[Traced, ...]
    origins: tuple[Origin, ...]
    requirements: tuple[Requirement, ...]
    gaps: tuple[Gap, ...]


def trace(tree: Any, facts: Sequence[Fact], requirements: Sequence[Requirement]) -> Trace:
    """Follow every fact into the document and every part of the document back to its facts."""
    contract = Contract(tree, facts)
    cited = _citations(top(tree))
    traced = tuple(_traced(contract, fact, cited, requirements) for fact in facts)
    origins = tuple(_origins(top(tree)))
    gaps = (
        *_fact_gaps(traced),
        *_origin_gaps(origins, contract),
        *_unstated(contract),
        *_dangling(cited, requirements, facts),
    )
    return Trace(traced, origins, tuple(requirements), gaps)


def _traced(contract: Contract, fact: Fact, cited: dict[str, str], requirements: Sequence[Requirement]) -> Traced:
    state, pointer, reason = _state(contract, fact, cited)
    verified_by = tuple(each.id for each in requirements if fact.id in each.source)
    untested = None if verified_by else UNSEEN.get(fact.kind, "")
    return Traced(fact, state, pointer, reason, verified_by, untested)


def _state(contract: Contract, fact: Fact, cited: dict[str, str]) -> tuple[State, str, str]:
    try:
        found = keep(contract, fact)
    except NotThereError as error:
        return State.MISSING, error.pointer, f"the document has nothing at {error.pointer}"
    complaints = (*found.complaints, *_uncited(fact, cited))
    if complaints:
        return State.MISSING, found.pointer, "; ".join(complaints)
    if fact.kind == "repair" and fact.value["what"] in NOTATION:
        return State.KEPT, found.pointer, ""
    if found.departures:
        return _departure(contract, found)
    return State.KEPT, found.pointer, ""


def _departure(contract: Contract, found: Found) -> tuple[State, str, str]:
    """A departure needs a reason, recorded at its place."""
    place = contract.at(found.pointer)
    reason = place.value.get("x-unconfirmed")
    said = "; ".join(found.departures)
    if not reason:
        return State.MISSING, found.pointer, f"{said}, and no x-unconfirmed there says why"
    return State.DEPARTED, found.pointer, f"{said}. {' '.join(reason.split())}"


def _uncited(fact: Fact, cited: dict[str, str]) -> Iterator[str]:
    if fact.kind not in ("page", "repair") and fact.id not in cited:
        yield f"no x-source names {fact.id}"


def _citations(place: Place) -> dict[str, str]:
    """Map each fact id that an x-source names to the first place that does."""
    found: dict[str, str] = {}
    for name, below in _children(place):
        if name == "x-source" and isinstance(below.value, list):
            for fact_id in below.value:
                found.setdefault(str(fact_id), place.pointer)
        else:
            for fact_id, pointer in _citations(below).items():
                found.setdefault(fact_id, pointer)
    return found


def _children(place: Place) -> Iterator[tuple[str, Place]]:
    """Yield what is directly in a mapping or a list, without following references."""
    if isinstance(place.value, dict):
        pairs: Iterable[tuple[Any, Any]] = place.value.items()
    elif isinstance(place.value, list):
        pairs = enumerate(place.value)
    else:
        return
    for name, value in pairs:
        yield str(name), Place(place.root, child(place.pointer, name), value)


# What a part of the document is called, and where such parts are; `*` is any one name.
PARTS = (
    ("operation", "/paths/*/*"),
    ("parameter", "/components/parameters/*"),
    ("request body", "/components/requestBodies/*"),
    ("response", "/components/responses/*"),
    ("security scheme", "/components/securitySchemes/*"),
    ("schema", "/components/schemas/*"),
    ("property", "/components/schemas/*/properties/*"),
)


def _origins(document: Place) -> Iterator[Origin]:
    for kind, pattern in PARTS:
        for place, around in _matching(document, pattern.split("/")[1:], ()):
            if kind != "operation" or "operationId" in place.value:
                yield _origin(kind, place, around if kind == "property" else ())


def _matching(
    place: Place, names: Sequence[str], around: tuple[Place, ...]
) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    """Yield each place that a pattern of names leads to, with the places above it, the nearest first."""
    if not names:
        yield place, around
        return
    for name, below in _children(place):
        if names[0] in ("*", name) and isinstance(below.value, dict):
            yield from _matching(below, names[1:], (place, *around))


def _origin(kind: str, place: Place, around: tuple[Place, ...]) -> Origin:
    owners = [owner for owner in (place, *around) if owner.value.get("x-source")]
    unconfirmed = place.value.get("x-unconfirmed")
    return Origin(
        pointer=place.pointer,
        kind=kind,
        sources=tuple(str(source) for source in owners[0].value["x-source"]) if owners else (),
        unconfirmed=" ".join(str(unconfirmed).split()) if unconfirmed else None,
    )


def _fact_gaps(traced: Iterable[Traced]) -> Iterator[Gap]:
    missing: dict[tuple[str, str], list[str]] = {}
    for each in traced:
        if each.state is State.MISSING:
            missing.setdefault((each.pointer, each.reason), []).append(each.fact.id)
        if each.untested == "":
            yield Gap(each.pointer, f"no requirement verifies {each.fact.id}")
    for (pointer, reason), (first, *others) in missing.items():
        more = f" (and {len(others)} more facts)" if others else ""
        yield Gap(pointer, f"{first}{more} is missing: {reason}")


def _origin_gaps(origins: Iterable[Origin], contract: Contract) -> Iterator[Gap]:
    for origin in origins:
        if not origin.sources and not origin.unconfirmed:
            yield Gap(origin.pointer, f"the {origin.kind} names neither a source nor why it is unconfirmed")
        elif origin.kind == "property" and not origin.unconfirmed:
            name = steps(origin.pointer)[-1]
            if not any(contract.states(source, name) for source in origin.sources):
                yield Gap(origin.pointer, f"none of the facts that it rests on shows a member {name}")


def _unstated(contract: Contract) -> Iterator[Gap]:
    """Yield each operation and each of its statuses that no page which the operation names states."""
    for path, item in contract.top.step("paths").members():
        for method, operation in item.members():
            if "operationId" not in (operation.value if isinstance(operation.value, dict) else ()):
                continue
            slugs = {str(source).split("#", maxsplit=1)[0] for source in operation.value.get("x-source", ())}
            if not any(contract.is_of(slug, method, path) for slug in slugs):
                yield Gap(operation.pointer, f"none of its sources states {method.upper()} {path}")
            for status, response in operation.step("responses").members():
                stated = {f"{slug}#response/{status}" for slug in slugs}
                if not stated & set(response.followed().value.get("x-source", ())):
                    yield Gap(response.pointer, f"no page of this operation states its status {status}")


def _dangling(cited: dict[str, str], requirements: Iterable[Requirement], facts: Iterable[Fact]) -> Iterator[Gap]:
    known = {fact.id for fact in facts}
    for fact_id, pointer in cited.items():
        if fact_id not in known:
            yield Gap(pointer, f"x-source names {fact_id}, which no page states")
    for each in requirements:
        for source in each.source:
            if source not in known and not source.startswith("RFC "):
                yield Gap("", f"requirement {each.id} names {source}, which no page states")
