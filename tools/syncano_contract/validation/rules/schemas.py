"""Rules on schemas (DESIGN.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from syncano_contract.pointer import child
from syncano_contract.validation.outline import Breach, Outline, Part

# JSON Schema 2020-12 without identifiers, dynamic references and vocabularies, and what OpenAPI 3.1 adds to it.
KEYWORDS = """
    $ref $comment $defs title description default deprecated readOnly writeOnly examples type enum const format
    multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems
    uniqueItems maxContains minContains maxProperties minProperties required dependentRequired allOf anyOf oneOf not if
    then else dependentSchemas prefixItems items contains properties patternProperties additionalProperties
    propertyNames unevaluatedItems unevaluatedProperties contentEncoding contentMediaType contentSchema discriminator
    xml externalDocs
"""
LEFTOVERS = {
    "nullable": "write `type: [..., 'null']`",
    "x-nullable": "write `type: [..., 'null']`",
    "example": "write `examples`, a list",
}
# JSON Schema 2020-12, section 7.3, and the OpenAPI Format Registry.
FORMATS = """
    date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference
    uuid uri-template json-pointer relative-json-pointer regex int32 int64 float double password
"""
COMPOSED = ("allOf", "anyOf", "oneOf")


def listed_members(outline: Outline) -> Iterator[Breach]:
    """Every schema of a response that has members lists the constant ones in `required`, or says why there is none."""
    for part in _of_responses(outline):
        if "properties" in part.node and not (part.node.get("required") or part.node.get("x-unconfirmed")):
            yield Breach(part.pointer, "the schema lists no `required`: which members are always there?")


def declared_members(outline: Outline) -> Iterator[Breach]:
    """Every member that a schema requires is one of its properties."""
    for part in outline.of("schema"):
        required = part.node.get("required")
        if isinstance(required, list) and part.member not in COMPOSED:
            declared = _declared(outline, part)
            for index, name in enumerate(required):
                if isinstance(name, str) and name not in declared:
                    place = child(child(part.pointer, "required"), index)
                    yield Breach(place, f"`{name}` is required, but is no property")


def _declared(outline: Outline, part: Part) -> set[str]:
    """Return the properties of a schema and of all that it is composed of."""
    names, waiting, seen = set[str](), [part], set[str]()
    while waiting:
        part = waiting.pop()
        if part.pointer not in seen:
            seen.add(part.pointer)
            names |= {each.name for each in outline.inside(part, "properties")}
            target = outline.target(part)
            waiting += [*outline.inside(part, *COMPOSED), *([target] if target else [])]
    return names


def open_objects(outline: Outline) -> Iterator[Breach]:
    """Objects are open: a deployment may send more members, of whatever type, than the document lists."""
    for part in outline.of("schema"):
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if part.node.get(keyword) is False:
                yield Breach(
                    child(part.pointer, keyword), f"`{keyword}: false` closes the object: deployments add members"
                )
            elif isinstance(part.node.get(keyword), dict) and "properties" in part.node:
                said = f"`{keyword}` says what further members are: deployments add any"
                yield Breach(child(part.pointer, keyword), said)


def typed_items(outline: Outline) -> Iterator[Breach]:
    """Every array tells what its items are."""
    for part in outline.of("schema"):
        types = part.node.get("type")
        is_array = types == "array" or (isinstance(types, list) and "array" in types)
        if is_array and not {"items", "prefixItems"} & part.node.keys():
            yield Breach(part.pointer, "the array has no `items`: what is in it?")


def leftovers(outline: Outline) -> Iterator[Breach]:
    """Nothing in a schema is left over from OpenAPI 3.0."""
    for part in outline.of("schema"):
        for keyword in part.node.keys() & LEFTOVERS:
            yield Breach(child(part.pointer, keyword), f"`{keyword}` is of OpenAPI 3.0: {LEFTOVERS[keyword]}")


def known_keywords(outline: Outline) -> Iterator[Breach]:
    """A schema has keywords of JSON Schema 2020-12 alone, and none that gives it another base or dialect."""
    known = {*KEYWORDS.split(), *LEFTOVERS}
    for part in outline.of("schema"):
        for keyword in part.node:
            if keyword not in known and not keyword.startswith("x-"):
                near = get_close_matches(keyword, KEYWORDS.split(), 1)
                guess = f": `{near[0]}` may be meant" if near else ""
                yield Breach(child(part.pointer, keyword), f"`{keyword}` is no keyword of our schemas{guess}")


def known_formats(outline: Outline) -> Iterator[Breach]:
    """Every format is one that JSON Schema or OpenAPI registers: others are not checked by anybody."""
    for part in outline.of("schema"):
        found = part.node.get("format")
        if isinstance(found, str) and found not in FORMATS.split():
            yield Breach(child(part.pointer, "format"), f"`{found}` is no registered format")


def _of_responses(outline: Outline) -> Iterator[Part]:
    """Yield every schema that a response leads to."""
    waiting, seen = list(outline.of("response")), set[str]()
    while waiting:
        part = waiting.pop()
        if part.pointer not in seen:
            seen.add(part.pointer)
            target = outline.target(part)
            waiting += [*outline.inside(part), *([target] if target else [])]
            if part.kind == "schema":
                yield part


RULES = (listed_members, declared_members, open_objects, typed_items, leftovers, known_keywords, known_formats)
