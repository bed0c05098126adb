"""Facts, document and requirements lead to each other; no single change of the document goes unnoticed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from edits import Edit, altered, deleted, edits, stated
from syncano_contract import document, run
from syncano_contract.model import Fact, Level, PageRef, Requirement
from syncano_contract.report.trace import to_html, to_json, to_table
from syncano_contract.trace import State, Trace, trace
from validated import FACTS, findings, stands_at

DOCUMENT = document.load()
REQUIREMENTS = run.requirements()
EDITS = {edit.name: edit for edit in edits(dict(DOCUMENT.tree))}
STATED = {edit.name for edit in stated(dict(DOCUMENT.tree))}


def traced(tree: Any = DOCUMENT.tree, facts: tuple[Fact, ...] = FACTS) -> Trace:
    return trace(tree, facts, REQUIREMENTS)


def states(found: Trace) -> dict[str, State]:
    return {each.fact.id: each.state for each in found.facts}


def test_every_fact_is_kept_or_departed_from_with_a_reason() -> None:
    found = traced()

    departed = {name for name, state in states(found).items() if state is State.DEPARTED}
    assert found.gaps == ()
    assert State.MISSING not in states(found).values()
    assert departed == {
        "user-details#repair/3",  # the user key among the path parameters
        "user-details#sample/python",  # looks a user up by id
        "users-reset-user-key#repair/3",  # /v1
        "users-reset-user-key#sample/curl",
        "users-update-put#sample/python",  # sends a name alone
    }
    assert all(each.reason for each in found.facts if each.state is State.DEPARTED)


def test_facts_lead_to_the_place_that_has_them() -> None:
    pointers = {each.fact.id: each.pointer for each in traced().facts}

    assert pointers["users-add#method"] == "/paths/~1instances~1{instance_name}~1users~1/post"
    assert pointers["users-add#param/password"] == "/components/schemas/Credentials/properties/password"
    assert pointers["user-details#param/user_key"] == "/components/securitySchemes/UserKeyQuery"
    assert pointers["users-reset-user-key#response/404"] == "/components/responses/UserNotFound"
    assert pointers["users-add#auth"] == "/security"


def test_facts_that_http_shows_are_verified_and_the_others_say_why_not() -> None:
    found = {each.fact.id: each for each in traced().facts}

    assert "USERS-ADD-5" in found["users-add#response/400"].verified_by
    assert found["users-add#page"].untested == "where a page stands in its manual is nothing that a deployment shows"
    assert all(each.verified_by or each.untested for each in found.values())


@pytest.mark.parametrize("name", sorted(STATED))
def test_no_single_change_of_what_pages_state_goes_unnoticed(name: str) -> None:
    found = traced(EDITS[name].made(dict(DOCUMENT.tree)))

    said = " ".join(f"{gap.pointer} {gap.sentence}" for gap in found.gaps)
    assert said
    assert any(word in said for word in words_of(name)), said


SORTS = [
    "/paths/",
    "/responses/",
    "/parameters/",
    "/required",
    "/type",
    "/examples/",
    "/security",
    "/servers",
    "/enum",
    "/links/",
    "/format",
    "/properties/",
    "/additionalProperties",
    "/$ref",
    "/info/",
]


def words_of(edit: str) -> list[str]:
    """The names on the way to what was changed, the general ones left out."""
    steps = edit.split(" ")[1].split("/")[1:]
    general = {"components", "paths", "schemas", "responses", "parameters", "properties", "value", "content"}
    return [step for step in steps if len(step) > 1 and step not in general]


def test_there_are_more_than_sixty_changes_of_every_sort() -> None:
    assert len(EDITS) > 500
    for sort in SORTS:
        assert sum(sort in name for name in EDITS) >= 3, sort


def change_of(make: Callable[..., Edit], *words: Any) -> Trace:
    return traced(make(*words).made(dict(DOCUMENT.tree)))


def test_a_source_that_no_page_states_is_a_gap() -> None:
    found = change_of(altered, ["components", "schemas", "User", "x-source"], ["users-list#response/200"])

    assert "x-source names users-list#response/200, which no page states" in {gap.sentence for gap in found.gaps}


def test_a_part_without_source_or_assumption_is_a_gap() -> None:
    found = change_of(deleted, ["components", "schemas", "User", "x-source"])

    pointers = {gap.pointer for gap in found.gaps if "names neither a source" in gap.sentence}
    assert {"/components/schemas/User", "/components/schemas/User/properties/id"} <= pointers
    assert "/components/schemas/User/properties/user_key" not in pointers  # it says why it is unconfirmed


def test_a_fact_that_no_x_source_names_is_a_gap() -> None:
    found = change_of(deleted, ["components", "parameters", "UserId", "x-source", 0])

    assert any("no x-source names users-update-put#param/user_id" in gap.sentence for gap in found.gaps)


def test_a_departure_without_a_recorded_reason_is_a_gap() -> None:
    found = change_of(deleted, ["components", "securitySchemes", "UserKeyQuery", "x-unconfirmed"])

    assert states(found)["user-details#repair/3"] is State.MISSING
    assert any("no x-unconfirmed there says why" in gap.sentence for gap in found.gaps)


def test_a_requirement_that_names_no_fact_is_a_gap() -> None:
    stray = Requirement("X-1", Level.MUST, "A sentence.", ("users-add#response/999", "RFC 9110"))

    found = trace(DOCUMENT.tree, FACTS, (*REQUIREMENTS, stray))

    assert [gap.sentence for gap in found.gaps] == [
        "requirement X-1 names users-add#response/999, which no page states"
    ]


def test_a_fact_that_http_shows_and_nothing_verifies_is_a_gap() -> None:
    silent = tuple(each for each in REQUIREMENTS if "users-add#param/instance_name" not in each.source)

    found = trace(DOCUMENT.tree, FACTS, silent)

    assert "no requirement verifies users-add#param/instance_name" in {gap.sentence for gap in found.gaps}


def test_a_new_fact_of_a_page_is_missing_until_the_document_has_it() -> None:
    page = PageRef("users-add", "0.1.1", "x")
    value = {"status": 409, "language": "json", "body": {"detail": "Taken."}}
    new = Fact("users-add#response/409", page, "response", "/api/results/codes/4", "It answers 409.", value)

    found = traced(facts=(*FACTS, new))

    (missing,) = [each for each in found.facts if each.fact is new]
    assert missing.state is State.MISSING
    assert missing.reason.startswith("the document has nothing at /paths/~1instances~1{instance_name}~1users~1/post")


def test_a_page_that_is_marked_as_deprecated_wants_an_operation_that_is() -> None:
    page = PageRef("users-add", "0.1.1", "x")
    new = Fact("users-add#deprecated", page, "deprecated", "/deprecated", "The page is marked as deprecated.", True)

    found = traced(facts=(*FACTS, new))

    (missing,) = [each for each in found.facts if each.fact is new]
    assert (missing.state, missing.reason) == (
        State.MISSING,
        "the operation is to be marked as deprecated, as its page is",
    )


@pytest.mark.parametrize("kind", ["page", "link", "excerpt", "deprecated", "text"])
def test_a_fact_of_a_page_without_an_operation_is_missing(kind: str) -> None:
    page = PageRef("guide", "0.1.1", "x")
    new = Fact(f"guide#{kind}", page, kind, "", "A guide.", {"code": [], "url": "x"})

    found = traced(facts=(*FACTS, new))

    (missing,) = [each for each in found.facts if each.fact is new]
    assert missing.state is State.MISSING
    assert missing.reason.startswith("its page describes no operation")


def gaps_of(make: Callable[..., Edit], *words: Any) -> list[tuple[str, str]]:
    return [(gap.pointer, gap.sentence) for gap in change_of(make, *words).gaps]


def test_facts_that_miss_the_same_in_the_same_place_are_one_gap() -> None:
    assert gaps_of(deleted, ["components", "schemas", "ProfileLinks", "required", 0]) == [
        (
            "/components/schemas/ProfileLinks/required",
            "user-details#response/200 (and 3 more facts) is missing: "
            "`self` is not required, though it is always there",
        )
    ]


def test_one_further_fact_is_told_in_the_singular() -> None:
    detail = ["components", "responses", "UserNotFound", "content", "application/json", "example", "detail"]

    assert gaps_of(altered, detail, None) == [
        (
            "/components/responses/UserNotFound/content/application~1json/example/detail",
            "users-reset-user-key#response/404 (and 1 more fact) is missing: "
            'the example shows null, the page "Not found"',
        )
    ]


def test_a_gap_stands_at_what_is_wrong_and_tells_values_as_json() -> None:
    kind = ["components", "schemas", "ValidationErrors", "properties", "password", "type"]

    assert gaps_of(altered, kind, ["array", "null"]) == [
        (
            "/components/schemas/ValidationErrors/properties/password/type",
            'users-add#response/400 is missing: no page shows the type "null"',
        )
    ]


def test_a_gap_about_what_is_gone_stands_at_what_held_it() -> None:
    path = "/paths/~1instances~1{instance_name}~1users~1/post"

    assert gaps_of(deleted, ["paths", "/instances/{instance_name}/users/", "post", "responses", "403"]) == [
        (
            f"{path}/responses",
            f"users-add#response/403 is missing: the document has nothing at {path}/responses/403",
        )
    ]


@pytest.mark.parametrize("name", ["%50ermission", "Permissio%6E"])
def test_a_reference_may_be_percent_encoded(name: str) -> None:
    reference = ["components", "schemas", "Profile", "properties", "group_permissions", "$ref"]

    assert gaps_of(altered, reference, f"#/components/schemas/{name}") == []


def test_a_reference_may_go_through_a_list() -> None:
    path = "#/paths/~1instances~1{instance_name}~1users~1/parameters/0"
    listed = ["paths", "/instances/{instance_name}/user/", "parameters", 0, "$ref"]

    assert gaps_of(altered, listed, path) == []


def test_the_true_key_and_the_true_server_are_to_blame() -> None:
    def blamed(place: list[Any], value: str) -> set[str]:
        return {pointer for pointer, _ in gaps_of(altered, place, value)}

    key: list[Any] = ["components", "securitySchemes", "ApiKey"]
    server: list[Any] = ["servers", 0]
    assert blamed([*key, "name"], "X-KEY") == {"/components/securitySchemes/ApiKey/name"}
    assert blamed([*key, "in"], "query") == {"/components/securitySchemes/ApiKey/in"}
    assert blamed([*server, "url"], "https://{host}/v2") == {"/servers/0/url"}
    default = "/servers/0/variables/host/default"
    assert blamed([*server, "variables", "host", "default"], "example.com") == {default}


def test_a_schema_that_does_not_rest_on_what_it_describes_is_a_gap_at_the_reference() -> None:
    reference = ["components", "responses", "ApiKeyUnknown", "content", "application/json", "schema", "$ref"]

    found = gaps_of(altered, reference, "#/components/schemas/ValidationErrors")

    assert [pointer for pointer, _ in found] == [
        "/components/responses/ApiKeyUnknown/content/application~1json/schema/$ref"
    ]


def test_a_type_or_format_that_a_reason_names_needs_no_page() -> None:
    group = {"type": ["string", "null"], "examples": [None], "x-unconfirmed": "The `type` was seen to be a string."}
    steps = ["components", "schemas", "Profile", "properties"]

    assert gaps_of(altered, [*steps, "group"], group) == []
    number = {"type": "integer", "format": "int32", "x-unconfirmed": "The `format` is assumed."}
    assert gaps_of(altered, [*steps, "revision"], number) == []


def test_an_int_of_a_page_equals_an_integer() -> None:
    assert states(traced())["users-update-put#param/user_id"] is State.KEPT


def test_tracing_leaves_the_document_as_it_was() -> None:
    before = deepcopy(dict(DOCUMENT.tree))

    traced()

    assert DOCUMENT.tree == before


# --- what is written --------------------------------------------------------------------------------------------------


def line(pointer: str) -> int:
    return len(pointer)


def test_trace_json_leads_both_ways() -> None:
    told = json.loads(to_json(traced(), line))

    facts = {each["id"]: each for each in told["facts"]}
    parts = {each["pointer"]: each for each in told["document"]}
    assert facts["users-add#method"]["line"] == line(facts["users-add#method"]["pointer"])
    assert "users-add#method" in parts["/paths/~1instances~1{instance_name}~1users~1/post"]["sources"]
    assert {"id": "HTTP-2", "sources": ["RFC 9112 section 9.3.1"]} in told["requirements"]
    assert told["gaps"] == []


@pytest.mark.parametrize(
    "edit", [None, deleted(["paths"]), deleted(["servers"]), deleted(["components", "securitySchemes"])]
)
def test_facts_and_parts_of_the_document_agree_in_both_directions(edit: Edit | None) -> None:
    tree = dict(DOCUMENT.tree)
    told = json.loads(to_json(traced(edit.made(tree) if edit else tree), line))

    parts = {each["pointer"]: set(each["sources"]) for each in told["document"]}
    led = {(fact["id"], pointer) for fact in told["facts"] for pointer in fact["places"]}
    assert {fact["pointer"] for fact in told["facts"]} <= parts.keys()
    assert all(fact["pointer"] == fact["places"][0] for fact in told["facts"])
    assert led == {(source, pointer) for pointer, sources in parts.items() for source in sources}


def test_paths_keys_servers_and_the_marks_of_the_version_are_parts_with_facts() -> None:
    parts = {each.pointer: each for each in traced().origins}

    assert "users-add#path" in parts["/paths/~1instances~1{instance_name}~1users~1"].sources
    assert parts["/security"].sources == ("users-add#auth",)
    assert "user-details#auth" in parts["/paths/~1instances~1{instance_name}~1user~1/get/security"].sources
    assert "users-add#sample/curl" in parts["/servers/0"].sources
    assert "users-add#page" in parts["/info"].sources
    assert "user-details#repair/3" in parts["/components/securitySchemes/UserKeyQuery"].sources


def test_the_table_ends_with_the_totals() -> None:
    *_, last = to_table(traced(), line)

    assert last == "67 facts: 62 kept, 5 departed from, 0 missing; 46 verified by requirements; 0 gaps"


def test_the_page_is_whole_and_each_of_its_links_leads_somewhere() -> None:
    page = Reader()

    page.feed(to_html(traced(), line, "openapi.yaml"))

    assert page.links <= page.anchors
    assert {fact.id for fact in FACTS} <= page.anchors
    assert {each.id for each in REQUIREMENTS} <= page.anchors
    assert page.foreign == []


def test_what_stands_in_backticks_is_code_in_the_trace() -> None:
    page = to_html(traced(), line, "openapi.yaml")

    assert "`" not in page
    assert re.search("<div>[^<]*<code>[^<]*</code>", page)


def test_what_a_page_says_is_text_in_the_trace() -> None:
    page = PageRef("<script>alert(1)</script>", "1", "x")
    hostile = Fact("<script>#method", page, "method", "", "\u202e<b>", "GET")
    reader = Reader()

    reader.feed(to_html(traced(facts=(*FACTS, hostile)), line, "openapi.yaml"))

    assert reader.foreign == []


class Reader(HTMLParser):
    """Collects anchors, links within the page, and what would act or reach out."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.add(given.get("id") or "")
        href = given.get("href") or ""
        if href.startswith("#"):
            self.links.add(href[1:])
        elif href or tag in ("script", "link", "img", "iframe") or "src" in given:
            self.foreign.append(f"{tag} {href}")


@pytest.mark.parametrize("name", list(EDITS)[::24])
def test_every_24th_edit_is_named_by_validate_at_its_place(name: str, tmp_path: Path) -> None:
    edit = EDITS[name]

    found = findings(edit.made(dict(DOCUMENT.tree)), tmp_path / "openapi.yaml")

    assert any(word in str(each) for word in words_of(name) for each in found), found
    assert any(stands_at(each, edit.pointer) for each in found), found


def reordered(value: Any) -> Any:
    """The same with the members of each mapping in reverse."""
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    return [reordered(each) for each in value] if isinstance(value, list) else value


def reworded(value: Any) -> Any:
    """The same with other words in each description and summary."""
    if isinstance(value, dict):
        return {
            name: "Other words."
            if name in ("description", "summary") and isinstance(below, str) and below
            else reworded(below)
            for name, below in value.items()
        }
    return [reworded(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("change", [reordered, reworded])
def test_an_edit_that_changes_no_meaning_is_not_told(change: Callable[[Any], Any], tmp_path: Path) -> None:
    tree = {name: change(value) for name, value in DOCUMENT.tree.items()}

    assert findings(tree, tmp_path / "openapi.yaml") == []


def in_tree(*steps: Any, value: Any) -> set[str]:
    return {gap.sentence for gap in change_of(altered, list(steps), value).gaps}


def test_a_property_that_none_of_its_sources_shows_is_a_gap() -> None:
    properties = dict(DOCUMENT.tree["components"]["schemas"]["User"]["properties"], email={"type": "string"})

    said = in_tree("components", "schemas", "User", "properties", value=properties)

    assert said == {"none of the facts that it rests on shows a member email"}


def test_an_operation_that_no_page_states_is_a_gap() -> None:
    operation = dict(DOCUMENT.tree["paths"]["/instances/{instance_name}/user/"]["get"], operationId="getEveryone")

    said = in_tree("paths", "/instances/{instance_name}/everyone/", value={"get": operation})

    assert said == {"none of its sources states GET /instances/{instance_name}/everyone/"}


def test_a_status_that_no_page_of_the_operation_states_is_a_gap() -> None:
    update = DOCUMENT.tree["paths"]["/instances/{instance_name}/users/{user_id}/"]["put"]
    responses = {**update["responses"], "500": {"$ref": "#/components/responses/UserNotFound"}}
    steps = ("paths", "/instances/{instance_name}/users/{user_id}/", "put", "responses")

    assert in_tree(*steps, value=responses) == {"no page of this operation states its status 500"}
