"""Pages made by hand, for tests of what reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from syncano_contract.model import Fact
from syncano_contract.pages import Item, Page, page_of, read
from syncano_contract.pages.block import Member
from syncano_contract.pages.extract import facts

CHECKOUT = Path(__file__).resolve().parents[2]
TRANSCRIPTS = CHECKOUT / "contract_tests" / "pages"
ORIGINALS = CHECKOUT.parent / "shared" / "pages"


def endpoint(**api: Any) -> dict[str, Any]:
    """Return the least endpoint page, with that in its `api`."""
    return {"slug": "things", "type": "endpoint", "api": {"method": "get", "url": "/things/", **api}}


def basic(**members: Any) -> dict[str, Any]:
    """Return the least text page."""
    return {"slug": "words", "type": "basic", **members}


def page(data: Any) -> Page:
    """Return a page that has to be one."""
    item = page_of(data, "made by hand")
    assert isinstance(item, Page), item
    return item


def facts_by_id(*pages: dict[str, Any]) -> dict[str, Any]:
    """Return the values of all facts by id."""
    return {fact.id: fact.value for fact in facts(map(page, pages))}


def pointers(*pages: dict[str, Any]) -> dict[str, str]:
    """Return where all facts stand, by id."""
    return {fact.id: fact.pointer for fact in facts(map(page, pages))}


def repairs(*pages: dict[str, Any]) -> list[tuple[str | None, str, Any, Any]]:
    """Return what was repaired: of which fact, what, before and after."""
    values = [fact.value for fact in facts(map(page, pages)) if fact.kind == "repair"]
    return [(value["of"], value["what"], value["before"], value["after"]) for value in values]


def pages_in(folder: Path) -> list[Page]:
    """Return all pages in a folder, which has to hold nothing else."""
    items = list(read([folder], io.BytesIO()))
    assert all(isinstance(item, Page) for item in items), items
    return [item for item in items if isinstance(item, Page)]


def facts_in(folder: Path) -> tuple[Fact, ...]:
    """Return the facts of all pages in a folder, which has to hold nothing else."""
    return facts(pages_in(folder))


def document_of(members: Iterable[Member]) -> dict[str, Any]:
    """Return the document that its members, each with the names of what it stands in, make together."""
    document: dict[str, Any] = {}
    for (*above, name), value in members:
        inner = document
        for each in above:
            inner = inner.setdefault(each, {})
        assert name not in inner
        inner[name] = value
    return document


def piped(content: bytes | str | Any) -> list[Item]:
    """Return what standard input is read as."""
    if not isinstance(content, bytes | str):
        content = json.dumps(content)
    return list(read(["-"], io.BytesIO(content if isinstance(content, bytes) else content.encode())))


def resolve(data: Any, pointer: str) -> Any:
    """Return what a JSON pointer leads to; raises where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        data = data[int(step)] if isinstance(data, list) else data[step.replace("~1", "/").replace("~0", "~")]
    return data
