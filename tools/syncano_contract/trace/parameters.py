"""What keeps a parameter of a page: one of the operation, a key, or a member of its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.model import Fact
from syncano_contract.pointer import child
from syncano_contract.trace.contract import JSON, Contract, examples, folded
from syncano_contract.trace.keys import wrong_keys
from syncano_contract.trace.model import Found, Gap
from syncano_contract.trace.places import Place
from syncano_contract.trace.shapes import as_json


def param(contract: Contract, fact: Fact) -> Found:
    """Find the parameter, or key, in the place that the page gives it, with its type and its being required."""
    if fact.value["in"] == "body":
        return _member(contract, fact)
    wanted = (fact.value["name"], fact.value["in"])
    for parameter in contract.parameters(fact):
        if (parameter.value.get("name"), parameter.value.get("in")) == wanted:
            return Found(parameter.pointer, tuple(_parameter_gaps(contract, parameter, fact.value)))
    for scheme in contract.schemes(fact):
        if (scheme.value.get("name"), scheme.value.get("in"), scheme.value.get("type")) == (*wanted, "apiKey"):
            return Found(scheme.pointer)
    return _nowhere(contract, fact)


def _nowhere(contract: Contract, fact: Fact) -> Found:
    """Return that nothing is the parameter; to blame is a key that is wrong, or what does not list the parameter."""
    operation = contract.operation(fact).pointer
    wrong = wrong_keys(contract, contract.schemes(fact), fact.page.slug)
    schemes = contract.top.find("components", "securitySchemes")
    keys = {(each.value.get("in"), each.value.get("name")) for _, each in (schemes.members() if schemes else ())}
    is_key = (fact.value["in"], fact.value["name"]) in keys
    said = f"the operation has no {fact.value['name']} in its {fact.value['in']}"
    missed = child(operation, "security" if is_key else "parameters")
    return Found(operation, tuple(Gap(pointer, said) for pointer in wrong or (missed,)))


def _member(contract: Contract, fact: Fact) -> Found:
    body, request_body = contract.body(fact), contract.operation(fact).step("requestBody").followed()
    member = body.step("properties", fact.value["name"]).followed()
    gaps = [*_schema_gaps(member, fact.value)]
    if body.value.get("type") != "object":
        gaps.append(Gap(child(body.pointer, "type"), 'the type is not "object", though the page names members'))
    is_required = fact.value["name"] in body.value.get("required", ())
    if is_required != fact.value["required"]:
        said = "requires" if fact.value["required"] else "does not require"
        gaps.append(Gap(child(body.pointer, "required"), f"the page {said} {fact.value['name']}"))
    if fact.value["required"] and request_body.value.get("required") is not True:
        gaps.append(Gap(child(request_body.pointer, "required"), "the page requires a member, and so the body"))
    return Found(member.pointer, tuple(gaps))


def _parameter_gaps(contract: Contract, parameter: Place, value: Mapping[str, Any]) -> Iterator[Gap]:
    required = value["required"] or value["in"] == "path"
    if parameter.value.get("required", False) is not required:
        yield Gap(child(parameter.pointer, "required"), f"`required` is to be {as_json(required)}")
    yield from _schema_gaps(parameter.step("schema").followed(), value)
    addressed = contract.addressed.get(value["name"], ()) if value["in"] == "path" else ()
    for example in examples(parameter):
        if addressed and str(example.value) not in addressed:
            yield Gap(example.pointer, f"no address on the pages has {as_json(example.value)} for {value['name']}")


def _schema_gaps(schema: Place, value: Mapping[str, Any]) -> Iterator[Gap]:
    found = schema.value.get("type")
    if found != value["type"]:
        said = as_json(found) if found else "missing"
        yield Gap(child(schema.pointer, "type"), f"the type is {said}, the page has {as_json(value['type'])}")
    for word in ("default", "enum"):
        if word in value and schema.value.get(word) != value[word]:
            yield Gap(child(schema.pointer, word), f"`{word}` is to be the page's {as_json(value[word])}")
    if "format" in schema.value and "`format`" not in str(schema.value.get("x-unconfirmed")):
        yield Gap(child(schema.pointer, "format"), f"the page has no format {as_json(schema.value['format'])}")


def names_known(contract: Contract, fact: Fact) -> Iterator[str]:
    """Yield the names, folded, by which clients call what the operation takes."""
    for place in (*contract.parameters(fact), *contract.schemes(fact)):
        name = str(place.value.get("name", ""))
        yield from (folded(name.removeprefix("X-")), folded(name.rpartition("_")[2]))  # `user_id` is called `id` too
    body = contract.operation(fact).find("requestBody", "content", JSON, "schema", "properties")
    yield from (folded(name) for name, _ in (body.members() if body else ()))
