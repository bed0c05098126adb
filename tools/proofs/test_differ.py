"""Slow proof: whom changes of the document break, as `redocly diff` rates them in both directions."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml

from syncano_contract.differ import Version, breaks
from syncano_contract.document import read_tree
from syncano_contract.resources import DOCUMENT

Tree = dict[str, Any]
Change = Callable[[Tree], Any]
TREE = read_tree(DOCUMENT)
USERS, USER = "/instances/{instance_name}/users/", "/instances/{instance_name}/users/{user_id}/"
OWN = "/instances/{instance_name}/user/"


def changed(*changes: Change) -> Tree:
    """The document with changes made to it."""
    tree = deepcopy(TREE)
    for change in changes:
        change(tree)
    return tree


def schema(tree: Tree, name: str) -> Any:
    return tree["components"]["schemas"][name]


def member(tree: Tree, name: str, of: str) -> Any:
    return schema(tree, of)["properties"][name]


def operation(tree: Tree, path: str, method: str) -> Any:
    return tree["paths"][path][method]


def nothing(_: Tree) -> None:
    """Change nothing."""


def query(*, required: bool) -> Change:
    added = {"name": "q", "in": "query", "required": required, "schema": {"type": "string"}}
    return lambda tree: operation(tree, OWN, "get").update(parameters=[added])


def kinds(*values: str) -> Change:
    return lambda tree: schema(tree, "Credentials")["properties"].update(kind={"type": "string", "enum": [*values]})


def with_member(of: str, *, required: bool) -> Change:
    def change(tree: Tree) -> None:
        schema(tree, of)["properties"]["email"] = {"type": "string"}
        schema(tree, of)["required"] += ["email"] * required

    return change


def without_groups(tree: Tree) -> None:
    del schema(tree, "User")["properties"]["groups"]
    schema(tree, "User")["required"].remove("groups")


def answering_201(tree: Tree) -> None:
    responses = operation(tree, USERS, "post")["responses"]
    responses["201"] = responses.pop("200")


def also(tree: Tree, status: str) -> None:
    operation(tree, USERS, "post")["responses"][status] = {"description": "Another one."}


def typed(name: str, of: str, *types: str) -> Change:
    return lambda tree: member(tree, name, of).update(type=[*types])


def with_header(tree: Tree) -> None:
    header = {"required": True, "schema": {"type": "string"}}
    tree["components"]["responses"]["UserFound"]["headers"] = {"X-Quota": header}


BOTH, NOBODY = {"clients", "servers"}, set[str]()
C, S = {"clients"}, {"servers"}

# What is changed, before and after, and whom that breaks.
CASES: list[tuple[str, Change, Change, set[str]]] = [
    ("nothing", nothing, nothing, NOBODY),
    ("words", nothing, lambda tree: tree["info"].update(description="Other words."), NOBODY),
    ("an operation is gone", nothing, lambda tree: tree["paths"][USER].pop("put"), C),
    ("an operation is new", lambda tree: tree["paths"][USER].pop("put"), nothing, S),
    ("a path has another name", nothing, lambda tree: tree["paths"].update({"/me/": tree["paths"].pop(OWN)}), BOTH),
    ("an operationId is another", nothing, lambda tree: operation(tree, OWN, "get").update(operationId="getMe"), C),
    ("a request needs a new member", nothing, with_member("Credentials", required=True), C),
    ("a request may have a new member", nothing, with_member("Credentials", required=False), NOBODY),
    ("a request may go without", nothing, lambda tree: schema(tree, "Credentials")["required"].remove("password"), S),
    ("a request may not go without any more", lambda tree: schema(tree, "Credentials")["required"].pop(), nothing, C),
    ("a member of a request has another type", nothing, typed("password", "Credentials", "integer"), BOTH),
    ("a member of a request may be null", nothing, typed("password", "Credentials", "string", "null"), S),
    ("it may not any more", typed("password", "Credentials", "string", "null"), nothing, C),
    ("a request may have a further value", kinds("a"), kinds("a", "b"), S),
    ("a request may have a value no more", kinds("a", "b"), kinds("a"), C),
    (
        "a member of a request has a limit",
        nothing,
        lambda tree: member(tree, "password", "Credentials").update(maxLength=8),
        C,
    ),
    ("a member of a reply is gone", nothing, without_groups, C),
    ("a member of a reply may be left out", nothing, lambda tree: schema(tree, "User")["required"].remove("groups"), C),
    ("a reply has to show a new member", nothing, with_member("User", required=True), S),
    ("a member of a reply has another type", nothing, typed("id", "User", "string"), BOTH),
    ("a member of a reply may be null", nothing, typed("username", "User", "string", "null"), C),
    ("it may no more", typed("username", "User", "string", "null"), nothing, S),
    ("a reply may have a further value", nothing, lambda tree: schema(tree, "Permission")["enum"].append("own"), C),
    ("a reply may have a value no more", nothing, lambda tree: schema(tree, "Permission")["enum"].pop(), S),
    ("a reply has to have a header", nothing, with_header, S),
    ("there is a further status", nothing, lambda tree: also(tree, "409"), NOBODY),
    ("a status is gone", lambda tree: also(tree, "409"), nothing, BOTH),
    ("a success has another status", nothing, answering_201, BOTH),
    ("a parameter may be sent", nothing, query(required=False), S),
    ("a parameter has to be sent", query(required=False), query(required=True), C),
    ("a parameter is gone", query(required=False), nothing, C),
    (
        "a further key is needed",
        nothing,
        lambda tree: operation(tree, USERS, "post").update(security=[{"ApiKey": [], "UserKeyHeader": []}]),
        C,
    ),
    ("one key less is enough", nothing, lambda tree: operation(tree, USER, "put").update(security=[{"ApiKey": []}]), S),
    ("no key is needed", nothing, lambda tree: tree.update(security=[]), S),
    ("a form of the key is gone", nothing, lambda tree: operation(tree, OWN, "get")["security"].pop(), C),
    (
        "a key goes in another header",
        nothing,
        lambda tree: tree["components"]["securitySchemes"]["ApiKey"].update(name="X-KEY"),
        BOTH,
    ),
    ("the service has another address", nothing, lambda tree: tree["servers"][0].update(url="https://{host}/v2"), C),
]


@pytest.mark.parametrize(("before", "after", "whom"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_a_change_breaks_clients_or_servers_or_nobody(before: Change, after: Change, whom: set[str]) -> None:
    old, new = (
        Version(name, yaml.safe_dump(changed(change), sort_keys=False).encode())
        for name, change in (("old", before), ("new", after))
    )

    assert {each.whom for each in breaks(old, new, print)} == whom
