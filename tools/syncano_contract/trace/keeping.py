"""What keeps a fact: one function a kind, which compares a page's fact with the document by meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from syncano_contract.model import Fact
from syncano_contract.trace import shapes
from syncano_contract.trace.places import NotThereError, Place, top
from syncano_contract.validation.pointer import steps

JSON = "application/json"


@dataclass(frozen=True)
class Found:
    """Where the document has a fact, in what it does not keep it, and in what it departs from it knowingly."""

    pointer: str
    complaints: tuple[str, ...] = ()
    departures: tuple[str, ...] = ()


class Contract:
    """The document, seen from the pages: each page's slug leads to its operation."""

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
        return fact is not None and member in {str(name) for name in _names_in(fact.value)}

    def is_repaired(self, fact: Fact, what: str) -> bool:
        """Whether a repair of this kind belongs to a fact."""
        repairs = (each.value for each in self._facts.values() if each.kind == "repair")
        return any(repair["of"] == fact.id and repair["what"] == what for repair in repairs)

    def operation(self, fact: Fact) -> Place:
        """Return the operation of a fact's page; raises NotThereError."""
        path, method = (self.value(f"{fact.page.slug}#{kind}") for kind in ("path", "method"))
        return self.top.step("paths", str(path), str(method).lower())

    def at(self, pointer: str) -> Place:
        """Return the place of a pointer; raises NotThereError."""
        return self.top.step(*steps(pointer))

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

    def servers(self) -> list[str]:
        """Return the base URLs of the document's servers, with the defaults of their variables."""
        return [_with_defaults(server.value) for server in self.top.step("servers").items()]


def keep(contract: Contract, fact: Fact) -> Found:
    """Return what the document makes of a fact; raises NotThereError when the place for it is missing."""
    return KEEPERS[fact.kind](contract, fact)


def _method(contract: Contract, fact: Fact) -> Found:
    return Found(contract.operation(fact).pointer)


def _path(contract: Contract, fact: Fact) -> Found:
    return Found(contract.path_item(fact).pointer)


def _auth(contract: Contract, fact: Fact) -> Found:
    security = contract.security(fact)
    alternatives = [alternative.value for alternative in security.items()]
    is_required = bool(alternatives) and all(alternatives)
    expected = fact.value == "required"
    complaints = () if is_required == expected else (f"the page says that keys are {fact.value}",)
    return Found(security.pointer, complaints)


def _param(contract: Contract, fact: Fact) -> Found:
    if fact.value["in"] == "body":
        return _body_param(contract, fact)
    for parameter in contract.parameters(fact):
        if (parameter.value.get("name"), parameter.value.get("in")) == (fact.value["name"], fact.value["in"]):
            return Found(parameter.pointer, tuple(_param_complaints(parameter, fact.value)))
    for scheme in contract.schemes(fact):
        if (scheme.value.get("name"), scheme.value.get("in")) == (fact.value["name"], fact.value["in"]):
            return Found(scheme.pointer, tuple(_scheme_complaints(scheme)))
    raise NotThereError(f"{contract.operation(fact).pointer}/parameters ({fact.value['name']} in {fact.value['in']})")


def _body_param(contract: Contract, fact: Fact) -> Found:
    body, request_body = contract.body(fact), contract.operation(fact).step("requestBody").followed()
    member = body.step("properties", fact.value["name"]).followed()
    complaints = list(_type_complaints(member, fact.value))
    if body.value.get("type") != "object":
        complaints.append(f"{body.pointer} is no object, though the page names its members")
    is_required = fact.value["name"] in body.value.get("required", ())
    if is_required != fact.value["required"]:
        complaints.append(f"{body.pointer}/required does not agree with the page on {fact.value['name']}")
    if fact.value["required"] and request_body.value.get("required") is not True:
        complaints.append(f"{request_body.pointer}/required is not true, though the page requires a member")
    return Found(member.pointer, tuple(complaints))


def _param_complaints(parameter: Place, value: Mapping[str, Any]) -> Iterator[str]:
    required = value["required"] or value["in"] == "path"
    if parameter.value.get("required", False) is not required:
        yield f"{parameter.pointer}/required is not {str(required).lower()}"
    yield from _type_complaints(parameter.step("schema").followed(), value)


def _type_complaints(schema: Place, value: Mapping[str, Any]) -> Iterator[str]:
    if schema.value.get("type") != value["type"]:
        yield f"{schema.pointer} has the type {schema.value.get('type')}, the page has {value['type']}"
    for word in ("default", "enum"):
        if word in value and schema.value.get(word) != value[word]:
            yield f"{schema.pointer} does not have the page's {word}"


def _scheme_complaints(scheme: Place) -> Iterator[str]:
    if scheme.value.get("type") != "apiKey":
        yield f"{scheme.pointer} has the type {scheme.value.get('type')}, a key is an apiKey"


def _response(contract: Contract, fact: Fact) -> Found:
    response = contract.operation(fact).step("responses", str(fact.value["status"])).followed()
    body = fact.value["body"]
    if body is None:
        return Found(response.pointer)
    media_type = response.step("content", JSON)
    complaints = list(shapes.complaints(media_type.step("schema"), body, contract.alike(response, fact)))
    complaints += _example_complaints(media_type, body)
    return Found(response.pointer, tuple(complaints))


def _example_complaints(media_type: Place, body: Any) -> Iterator[str]:
    """Yield where the example that is most like the page's differs from it, unless one is the same."""
    differences = [(list(shapes.differences(example.value, body)), example) for example in _examples(media_type)]
    if not differences:
        yield f"{media_type.pointer} has no example"
        return
    fewest, example = min(differences, key=lambda each: len(each[0]))
    if fewest:
        yield f"the example differs from the page's at {example.pointer}{fewest[0]}"


def _callout(contract: Contract, fact: Fact) -> Found:
    responses = contract.operation(fact).step("responses")
    stated = [responses.step(str(status)).followed() for status in fact.value["statuses"]]
    shown = [example.value for response in stated for example in _examples(response.step("content", JSON))]
    complaints = [f"no example shows the page's {quote}" for quote in fact.value["quotes"] if quote not in shown]
    pointer = stated[0].pointer if stated else contract.operation(fact).pointer
    return Found(pointer, tuple(complaints))


def _sample(contract: Contract, fact: Fact) -> Found:
    operation = contract.operation(fact)
    elsewhere = [*_other_server(contract, fact)]
    is_repaired = contract.is_repaired(fact, "sample base path")
    complaints = [*_header_complaints(contract, fact), *(() if is_repaired else elsewhere)]
    departures = [*(elsewhere if is_repaired else ())]
    known = set(_known_names(contract, fact))
    if fact.value["method"] not in (None, contract.value(f"{fact.page.slug}#method")):
        complaints.append(f"the sample sends {fact.value['method']}")
    for name in fact.value["members"]:
        if _folded(name) not in known:
            departures.append(f"the sample's {name} is no parameter of the operation")
    departures += [f"the sample leaves out {name}" for name in _left_out(contract, fact)]
    return Found(operation.pointer, tuple(complaints), tuple(departures))


def _header_complaints(contract: Contract, fact: Fact) -> Iterator[str]:
    keys = [name for name in fact.value["headers"] if name.lower() not in ("content-type", "accept")]
    in_headers = {scheme.value.get("name") for scheme in contract.schemes(fact) if _is_header_key(scheme)}
    for name in keys:
        if name not in in_headers:
            yield f"the sample's header {name} is no key of {contract.security(fact).pointer}"
            yield from (f"{scheme.pointer} is none" for scheme in contract.schemes(fact) if not _is_header_key(scheme))
        yield from _without(contract, fact, name)


def _is_header_key(scheme: Place) -> bool:
    return (scheme.value.get("in"), scheme.value.get("type")) == ("header", "apiKey")


def _without(contract: Contract, fact: Fact, header: str) -> Iterator[str]:
    """Yield each alternative of the operation's security that lets a key out; a key may have several forms."""
    for alternative in contract.security(fact).items():
        schemes = (contract.top.step("components", "securitySchemes", name) for name in alternative.value)
        forms = {_folded(str(scheme.followed().value.get("name", "")).removeprefix("X-")) for scheme in schemes}
        if _folded(header.removeprefix("X-")) not in forms:
            yield f"{alternative.pointer} does without the sample's {header}"


def _left_out(contract: Contract, fact: Fact) -> list[str]:
    """Return the required members of a body that a sample, which has others of them, leaves out."""
    schema = contract.operation(fact).find("requestBody", "content", JSON, "schema")
    required = schema.followed().value.get("required", ()) if schema else ()
    sent = {_folded(name) for name in fact.value["members"]}
    missing = [name for name in required if _folded(name) not in sent]
    return missing if len(missing) < len(required) else []


def _other_server(contract: Contract, fact: Fact) -> Iterator[str]:
    if fact.value["url"] is None:
        return
    servers = contract.servers()
    if not any(fact.value["url"].startswith(server + "/") for server in servers):
        yield f"the sample calls {_base(fact.value['url'])}, /servers has {', '.join(servers)}"


def _known_names(contract: Contract, fact: Fact) -> Iterator[str]:
    """Yield the names, folded, by which clients call what the operation takes."""
    for place in (*contract.parameters(fact), *contract.schemes(fact)):
        name = str(place.value.get("name", ""))
        yield from (_folded(name.removeprefix("X-")), _folded(name.rpartition("_")[2]))  # `user_id` is called `id` too
    body = contract.operation(fact).find("requestBody", "content", JSON, "schema", "properties")
    yield from (_folded(name) for name, _ in (body.members() if body else ()))


def _text(contract: Contract, fact: Fact) -> Found:
    known = set(_known_names(contract, fact))
    complaints = [f"the operation has no {code}" for code in fact.value["code"] if _folded(code) not in known]
    return Found(contract.operation(fact).pointer, tuple(complaints))


def _page(contract: Contract, fact: Fact) -> Found:
    operation = contract.operation(fact)
    complaints = []
    if contract.top.value.get("info", {}).get("x-deprecated", False) is not fact.value["deprecated"]:
        complaints.append("/info/x-deprecated does not agree with the page's version")
    if fact.value["category"] not in (None, *operation.value.get("tags", ())):
        complaints.append(f"{operation.pointer}/tags lacks the page's category {fact.value['category']}")
    return Found(operation.pointer, tuple(complaints))


def _repair(contract: Contract, fact: Fact) -> Found:
    """A repair of what the document keeps is a departure from the page as it stands; notation alone is none."""
    repaired = contract.fact(fact.value["of"])
    found = keep(contract, repaired) if repaired else Found(contract.operation(fact).pointer)
    return Found(found.pointer, (), (f"{fact.value['what']}: {fact.value['before']} is read as {fact.value['after']}",))


KEEPERS: Mapping[str, Callable[[Contract, Fact], Found]] = {
    "page": _page,
    "method": _method,
    "path": _path,
    "auth": _auth,
    "param": _param,
    "response": _response,
    "callout": _callout,
    "sample": _sample,
    "text": _text,
    "repair": _repair,
}


def _names_in(value: Any) -> Iterator[Any]:
    """Yield each name of a member, and each text, in a fact's value at whatever depth."""
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from _names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names_in(each)
    else:
        yield value


def _examples(media_type: Place) -> list[Place]:
    single = media_type.find("example")
    several = media_type.find("examples")
    named = [place.step("value") for _, place in (several.members() if several else ())]
    return [single, *named] if single else named


def _with_defaults(server: Mapping[str, Any]) -> str:
    defaults = {name: variable["default"] for name, variable in server.get("variables", {}).items()}
    return str(server["url"]).format_map(defaults).rstrip("/")


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/instances/')[0]}"


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
