"""One page -> its facts: what it says that can be checked, in the order of the page, and every repair after that.

Ids and values are described in `KINDS` and in the functions that make them. Values hold no prose of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncano_contract.model import Fact, PageRef
from syncano_contract.pages import Page, article, endpoint, first, text
from syncano_contract.pages.finding import Found, Repair, shown
from syncano_contract.pages.names import Names
from syncano_contract.pages.templates import base_of

HIDDEN = {"public": False, "anyone_with_link": True}
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

# What these members of a page are, where they are there at all.
TYPES: Mapping[tuple[str, ...], type] = {
    ("order",): int,
    ("hidden",): bool,
    ("isReference",): bool,
    ("api", "auth"): str,
    ("api", "params"): list,
    ("api", "results"): dict,
    ("api", "results", "codes"): list,
    ("api", "examples"): dict,
    ("api", "examples", "codes"): list,
}


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
    taken = "left out" if repair.after is None else f"taken for {shown(repair.after)}"
    statement = f"{about}{repair.what} {shown(repair.before)} is {taken}."
    return Fact(f"{ref.slug}#repair/{number}", ref, "repair", pointer, statement, value)


def _below(data: Any, pointer: str, member: str) -> str:
    """Return the pointer to that member, or to what lacks it."""
    if not member:
        return pointer
    for step in pointer.split("/")[1:]:
        data = data[int(step)] if isinstance(data, list) else data[step]
    return f"{pointer}/{member}" if member in data else pointer


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
        yield from endpoint.found(page.data["api"])
    yield from sorted(in_body, key=lambda found: ORDER.index(found.name.partition("/")[0]))
    yield from _unread(page.data)


def _unread(data: Mapping[str, Any]) -> Iterator[Found]:
    """Yield a repair for each thing of another type than the format has there, which is left out for that reason."""
    for steps, kind in TYPES.items():
        value: Any = data
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        pointer = "/" + "/".join(steps)
        if value is not None and type(value) is not kind:
            yield Found("", pointer, repairs=(Repair("unexpected type", value, None),))
        for number, entry in enumerate(value if kind is list and isinstance(value, list) else ()):
            if not isinstance(entry, dict):
                yield Found("", f"{pointer}/{number}", repairs=(Repair("unexpected type", entry, None),))


def _page(page: Page) -> Iterator[Found]:
    data, version = page.data, page.data.get("version")
    value = {
        "type": page.type,
        "title": text(data.get("title")),
        "category": _category(data.get("category")),
        "order": _kept(first(data, "order", "position"), int),
        "hidden": _hidden(data),
        "reference": _kept(data.get("isReference"), bool),
        "deprecated": _kept(version.get("is_deprecated"), bool) if isinstance(version, dict) else None,
        "version": page.ref.version,
    }
    yield Found("page", "", f"The page {page.ref.slug} is of type {page.type}.", value)
    if data.get("deprecated") is True or data.get("state") == "deprecated":
        at = "/deprecated" if data.get("deprecated") is True else "/state"
        yield Found("deprecated", at, "The page is marked as deprecated.", value=True)
    if page.type == "link":
        yield _link(data)


def _kept(value: Any, kind: type) -> Any:
    """Return a value of that type, and None in place of any other: what a page lacks is not made up."""
    return value if type(value) is kind else None


def _category(category: Any) -> str | None:
    return (text(category.get("title")) or None) if isinstance(category, dict) else None


def _hidden(data: Mapping[str, Any]) -> Any:
    privacy = data.get("privacy")
    view = privacy.get("view") if isinstance(privacy, dict) else None
    return HIDDEN.get(text(view), _kept(data.get("hidden"), bool))


def _link(data: Mapping[str, Any]) -> Found:
    content = data.get("content")
    link = content.get("link") if isinstance(content, dict) else None
    if isinstance(link, dict):
        value, at = {"url": text(link.get("url")), "external": _kept(link.get("new_tab"), bool)}, "/content/link"
    else:
        value, at = {"url": text(data.get("link_url")), "external": _kept(data.get("link_external"), bool)}, ""
    return Found("link", f"{at}/link_url" if not at and "link_url" in data else at, "The page is a link.", value)
