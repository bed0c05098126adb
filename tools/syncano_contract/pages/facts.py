"""One page -> its facts: what it says that can be checked, in the order of the page, and every repair after that.

Ids and values are described in `KINDS` and in the functions that make them. Values hold no prose of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncano_contract.model import Fact, PageRef
from syncano_contract.pages import Page, article, endpoint, text, unread
from syncano_contract.pages.finding import Found, Repair, shown
from syncano_contract.pages.members import place_of
from syncano_contract.pages.names import Names
from syncano_contract.pages.templates import base_of
from syncano_contract.pointer import child

KINDS = {
    "page": "the page itself",
    "deprecated": "the page's own mark, where it has one",
    "link": "where a page of type link leads",
    "method": "the method of the operation",
    "path": "its path template",
    "auth": "whether the page asks for authentication",
    "param": "one parameter",
    "response": "one result, with its body",
    "callout": "one callout, counted from 1",
    "sample": "one code sample as a record",
    "excerpt": "the inline code of the excerpt",
    "text": "the inline code of the prose",
    "repair": "one thing that was read otherwise than the page has it, counted from 1",
}
ORDER = ("", *KINDS)
NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Base:
    """Where a sample's URL says that the API begins; `fact` is the sample's id."""

    origin: str
    path: str
    fact: str
    pointer: str


@dataclass(frozen=True)
class PageFacts:
    """The facts of one page, and the bases of its samples, which only the samples of other pages can judge."""

    ref: PageRef
    facts: tuple[Fact, ...]
    bases: tuple[Base, ...]
    repairs: int


def facts_of(page: Page) -> PageFacts:
    """Return all facts of a page; never raises, whatever the page holds."""
    names = Names()
    facts: list[Fact] = []
    repairs: list[Fact] = []
    for found in _found(page):
        of = None
        if found.name:
            of = f"{page.ref.slug}#{names.unique(found.name)}"
            facts.append(Fact(of, page.ref, found.name.partition("/")[0], found.pointer, found.statement, found.value))
        for each in found.repairs:
            pointer = _below(page.data, found.pointer, each.at)
            repairs.append(repair_fact(page.ref, len(repairs) + 1, of, pointer, each))
    return PageFacts(page.ref, (*facts, *repairs), tuple(_bases(facts)), len(repairs))


def repair_fact(ref: PageRef, number: int, of: str | None, pointer: str, repair: Repair) -> Fact:
    """Return the fact that tells of a repair."""
    value = {"of": of, "what": repair.what, "before": repair.before, "after": repair.after}
    about = f"{of}: " if of else ""
    statement = f"{about}{repair.what}{_change(repair)}."
    return Fact(f"{ref.slug}#repair/{number}", ref, "repair", pointer, statement, value)


def _change(repair: Repair) -> str:
    if repair.after is not None:
        return f" {shown(repair.before)} is taken for {shown(repair.after)}"
    return ", and nothing stands in for it" if repair.before in NOTHING else f" {shown(repair.before)} is left out"


def _below(data: Any, pointer: str, member: str) -> str:
    """Return the pointer to that member, or to what lacks it."""
    if not member:
        return pointer
    for step in pointer.split("/")[1:]:
        data = data[int(step)] if isinstance(data, list) else data[step]
    return child(pointer, member) if isinstance(data, dict) and member in data else pointer


def _bases(facts: Sequence[Fact]) -> Iterator[Base]:
    path = next((fact.value for fact in facts if fact.kind == "path"), None)
    for fact in facts:
        if path is not None and fact.kind == "sample" and fact.value["url"]:
            base = base_of(fact.value["url"], path)
            if base:
                yield Base(*base, fact.id, f"{fact.pointer}/code")


def _found(page: Page) -> Iterator[Found]:
    yield from _page(page)
    in_body = list(article.found(page.data))
    if page.type == "endpoint":
        yield from endpoint.found(page.data)
    yield from sorted(in_body, key=lambda found: ORDER.index(found.name.partition("/")[0]))
    yield from unread.found(page)


def _page(page: Page) -> Iterator[Found]:
    data, slug = page.data, page.ref.slug
    version = data.get("version")
    value = {
        "type": page.type,
        "title": text(data.get("title")),
        "category": _category(data.get("category")),
        "order": place_of(data, "order")[0],
        "hidden": place_of(data, "hidden")[0],
        "reference": _true_or_false(data.get("isReference")),
        "deprecated": _true_or_false(version.get("is_deprecated")) if isinstance(version, dict) else None,
        "version": page.ref.version,
    }
    repairs = (Repair("slug", data["slug"], slug, "slug"),) if slug != data["slug"] else ()
    yield Found("page", "", f"The page {slug} is of type {page.type}.", value, repairs)
    is_deprecated, at = place_of(data, "deprecated")
    if is_deprecated:
        yield Found("deprecated", at, "The page is marked as deprecated.", value=True)
    if page.type == "link":
        yield _link(data)


def _true_or_false(value: Any) -> bool | None:
    """Return a boolean, and None in place of anything else: what a page lacks is not made up."""
    return value if isinstance(value, bool) else None


def _category(category: Any) -> str | None:
    return (text(category.get("title")) or None) if isinstance(category, dict) else None


def _link(data: Mapping[str, Any]) -> Found:
    url, at = place_of(data, "link")
    value = {"url": text(url), "external": place_of(data, "external")[0]}
    repairs = () if at else (Repair("link without url", None, None),)
    return Found("link", at, "The page is a link.", value, repairs)
