"""What the requirements rest on: each fact with its operation and its line of openapi.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from syncano_contract.model import Requirement, Source
from syncano_contract.pages import Page, extract, read
from syncano_contract.resources import DOCUMENT, PAGES
from syncano_contract.trace import trace
from syncano_contract.validation import source


def sources_of(requirements: Sequence[Requirement]) -> tuple[Source, ...]:
    """Return every fact that requirements rest on, in order of id; sections of RFCs are none."""
    document = source.read(DOCUMENT)
    facts = extract.facts(page for page in read([PAGES], BytesIO()) if isinstance(page, Page))
    operations = dict(_operations(document.tree))
    return tuple(
        Source(
            id=each.fact.id,
            operation=operations.get(each.fact.page.slug),
            statement=each.fact.statement,
            pointer=each.pointer,
            line=document.line(each.pointer),
        )
        for each in sorted(trace(document.tree, facts, requirements).facts, key=lambda each: each.fact.id)
        if each.verified_by
    )


def _operations(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield the slug of each operation's page, and its operationId."""
    for item in tree["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "operationId" in operation:
                yield operation["x-source"][0].partition("#")[0], operation["operationId"]
