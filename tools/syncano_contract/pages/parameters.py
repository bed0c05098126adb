"""An entry of `api.params` -> what it says of the parameter, with every repair that was needed.

Source: the four pages, and the types that ReadMe's own converter and public dumps know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncano_contract.pages import strict_json
from syncano_contract.pages.finding import Repair

PLACES = {name: name for name in ("path", "query", "header", "body", "form", "cookie")} | {"formdata": "form"}
PLAIN = ("string", "integer", "number", "boolean", "object")
ALIASES = {
    "int": "integer", "long": "integer", "float": "number", "double": "number", "bool": "boolean",
    "date": "string", "datetime": "string", "password": "string", "file": "string", "json": "object",
    "mixed_object": "object", "mixed": None, "": None,
}  # fmt: skip
NAMED = {name: name for name in PLAIN} | ALIASES
ARRAY = "array_"
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
UNKNOWN = object()
FITS: dict[str, Callable[[Any], bool]] = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "scalar": lambda value: isinstance(value, int | float | str),
}


@dataclass(frozen=True)
class Place:
    """Where a page's URL has names: in its path, there without a parameter so far, and in a query glued to it.

    `query` gives what each is called there, which may differ from its placeholder.
    """

    path: Collection[str] = ()
    unclaimed: Collection[str] = ()
    query: Mapping[str, str] = field(default_factory=dict)


NOWHERE = Place()


@dataclass(frozen=True)
class Parameter:
    """What a page says of one parameter; `value` is its JSON."""

    value: dict[str, Any]
    repairs: tuple[Repair, ...]


def parameter_of(entry: Mapping[str, Any], name: str, place: Place = NOWHERE) -> Parameter:
    """Return the parameter of that name that an entry describes, put where the URL has it."""
    repairs: list[Repair] = []
    where = _place(entry, name, place, repairs)
    kind, items = _type(entry, repairs)
    if where == "query":
        name = place.query.get(name, name)
    if name != entry["name"]:
        repairs.append(Repair("parameter name", entry["name"], name, "name"))
    value: dict[str, Any] = {"name": name, "in": where, "type": kind, **({"items": items} if kind == "array" else {})}
    value["required"] = _required(entry, where, repairs)
    value |= _default(entry, kind, items, repairs) | _enum(entry, items if kind == "array" else kind, repairs)
    if entry.get("ref"):
        repairs.append(Repair("parameter ref", entry["ref"], None, "ref"))
    return Parameter(value, tuple(repairs))


def _place(entry: Mapping[str, Any], name: str, place: Place, repairs: list[Repair]) -> str | None:
    said = entry.get("in")
    where = PLACES.get(said.strip().lower()) if isinstance(said, str) else None
    if where in (None, "query") and name in place.unclaimed:
        where = "path"
    elif where in (None, "path") and name in place.query and name not in place.path:
        where = "query"
    if where != said:
        repairs.append(Repair("parameter in", said, where, "in"))
    elif where is None:
        repairs.append(Repair("parameter without place", None, None, "in"))
    elif where == "path" and name not in place.path:
        repairs.append(Repair("parameter without place", "path", None, "in"))
    return where


def _type(entry: Mapping[str, Any], repairs: list[Repair]) -> tuple[str | None, str | None]:
    """Return the JSON Schema type and, of an array, that of its items."""
    said = entry.get("type")
    named = said.strip().lower() if isinstance(said, str) else ""
    if named.startswith(ARRAY):
        items = NAMED.get(named.removeprefix(ARRAY))
        if items is None and named != "array_mixed":
            repairs.append(Repair("parameter type", said, "array", "type"))
        elif said != f"{ARRAY}{items or 'mixed'}":
            repairs.append(Repair("type alias", said, f"{ARRAY}{items or 'mixed'}", "type"))
        return "array", items
    kind = NAMED.get(named) if named != "array" else "array"
    if said is None:
        repairs.append(Repair("parameter without type", None, None, "type"))
    elif kind != said:
        repairs.append(Repair("type alias" if kind else "parameter type", said, kind, "type"))
    return kind, None


def _required(entry: Mapping[str, Any], where: str | None, repairs: list[Repair]) -> bool:
    """Return whether the parameter is required; in a path it always is (OpenAPI 3.1, Parameter Object)."""
    said = entry.get("required")
    stated: bool = said if isinstance(said, bool) else TRUTHS.get(str(said).strip().lower(), False)
    required = stated or where == "path"
    if required is not said:
        repairs.append(Repair("parameter required", said, required, "required"))
    return required


def _default(entry: Mapping[str, Any], kind: str | None, items: str | None, repairs: list[Repair]) -> dict[str, Any]:
    said = entry.get("default")
    if said is None or said == "":
        return {}
    default: Any = UNKNOWN if _is_placeholder(said) else cast(said, kind)
    if default is UNKNOWN or (kind == "array" and any(cast(each, items) != each for each in default)):
        repairs.append(Repair("parameter default", said, None, "default"))
        return {}
    return {"default": default}


def _is_placeholder(said: Any) -> bool:
    return isinstance(said, str) and said.strip().startswith("<") and said.strip().endswith(">")


def _enum(entry: Mapping[str, Any], kind: str | None, repairs: list[Repair]) -> dict[str, Any]:
    said = entry.get("enumValues")
    if said is None or said in ("", []):
        return {}
    given = said.split(",") if isinstance(said, str) else said if isinstance(said, list) else [UNKNOWN]
    texts = [each.strip() if isinstance(each, str) else each for each in given]
    values = [cast(each, kind) for each in texts if each != ""]
    if UNKNOWN in values or not values:
        repairs.append(Repair("parameter enum", said, None, "enumValues"))
        return {}
    enum = list({json.dumps(each): each for each in values}.values())
    if texts != given or len(enum) < len(given):
        repairs.append(Repair("parameter enum", said, enum, "enumValues"))
    return {"enum": enum}


def cast(said: Any, kind: str | None) -> Any:
    """Return a value that was written as text in its type, or UNKNOWN where it is not of that type."""
    if kind in (None, "string"):
        return said if isinstance(said, str) or (kind is None and FITS["scalar"](said)) else UNKNOWN
    try:
        value = strict_json.parse(said.lower() if kind == "boolean" else said) if isinstance(said, str) else said
    except ValueError:
        return UNKNOWN
    return value if FITS[kind](value) else UNKNOWN


def statement_of(value: Mapping[str, Any]) -> str:
    """Return a sentence that says what the value of a parameter says."""
    kind = f"array of {value['items'] or 'anything'}" if value["type"] == "array" else value["type"] or "anything"
    need = "required" if value["required"] else "optional"
    return f"`{value['name']}` is {need}; its place is {value['in'] or 'not named'}, its type {kind}."
