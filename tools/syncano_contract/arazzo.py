"""The life of a user as an Arazzo 1.0 workflow, made from the document.

Keys, names and passwords are its inputs, so that none is ever in the file. Each step sends its keys as the operation's
first security requirement has it, and succeeds by the status that the document lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncano_contract.document import Document, Operation
from syncano_contract.model import Problem
from syncano_contract.published import published

VERSION = "1.0.1"
SOURCE = "openapi-3.1.yaml"  # the published form beside it, as `bundle` names that
FIX = "leave that to an overlay that this workflow is made without"

INPUTS: Mapping[str, Mapping[str, str]] = {
    "instance_name": {"description": "The instance that the user is added to."},
    "api_key": {"description": "A key of the instance that may add users.", "format": "password"},
    "username": {"description": "A name that no user of the instance has."},
    "new_username": {"description": "Another such name, which the update gives the user."},
    "password": {"description": "The password that the user gets.", "format": "password"},
}
API_KEY, ID = "$inputs.api_key", "$steps.add.outputs.id"
FIRST_KEY, SECOND_KEY = "$steps.add.outputs.user_key", "$steps.reset.outputs.user_key"
FIRST_NAME, SECOND_NAME = "$inputs.username", "$inputs.new_username"
BY_PATH = {"instance_name": "$inputs.instance_name", "user_id": ID}
BODY = "$response.body#"


@dataclass(frozen=True)
class Turn:
    """One step of the life: the operation, what it is called with, and what its reply shows by JSON Pointer.

    Without a `status` it is the documented one of a success.
    """

    id: str
    told: str
    operation: str
    user_key: str = ""
    username: str = ""
    shows: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    status: int | None = None


def _is(member: str, value: str) -> str:
    return f"{BODY}/{member} == {value}"


LIFE = (
    Turn("add", "Add a user.", "addUser", "", FIRST_NAME, (_is("username", FIRST_NAME),), ("id", "user_key")),
    Turn("look", "Their key leads to them.", "getUserDetails", FIRST_KEY, "", (_is("id", ID),)),
    Turn("update", "Give them another name.", "updateUser", FIRST_KEY, SECOND_NAME, (_is("username", SECOND_NAME),)),
    Turn("lookAtName", "The name is kept.", "getUserDetails", FIRST_KEY, "", (_is("username", SECOND_NAME),)),
    Turn(
        "reset",
        "Give them another key.",
        "resetUserKey",
        FIRST_KEY,
        "",
        (_is("id", ID), f"{BODY}/user_key != {FIRST_KEY}"),
        ("user_key",),
    ),
    Turn("lookByNewKey", "The new key leads to them.", "getUserDetails", SECOND_KEY, "", (_is("id", ID),)),
    Turn("lookByOldKey", "The old key is refused.", "getUserDetails", FIRST_KEY, status=403),
)


def workflow(document: Document) -> dict[str, Any]:
    """Return the Arazzo description; raises Problem where the document lacks what the life of a user needs."""
    tree = published(document.tree)
    return {
        "arazzo": VERSION,
        "info": {"title": f"{tree['info']['title']}: the life of a user", "version": document.version},
        "sourceDescriptions": [{"name": "users", "url": f"./{SOURCE}", "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "lifeOfAUser",
                "summary": "Add a user, look them up, rename them and reset their key, and find the old key refused.",
                "inputs": {
                    "type": "object",
                    "required": [*INPUTS],
                    "properties": {name: {"type": "string", **told} for name, told in INPUTS.items()},
                },
                "steps": [_step(tree, _operation(document, turn), turn) for turn in LIFE],
                "outputs": {"id": ID, "user_key": SECOND_KEY},
            }
        ],
    }


def _operation(document: Document, turn: Turn) -> Operation:
    try:
        operation = document.operation(turn.operation)
    except KeyError as error:
        raise Problem(f"the document has no operation {turn.operation}", FIX) from error
    if turn.status not in (None, *operation.shapes):
        raise Problem(f"{turn.operation} lists no status {turn.status}, which an old key gets", FIX)
    return operation


def _step(tree: Mapping[str, Any], operation: Operation, turn: Turn) -> dict[str, Any]:
    described = tree["paths"][operation.path][operation.method.lower()]
    conditions = (f"$statusCode == {turn.status or operation.success}", *turn.shows)
    body = {"username": turn.username, "password": "$inputs.password"}
    return {
        "stepId": turn.id,
        "description": turn.told,
        "operationId": operation.id,
        "parameters": [*_places(described), *_keys(tree, described, turn)],
        **({"requestBody": {"contentType": "application/json", "payload": body}} if turn.username else {}),
        "successCriteria": [{"condition": condition} for condition in conditions],
        **({"outputs": {name: f"{BODY}/{name}" for name in turn.keeps}} if turn.keeps else {}),
    }


def _places(described: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield what goes into the path; raises Problem for a parameter that has to be sent and is none that we know."""
    for parameter in described.get("parameters", []):
        name, place = parameter["name"], parameter["in"]
        if place == "path" and name in BY_PATH:
            yield {"name": name, "in": place, "value": BY_PATH[name]}
        elif parameter.get("required"):
            raise Problem(f"{described['operationId']} needs the parameter {name}, which has no value here", FIX)


def _keys(tree: Mapping[str, Any], described: Mapping[str, Any], turn: Turn) -> Iterator[dict[str, str]]:
    """Yield the keys of the first security requirement, each in its place."""
    values = {"ApiKey": API_KEY, "UserKeyHeader": turn.user_key, "UserKeyQuery": turn.user_key}
    for name in next(iter(described.get("security", tree.get("security", []))), {}):
        scheme = tree["components"]["securitySchemes"][name]
        if not values.get(name):
            raise Problem(f"{described['operationId']} needs the key {name}, which has no value here", FIX)
        yield {"name": scheme["name"], "in": scheme["in"], "value": values[name]}
