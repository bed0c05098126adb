"""Rules on `x-source` and `x-unconfirmed`: what the document rests on, and what it assumes (DESIGN.md, section 5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from syncano_contract.pointer import child
from syncano_contract.validation.outline import Breach, Outline, Part

GRAMMAR = re.compile(
    r"[a-z0-9]+(-[a-z0-9]+)*#"
    r"(method|path|auth|text|param/\w+|response/[1-5][0-9][0-9]|callout/[1-9][0-9]*|sample/[a-z]+)"
    r"(~[1-9][0-9]*)?",  # a page may say the same in two places
    re.ASCII,
)
QUOTED = re.compile(r"`([^`]*)`")
EXTENSIONS = ("x-source", "x-unconfirmed")
SOURCED = ("operation", "parameter", "requestBody", "response", "header", "securityScheme")
LIMITS = (
    *("pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "minContains", "maxContains"),
    *("enum", "const", "not", "contains", "dependentRequired", "patternProperties", "propertyNames"),
    *("default", "readOnly", "writeOnly", "deprecated"),
)
# What changes the meaning of a part in a way that no page of this format can state.
UNSTATED = {
    "parameter": ("style", "explode", "allowReserved", "allowEmptyValue", "deprecated"),
    "operation": ("servers", "deprecated"),
    "pathItem": ("servers",),
}
TYPING = frozenset({"$ref", "type", "enum", "const", "allOf", "anyOf", "oneOf"})


def sources(outline: Outline) -> Iterator[Breach]:
    """Every operation, parameter, request body, response, key and named schema or example tells what it rests on."""
    for part in outline.of(*SOURCED, "schema", "example"):
        if (part.kind in SOURCED or part.is_component) and not _is_marked(part):
            yield Breach(part.pointer, f"the {part.kind} has neither `x-source` nor `x-unconfirmed`")


def sources_of_properties(outline: Outline) -> Iterator[Breach]:
    """Every property of a schema has a source, of its own or of the schema around it, or says why it has none."""
    for part in outline.of("schema"):
        if part.member == "properties" and not any(_is_marked(each) for each in part.around()):
            yield Breach(part.pointer, "neither the property nor what is around it has `x-source` or `x-unconfirmed`")


def grammar_of_sources(outline: Outline) -> Iterator[Breach]:
    """Every `x-source` is a list of fact ids such as `users-add#response/400`, none of them twice."""
    for pointer, node in _marks(outline, "x-source"):
        facts = node["x-source"]
        if not isinstance(facts, list) or not facts:
            yield Breach(pointer, "`x-source` is no list of fact ids, such as [users-add#text]")
            continue
        seen = set[str]()
        for index, fact in enumerate(facts):
            if not isinstance(fact, str) or not GRAMMAR.fullmatch(fact):
                yield Breach(child(pointer, index), f"`{fact}` is no fact id, such as `users-add#response/400`")
            elif fact in seen:
                yield Breach(child(pointer, index), f"`{fact}` stands in the same list already")
            seen.add(str(fact))


def reasons(outline: Outline) -> Iterator[Breach]:
    """Every `x-unconfirmed` is a sentence that says what was assumed and why."""
    for pointer, node in _marks(outline, "x-unconfirmed"):
        reason = node["x-unconfirmed"]
        if not isinstance(reason, str) or not reason.strip():
            yield Breach(pointer, "`x-unconfirmed` gives no reason: write a sentence")


def misspelt_marks(outline: Outline) -> Iterator[Breach]:
    """No extension is nearly `x-source` or `x-unconfirmed`."""
    for pointer, node in _markable(outline):
        for key in node:
            near = get_close_matches(key, EXTENSIONS, 1, 0.8) if key.startswith("x-") else []
            if near and key not in EXTENSIONS:
                yield Breach(child(pointer, key), f"`{key}` is not known: `{near[0]}` may be meant")


def unstated_limits(outline: Outline) -> Iterator[Breach]:
    """A schema that limits its values, which no page does, names the limit in the `x-unconfirmed` beside it."""
    for part in outline.of("schema"):
        for limit in LIMITS:
            if limit in part.node and f"`{limit}`" not in str(part.node.get("x-unconfirmed")):
                yield Breach(child(part.pointer, limit), f"no page states `{limit}`, and no `x-unconfirmed` names it")


def accounted_values(outline: Outline) -> Iterator[Breach]:
    """The values of an `enum` are those that the `x-unconfirmed` beside it, which names the `enum`, names."""
    for part in outline.of("schema"):
        named = set(QUOTED.findall(str(part.node.get("x-unconfirmed"))))
        if "enum" not in named:
            continue
        values = part.node.get("enum")
        place = child(part.pointer, "enum")
        if not isinstance(values, list):
            yield Breach(part.pointer, "`x-unconfirmed` names an `enum`, and there is none")
            continue
        for index, value in enumerate(values):
            if str(value) not in named:
                yield Breach(child(place, index), f"`x-unconfirmed` does not name {json.dumps(value)}")
        for name in sorted(named - {str(value) for value in values} - {"enum"}):
            yield Breach(place, f"`x-unconfirmed` names {json.dumps(name)}, which is no value here")


def unstated_marks(outline: Outline) -> Iterator[Breach]:
    """No part is marked with what no page can state: another form, another server, or its being deprecated."""
    for part in outline.of(*UNSTATED):
        for mark in UNSTATED[part.kind]:
            if mark in part.node:
                yield Breach(child(part.pointer, mark), f"no page states `{mark}` of this {part.kind}")


def untyped_schemas(outline: Outline) -> Iterator[Breach]:
    """A schema without a type says in `x-unconfirmed` why anything goes."""
    for part in outline.of("schema"):
        if not TYPING & part.node.keys() and "x-unconfirmed" not in part.node and not _is_refinement(part):
            yield Breach(part.pointer, "the schema has no type, and no `x-unconfirmed` that says why anything goes")


def _is_refinement(part: Part) -> bool:
    """Whether a schema only adds to another that has the type."""
    return part.member in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "propertyNames")


def _is_marked(part: Part) -> bool:
    return any(mark in part.node for mark in EXTENSIONS)


def _marks(outline: Outline, mark: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for pointer, node in _markable(outline):
        if mark in node:
            yield child(pointer, mark), node


def _markable(outline: Outline) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield whatever may bear a mark: all parts, the info, the servers and the tags."""
    yield from ((part.pointer, part.node) for part in outline.parts)
    for member in ("info", "servers", "tags"):
        value = outline.tree.get(member)
        if isinstance(value, dict):
            yield f"/{member}", value
        for index, node in enumerate(value if isinstance(value, list) else ()):
            if isinstance(node, dict):
                yield f"/{member}/{index}", node


RULES = (
    sources,
    sources_of_properties,
    grammar_of_sources,
    reasons,
    misspelt_marks,
    unstated_limits,
    accounted_values,
    unstated_marks,
    untyped_schemas,
)
