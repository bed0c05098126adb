"""Where the document's references lead: nowhere, out of the file, to another kind of part, or in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from syncano_contract.pointer import child, exists, of_fragment, steps
from syncano_contract.validation.outline import SECTIONS, Breach, Outline, Part

# What a value must satisfy along with, or in place of, the schema itself: a circle of these never ends.
IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
MAX_CIRCLES = 20


def unknown(outline: Outline) -> Iterator[Breach]:
    """Every `$ref` leads to a part of this file, and of the kind that is needed in its place."""
    for part in outline.parts:
        if "$ref" in part.node:
            sentence = _unknown(outline, part)
            if sentence:
                yield Breach(child(part.pointer, "$ref"), sentence)


def _unknown(outline: Outline, part: Part) -> str | None:
    reference, target = part.reference, outline.target(part)
    if reference is None:
        return "the `$ref` is no text: write the JSON pointer of what is meant"
    if not reference.startswith("#"):
        return f"`{reference}` leads out of the file: the document is one file"
    if target is None and not exists(outline.tree, of_fragment(reference)):
        return f"`{reference}` leads nowhere{_meant(outline, part)}"
    if target is None or target.kind != part.kind:
        kind = target.kind if target else "part that a reference may mean"
        return f"a {part.kind} is needed here, but `{reference}` is {'a' if target else 'no'} {kind}"
    return None


def _meant(outline: Outline, part: Part) -> str:
    """Return a guess at what a reference was meant to lead to."""
    name = (steps(part.reference or "") or [""])[-1]
    section = SECTIONS.get(part.kind, "")
    named = [each.name for each in outline.parts if each.is_component and each.kind == part.kind]
    close = get_close_matches(name, named[:1000], 1)
    return f": `#/components/{section}/{close[0]}` may be meant" if close else ": mend it, or add what it names"


def circular(outline: Outline) -> Iterator[Breach]:
    """No reference leads back to itself, unless through a property or an item."""
    needs = {part.pointer: set(_needs(outline, part)) for part in outline.parts}
    for _ in range(MAX_CIRCLES):
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1][::-1]
            closing = next(a for a in circle if outline.by_pointer[a].reference)
            yield Breach(child(closing, "$ref"), f"the reference goes in a circle: {_words(circle, closing)}")
            needs[closing] = set()
        else:
            return


def _words(circle: list[str], first: str) -> str:
    start = circle.index(first)
    turned = [*circle[start:-1], *circle[:start], first]
    return " → ".join(f"#{pointer}" for pointer in turned[:6]) + (" → …" if len(turned) > 6 else "")


def _needs(outline: Outline, part: Part) -> Iterator[str]:
    target = outline.target(part)
    if target is not None:
        yield target.pointer
    if part.kind == "schema":
        yield from (inner.pointer for inner in outline.inside(part, *IN_PLACE))
