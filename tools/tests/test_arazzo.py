"""The life of a user as an Arazzo workflow: it follows the document, and holds no key."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from syncano_contract import document
from syncano_contract.arazzo import workflow
from syncano_contract.cli import main
from syncano_contract.model import Problem
from syncano_contract.resources import DATA, DOCUMENT

TREE = document.read_tree(DOCUMENT)
OVERLAY = DATA / "overlays" / "syncano-platform.yaml"
USERS, USER = "/instances/{instance_name}/users/", "/instances/{instance_name}/users/{user_id}/"


def arazzo(*words: object) -> Result:
    return CliRunner().invoke(main, ["arazzo", *map(str, words)])


def steps(file: Path) -> dict[str, Any]:
    (flow,) = yaml.safe_load(file.read_text(encoding="utf-8"))["workflows"]
    return {step["stepId"]: step for step in flow["steps"]}


def sent(step: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in step["parameters"]}


def test_each_step_sends_the_keys_that_its_operation_needs(tmp_path: Path) -> None:
    arazzo("-o", tmp_path / "life.yaml")

    found = steps(tmp_path / "life.yaml")
    assert sent(found["add"]) == {"instance_name": "$inputs.instance_name", "X-API-KEY": "$inputs.api_key"}
    assert sent(found["reset"])["X-USER-KEY"] == "$steps.add.outputs.user_key"
    assert sent(found["lookByNewKey"])["X-USER-KEY"] == "$steps.reset.outputs.user_key"
    assert found["lookByOldKey"]["successCriteria"] == [{"condition": "$statusCode == 403"}]


def test_the_statuses_are_those_of_the_amended_document(tmp_path: Path) -> None:
    arazzo("-o", tmp_path / "life.yaml", "--overlay", OVERLAY)

    assert steps(tmp_path / "life.yaml")["add"]["successCriteria"][0] == {"condition": "$statusCode == 201"}


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        arazzo("-o", tmp_path / "deep" / name)

    assert (tmp_path / "deep" / "a.yaml").read_bytes() == (tmp_path / "deep" / "b.yaml").read_bytes()


def test_it_tells_when_the_document_that_it_calls_is_not_beside_it(tmp_path: Path) -> None:
    alone = arazzo("-o", tmp_path / "life.yaml")
    (tmp_path / "openapi-3.1.yaml").touch()

    assert f"openapi-3.1.yaml is not beside it; `syncano-contract bundle -o {tmp_path}`" in alone.stderr
    assert arazzo("-o", tmp_path / "life.yaml").stderr == ""


def without_a_reset(tree: Any) -> None:
    del tree["paths"]["/instances/{instance_name}/users/{user_id}/reset_key/"]


def without_403(tree: Any) -> None:
    del tree["paths"]["/instances/{instance_name}/user/"]["get"]["responses"]["403"]


def with_a_user_key_to_add(tree: Any) -> None:
    tree["paths"][USERS]["post"]["security"] = [{"ApiKey": [], "UserKeyHeader": []}]


def with_a_trace_id(tree: Any) -> None:
    added = {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string"}}
    tree["paths"][USER]["put"]["parameters"] = [added]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without_a_reset, "the document has no operation resetUserKey"),
        (without_403, "getUserDetails lists no status 403"),
        (with_a_user_key_to_add, "addUser needs the key UserKeyHeader"),
        (with_a_trace_id, "updateUser needs the parameter X-Trace"),
    ],
)
def test_a_document_that_lacks_what_it_needs_is_told(change: Callable[[Any], None], reason: str) -> None:
    tree = deepcopy(TREE)
    change(tree)

    with pytest.raises(Problem, match=reason):
        workflow(document.of(tree))


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = arazzo("-o", tmp_path / "file" / "life.yaml")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot write")


@pytest.mark.parametrize("content", [b"openapi: 3.1.0\n", b"- arazzo\n", b"a: [\n", b"\0\xff", b""])
def test_a_file_that_is_no_arazzo_document_is_not_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)

    result = arazzo("-o", tmp_path / "mine.yaml")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {tmp_path / 'mine.yaml'} is there and is no Arazzo document\n")
    assert (tmp_path / "mine.yaml").read_bytes() == content


def test_an_earlier_arazzo_document_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "life.yaml").write_text("arazzo: 1.0.0\n")

    assert arazzo("-o", tmp_path / "life.yaml").exit_code == 0
    assert "add" in steps(tmp_path / "life.yaml")
