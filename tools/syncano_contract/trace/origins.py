"""What each part of the document rests on: the facts that its x-source names, and those that lead to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncano_contract.pointer import child, steps
from syncano_contract.trace.contract import Contract
from syncano_contract.trace.model import Gap, Origin, Traced
from syncano_contract.trace.places import Place

# What a part of the document is called, and where such parts are; `*` is any one name.
PARTS = (
    ("document", ""),
    ("info", "/info"),
    ("server", "/servers/*"),
    ("security", "/security"),
    ("path", "/paths/*"),
    ("operation", "/paths/*/*"),
    ("security", "/paths/*/*/security"),
    ("parameter", "/components/parameters/*"),
    ("request body", "/components/requestBodies/*"),
    ("response", "/components/responses/*"),
    ("security scheme", "/components/securitySchemes/*"),
    ("schema", "/components/schemas/*"),
    ("property", "/components/schemas/*/properties/*"),
    ("example", "/components/examples/*"),
)
# What holds others, each with a source of its own, needs none.
HOLDERS = ("document", "info", "security", "path")


@dataclass(frozen=True)
class Part:
    """A part of the document; `around` are the places above it, the nearest first."""

    kind: str
    place: Place
    around: tuple[Place, ...]

    @property
    def pointer(self) -> str:
        """The JSON pointer of the part."""
        return self.place.pointer


def parts(document: Place) -> Iterator[Part]:
    """Yield every part of a document that facts lead to."""
    for kind, pattern in PARTS:
        for place, around in _matching(document, pattern.split("/")[1:], ()):
            if kind != "operation" or "operationId" in place.value:
                yield Part(kind, place, around)


def part_of(pointer: str, pointers: Iterable[str]) -> str:
    """Return which of some parts, of which one is the whole document, a place is in most closely."""
    return max((each for each in pointers if f"{pointer}/".startswith(f"{each}/")), key=len)


def origins(document: Place, traced: Iterable[Traced]) -> Iterator[Origin]:
    """Yield what each part rests on, and what its reason says."""
    led: dict[str, list[str]] = {}
    for each in traced:
        for pointer in (each.pointer, *each.also):
            led.setdefault(pointer, []).append(each.fact.id)
    for part in parts(document):
        yield _origin(part, led.get(part.pointer, ()))


def _origin(part: Part, led: Iterable[str]) -> Origin:
    around = part.around if part.kind == "property" else ()
    marks = [place.value for place in (part.place, *around) if isinstance(place.value, dict)]
    named = next((mark["x-source"] for mark in marks if mark.get("x-source")), ())
    unconfirmed = marks[0].get("x-unconfirmed") if marks else None
    return Origin(
        pointer=part.pointer,
        kind=part.kind,
        named=tuple(str(source) for source in named),
        led=tuple(led),
        unconfirmed=" ".join(str(unconfirmed).split()) if unconfirmed else None,
    )


def origin_gaps(rested: Iterable[Origin], contract: Contract, told: Collection[str]) -> Iterator[Gap]:
    """Yield each part that rests on nothing; `told` are the places that facts are missing at already."""
    for origin in rested:
        is_bare = not (origin.named or origin.unconfirmed) and origin.kind not in HOLDERS
        if origin.kind == "server":
            is_bare = is_bare and not origin.led and not any(part_of(each, ("", origin.pointer)) for each in told)
        if is_bare:
            yield Gap(origin.pointer, f"the {origin.kind} names neither a source nor why it is unconfirmed")
        elif origin.kind == "property" and not origin.unconfirmed:
            name = steps(origin.pointer)[-1]
            if not any(contract.states(source, name) for source in origin.named):
                yield Gap(origin.pointer, f"none of the facts that it rests on shows a member {name}")


def citations(place: Place) -> Iterator[tuple[str, str]]:
    """Yield each fact id that an x-source names, with the pointer of where."""
    for name, below in _children(place):
        if name == "x-source" and isinstance(below.value, list):
            yield from ((str(each.value), each.pointer) for _, each in _children(below))
        else:
            yield from citations(below)


def _children(place: Place) -> Iterator[tuple[str, Place]]:
    """Yield what is directly in a mapping or a list, without following references."""
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(place.value, dict):
        pairs = place.value.items()
    elif isinstance(place.value, list):
        pairs = enumerate(place.value)
    for name, value in pairs:
        yield str(name), Place(place.root, child(place.pointer, name), value)


def _matching(
    place: Place, names: Sequence[str], around: tuple[Place, ...]
) -> Iterator[tuple[Place, tuple[Place, ...]]]:
    """Yield each place that a pattern of names leads to, with the places above it."""
    if not names:
        yield place, around
        return
    for name, below in _children(place):
        if names[0] in ("*", name) and isinstance(below.value, (dict, list)):
            yield from _matching(below, names[1:], (place, *around))
