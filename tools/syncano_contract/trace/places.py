"""Places in an OpenAPI document: a value together with the JSON pointer (RFC 6901) that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from syncano_contract.pointer import child, key_of, of_fragment, steps


class NotThereError(LookupError):
    """Nothing is at `pointer`."""

    def __init__(self, pointer: str) -> None:
        """Keep the pointer that leads nowhere."""
        super().__init__(f"there is nothing at {pointer}")
        self.pointer = pointer


@dataclass(frozen=True)
class Place:
    """A value of a document; `root` is the whole of it."""

    root: Any = field(repr=False)
    pointer: str
    value: Any = field(repr=False)

    def step(self, *names: str | int) -> Place:
        """Go down by names and indices, following each `$ref` on the way; raises NotThereError."""
        place = self
        for name in names:
            place = place.followed()
            pointer = child(place.pointer, name)
            try:
                place = Place(self.root, pointer, place.value[name])
            except (LookupError, TypeError) as error:
                raise NotThereError(pointer) from error
        return place

    def find(self, *names: str | int) -> Place | None:
        """Go down as `step` does, or give None."""
        try:
            return self.step(*names)
        except NotThereError:
            return None

    def followed(self) -> Place:
        """Go where a `$ref` leads, if the value is one; raises NotThereError for one in a circle or into nothing."""
        place, seen = self, {self.pointer}
        while isinstance(place.value, dict) and "$ref" in place.value:
            place = _locate(self.root, str(place.value["$ref"]))
            if place.pointer in seen:
                raise NotThereError(place.pointer)
            seen.add(place.pointer)
        return place

    def members(self) -> Iterator[tuple[str, Place]]:
        """Yield name and place of each member of a mapping; anything else has none."""
        place = self.followed()
        for name in place.value if isinstance(place.value, dict) else ():
            yield name, place.step(name)

    def items(self) -> Iterator[Place]:
        """Yield the place of each item of a list; anything else has none."""
        place = self.followed()
        for number in range(len(place.value)) if isinstance(place.value, list) else ():
            yield place.step(number)


def top(tree: Any) -> Place:
    """Return the place of a whole document."""
    return Place(tree, "", tree)


def _locate(root: Any, reference: str) -> Place:
    if not reference.startswith("#"):
        raise NotThereError(reference)
    return located(root, of_fragment(reference))


def located(root: Any, pointer: str) -> Place:
    """Return the place of a pointer, without following references; raises NotThereError."""
    value = root
    for step in steps(pointer):
        key = key_of(value, step)
        if key is None:
            raise NotThereError(pointer)
        value = value[key]
    return Place(root, pointer, value)
