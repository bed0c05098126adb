"""What keeps a reply of a page, and a callout on replies: the response, its schema and its examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from syncano_contract.model import Fact
from syncano_contract.pointer import child
from syncano_contract.trace import shapes
from syncano_contract.trace.contract import JSON, Contract, examples
from syncano_contract.trace.model import Found, Gap
from syncano_contract.trace.places import Place


def response(contract: Contract, fact: Fact) -> Found:
    """Find the response of that status; its schema describes the page's body, and an example shows it."""
    found = contract.operation(fact).step("responses", str(fact.value["status"])).followed()
    body = fact.value["body"]
    if body is None:
        return Found(found.pointer)
    media_type = found.step("content", JSON)
    schema = media_type.step("schema")
    gaps = [*shapes.strangers(schema, body, fact.id)]
    gaps = gaps or [*shapes.gaps(schema, body, contract.shown, contract.alike(found, fact))]
    elsewhere = [*_borrowed(media_type, fact.id)]
    return Found(found.pointer, (*gaps, *(elsewhere or _example_gaps([media_type], body))))


def callout(contract: Contract, fact: Fact) -> Found:
    """Find an example of each reply that the callout quotes."""
    operation = contract.operation(fact)
    stated = [operation.step("responses", str(status)).followed() for status in fact.value["statuses"]]
    media_types = [each.step("content", JSON) for each in stated]
    gaps = [gap for quote in fact.value["quotes"] if stated for gap in _example_gaps(media_types, quote)]
    return Found(stated[0].pointer if stated else operation.pointer, tuple(gaps), also=(operation.pointer,))


def _borrowed(media_type: Place, fact_id: str) -> Iterator[Gap]:
    """Yield each reference to an example that other facts than this one show."""
    several = media_type.find("examples")
    for _, example in several.members() if several else ():
        target = example.followed()
        if "$ref" in example.value and fact_id not in target.value.get("x-source", (fact_id,)):
            yield Gap(child(example.pointer, "$ref"), f"the x-source of {target.pointer} does not name it")


def _example_gaps(media_types: Sequence[Place], body: Any) -> Iterator[Gap]:
    """Yield where the example that is most like the page's differs from it, unless one is the same."""
    found = [example for media_type in media_types for example in examples(media_type)]
    if found:
        yield from min((list(shapes.differences(example, body)) for example in found), key=len)
    else:
        yield Gap(media_types[0].pointer, "there is no example")
