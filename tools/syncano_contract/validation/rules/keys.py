"""Rules on keys, on servers and on what nothing uses (DESIGN.md, section 5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.pointer import child
from syncano_contract.validation.outline import Breach, Outline, Part

VERSION = re.compile(r"/v([0-9][0-9.]*)/?\Z")
VARIABLE = re.compile(r"\{([^{}]*)\}")
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI 3.1.0, section 4.8.12.2


def header_form_first(outline: Outline) -> Iterator[Breach]:
    """The header form of a key comes before its query form: a key in a query ends up in logs."""
    queries = {name for name, scheme in _schemes(outline).items() if scheme.node.get("in") == "query"}
    for place, ways in _security(outline):
        in_header = [index for index, way in enumerate(ways) if not queries & way.keys()]
        for index, way in enumerate(ways):
            if queries & way.keys() and not any(other < index for other in in_header):
                yield Breach(child(place, index), "the query form of a key comes before its header form")


def known_keys(outline: Outline) -> Iterator[Breach]:
    """Every key that `security` names is a security scheme."""
    schemes = _schemes(outline)
    for place, ways in _security(outline):
        for index, way in enumerate(ways):
            for name in way.keys() - schemes.keys():
                yield Breach(child(child(place, index), name), f"`{name}` is no security scheme of this document")


def closed_operations(outline: Outline) -> Iterator[Breach]:
    """Every operation asks for a key."""
    top = outline.tree.get("security")
    for part in outline.of("operation"):
        if not part.node.get("security", top):
            yield Breach(part.pointer, "the operation asks for no key: no page shows one without")
    for place, ways in _security(outline):
        yield from (
            Breach(child(place, index), "this way asks for no key") for index, way in enumerate(ways) if not way
        )


def keys_are_security(outline: Outline) -> Iterator[Breach]:
    """A key is a security scheme and not a parameter as well, nor is a header that OpenAPI ignores."""
    places = {
        (str(scheme.node.get("in")), str(scheme.node.get("name")).lower()) for scheme in _schemes(outline).values()
    }
    for part in outline.of("parameter"):
        place = (str(part.node.get("in")), str(part.node.get("name")).lower())
        if place in places:
            yield Breach(part.pointer, "the parameter is a key: it belongs to `security` alone")
        elif place[0] == "header" and place[1] in IGNORED_HEADERS:
            yield Breach(part.pointer, f"OpenAPI ignores a parameter `{part.node['name']}`: say it where it belongs")


def server_variables(outline: Outline) -> Iterator[Breach]:
    """A server's address has the variables that it describes, no others, and no slash at its end."""
    servers = outline.tree.get("servers")
    for index, server in enumerate(servers if isinstance(servers, list) else ()):
        if isinstance(server, Mapping) and isinstance(server.get("url"), str):
            yield from _server(f"/servers/{index}", server)


def _server(place: str, server: Mapping[str, Any]) -> Iterator[Breach]:
    described = server.get("variables") or {}
    used = set(VARIABLE.findall(server["url"]))
    if server["url"].endswith("/"):
        yield Breach(child(place, "url"), "the address ends with a slash, and so every URL would have two in a row")
    for name in sorted(used ^ set(described if isinstance(described, Mapping) else ())):
        where = "address" if name in used else "variables"
        yield Breach(child(place, "url"), f"`{name}` is in the {where} alone: describe it, or leave it out")


def version_of_servers(outline: Outline) -> Iterator[Breach]:
    """Where the address of a server ends with a version, it is that of the document."""
    servers, info = outline.tree.get("servers"), outline.tree.get("info")
    version = info.get("version") if isinstance(info, Mapping) else None
    for server in servers if isinstance(servers, list) else ():
        found = VERSION.search(str(server.get("url"))) if isinstance(server, Mapping) else None
        if found and version != found[1]:
            yield Breach("/info/version", f"the version is {json.dumps(version)}, that of the server is {found[1]}")


def components_in_use(outline: Outline) -> Iterator[Breach]:
    """Every component is used by an operation, directly or by way of others."""
    used = _used(outline)
    for part in outline.parts:
        if part.is_component and part.pointer not in used:
            yield Breach(part.pointer, f"no operation uses the {part.kind} `{part.name}`: remove it")


def _used(outline: Outline) -> set[str]:
    schemes = _schemes(outline)
    named = [schemes[name] for _, ways in _security(outline) for way in ways for name in way if name in schemes]
    waiting = [part for part in outline.parts if part.kind == "pathItem" and not part.is_component] + named
    seen = set[str]()
    while waiting:
        part = waiting.pop()
        if part.pointer not in seen:
            seen.add(part.pointer)
            target = outline.target(part)
            waiting += [*outline.inside(part), *([target] if target else [])]
    return seen


def _security(outline: Outline) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield each `security` of the document: where it stands, and its ways to be let in."""
    for part in outline.parts:
        ways = part.node.get("security") if part.kind in ("document", "operation") else None
        if isinstance(ways, list) and all(isinstance(way, Mapping) for way in ways):
            yield child(part.pointer, "security"), ways


def _schemes(outline: Outline) -> dict[str, Part]:
    return {part.name: part for part in outline.of("securityScheme")}


RULES = (
    header_form_first,
    known_keys,
    closed_operations,
    keys_are_security,
    server_variables,
    version_of_servers,
    components_in_use,
)
