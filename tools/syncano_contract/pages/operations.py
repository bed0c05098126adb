"""Facts -> operations: what the facts of one endpoint page say together, with names that OpenAPI can take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from syncano_contract.model import Fact, PageRef
from syncano_contract.pages.names import Names
from syncano_contract.pages.schemas import pascal, singular

STANDING_IN = re.compile(r"\{([^{}]*)\}")
UNUSABLE = re.compile(r"[^\w.-]+", re.ASCII)
SAID = frozenset({"method", "path", "auth", "text", "callout", "sample"})


@dataclass(frozen=True)
class Operation:
    """One operation; `left_out` are sentences on what the draft cannot hold."""

    slug: str
    version: str
    method: str
    path: str
    tag: str | None
    facts: tuple[Fact, ...]
    left_out: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, kind: str) -> Sequence[Fact]:
        """Return the facts of this kind in order."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Fact]]:
        by_kind: dict[str, list[Fact]] = {}
        for fact in self.facts:
            by_kind.setdefault(fact.kind, []).append(fact)
        return by_kind

    @property
    def id(self) -> str:
        """Return an operationId that the slug gives."""
        name = pascal(self.slug)
        return name[0].lower() + name[1:]

    @property
    def sources(self) -> list[str]:
        """Return the ids of the facts that the operation as a whole rests on."""
        return [fact.id for fact in self.facts if fact.kind in SAID]

    @property
    def name(self) -> str:
        """Return what the things that it answers with would be called."""
        return pascal(singular(self.tag or self.slug))

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the names in its path."""
        return tuple(STANDING_IN.findall(self.path))


def operation_of(facts: Sequence[Fact]) -> Operation | None:
    """Return the operation that the facts of one page describe, or None where they describe none."""
    said = {fact.kind: fact.value for fact in facts if fact.kind in ("page", "method", "path")}
    if not {"method", "path"} <= said.keys():
        return None
    page, tag = facts[0].page, said.get("page", {}).get("category")
    operation = Operation(page.slug, page.version, said["method"], said["path"], tag, tuple(facts))
    return on_path(operation, _usable(said["path"]))


class Paths:
    """The paths of a draft, each form of a path once, and what describes each operation on them first.

    `left_out` says of each page that is not in the draft why.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._of_form: dict[str, str] = {}
        self._slugs: dict[tuple[str, str], str] = {}
        self.left_out: list[str] = []

    def path_of(self, operation: Operation) -> str | None:
        """Return the path that the operation is described on, or None where another page has described it."""
        path = self._of_form.setdefault(STANDING_IN.sub("{}", operation.path), operation.path)
        other = self._slugs.get((path, operation.method))
        if other is None:
            self._slugs[path, operation.method] = operation.slug
            return path
        self._leave_out(operation.slug, operation.version, f"{other} describes {operation.method} {path} too")
        return None

    def without_path(self, page: PageRef) -> None:
        """Tell of an endpoint page that has no path."""
        self._leave_out(page.slug, page.version, "it has no path")

    def _leave_out(self, slug: str, version: str, why: str) -> None:
        self.left_out.append(f"{slug} of version {version or 'unknown'} is left out: {why}.")


def _usable(path: str) -> str:
    """Return a path whose names any tool can read, each of them once."""
    names = Names("_")
    return STANDING_IN.sub(lambda found: f"{{{names.unique(UNUSABLE.sub('_', found[1]).strip('_') or 'value')}}}", path)


def on_path(operation: Operation, path: str) -> Operation:
    """Return the operation with the names of another path of the same form."""
    new = STANDING_IN.findall(path)
    changed = {old: name for old, name in zip(operation.placeholders, new, strict=True) if old != name}
    left_out = tuple(f"The path parameter {old} is called {name} here." for old, name in changed.items())
    renamed = {**{old: changed.get(name, name) for old, name in operation.renamed.items()}, **changed}
    return replace(operation, path=path, left_out=(*operation.left_out, *left_out), renamed=renamed)
