"""What keeps a code sample of a page: the operation that it calls, the server, and the keys it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from syncano_contract.model import Fact
from syncano_contract.pointer import child
from syncano_contract.trace.contract import JSON, PLACEHOLDER, Contract, folded
from syncano_contract.trace.keys import wrong_keys
from syncano_contract.trace.model import Found, Gap
from syncano_contract.trace.parameters import names_known
from syncano_contract.trace.places import Place

NO_KEYS = ("content-type", "accept")


def sample(contract: Contract, fact: Fact) -> Found:
    """Find the operation that a sample calls as the document would have it called."""
    operation, elsewhere = contract.operation(fact), tuple(_elsewhere(contract, fact))
    is_repaired = contract.is_repaired(fact, "sample base path")
    gaps = (*_header_gaps(contract, fact), *(() if is_repaired else elsewhere))
    departures = [gap.sentence for gap in elsewhere if is_repaired]
    if fact.value["method"] not in (None, contract.value(f"{fact.page.slug}#method")):
        gaps = (*gaps, Gap(operation.pointer, f"the sample sends {fact.value['method']}"))
    known = set(names_known(contract, fact))
    unknown = [name for name in fact.value["members"] if folded(name) not in known]
    departures += [f"the sample's {name} is no parameter of the operation" for name in unknown]
    departures += [f"the sample leaves out {name}" for name in _left_out(contract, fact)]
    return Found(operation.pointer, gaps, tuple(departures), tuple(_called(contract, fact)))


def _header_gaps(contract: Contract, fact: Fact) -> Iterator[Gap]:
    in_headers = {scheme.value.get("name") for scheme in contract.schemes(fact) if scheme.value.get("in") == "header"}
    wrong = wrong_keys(contract, contract.schemes(fact), fact.page.slug)
    for name in (name for name in fact.value["headers"] if name.lower() not in NO_KEYS):
        said = f"the sample's header {name} is no key of this operation"
        missed = [*_without(contract, fact, name)]
        if not missed and name not in in_headers:
            missed = [Gap(_own(contract, fact, contract.security(fact).pointer), said)]
        yield from [Gap(pointer, said) for pointer in wrong] if missed and wrong else missed


def _without(contract: Contract, fact: Fact, header: str) -> Iterator[Gap]:
    """Yield each alternative of the operation's security that lets a key out; a key may have several forms."""
    for alternative in contract.security(fact).items():
        schemes = [contract.top.step("components", "securitySchemes", name) for name in alternative.value]
        forms = {_form(scheme.followed()) for scheme in schemes}
        if folded(header.removeprefix("X-")) not in forms:
            pointer = _own(contract, fact, alternative.pointer)
            yield Gap(pointer, f"the operation can do without the sample's {header}")


def _form(scheme: Place) -> str:
    is_key = scheme.value.get("type") == "apiKey" and scheme.value.get("in") in ("header", "query")
    return folded(str(scheme.value.get("name", "")).removeprefix("X-")) if is_key else ""


def _own(contract: Contract, fact: Fact, pointer: str) -> str:
    """Return a pointer within the operation's own security; what the whole document has is not at fault."""
    operation = contract.operation(fact).pointer
    return pointer if pointer.startswith(f"{operation}/") else operation


def _left_out(contract: Contract, fact: Fact) -> list[str]:
    """Return the required members of a body that a sample, which has others of them, leaves out."""
    schema = contract.operation(fact).find("requestBody", "content", JSON, "schema")
    required = schema.followed().value.get("required", ()) if schema else ()
    sent = {folded(name) for name in fact.value["members"]}
    missing = [name for name in required if folded(name) not in sent]
    return missing if len(missing) < len(required) else []


def _elsewhere(contract: Contract, fact: Fact) -> Iterator[Gap]:
    servers = [*contract.top.step("servers").items()]
    url = fact.value["url"]
    if url is not None and not any(_is_at(url, server) for server in servers):
        bases = ", ".join(_base_of(server) for server in servers)
        pointer = _wrong(servers[0], url) if servers else "/servers"
        yield Gap(pointer, f"the sample calls {_base(url)}, the document has {bases or 'no server'}")


def _called(contract: Contract, fact: Fact) -> Iterator[str]:
    """Yield the places of the server that a sample calls, and of the keys that it sends."""
    for server in contract.top.step("servers").items():
        if fact.value["url"] is not None and _is_at(fact.value["url"], server):
            yield server.pointer
    for scheme in contract.schemes(fact):
        if scheme.value.get("in") == "header" and scheme.value.get("name") in fact.value["headers"]:
            yield scheme.pointer


def _is_at(url: str, server: Place) -> bool:
    return url.startswith(f"{_base_of(server)}/")


def _base_of(server: Place) -> str:
    """Return the base URL of a server, with the defaults of its variables."""
    variables = server.value.get("variables", {})
    defaults = {name: str(variable["default"]) for name, variable in variables.items()}
    return PLACEHOLDER.sub(lambda name: defaults.get(name[1], name[0]), str(server.value["url"])).rstrip("/")


def _wrong(server: Place, url: str) -> str:
    """Return the pointer of what keeps a server from being the one of a URL: a variable's default, or its address."""
    address = str(server.value["url"])
    literals = PLACEHOLDER.sub("\0", address).split("\0")
    found = re.match("([^/]*)".join(re.escape(literal) for literal in literals) + "/", url)
    for name, value in zip(PLACEHOLDER.findall(address), found.groups() if found else (), strict=False):
        variable = server.find("variables", name, "default")
        if variable is not None and variable.value != value:
            return variable.pointer
    return child(server.pointer, "url")


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/instances/')[0]}"
