"""Does openapi.yaml say what the four pages say?

The tables were written from reading the pages, not from the document. That the document is sound, its examples fit and
the house rules are kept is said once, by `validate`: see test_validation.py and test_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

Node = dict[str, Any]

TEXT = (Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8")
DOCUMENT: Node = yaml.safe_load(TEXT)
COMPONENTS: Node = DOCUMENT["components"]

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}

FACTS = {
    "users-add": """
        method path auth text sample/curl sample/javascript sample/python
        param/instance_name param/username param/password
        response/200 response/400 response/403 response/404
    """,
    "users-update-put": """
        method path auth text sample/curl sample/javascript sample/python
        param/instance_name param/user_id param/username param/password
        response/200 response/400 response/403 response/404
    """,
    "user-details": """
        method path auth text callout/1 sample/curl sample/javascript sample/python
        param/instance_name param/user_key
        response/200 response/403 response/404
    """,
    "users-reset-user-key": """
        method path auth text sample/curl sample/javascript sample/python
        param/instance_name param/user_id
        response/200 response/403 response/404
    """,
}
FACT_IDS = {f"{slug}#{fact}" for slug, facts in FACTS.items() for fact in facts.split()}

USERS = "/instances/{instance_name}/users/"
OPERATIONS = {
    "addUser": ("post", USERS, "200 400 403 404"),
    "updateUser": ("put", USERS + "{user_id}/", "200 400 403 404"),
    "getUserDetails": ("get", "/instances/{instance_name}/user/", "200 403 404"),
    "resetUserKey": ("post", USERS + "{user_id}/reset_key/", "200 403 404"),
}

HEADERS = {"header X-API-KEY", "header X-USER-KEY"}
KEYS = {
    "addUser": [{"header X-API-KEY"}],
    "updateUser": [HEADERS],
    "getUserDetails": [HEADERS, {"header X-API-KEY", "query user_key"}],
    "resetUserKey": [HEADERS],
}

# What the pages show as the body of a refusal; where two operations share a response, both are here.
REFUSALS = [
    ("addUser", "400", {"password": ["This field is required."]}),
    ("addUser", "403", {"detail": "No such API Key."}),
    ("addUser", "404", {"detail": "Instance was not found."}),
    ("updateUser", "400", {"username": ["This field is required."]}),
    ("updateUser", "403", {"detail": "No such API Key."}),
    ("updateUser", "404", {"detail": "Not found"}),
    ("getUserDetails", "403", {"detail": "You do not have permission to perform this action."}),
    ("getUserDetails", "404", {"detail": "Instance was not found."}),
    ("resetUserKey", "403", {"detail": "No such API Key."}),
    ("resetUserKey", "404", {"detail": "Not found"}),
]

# The id, profile id and key of the user that the page of each operation shows.
USERS_SHOWN = {
    "addUser": (10, 37, "12h46d960dbf3ec62da2dea6bcasd1aade6sqv24388"),
    "updateUser": (10, 37, "818953a40108efa1327f9ab2064bbd293bce2dae"),
    "getUserDetails": (1, 1, "afd4bf084f71c8e7659e7a3e53e9df762c6fad9a"),
    "resetUserKey": (9, 33, "5e8a87b4c6f9efcb5428fc49e75538e20f043214"),
}

MEMBERS = {
    "Credentials": "username password",
    "User": "username profile links user_key groups id",
    "UserLinks": "profile self groups reset-key",
    "Profile": """
        channel_room group links group_permissions created_at owner_permissions updated_at
        other_permissions owner id channel revision
    """,
    "ProfileLinks": "owner self",
    "Group": "description id links label",
    "GroupLinks": "self users",
    "Error": "detail",
}


def resolve(node: Node) -> Node:
    """Follow the reference that the node may be."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def operations() -> Iterator[tuple[str, str, Node]]:
    """Yield method, path and operation."""
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            yield method, path, item[method]


def operation(name: str) -> Node:
    """Return the operation with that operationId."""
    return next(found for _, _, found in operations() if found["operationId"] == name)


def nodes(value: Any, pointer: str = "#") -> Iterator[tuple[str, Node]]:
    """Yield every mapping of the document that is not data of an example, with its pointer."""
    if isinstance(value, dict):
        yield pointer, value
        for key in value.keys() - {"example", "value"}:
            yield from nodes(value[key], f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nodes(item, f"{pointer}/{index}")


def examples_of(node: Node) -> Iterator[tuple[Any, Node]]:
    """Yield the examples of a media type, a parameter or a schema, each with its schema."""
    schema = node.get("schema", node)
    if "example" in node:
        yield node["example"], schema
    examples = node.get("examples", [])
    if isinstance(examples, list):
        yield from ((value, schema) for value in examples)
    elif "schema" in node:
        yield from ((resolve(named)["value"], schema) for named in examples.values())


def mistakes(value: Any, schema: Node) -> list[str]:
    """Tell what the schema finds wrong with the value, formats included."""
    rooted = schema | {"components": COMPONENTS}
    validator = jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


def cited() -> list[str]:
    """Return every fact id that the document names, with repetitions."""
    return [fact for _, node in nodes(DOCUMENT) for fact in node.get("x-source", [])]


def keys_of(name: str) -> list[set[str]]:
    """Return the ways to authorise an operation, each a set of places of keys."""
    ways = (DOCUMENT | operation(name))["security"]
    return [{place_of(scheme) for scheme in way} for way in ways]


def place_of(scheme: str) -> str:
    """Tell where a key travels, as `header X-API-KEY`."""
    found = COMPONENTS["securitySchemes"][scheme]
    return f"{found['in']} {found['name']}"


def body_of(reply: Node) -> Node:
    """Return the JSON media type of a request body or response."""
    body: Node = resolve(reply)["content"]["application/json"]
    return body


def shown(reply: Node) -> list[Any]:
    """Return the examples of a response."""
    return [value for value, _ in examples_of(body_of(reply))]


def test_document_keeps_its_width() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > 110] == []


def test_server_is_the_documented_one_with_a_variable_host() -> None:
    (server,) = DOCUMENT["servers"]

    assert server["url"] == "https://{host}/v1.1"
    assert server["variables"]["host"]["default"] == "api.syncano.io"


def test_version_is_deprecated_but_no_operation_is() -> None:
    assert DOCUMENT["info"]["x-deprecated"] is True
    assert "deprecated" in DOCUMENT["info"]["description"]
    assert [found["operationId"] for _, _, found in operations() if "deprecated" in found] == []


def test_operations_have_the_methods_paths_and_statuses_of_the_pages() -> None:
    described = {
        found["operationId"]: (method, path, " ".join(sorted(found["responses"])))
        for method, path, found in operations()
    }

    assert described == OPERATIONS


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_has_the_parameters_of_its_path(name: str) -> None:
    _, path, _ = OPERATIONS[name]
    item = DOCUMENT["paths"][path]
    parameters = [resolve(one) for one in item["parameters"] + operation(name).get("parameters", [])]

    assert [(one["name"], one["in"], one["required"]) for one in parameters] == [
        (placeholder, "path", True) for placeholder in re.findall(r"{(\w+)}", path)
    ]


def test_instance_names_are_strings_and_user_ids_integers() -> None:
    types = {one["name"]: one["schema"]["type"] for one in COMPONENTS["parameters"].values()}

    assert types == {"instance_name": "string", "user_id": "integer"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_asks_for_the_keys_that_its_page_shows(name: str) -> None:
    assert keys_of(name) == KEYS[name]


@pytest.mark.parametrize("name", ["addUser", "updateUser"])
def test_add_and_update_require_a_body_of_credentials(name: str) -> None:
    body = resolve(operation(name)["requestBody"])

    assert body["required"] is True
    assert body_of(body)["schema"] == {"$ref": "#/components/schemas/Credentials"}


@pytest.mark.parametrize("name", ["getUserDetails", "resetUserKey"])
def test_details_and_reset_have_no_body(name: str) -> None:
    assert "requestBody" not in operation(name)


@pytest.mark.parametrize(("name", "status", "body"), REFUSALS)
def test_refusal_of_a_page_is_an_example(name: str, status: str, body: Node) -> None:
    assert body in shown(operation(name)["responses"][status])


@pytest.mark.parametrize("name", OPERATIONS)
def test_user_of_a_page_is_the_example(name: str) -> None:
    (user,) = shown(operation(name)["responses"]["200"])

    assert (user["id"], user["profile"]["id"], user["user_key"]) == USERS_SHOWN[name]
    assert user["profile"]["owner"] == user["id"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_success_shows_a_user(name: str) -> None:
    success = operation(name)["responses"]["200"]

    assert body_of(success)["schema"] == {"$ref": "#/components/schemas/User"}


def test_every_source_is_a_fact_of_a_page() -> None:
    assert set(cited()) - FACT_IDS == set()


def test_every_fact_of_the_pages_is_the_source_of_something() -> None:
    assert FACT_IDS - set(cited()) == set()


@pytest.mark.parametrize("name", MEMBERS)
def test_schema_requires_just_the_members_that_the_pages_show(name: str) -> None:
    schema = COMPONENTS["schemas"][name]

    assert sorted(schema["required"]) == sorted(MEMBERS[name].split())
    assert schema["properties"].keys() == set(schema["required"])


def test_every_schema_with_members_is_named_and_in_the_table_above() -> None:
    with_members = {pointer for pointer, node in nodes(DOCUMENT) if isinstance(node.get("properties"), dict)}

    assert with_members == {f"#/components/schemas/{name}" for name in (*MEMBERS, "ValidationErrors")}


def test_user_key_is_any_string() -> None:
    user_key = COMPONENTS["schemas"]["User"]["properties"]["user_key"]

    assert mistakes("12h46d960dbf3ec62da2dea6bcasd1aade6sqv24388", user_key) == []
    assert mistakes("5e8a87b4c6f9efcb5428fc49e75538e20f043214", user_key) == []
    assert mistakes(7, user_key) != []


@pytest.mark.parametrize("permission", ["none", "read", "write", "full"])
def test_permission_may_be_any_of_the_four_in_use(permission: str) -> None:
    assert mistakes(permission, COMPONENTS["schemas"]["Permission"]) == []
    assert COMPONENTS["schemas"]["Permission"]["x-unconfirmed"]


@pytest.mark.parametrize("member", ["channel", "channel_room", "group"])
@pytest.mark.parametrize("value", [None, 1, "news", {"id": 1}])
def test_member_that_the_pages_only_show_as_null_may_be_anything(member: str, value: Any) -> None:
    schema = COMPONENTS["schemas"]["Profile"]["properties"][member]

    assert mistakes(value, schema) == []
    assert schema["x-unconfirmed"]


@pytest.mark.parametrize(
    "body",
    [
        {"username": ["Taken."], "password": ["Short."]},
        {"username": ["Taken."], "code": "invalid", "detail": "Invalid."},
        {"detail": "Unreadable."},
    ],
)
def test_bad_request_may_name_fields_or_give_a_detail(body: Node) -> None:
    assert mistakes(body, body_of(COMPONENTS["responses"]["CredentialsRefused"])["schema"]) == []


@pytest.mark.parametrize("body", [{"username": "Taken."}, {"password": [1]}, ["Taken."], "Taken."])
def test_bad_request_of_another_shape_is_told_apart(body: Any) -> None:
    assert mistakes(body, body_of(COMPONENTS["responses"]["CredentialsRefused"])["schema"]) != []


def test_added_user_links_to_update_reset_and_details() -> None:
    links = resolve(operation("addUser")["responses"]["200"])["links"]
    instance = {"instance_name": "$request.path.instance_name"}
    user = instance | {"user_id": "$response.body#/id"}

    assert {link["operationId"]: link["parameters"] for link in links.values()} == {
        "updateUser": user,
        "resetUserKey": user,
        "getUserDetails": instance,
    }
