"""Files for Postman and Backstage: what is in them, and that the same document gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from syncano_contract import document, npm
from syncano_contract.model import Problem
from syncano_contract.portal_files import backstage, postman
from syncano_contract.published import published

TREE = published(document.load().tree)


def converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Put a shell script in the place of Node.js and the converter."""
    script = tmp_path / "node"
    script.write_text(f"#!/bin/sh\n{source}\n")
    script.chmod(0o755)
    monkeypatch.setattr(npm, "command", lambda *_: [str(script), "script.js"])
    monkeypatch.setattr(npm, "environment", dict)


def drawn() -> dict[str, Any]:
    """A collection as the converter makes it, with ids that are drawn."""
    reply = {"id": str(uuid4()), "name": "Added.", "body": '{"id": 10}'}
    request = {"id": str(uuid4()), "name": "Add a user", "response": [reply]}
    return {"info": {"_postman_id": str(uuid4()), "name": "API"}, "item": [{"name": "Users", "item": [request]}]}


def ids(made: dict[str, Any]) -> list[str]:
    (request,) = made["item"][0]["item"]
    return [made["info"]["_postman_id"], request["id"], request["response"][0]["id"]]


def test_a_collection_has_the_same_ids_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for _ in range(2):
        (tmp_path / "drawn.json").write_text(json.dumps(drawn()))
        converter(tmp_path, monkeypatch, f"cp {tmp_path}/drawn.json collection.json")
        made.append(postman.collection(TREE, print))

    assert made[0] == made[1]
    assert len(set(ids(made[0]))) == 3
    assert made[0]["item"][0]["item"][0]["response"][0]["body"] == '{"id": 10}'


def test_the_converter_gets_the_document_and_no_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "drawn.json").write_text(json.dumps(drawn()))
    source = f'cp openapi.json {tmp_path}; cat "$2" > {tmp_path}/loaded; cp {tmp_path}/drawn.json collection.json'
    converter(tmp_path, monkeypatch, source)

    postman.collection(TREE, print)

    assert json.loads((tmp_path / "openapi.json").read_text()) == TREE
    assert "Math.random = " in (tmp_path / "loaded").read_text()


def test_a_converter_that_fails_with_exit_code_0_is_no_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converter(tmp_path, monkeypatch, "echo; echo '  UserError: no paths' >&2; echo '    at convert' >&2")

    with pytest.raises(Problem, match=r"^no Postman collection can be made: UserError: no paths$"):
        postman.collection(TREE, print)


def test_the_entity_names_the_document_and_says_that_it_is_deprecated() -> None:
    entity = backstage.catalog(TREE, owner="group:default/api")

    assert (entity["apiVersion"], entity["kind"]) == ("backstage.io/v1alpha1", "API")
    assert entity["metadata"]["name"] == "syncano-user-api"
    assert entity["metadata"]["description"].startswith("Adds, updates and looks up the users")
    assert "\n" not in entity["metadata"]["description"]
    assert entity["metadata"]["tags"] == ["user", "users"]
    assert entity["spec"] == {
        "type": "openapi",
        "lifecycle": "deprecated",
        "owner": "group:default/api",
        "definition": {"$text": "./openapi-3.1.yaml"},
    }


def test_an_entity_of_little_is_one_that_backstage_takes() -> None:
    entity = backstage.catalog({"info": {"title": f"Ünusual  title, {'x' * 60} yes"}})

    assert entity["metadata"]["name"] == f"nusual-title-{'x' * 50}"
    assert entity["spec"]["lifecycle"] == "production"
    assert set(entity["metadata"]) == {"name", "title"}
