"""An operation of pages -> its object in a draft: parameters, body and responses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from syncano_contract.model import Fact
from syncano_contract.pages.inferred import merged, shape_of
from syncano_contract.pages.operations import Operation
from syncano_contract.pages.schemas import Schemas, Seen

NOTATION = frozenset({"query in url", "type alias", "url notation"})  # said otherwise, and the same
KEY = re.compile(r"key|token|auth|secret|session", re.IGNORECASE)
NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI 3.1, Parameter Object
PHRASES: dict[int | str, str] = {status.value: status.phrase for status in HTTPStatus}
PLACES = ("path", "query", "header", "cookie")
MEDIA = {"body": "application/json", "form": "application/x-www-form-urlencoded"}
FIELD_ERRORS = "ValidationErrors"
ONE_AT_A_TIME = "What the examples show one by one is taken to be told side by side."
GUESSED = "The keys are guessed from the names of the headers that the samples send."
NO_RESULTS = {"default": {"description": "Not described.", "x-unconfirmed": "The page shows no result."}}


def key_headers(operation: Operation) -> list[str]:
    """Return the names of the headers that seem to carry keys, in lower case."""
    sent = [name for fact in operation.of_kind("sample") for name in fact.value["headers"]]
    listed = [fact.value["name"] for fact in operation.of_kind("param") if fact.value["in"] == "header"]
    return list(dict.fromkeys(name.lower() for name in (*sent, *listed) if KEY.search(name)))


def roots(operation: Operation) -> Iterator[Seen]:
    """Yield the objects that the responses show, by what they would be called."""
    for fact in operation.of_kind("response"):
        if _is_evidence(fact.value["body"]) and not is_field_errors(operation, fact):
            yield Seen(_candidate(operation, fact), "", shape_of(fact.value["body"]), (fact.id,))


def _candidate(operation: Operation, response: Fact) -> str:
    return "Error" if str(response.value["status"])[0] in "45" else operation.name


def _is_evidence(body: Any) -> bool:
    return body is not None and body not in ({}, [])


def is_field_errors(operation: Operation, response: Fact) -> bool:
    """Tell whether a body tells for members of the request what is wrong with them."""
    body = response.value["body"]
    if str(response.value["status"])[0] != "4" or not isinstance(body, dict) or not body:
        return False
    sent = {fact.value["name"] for fact in operation.of_kind("param") if fact.value["in"] in MEDIA}
    return body.keys() <= sent and all(
        isinstance(errors, list) and all(isinstance(error, str) for error in errors) for errors in body.values()
    )


class FieldErrors:
    """The schema of all errors that go by member."""

    def __init__(self) -> None:
        """Begin without any."""
        self._told: dict[str, list[str]] = {}

    def add(self, operation: Operation) -> None:
        """Take up the errors of an operation."""
        for fact in operation.of_kind("response"):
            if is_field_errors(operation, fact):
                for member in fact.value["body"]:
                    self._told.setdefault(member, []).append(fact.id)

    def schema(self) -> dict[str, Any]:
        """Return the schema, empty where no response is such an error."""
        if not self._told:
            return {}
        errors = {"type": "array", "items": {"type": "string"}}
        properties = {member: {**errors, "x-source": sources} for member, sources in self._told.items()}
        sources = list(dict.fromkeys(fact_id for each in self._told.values() for fact_id in each))
        return {"type": "object", "properties": properties, "x-source": sources, "x-unconfirmed": ONE_AT_A_TIME}


def object_of(operation: Operation, schemas: Schemas, body_names: Mapping[str, str], security: Any) -> dict[str, Any]:
    """Return the operation object but for its id; `body_names` are the request bodies' schemas by media type."""
    title = next((fact.value["title"] for fact in operation.of_kind("page")), "")
    left_out = [*operation.left_out, *_left_out(operation), *([GUESSED] if security else [])]
    members = {
        "tags": [operation.tag] if operation.tag else None,
        "summary": title or None,
        "deprecated": True if operation.of_kind("deprecated") else None,
        "x-source": operation.sources,
        "x-unconfirmed": " ".join(left_out) or None,
        "security": security,
        "parameters": list(_parameters(operation)) or None,
        "requestBody": _request_body(operation, body_names) if body_names else None,
        "responses": {str(status): each for status, each in _responses(operation, schemas)} or NO_RESULTS,
    }
    return {name: value for name, value in members.items() if value is not None}


def _left_out(operation: Operation) -> Iterator[str]:
    yield from (each.statement for each in operation.of_kind("repair") if each.value["what"] not in NOTATION)
    for fact in operation.of_kind("param"):
        if fact.value["in"] not in (*PLACES, *MEDIA):
            yield f"{fact.value['name']} is left out: the page names no place for it."


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    """Yield each parameter once; keys and what describes a body are none."""
    seen = set()
    for fact in operation.of_kind("param"):
        where, name = fact.value["in"], fact.value["name"]
        name = operation.renamed.get(name, name) if where == "path" else name
        if where not in PLACES or (where, name) in seen or not _is_parameter(operation, where, name):
            continue
        seen.add((where, name))
        yield {
            "name": name,
            "in": where,
            "required": fact.value["required"],
            "x-source": [fact.id],
            **({} if fact.value["type"] else {"x-unconfirmed": "The page gives no type."}),
            "schema": value_schema(fact.value),
        }


def _is_parameter(operation: Operation, where: str, name: str) -> bool:
    if where == "header":
        return name.lower() not in NOT_PARAMETERS and name.lower() not in key_headers(operation)
    return where != "path" or name in operation.placeholders


def value_schema(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter's value."""
    inner: dict[str, Any] = {"type": value["type"]} if value["type"] else {}
    if value["type"] == "array":
        inner["items"] = {"type": value["items"]} if value["items"] else {}
    if "enum" in value:
        (inner["items"] if value["type"] == "array" else inner)["enum"] = value["enum"]
    if "default" in value and _fits(value):
        inner["default"] = value["default"]
    return inner


def _fits(value: Mapping[str, Any]) -> bool:
    """Tell whether a default is one of the values that are listed, as far as any are."""
    given = value["default"] if value["type"] == "array" else [value["default"]]
    return "enum" not in value or all(each in value["enum"] for each in given)


def body_schemas(operation: Operation) -> dict[str, dict[str, Any]]:
    """Return the schema of the request's body for each media type that it is described for."""
    described = {}
    for where, media in MEDIA.items():
        facts = {fact.value["name"]: fact for fact in operation.of_kind("param") if fact.value["in"] == where}
        if facts:
            described[media] = _body_schema(facts)
    return described


def _body_schema(facts: Mapping[str, Fact]) -> dict[str, Any]:
    needed = [name for name, fact in facts.items() if fact.value["required"]]
    properties = {name: {**value_schema(fact.value), "x-source": [fact.id]} for name, fact in facts.items()}
    return {"type": "object", "properties": properties, **({"required": needed} if needed else {})}


def _request_body(operation: Operation, body_names: Mapping[str, str]) -> dict[str, Any]:
    facts = [fact for fact in operation.of_kind("param") if fact.value["in"] in MEDIA]
    content = {media: {"schema": {"$ref": f"#/components/schemas/{name}"}} for media, name in body_names.items()}
    return {
        "required": any(fact.value["required"] for fact in facts),
        "x-source": [fact.id for fact in facts],
        "content": content,
    }


def _responses(operation: Operation, schemas: Schemas) -> Iterator[tuple[int | str, dict[str, Any]]]:
    by_status: dict[int | str, list[Fact]] = {}
    for fact in operation.of_kind("response"):
        by_status.setdefault(fact.value["status"], []).append(fact)
    for status, facts in by_status.items():
        response: dict[str, Any] = {"description": _phrase(status), "x-source": [fact.id for fact in facts]}
        shown = [fact for fact in facts if _is_evidence(fact.value["body"])]
        if shown:
            media = {"schema": _schema(operation, shown, schemas), **_examples(shown)}
            yield status, {**response, "content": {"application/json": media}}
        else:
            yield status, {**response, "x-unconfirmed": "The page shows no body that tells its members."}


def _phrase(status: int | str) -> str:
    return f"{PHRASES.get(status, f'Status {status}')}."


def _schema(operation: Operation, responses: Sequence[Fact], schemas: Schemas) -> dict[str, Any]:
    kinds = {
        wanted: [each for each in responses if is_field_errors(operation, each) is wanted] for wanted in (True, False)
    }
    alternatives: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{FIELD_ERRORS}"}] if kinds[True] else []
    if kinds[False]:
        shape = merged(shape_of(each.value["body"]) for each in kinds[False])
        alternatives.append(schemas.schema(shape, _candidate(operation, kinds[False][0])))
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _examples(responses: Sequence[Fact]) -> dict[str, Any]:
    bodies = [each.value["body"] for each in responses]
    if len(bodies) == 1:
        return {"example": bodies[0]}
    return {"examples": {f"example{number}": {"value": body} for number, body in enumerate(bodies, start=1)}}
