"""Facts, document and requirements lead to each other; no single change of the document goes unnoticed."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from edits import Edit, altered, deleted, edits
from syncano_contract import document, run
from syncano_contract.model import Fact, Level, PageRef, Requirement
from syncano_contract.report.trace import to_html, to_json, to_table
from syncano_contract.trace import State, Trace, trace
from validated import FACTS, findings

DOCUMENT = document.load()
REQUIREMENTS = run.requirements()
EDITS = {edit.name: edit for edit in edits(dict(DOCUMENT.tree))}


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


@pytest.mark.parametrize("name", EDITS)
def test_no_single_change_of_the_document_goes_unnoticed(name: str) -> None:
    found = traced(EDITS[name].made(dict(DOCUMENT.tree)))

    said = " ".join(f"{gap.pointer} {gap.sentence}" for gap in found.gaps)
    assert said
    assert any(word in said for word in words_of(name)), said


def words_of(edit: str) -> list[str]:
    """The names on the way to what was changed, the general ones left out."""
    steps = edit.split(" ")[1].split("/")[1:]
    general = {"components", "paths", "schemas", "responses", "parameters", "properties", "value", "content"}
    return [step for step in steps if len(step) > 1 and step not in general]


def test_there_are_more_than_sixty_changes_of_every_sort() -> None:
    assert len(EDITS) > 250
    for sort in ("/paths/", "/responses/", "/parameters/", "/required", "/type", "/examples/", "/security", "/servers"):
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


@pytest.mark.parametrize("name", list(EDITS)[::4])
def test_every_fourth_edit_is_named_by_validate_too(name: str, tmp_path: Path) -> None:
    said = findings(EDITS[name].made(dict(DOCUMENT.tree)), tmp_path / "openapi.yaml")

    assert any(word in said for word in words_of(name)), said


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
