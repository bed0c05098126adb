"""The document as values: what openapi.yaml gives, and what is said of a file that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncano_contract.document import Document, Shape, load, resolve
from syncano_contract.model import Problem

TREE = """\
openapi: 3.1.0
info: {title: T, version: "7"}
paths:
  /a.b/{name}/:
    x-source: [p#path]
    get:
      operationId: getIt
      summary: Get it.
      responses:
        "201": {$ref: "#/components/responses/Made"}
        "204": {description: none}
        "404":
          description: no
          headers: {X-B: {schema: {type: integer}}, X-A: {required: true, schema: {type: string}}}
    post: {operationId: makeIt, responses: {"200": {description: yes}}}
components:
  responses:
    Made: {description: made, x-source: [p#201, p#path], content: {a/json: {schema: {$ref: "#/components/schemas/It"}}}}
  schemas:
    It: {type: object, required: [id], properties: {id: {type: integer}}}
"""


@pytest.fixture(scope="module")
def contract() -> Document:
    return load()


@pytest.fixture
def small(tmp_path: Path) -> Document:
    (tmp_path / "d.yaml").write_text(TREE, encoding="utf-8")
    return load(tmp_path / "d.yaml")


def test_the_contract_has_four_operations(contract: Document) -> None:
    assert {operation.id: (operation.method, operation.path) for operation in contract.operations} == {
        "addUser": ("POST", "/instances/{instance_name}/users/"),
        "updateUser": ("PUT", "/instances/{instance_name}/users/{user_id}/"),
        "resetUserKey": ("POST", "/instances/{instance_name}/users/{user_id}/reset_key/"),
        "getUserDetails": ("GET", "/instances/{instance_name}/user/"),
    }


@pytest.mark.parametrize(
    ("operation_id", "statuses", "writes"),
    [
        ("addUser", [200, 400, 403, 404], True),
        ("updateUser", [200, 400, 403, 404], True),
        ("resetUserKey", [200, 403, 404], True),
        ("getUserDetails", [200, 403, 404], False),
    ],
)
def test_an_operation_has_the_statuses_of_its_page(
    contract: Document, operation_id: str, statuses: list[int], writes: bool
) -> None:
    operation = contract.operation(operation_id)

    assert sorted(operation.shapes) == statuses
    assert operation.success == 200
    assert operation.writes is writes


def test_every_documented_reply_is_json_with_a_schema(contract: Document) -> None:
    shapes = [shape for operation in contract.operations for shape in operation.shapes.values()]

    assert {shape.media_types for shape in shapes} == {("application/json",)}
    assert all(shape.validator is not None for shape in shapes)


def test_the_version_and_the_sources_are_the_documents(contract: Document) -> None:
    assert contract.version == "1.1"
    assert {"users-add#response/400", "user-details#callout/1"} <= contract.sources


def test_an_unknown_operation_is_a_key_error(contract: Document) -> None:
    with pytest.raises(KeyError):
        contract.operation("removeUser")


@pytest.mark.parametrize(
    ("method", "path", "operation_id", "parameters"),
    [
        ("POST", "/instances/rivia/users/", "addUser", {"instance_name": "rivia"}),
        ("put", "/instances/rivia/users/7/", "updateUser", {"instance_name": "rivia", "user_id": "7"}),
        ("PUT", "/instances/a%20b/users/%2F/", "updateUser", {"instance_name": "a b", "user_id": "/"}),
        ("POST", "/instances/r/users/7/reset_key/", "resetUserKey", {"instance_name": "r", "user_id": "7"}),
        ("GET", "/instances/rivia/user/", "getUserDetails", {"instance_name": "rivia"}),
    ],
)
def test_a_method_and_a_path_address_an_operation(
    contract: Document, method: str, path: str, operation_id: str, parameters: dict[str, str]
) -> None:
    matched = contract.match(method, path)

    assert matched == (contract.operation(operation_id), parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/instances/rivia/users/"),
        ("DELETE", "/instances/rivia/users/7/"),
        ("POST", "/instances/rivia/users"),
        ("POST", "/instances/rivia/users/\n"),
        ("POST", "/instances//users/"),
        ("POST", "/instances/a/b/users/"),
        ("GET", "/v1.1/instances/rivia/user/"),
        ("GET", "/instances/rivia/user/x"),
        ("GET", ""),
    ],
)
def test_what_is_no_documented_method_and_path_addresses_nothing(contract: Document, method: str, path: str) -> None:
    assert contract.match(method, path) is None


def test_a_shape_tells_pointer_media_type_and_headers(small: Document) -> None:
    shapes = small.operation("getIt").shapes

    assert shapes[201].pointer == "/components/responses/Made"
    assert shapes[201].media_types == ("a/json",)
    assert shapes[404].pointer == "/paths/~1a.b~1{name}~1/get/responses/404"
    assert [(name, required) for name, required, _ in shapes[404].headers] == [("X-A", True), ("X-B", False)]
    assert shapes[204] == Shape("/paths/~1a.b~1{name}~1/get/responses/204", (), None, ())


def test_a_schema_is_judged_with_what_it_refers_to(small: Document) -> None:
    validator = small.operation("getIt").shapes[201].validator

    assert validator is not None
    assert validator.is_valid({"id": 1, "more": None})
    assert not validator.is_valid({"id": "1"})


def test_the_success_is_the_lowest_2xx(small: Document) -> None:
    assert small.operation("getIt").success == 201


def test_a_dot_in_a_path_is_a_dot(small: Document) -> None:
    assert small.match("GET", "/a.b/x/") == (small.operation("getIt"), {"name": "x"})
    assert small.match("GET", "/a-b/x/") is None


def test_the_sources_are_gathered_from_everywhere(small: Document) -> None:
    assert small.sources == {"p#path", "p#201"}


def test_a_reference_is_followed_to_its_end() -> None:
    tree = {"a/b": {"$ref": "#/c~d"}, "c~d": {"e": {"x": 1}}}

    assert resolve(tree, {"$ref": "#/a~1b"}) == {"e": {"x": 1}}
    assert resolve(tree, {"y": 2}) == {"y": 2}


def test_a_reference_may_be_percent_encoded(tmp_path: Path) -> None:
    encoded = TREE.replace("#/components/responses/Made", "#/components/responses/%4Dade")
    (tmp_path / "d.yaml").write_text(encoded, encoding="utf-8")

    (shape, *_) = load(tmp_path / "d.yaml").operation("getIt").shapes.values()

    assert (shape.pointer, shape.media_types) == ("/components/responses/Made", ("a/json",))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"a: [1", "{path} is not YAML: "),
        (b"\xff\xfe\xfa", "{path} is not YAML: "),
        (b"a: \x01", "{path} is not YAML: "),
        (b"- 1", "{path} is no OpenAPI document: it has no paths"),
        (b"", "{path} is no OpenAPI document: it has no paths"),
        (b"info: {version: 1}", "{path} is no OpenAPI document: it has no paths"),
    ],
)
def test_a_file_that_is_no_document_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "d.yaml"
    path.write_bytes(content)

    with pytest.raises(Problem) as caught:
        load(path)

    assert caught.value.what.startswith(what.format(path=path))


def test_a_document_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        load(tmp_path / "d.yaml")

    assert caught.value.what == f"cannot read {tmp_path}/d.yaml: No such file or directory"
    assert caught.value.fix == "name an OpenAPI document"
