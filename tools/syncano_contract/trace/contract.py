"""The document, seen from the pages: where each page's operation, parameters, keys and replies are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from syncano_contract.model import Fact
from syncano_contract.pages.inferred import Shape, merged, shape_of
from syncano_contract.trace import shapes
from syncano_contract.trace.places import Place, located, top

JSON = "application/json"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
VALUE = r"([\w.~-]+)"  # what stands for a placeholder in an address; `<name>` stands for nothing


class Contract:
    """The document and the facts; each page's slug leads to its operation."""

    def __init__(self, tree: Any, facts: Iterable[Fact]) -> None:
        """Know where each page says its operation is."""
        self.top = top(tree)
        self._facts = {fact.id: fact for fact in facts}

    def fact(self, fact_id: str | None) -> Fact | None:
        """Return another fact of the pages, if there is one of that id."""
        return self._facts.get(fact_id or "")

    def value(self, fact_id: str) -> Any:
        """Return the value of another fact, or None."""
        fact = self.fact(fact_id)
        return fact and fact.value

    def values(self, kind: str, slugs: Iterable[str] | None = None) -> Iterator[Any]:
        """Yield the values of all facts of one kind, or of those on some pages."""
        pages = None if slugs is None else set(slugs)
        for fact in self._facts.values():
            if fact.kind == kind and (pages is None or fact.page.slug in pages):
                yield fact.value

    def alike(self, response: Place, fact: Fact) -> list[Any]:
        """Return the bodies that other pages show for what a response of the document names as its sources."""
        others = (self.fact(name) for name in response.value.get("x-source", ()) if name != fact.id)
        return [other.value["body"] for other in others if other is not None and other.kind == "response"]

    def is_of(self, slug: str, method: str, path: str) -> bool:
        """Whether a page states this method and this path."""
        return (self.value(f"{slug}#method"), self.value(f"{slug}#path")) == (method.upper(), path)

    def states(self, fact_id: str, member: str) -> bool:
        """Whether a fact shows a member of this name."""
        fact = self.fact(fact_id)
        return fact is not None and member in {str(name) for name in names_in(fact.value)}

    def is_repaired(self, fact: Fact, what: str) -> bool:
        """Whether a repair of this kind belongs to a fact."""
        return any(repair["of"] == fact.id and repair["what"] == what for repair in self.values("repair"))

    def operation(self, fact: Fact) -> Place:
        """Return the operation of a fact's page; raises NotThereError."""
        path, method = (self.value(f"{fact.page.slug}#{kind}") for kind in ("path", "method"))
        return self.top.step("paths", str(path), str(method).lower())

    def at(self, pointer: str) -> Place:
        """Return the place of a pointer; raises NotThereError."""
        return located(self.top.value, pointer)

    def path_item(self, fact: Fact) -> Place:
        """Return the path of a fact's page; raises NotThereError."""
        return self.top.step("paths", str(self.value(f"{fact.page.slug}#path")))

    def parameters(self, fact: Fact) -> Iterator[Place]:
        """Yield the parameters of the operation, its own and those of its path."""
        for owner in (self.operation(fact), self.path_item(fact)):
            listed = owner.find("parameters")
            yield from (parameter.followed() for parameter in (listed.items() if listed else ()))

    def schemes(self, fact: Fact) -> Iterator[Place]:
        """Yield the security schemes that any alternative of the operation's security uses."""
        names = {name for alternative in self.security(fact).items() for name, _ in alternative.members()}
        for name in sorted(names):
            yield self.top.step("components", "securitySchemes", name).followed()

    def security(self, fact: Fact) -> Place:
        """Return the operation's security, or the document's."""
        return self.operation(fact).find("security") or self.top.step("security")

    def body(self, fact: Fact) -> Place:
        """Return the schema of the operation's JSON body; raises NotThereError."""
        return self.operation(fact).step("requestBody", "content", JSON, "schema").followed()

    @cached_property
    def shown(self) -> Mapping[str, Shape]:
        """What the replies of all pages show, by the pointer of the schema that describes it."""
        found: dict[str, list[Shape]] = {}
        for fact in self._facts.values():
            for schema, value in self._described(fact):
                found.setdefault(schema.followed().pointer, []).append(shape_of(value))
        return {pointer: merged(each) for pointer, each in found.items()}

    def _described(self, fact: Fact) -> Iterator[tuple[Place, Any]]:
        if fact.kind == "response" and fact.value["body"] is not None:
            path, method = (str(self.value(f"{fact.page.slug}#{kind}")) for kind in ("path", "method"))
            steps_down = ("paths", path, method.lower(), "responses", str(fact.value["status"]), "content", JSON)
            schema = self.top.find(*steps_down, "schema")
            if schema is not None:
                yield from shapes.described(schema, fact.value["body"])

    @cached_property
    def addressed(self) -> Mapping[str, frozenset[str]]:
        """The values that addresses in samples and replies show in place of each placeholder of a path."""
        addresses = {each["url"] for each in self.values("sample")}
        addresses |= {text for each in self.values("response") for text in names_in(each["body"])}
        found: dict[str, set[str]] = {}
        for path in sorted({str(path) for path in self.values("path")}):
            literals = PLACEHOLDER.sub("\0", path).split("\0")
            pattern = re.compile(".*" + VALUE.join(re.escape(literal) for literal in literals))
            for match in (pattern.fullmatch(address) for address in addresses if isinstance(address, str)):
                for name, value in zip(PLACEHOLDER.findall(path), match.groups() if match else (), strict=False):
                    found.setdefault(name, set()).add(value)
        return {name: frozenset(values) for name, values in found.items()}


def names_in(value: Any) -> Iterator[Any]:
    """Yield each name of a member, and each text, in a value at whatever depth."""
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each)
    else:
        yield value


def examples(holder: Place) -> list[Place]:
    """Return the examples of a media type or parameter."""
    single = holder.find("example")
    several = holder.find("examples")
    named = [place.step("value") for _, place in (several.members() if several else ())]
    return [single, *named] if single else named


def folded(name: str) -> str:
    """Return a name as clients in any language would write it."""
    return name.replace("_", "").replace("-", "").lower()
