"""Does the one gate find what is wrong with a document, at its place, and end in time whatever it is given?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from amended import ADD, SCHEMAS, TEXT, line_of, replaced
from syncano_contract import validation
from syncano_contract.model import Problem
from syncano_contract.validation import Finding, Gate, validate
from syncano_contract.validation.outline import Breach, Outline

TREE: dict[str, Any] = yaml.safe_load(TEXT)


def found(path: Path, text: str | bytes) -> list[tuple[str, int, str, str]]:
    """Return gate, line, pointer and sentence of what is found wrong with a text."""
    path = path / "openapi.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [(each.gate, each.line, each.pointer, each.sentence) for each in validate(path)]


def with_schemas(**schemas: Any) -> str:
    """Return the document as JSON with more schemas."""
    components = TREE["components"]
    more = components | {"schemas": components["schemas"] | schemas}
    return json.dumps(TREE | {"components": more}, indent=1)


def test_document_has_no_finding() -> None:
    assert validate() == []


def test_finding_is_one_line_of_text() -> None:
    finding = Finding("openapi.yaml", 123, "/paths/~1a~1/get", "summaries", "the operation has no summary")

    assert str(finding) == "openapi.yaml:123: /paths/~1a~1/get: the operation has no summary"


def test_finding_on_the_whole_document_has_no_pointer(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text("", encoding="utf-8")

    assert [str(each) for each in validate(path)] == [
        f"{path}:1: the file is empty: a document begins with `openapi: 3.1.0`"
    ]


def test_findings_stand_in_order_of_line_whatever_found_them(tmp_path: Path) -> None:
    text = replaced("summary: Add a user", "summary: ''").replace("addUser\n", "addUser\n      deprecated: yes\n", 1)
    text = text.replace("example: 10", "example: ten").replace(
        "type: integer\n        revision", "typ: x\n        revision"
    )
    findings = found(tmp_path, text)

    assert [line for _, line, _, _ in findings] == sorted(line for _, line, _, _ in findings)
    assert {gate for gate, *_ in findings} >= {"yaml", "openapi", "examples", "summaries"}


def test_absent_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot read"):
        validate(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    "case",
    [
        (
            "requestBodies/Credentials",
            "requestBodies/Credential",
            f"{ADD}/requestBody/$ref",
            'requestBodies/Credential"',
            "`#/components/requestBodies/Credential` leads nowhere: "
            "`#/components/requestBodies/Credentials` may be meant",
        ),
        (
            "#/components/schemas/Permission",
            "#/components/schemas/Zzz",
            f"{SCHEMAS}/Profile/properties/owner_permissions/$ref",
            "schemas/Zzz",
            "`#/components/schemas/Zzz` leads nowhere: mend it, or add what it names",
        ),
        (
            "#/components/schemas/Permission",
            "https://example.com/permission.yaml",
            f"{SCHEMAS}/Profile/properties/owner_permissions/$ref",
            "example.com",
            "`https://example.com/permission.yaml` leads out of the file: the document is one file",
        ),
        (
            "#/components/schemas/Permission",
            "#/components/responses/UserFound",
            f"{SCHEMAS}/Profile/properties/owner_permissions/$ref",
            'permissions:\n          $ref: "#/components/responses/UserFound"',
            "a schema is needed here, but `#/components/responses/UserFound` is a response",
        ),
        (
            "#/components/schemas/Permission",
            "#/info/title",
            f"{SCHEMAS}/Profile/properties/owner_permissions/$ref",
            "#/info/title",
            "a schema is needed here, but `#/info/title` is no part that a reference may mean",
        ),
        (
            '$ref: "#/components/schemas/Permission"',
            "$ref: 7",
            f"{SCHEMAS}/Profile/properties/owner_permissions/$ref",
            "$ref: 7",
            "the `$ref` is no text: write the JSON pointer of what is meant",
        ),
    ],
)
def test_reference_that_leads_nowhere_is_one_finding(tmp_path: Path, case: tuple[str, ...]) -> None:
    old, new, pointer, mark, sentence = case
    text = replaced(old, new)
    line = line_of(text, mark) + mark.count("\n")

    assert found(tmp_path, text)[:1] == [("references", line, pointer, sentence)]


def circles(path: Path, **schemas: Any) -> list[tuple[str, str]]:
    """Return pointer and sentence of what goes in a circle."""
    return [(pointer, told) for gate, _, pointer, told in found(path, with_schemas(**schemas)) if gate == "circles"]


def ref(name: str) -> dict[str, str]:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def test_schema_that_is_itself_goes_in_a_circle(tmp_path: Path) -> None:
    assert circles(tmp_path, A=ref("A")) == [
        (f"{SCHEMAS}/A/$ref", f"the reference goes in a circle: #{SCHEMAS}/A → #{SCHEMAS}/A")
    ]


def test_schemas_that_are_each_other_go_in_a_circle_once(tmp_path: Path) -> None:
    assert len(circles(tmp_path, A=ref("B"), B=ref("C"), C=ref("A"))) == 1


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_schema_composed_of_itself_goes_in_a_circle(tmp_path: Path, keyword: str) -> None:
    (circle,) = circles(tmp_path, A={keyword: [{"type": "object"}, ref("A")]})

    assert circle[0] == f"{SCHEMAS}/A/{keyword}/1/$ref"


def test_every_circle_is_told(tmp_path: Path) -> None:
    told = circles(tmp_path, A=ref("A"), B={"not": ref("B")}, C={"allOf": [{"anyOf": [ref("C")]}]})

    assert sorted(pointer for pointer, _ in told) == [
        f"{SCHEMAS}/A/$ref",
        f"{SCHEMAS}/B/not/$ref",
        f"{SCHEMAS}/C/allOf/0/anyOf/0/$ref",
    ]


def test_response_that_is_itself_goes_in_a_circle(tmp_path: Path) -> None:
    text = replaced("    UserFound:\n", '    UserFound:\n      $ref: "#/components/responses/UserFound"\n')

    assert ("circles", "/components/responses/UserFound/$ref") in [
        (gate, place) for gate, _, place, _ in found(tmp_path, text)
    ]


@pytest.mark.parametrize(
    "inner", [{"properties": {"a": ref("A")}}, {"items": ref("A")}, {"additionalProperties": ref("A")}]
)
def test_schema_may_have_itself_within(tmp_path: Path, inner: dict[str, Any]) -> None:
    gates = {gate for gate, *_ in found(tmp_path, with_schemas(A={"type": ["object", "array"], **inner}))}

    assert not gates & {"circles", "references", "openapi", "examples"}


@pytest.mark.parametrize(
    "case",
    [
        ("openapi: 3.1.0", "openapi: 3.0.3", "/openapi", "3.0.3", "does not match"),
        ('version: "1.1"', "version: 1.1", "/info/version", "version: 1.1", 'is not of type "string"'),
        (
            "    post:\n",
            "    post:\n      respones: {}\n",
            f"{ADD}/respones",
            "respones",
            "`respones` has no place here",
        ),
        ("in: path", "in: pth", "/components/parameters/InstanceName/in", "in: pth", "is not one of"),
        ("type: integer", "type: int", "/components/parameters/UserId/schema/type", "type: int\n", "is not valid"),
        ("type: object", "type: objct", f"{SCHEMAS}/Credentials/type", "objct", "is not valid"),
        ("    description: The users of", "    name: User #", "/tags", "tags:", "Duplicate tag"),
    ],
)
def test_what_is_not_openapi_is_told(tmp_path: Path, case: tuple[str, ...]) -> None:
    old, new, pointer, mark, sentence = case
    text = replaced(old, new).replace("  - name: Users\n    name", "  - name")
    told = [(line, place) for gate, line, place, why in found(tmp_path, text) if gate == "openapi" and sentence in why]

    assert (line_of(text, mark), pointer) in told


@pytest.mark.parametrize(
    "case",
    [
        ("example: 10", "example: ten", "", "/components/parameters/UserId/example", "example: ten"),
        (
            "password: wind's-howling-1272",
            "password: 7",
            "",
            "/components/requestBodies/Credentials/content/application~1json/example/password",
            "password: 7",
        ),
        (
            "{detail: Not found}",
            "{details: Not found}",
            "",
            "/components/responses/UserNotFound/content/application~1json/example",
            "{details:",
        ),
        (
            "[This field is required.]",
            "This field is required.",
            "",
            "/components/responses/CredentialsRefused/content/application~1json/examples/passwordMissing/value",
            "passwordMissing:\n              value",
        ),
        ("revision: 1", "revision: one", "", "/components/examples/UserAdded/value/profile/revision", "revision: one"),
        (
            '"2016-03-17T17:56:31.181939Z"',
            "yesterday",
            "",
            "/components/examples/UserAdded/value/profile/created_at",
            "yesterday",
        ),
        (
            "examples: [null]",
            "examples: [null]\n          type: string",
            "",
            f"{SCHEMAS}/Profile/properties/group/examples/0",
            "examples: [null]",
        ),
        ("enum: [none", "enum: [3", "", f"{SCHEMAS}/Permission/enum/0", "enum: [3"),
        (
            "type: integer",
            "type: integer\n          default: x",
            "    User:\n",
            f"{SCHEMAS}/User/properties/id/default",
            "default: x",
        ),
    ],
)
def test_example_that_does_not_fit_its_schema_is_told(tmp_path: Path, case: tuple[str, ...]) -> None:
    old, new, after, pointer, mark = case
    text = replaced(old, new, after)
    line = line_of(text, mark) + mark.count("\n")

    assert ("examples", line, pointer) in [each[:3] for each in found(tmp_path, text)]


def test_pattern_that_would_backtrack_for_ever_holds_nothing_up(tmp_path: Path) -> None:
    schema = {"type": "string", "pattern": "^(a+)+$", "default": "a" * 60 + "!"}

    assert f"{SCHEMAS}/A/default" in [place for _, _, place, _ in found(tmp_path, with_schemas(A=schema))]


def test_text_is_judged_further_where_its_flaws_allow(tmp_path: Path) -> None:
    text = replaced('"200":', "200:").replace("summary: Update a user", "summary: ''")

    assert [(gate, line) for gate, line, _, _ in found(tmp_path, text)] == [
        ("yaml", line_of(text, "200:")),
        ("summaries", line_of(text, "    put:")),
    ]


def test_further_gates_add_their_findings(tmp_path: Path) -> None:
    def kept(outline: Outline) -> Iterator[Breach]:
        yield Breach("/info/title", f"says {outline.tree['info']['title']}")

    path = tmp_path / "openapi.yaml"
    path.write_text(TEXT, encoding="utf-8")

    assert validate(path, [Gate("trace", kept)]) == [
        Finding(str(path), line_of(TEXT, "  title:"), "/info/title", "trace", "says Syncano user API")
    ]


def test_gate_waits_for_those_that_it_comes_after(tmp_path: Path) -> None:
    def never(_outline: Outline) -> Iterator[Breach]:
        yield Breach("", "must not run")

    path = tmp_path / "openapi.yaml"
    path.write_text(replaced("summary: Add a user", "summary: ''"), encoding="utf-8")

    assert {each.gate for each in validate(path, [Gate("trace", never, frozenset({"summaries"}))])} == {"summaries"}


def test_gate_that_raises_is_a_finding(tmp_path: Path) -> None:
    def broken(_outline: Outline) -> Iterator[Breach]:
        raise RecursionError("too\ndeep")

    (finding,) = validate(further=[Gate("trace", broken)])

    assert finding.sentence == "`trace` cannot judge the document: RecursionError: too deep"


def test_gate_that_kills_its_process_is_a_finding() -> None:
    def deadly(_outline: Outline) -> Iterator[Breach]:
        os._exit(1)

    (finding,) = validate(further=[Gate("trace", deadly)])

    assert "could not be judged: the process that did it died" in finding.sentence


def test_gate_that_does_not_end_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_outline: Outline) -> Iterator[Breach]:
        while True:
            pass

    monkeypatch.setattr(validation, "SECONDS", 0.2)

    (finding,) = validate(further=[Gate("trace", endless)])

    assert "could not be judged: it took longer than 0.2 s" in finding.sentence


def test_gate_stops_after_a_hundred_findings(tmp_path: Path) -> None:
    told = found(tmp_path, TEXT + "".join(f"k{number}: 1\n" for number in range(20_000)))

    assert len(told) == validation.MOST + 1
    assert told[-1][3] == "`openapi` stops here, after 100 findings"


def test_sentence_is_one_short_line(tmp_path: Path) -> None:
    told = found(tmp_path, with_schemas(A={"type": "x" * 5000}))

    assert all(len(sentence) <= validation.WIDTH and "\n" not in sentence for *_, sentence in told)


HOSTILE = {
    "alias bomb": "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(64)),
    "alias in itself": "openapi: &x [*x]\n",
    "broken": "openapi: [",
    "tab": "openapi: 3.1.0\ninfo:\n\ttitle: x\n",
    "duplicate": TEXT + "openapi: 3.1.0\n",
    "two documents": TEXT + "---\nopenapi: 3.1.0\n",
    "not UTF-8": TEXT.encode("utf-16"),
    "empty": "",
    "list": "- openapi\n",
    "only openapi": "openapi: 3.1.0\n",
    "python object": "openapi: !!python/object/apply:os.system [ls]\n",
    "over 10 MB": b"#" * 10_000_001,
    "9 MB of keys": TEXT + "".join(f"k{number}: 1\n" for number in range(700_000)),
    "many keys": TEXT + "".join(f"x-{number}: 1\n" for number in range(20_000)),
    "100,000 levels": "openapi: " + "[" * 100_000,
    "deep schema": replaced("  schemas:\n", f"  schemas:\n    Deep: {'{properties: {a: ' * 45}1{'}}' * 45}\n"),
    "everything a list": "".join(f"{key}: []\n" for key in TREE),
    "everything null": "".join(f"{key}:\n" for key in TREE),
    "everything true": "".join(f"{key}: true\n" for key in TREE),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_document_has_findings_and_no_traceback(tmp_path: Path, text: str | bytes) -> None:
    told = found(tmp_path, text)

    assert told or text == HOSTILE["many keys"]
    assert all(line >= 1 and sentence for _, line, _, sentence in told)
    assert "time" not in {gate for gate, *_ in told}


def test_nine_megabytes_of_prose_are_no_fault(tmp_path: Path) -> None:
    assert found(tmp_path, TEXT + "#" * 9_000_000) == []


KEYS = st.sampled_from([*TREE, "$ref", "schemas", "type", "properties", "/a/", "get", "responses", '"200"', "200", "x"])
VALUES = st.sampled_from(
    ["1", "null", "text", "[]", "{}", "'#/components/schemas/A'", "[{}, 1]", "*a", "&a {}", "\t", "!t"]
)


@settings(database=None, derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), KEYS, VALUES), max_size=12))
def test_no_small_text_makes_the_gate_crash(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[int, str, str]]
) -> None:
    text = "".join(f"{'  ' * depth}{key}: {value if depth % 2 else ''}\n" for depth, key, value in lines)

    assert found(tmp_path_factory.mktemp("small"), text)


@settings(database=None, derandomize=True, deadline=None, max_examples=60)
@given(st.data())
def test_no_line_left_out_or_doubled_makes_the_gate_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = TEXT.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(st.sampled_from(["", lines[place] * 2, f"  {lines[place]}", lines[place].lstrip()]))

    for _, line, _, sentence in found(tmp_path_factory.mktemp("lines"), "".join(lines)):
        assert line >= 1
        assert "cannot judge" not in sentence
