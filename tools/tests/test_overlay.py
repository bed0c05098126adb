"""Overlays amend the document as the Overlay Specification says, and what is wrong with one is told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from syncano_contract.document import load, read_tree
from syncano_contract.model import Problem
from syncano_contract.overlay import amended, apply, read
from syncano_contract.reference.faults import build, find
from syncano_contract.reference.kinds import KINDS
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Embedded
from syncano_contract.resources import DATA, DOCUMENT
from syncano_contract.run import run
from syncano_contract.settings import Depth, Settings
from syncano_contract.validation import validate

HEAD = 'overlay: 1.0.0\ninfo: {title: t, version: "1"}\nactions:\n'
OVERLAYS = DATA / "overlays"
TREE: dict[str, Any] = {
    "a": {"b": 1, "c": [1, 2], "d": {"e": "x"}},
    "list": [{"id": 1}, {"id": 2}, {"id": 3}],
}


def written(tmp_path: Path, actions: str, head: str = HEAD) -> Path:
    path = tmp_path / "overlay.yaml"
    path.write_text(head + actions)
    return path


def applied(tmp_path: Path, actions: str, tree: Any = None) -> Any:
    return apply(TREE if tree is None else tree, [read(written(tmp_path, actions))])


def refusal(tmp_path: Path, actions: str, head: str = HEAD) -> str:
    with pytest.raises(Problem) as refused:
        apply(TREE, [read(written(tmp_path, actions, head))])
    return refused.value.what.removeprefix(f"{tmp_path}/")


# --- what an action does ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ("  - {target: $.a, update: {f: 2}}", {"b": 1, "c": [1, 2], "d": {"e": "x"}, "f": 2}),
        ("  - {target: $.a, update: {b: 3}}", {"b": 3, "c": [1, 2], "d": {"e": "x"}}),
        ("  - {target: $.a, update: {b: null}}", {"b": None, "c": [1, 2], "d": {"e": "x"}}),
        ("  - {target: $.a, update: {c: [3], d: {g: [1]}}}", {"b": 1, "c": [1, 2, 3], "d": {"e": "x", "g": [1]}}),
        ("  - {target: $.a.c, update: 3}", {"b": 1, "c": [1, 2, 3], "d": {"e": "x"}}),
        ("  - {target: $.a.c, update: {h: 1}}", {"b": 1, "c": [1, 2, {"h": 1}], "d": {"e": "x"}}),
        ("  - {target: $.a.b, update: 7}", {"b": 7, "c": [1, 2], "d": {"e": "x"}}),
        ("  - {target: $.a.d, remove: true}", {"b": 1, "c": [1, 2]}),
        ("  - {target: '$.a.c[0]', remove: true}", {"b": 1, "c": [2], "d": {"e": "x"}}),
        ("  - {target: '$.a.c[*]', remove: true}", {"b": 1, "c": [], "d": {"e": "x"}}),
        ("  - {target: $.a, update: {f: 2}, remove: false}", {"b": 1, "c": [1, 2], "d": {"e": "x"}, "f": 2}),
    ],
)
def test_an_action_updates_or_removes_what_it_matches(tmp_path: Path, actions: str, expected: Any) -> None:
    assert applied(tmp_path, actions)["a"] == expected


def test_an_action_applies_to_all_that_it_matches(tmp_path: Path) -> None:
    tree = applied(tmp_path, "  - {target: '$.list[?@.id > 1]', update: {seen: [x]}}")

    assert tree["list"] == [{"id": 1}, {"id": 2, "seen": ["x"]}, {"id": 3, "seen": ["x"]}]


def test_actions_apply_in_order(tmp_path: Path) -> None:
    tree = applied(tmp_path, "  - {target: $.a, remove: true}\n  - {target: $, update: {a: {z: 1}}}")

    assert tree["a"] == {"z": 1}


def test_overlays_apply_one_after_the_other(tmp_path: Path) -> None:
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    first.write_text(f"{HEAD}  - {{target: $.a, update: {{new: {{}}}}}}")
    second.write_text(f"{HEAD}  - {{target: $.a.new, update: {{x: 1}}}}")

    assert apply(TREE, [read(first), read(second)])["a"]["new"] == {"x": 1}


def test_what_is_amended_is_a_copy_and_what_is_added_is_no_part_of_two_places(tmp_path: Path) -> None:
    tree = applied(tmp_path, "  - {target: '$.list[*]', update: {deep: {list: []}}}")

    assert "deep" not in TREE["list"][0]
    assert tree["list"][0]["deep"]["list"] is not tree["list"][1]["deep"]["list"]


# --- what is wrong with one -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ("  - {target: $.a.nothing, update: {f: 2}}", ":4: the target $.a.nothing matches nothing in the document"),
        ("  - {target: $.a, update: {b: 2}}\n  - {target: $.z, remove: true}", ":5: the target $.z matches nothing"),
        ("  - {target: $.a, update: 3}", ":4: plain value cannot be put to the object at /a"),
        ("  - {target: $.a, update: {c: {x: 1}}}", ":4: object cannot be put to the array at /a/c"),
        ("  - {target: $.a, update: {b: [1]}}", ":4: array cannot be put to the plain value at /a/b"),
        ("  - {target: $, remove: true}", ":4: the target $ is the whole document, which has to stay"),
        ("  - {target: 'paths.a', remove: true}", ":4: the target 'paths.a' is no JSONPath: "),
        ("  - {target: '', remove: true}", ":4: /actions/0/target: "),
        ("  - {target: '$.a[', remove: true}", ":4: the target '$.a[' is no JSONPath: "),
        ("  - {target: '$.a | $.b', remove: true}", ":4: the target '$.a | $.b' is no JSONPath: "),
        ("  - {update: {a: 1}}", ":4: /actions/0: "),
        ("  - {target: $.a}", ":4: /actions/0: "),
        ("  - {target: $.a, update: {a: 1}, remove: true}", ":4: /actions/0: "),
        ("  - {target: $.a, remove: false}", ":4: /actions/0: "),
        ("  - {target: $.a, update: null}", ":4: /actions/0"),
        ("  - {target: $.a, remove: 'yes'}", ":4: /actions/0"),
        ("  - {target: $.a, remove: true, updates: {}}", ":4: /actions/0: "),
        ("  []", ":3: /actions: "),
        ("  - {target: $.a, remove: true", ":5: column "),
        ("  - {target: $.a, remove: true, remove: true}", ":4: "),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, actions: str, message: str) -> None:
    assert refusal(tmp_path, actions).startswith(f"overlay.yaml{message}")


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0", "1.0", "'1'"])
def test_another_version_is_refused(tmp_path: Path, version: str) -> None:
    head = HEAD.replace("1.0.0", version)

    assert refusal(tmp_path, "  - {target: $.a, remove: true}", head).startswith("overlay.yaml:1: /overlay: ")


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot read") as refused:
        read(tmp_path / "nothing.yaml")

    assert refused.value.fix == "name an OpenAPI Overlay"


@pytest.mark.parametrize(("content", "what"), [("", "empty"), ("[]", "no mapping")])
def test_what_is_empty_is_told_with_how_an_overlay_begins(tmp_path: Path, content: str, what: str) -> None:
    (tmp_path / "overlay.yaml").write_text(content)

    with pytest.raises(Problem, match=rf":1: the file is {what}: an overlay begins with `overlay: 1\.0\.0`$"):
        read(tmp_path / "overlay.yaml")


USERS = "$.paths['/instances/{instance_name}/users/'].post"


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("{target: $.components.schemas.User, remove: true}", r".*openapi\.yaml:\d+: .*User"),
        ("{target: $.openapi, remove: true}", r".*openapi\.yaml:\d+: "),
        ("{target: $.paths, remove: true}", "the operation addUser is gone"),
        (f'{{target: "{USERS}", remove: true}}', "the operation addUser is gone"),
        (f'{{target: "{USERS}.operationId", remove: true}}', "the operation addUser is gone"),
        (f"{{target: \"{USERS}.responses['200']\", remove: true}}", "addUser has no status of a success"),
        (f'{{target: "{USERS}.responses", update: {{default: {{description: x}}}}}}', "the status default of addUser"),
    ],
)
def test_an_overlay_that_breaks_the_document_is_refused(tmp_path: Path, action: str, reason: str) -> None:
    with pytest.raises(Problem, match=rf"with overlay\.yaml the suite cannot be run: {reason}"):
        amended([written(tmp_path, f"  - {action}")])


def test_an_operation_without_an_id_goes_by_method_and_path(tmp_path: Path) -> None:
    added = "{target: $.paths, update: {/x/: {get: {responses: {'200': {description: x}}}}}}"

    assert amended([written(tmp_path, f"  - {added}")]).operation("get /x/").success == 200


# --- the overlay of the platform --------------------------------------------------------------------------------------

PLATFORM = OVERLAYS / "syncano-platform.yaml"


def test_every_kind_of_deployment_has_an_overlay() -> None:
    assert {f"{name}.yaml" for name in KINDS} == {path.name for path in OVERLAYS.iterdir()}


def test_the_amended_document_keeps_our_rules() -> None:
    assert validate(DOCUMENT, amend=lambda tree: apply(tree, [read(PLATFORM)])) == []


def test_the_platform_answers_201_and_documents_what_http_refuses_with() -> None:
    document = amended([PLATFORM])

    assert document.overlays == ("syncano-platform.yaml",)
    assert document.operation("addUser").success == 201
    assert [sorted(document.operation(name).shapes) for name in ("addUser", "getUserDetails")] == [
        [201, 400, 403, 404, 405, 406, 415, 429],
        [200, 403, 404, 405, 406, 429],
    ]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_deployment_of_a_kind_is_conformant_with_its_overlay_and_without_it_departs_only_as_known(name: str) -> None:
    settings = Settings(depth=Depth.QUICK)
    with Embedded(build([find(each) for each in KINDS[name]])) as embedded:
        target = seeded(embedded.url, embedded.seeds)
        with_it = run(target, amended([OVERLAYS / f"{name}.yaml"]), settings, lambda *_: None)
        without = run(target, load(), settings, lambda *_: None)

    assert failures(with_it) == ["MESSAGES-5"]  # a full stop, which no overlay makes the pages say
    assert failures(without) == ["MESSAGES-5", "SHAPE-1", "USERS-ADD-1"]
    assert with_it.overlays == (f"{name}.yaml",)


def failures(report: Any) -> list[str]:
    return sorted(result.requirement for result in report.results if result.verdict == "failed")


def test_the_document_is_what_yaml_says() -> None:
    assert read_tree(DOCUMENT) == yaml.safe_load(DOCUMENT.read_text())
