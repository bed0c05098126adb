"""The published forms: valid, self-contained, the same each time, and equal in meaning to openapi.yaml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from click.testing import CliRunner
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

from syncano_contract.cli import main
from syncano_contract.document import DIALECT, load
from syncano_contract.model import Problem
from syncano_contract.overlay import amended
from syncano_contract.published import in_30, published
from syncano_contract.resources import DATA

DOCUMENT = load()
NEWEST = published(DOCUMENT.tree)
OLDER = in_30(NEWEST)
SCHEMAS = sorted(NEWEST["components"]["schemas"])
PLATFORM = DATA / "overlays" / "syncano-platform.yaml"
OTHERS: tuple[Any, ...] = (None, True, 0, 1.5, "", "x", [], {}, ["x"], {"x": 1})


def by_31(tree: Any, name: str, value: Any) -> bool:
    components = {"schemas": tree["components"]["schemas"]}
    schema = {"$schema": DIALECT, "components": components, "$ref": f"#/components/schemas/{name}"}
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


def by_30(tree: Any, name: str, value: Any) -> bool:
    schema = {"components": tree["components"], "allOf": [{"$ref": f"#/components/schemas/{name}"}]}
    return bool(OAS30Validator(schema).is_valid(value))


def examples(name: str) -> Iterator[Any]:
    """Yield values that have the shape of a schema: those of the document's examples that are or hold one."""
    for example in DOCUMENT.tree["components"]["examples"].values():
        yield from (value for value in inside(example["value"]) if by_31(DOCUMENT.tree, name, value))
    yield from ({"username": "a", "password": "b"}, {"username": ["x"]}, {"detail": "x"}, "full")


def inside(value: Any) -> Iterator[Any]:
    yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(each)


def altered(value: Any) -> Iterator[Any]:
    """Yield the value, and it with each of its members taken away or replaced by something else."""
    yield value
    for name in list(value) if isinstance(value, dict) else ():
        without = {key: each for key, each in value.items() if key != name}
        yield without
        yield from ({**value, name: other} for other in OTHERS)
        yield from ({**value, name: inner} for inner in altered(value[name]) if isinstance(value[name], dict))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_same_bodies_are_valid_or_not_in_all_three(name: str) -> None:
    bodies = [each for example in examples(name) for each in altered(example)] + list(OTHERS)

    verdicts = [
        (by_31(DOCUMENT.tree, name, each), by_31(NEWEST, name, each), by_30(OLDER, name, each)) for each in bodies
    ]

    assert [each for each in verdicts if len(set(each)) > 1] == []
    assert {each[0] for each in verdicts} == {True, False}


@pytest.mark.parametrize("tree", [NEWEST, OLDER], ids=["3.1", "3.0"])
def test_a_published_form_is_valid_and_says_nothing_that_only_we_read(tree: Any) -> None:
    validate(tree)

    text = json.dumps(tree)
    assert "x-source" not in text
    assert "x-unconfirmed" not in text


@pytest.mark.parametrize("tree", [NEWEST, OLDER], ids=["3.1", "3.0"])
def test_the_only_references_are_those_to_schemas(tree: Any) -> None:
    found = {value["$ref"] for value in inside(tree) if isinstance(value, dict) and "$ref" in value}

    assert {reference.rpartition("/")[0] for reference in found} == {"#/components/schemas"}
    assert sorted(tree["components"]) == ["schemas", "securitySchemes"]


def test_operations_have_their_parameters_and_the_header_form_of_the_user_key_first() -> None:
    item = NEWEST["paths"]["/instances/{instance_name}/users/{user_id}/"]

    assert "parameters" not in item
    assert [each["name"] for each in item["put"]["parameters"]] == ["instance_name", "user_id"]
    details = NEWEST["paths"]["/instances/{instance_name}/user/"]["get"]
    assert [sorted(each) for each in details["security"]] == [["ApiKey", "UserKeyHeader"], ["ApiKey", "UserKeyQuery"]]


def test_operations_are_the_same_in_number_statuses_and_ids() -> None:
    for tree in (NEWEST, OLDER):
        found = [each for item in tree["paths"].values() for each in item.values()]
        assert {each["operationId"]: sorted(each["responses"]) for each in found} == {
            each.id: sorted(map(str, each.shapes)) for each in DOCUMENT.operations
        }


# --- what 3.0 says otherwise ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string"]}, {"type": "string"}),
        ({"const": 1}, {"enum": [1]}),
        ({"examples": [None, 2]}, {"example": None}),
        ({"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/A"}),
        (
            {"$ref": "#/components/schemas/A", "description": "x"},
            {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "x"},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            {"anyOf": [{"type": "string", "nullable": True}]},
        ),
        ({"properties": {"const": {"const": 1}}}, {"properties": {"const": {"enum": [1]}}}),
        ({"items": {"type": ["integer", "null"]}}, {"items": {"type": "integer", "nullable": True}}),
        ({"additionalProperties": False, "x-a": {"const": 1}}, {"additionalProperties": False, "x-a": {"const": 1}}),
    ],
)
def test_a_schema_is_said_in_the_words_of_30(schema: Any, expected: Any) -> None:
    tree = deepcopy(NEWEST)
    tree["components"]["schemas"] = {"B": schema}

    assert in_30(tree)["components"]["schemas"]["B"] == expected


@pytest.mark.parametrize("value", [None, "x", 1, {"a": 1}, {"a": "x"}, {}])
def test_a_reference_or_null_takes_the_same_in_both(value: Any) -> None:
    tree = deepcopy(NEWEST)
    named = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
    tree["components"]["schemas"] = {"A": named, "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]}}

    assert by_30(in_30(tree), "B", value) is by_31(tree, "B", value)


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"prefixItems": []}, "/components/schemas/B/prefixItems: OpenAPI 3.0 has no `prefixItems`"),
        ({"type": ["string", "integer"]}, "/components/schemas/B/type: OpenAPI 3.0 takes one type"),
        ({"properties": {"a": {"if": {}}}}, "/components/schemas/B/properties/a/if: OpenAPI 3.0 has no `if`"),
    ],
)
def test_what_30_cannot_say_is_refused_with_its_place(schema: Any, place: str) -> None:
    tree = deepcopy(NEWEST)
    tree["components"]["schemas"] = {"B": schema}

    with pytest.raises(Problem, match=place):
        in_30(tree)


def test_an_example_is_no_schema_whatever_its_members_are_called() -> None:
    tree = deepcopy(NEWEST)
    tree["paths"] = {
        "/a/": {"get": {"responses": {"200": {"content": {"a/b": {"example": {"schema": {"const": 1}}}}}}}}
    }

    assert in_30(tree)["paths"] == tree["paths"]


def test_the_amended_document_is_published_too() -> None:
    tree = in_30(published(amended([PLATFORM]).tree))

    validate(tree)
    assert tree["components"]["schemas"]["Group"]["properties"]["name"] == {"type": "string", "nullable": True}


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_writes_four_files_that_say_the_same_each_time(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        result = CliRunner().invoke(main, ["bundle", "-o", str(tmp_path / folder)])
        assert result.exit_code == 0

    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["openapi-3.0.json", "openapi-3.0.yaml", "openapi-3.1.json", "openapi-3.1.yaml"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    for version, tree in (("3.0", OLDER), ("3.1", NEWEST)):
        assert json.loads((tmp_path / "one" / f"openapi-{version}.json").read_text()) == tree
        assert yaml.safe_load((tmp_path / "one" / f"openapi-{version}.yaml").read_text()) == tree


def test_the_command_takes_overlays_and_says_what_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["bundle", "-o", str(tmp_path), "--overlay", str(PLATFORM)])
    assert '"201"' in (tmp_path / "openapi-3.1.json").read_text()
    assert result.exit_code == 0

    result = CliRunner().invoke(main, ["bundle", "-o", str(tmp_path), "--overlay", str(tmp_path / "none.yaml")])
    assert (result.exit_code, "cannot read" in result.output) == (2, True)
