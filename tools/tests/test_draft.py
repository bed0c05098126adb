"""Drafts: valid whatever the pages hold, and for our four pages what a person wrote, but for what is listed here."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from handmade_pages import CHECKOUT, TRANSCRIPTS, document_of, endpoint, facts_in, page, pages_in
from syncano_contract.pages import Page, block, draft

HANDWRITTEN = yaml.safe_load((CHECKOUT / "openapi.yaml").read_text("utf-8"))
DRAFT = document_of(draft.members(pages_in(TRANSCRIPTS)))
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = {"name": "id", "in": "path", "type": "string", "required": True}


def drafted(*data: dict[str, Any]) -> Any:
    """Return the draft of pages, which has to be valid and to accept its own examples."""
    return drafted_soundly(map(page, data))


def drafted_soundly(pages: Iterable[Page]) -> Any:
    """Return the draft of pages, which has to be valid, to be YAML, and to accept its own examples."""
    members = list(draft.members(pages))
    document = document_of(members)
    assert yaml.safe_load("".join(block.lines(members))) == document
    assert_sound(document)
    return document


def assert_sound(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    for media in media_of(document):
        schema = {"$schema": DIALECT, "components": document.get("components", {}), "allOf": [media["schema"]]}
        for example in [media.get("example"), *(each["value"] for each in media.get("examples", {}).values())]:
            if example is not None:
                jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(example)


def media_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                yield from response.get("content", {}).values()


def test_bodies_of_one_status_that_are_not_alike_are_alternatives_by_name() -> None:
    document = drafted(answering({"id": 1, "name": "a", "size": 2}, {"token": "x", "until": "y"}))

    media = document["paths"]["/things/"]["get"]["responses"]["200"]["content"]["application/json"]
    named = {alternative["$ref"].rpartition("/")[2] for alternative in media["schema"]["anyOf"]}
    assert named == document["components"]["schemas"].keys()
    assert len(named) == 2


def test_an_endpoint_page_without_a_path_is_left_out_and_told() -> None:
    document = drafted({**endpoint(url=""), "slug": "unfinished"})

    assert document["paths"] == {}
    assert "unfinished of version unknown is left out: it has no path." in document["info"]["x-unconfirmed"]


def result(status: Any, body: Any, language: str = "json") -> dict[str, Any]:
    return {"status": status, "language": language, "code": json.dumps(body)}


def answering(*bodies: Any, slug: str = "things", status: int = 200, category: str | None = None) -> dict[str, Any]:
    data = endpoint(url=f"/{slug}/", results={"codes": [result(status, body) for body in bodies]})
    return {**data, "slug": slug, "category": {"title": category} if category else None}


# --- our four pages ---------------------------------------------------------------------------------------------------


def followed(document: Any, value: Any) -> Any:
    while isinstance(value, dict) and "$ref" in value:
        target = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        value = target
    return value


def outline(document: Any, schema: Any) -> Any:
    """Return types, formats, members and what is required, without names, words and the order of things."""
    schema = followed(document, schema)
    kept = {name: schema[name] for name in ("type", "format") if name in schema}
    kept |= {"required": sorted(schema["required"])} if "required" in schema else {}
    kept |= {name: outline(document, schema[name]) for name in ("items", "additionalProperties") if name in schema}
    if "properties" in schema:
        kept["properties"] = {name: outline(document, each) for name, each in schema["properties"].items()}
    if "anyOf" in schema:
        kept["anyOf"] = [outline(document, each) for each in schema["anyOf"]]
    return kept


def parameters(document: Any, path: str, method: str) -> dict[tuple[str, str], Any]:
    item = document["paths"][path]
    listed = [followed(document, each) for each in (*item.get("parameters", ()), *item[method].get("parameters", ()))]
    return {(each["in"], each["name"]): (each["required"], outline(document, each["schema"])) for each in listed}


def body(document: Any, path: str, method: str) -> Any:
    described = followed(document, document["paths"][path][method].get("requestBody"))
    if described is None:
        return None
    return described["required"], {
        name: outline(document, each["schema"]) for name, each in described["content"].items()
    }


def responses(document: Any, path: str, method: str) -> dict[str, Any]:
    listed = document["paths"][path][method]["responses"]
    return {
        status: outline(document, followed(document, response)["content"]["application/json"]["schema"])
        for status, response in listed.items()
    }


def keys(document: Any, path: str, method: str) -> list[set[tuple[str, str]]]:
    alternatives = document["paths"][path][method].get("security", document.get("security"))
    schemes = document["components"]["securitySchemes"]
    return [{(schemes[name]["in"], schemes[name]["name"]) for name in each} for each in alternatives]


OPERATIONS = [
    (path, method) for path, item in HANDWRITTEN["paths"].items() for method in item if method != "parameters"
]
DETAILS = ("/instances/{instance_name}/user/", "get")
WITH_400 = [each for each in OPERATIONS if each[1] == "put" or each[0].endswith("/users/")]


def test_the_draft_of_our_pages_is_valid() -> None:
    assert_sound(DRAFT)


def test_the_draft_has_the_operations_that_were_written_by_hand() -> None:
    assert {path: set(item) for path, item in DRAFT["paths"].items()} == {
        path: set(item) - {"parameters"} for path, item in HANDWRITTEN["paths"].items()
    }


@pytest.mark.parametrize(("path", "method"), [each for each in OPERATIONS if each != DETAILS])
def test_its_parameters_are_those_written_by_hand(path: str, method: str) -> None:
    assert parameters(DRAFT, path, method) == parameters(HANDWRITTEN, path, method)


def test_the_user_key_in_the_query_is_a_parameter_in_the_draft_and_a_key_by_hand() -> None:
    by_hand = parameters(HANDWRITTEN, *DETAILS)

    assert parameters(DRAFT, *DETAILS) == {**by_hand, ("query", "user_key"): (True, {"type": "string"})}
    assert keys(HANDWRITTEN, *DETAILS)[1] == {("header", "X-API-KEY"), ("query", "user_key")}


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_its_keys_are_the_first_ones_written_by_hand(path: str, method: str) -> None:
    assert keys(DRAFT, path, method) == keys(HANDWRITTEN, path, method)[:1]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_its_request_bodies_are_those_written_by_hand(path: str, method: str) -> None:
    assert body(DRAFT, path, method) == body(HANDWRITTEN, path, method)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_its_responses_are_those_written_by_hand_but_for_400(path: str, method: str) -> None:
    drafted, by_hand = responses(DRAFT, path, method), responses(HANDWRITTEN, path, method)

    assert drafted.keys() == by_hand.keys()
    assert {status: drafted[status] for status in drafted if status != "400"} == {
        status: by_hand[status] for status in by_hand if status != "400"
    }


@pytest.mark.parametrize(("path", "method"), WITH_400)
def test_a_400_may_be_a_plain_error_by_hand_alone(path: str, method: str) -> None:
    drafted, by_hand = responses(DRAFT, path, method)["400"], responses(HANDWRITTEN, path, method)["400"]

    assert [drafted, outline(DRAFT, {"$ref": "#/components/schemas/Error"})] == by_hand["anyOf"]


def test_its_schemas_have_the_names_given_by_hand_but_for_two() -> None:
    drafted, by_hand = (set(document["components"]["schemas"]) for document in (DRAFT, HANDWRITTEN))

    assert (drafted - by_hand, by_hand - drafted) == ({"UsersAddBody"}, {"Credentials", "Permission"})


def test_its_server_is_the_one_written_by_hand() -> None:
    (server,) = HANDWRITTEN["servers"]
    host = server["variables"]["host"]["default"]

    assert DRAFT["servers"] == [{"url": server["url"].replace("{host}", host)}]


def test_its_info_and_tags_are_those_of_the_pages() -> None:
    assert DRAFT["info"]["version"] == "0.1.1"
    assert DRAFT["info"]["x-deprecated"] is HANDWRITTEN["info"]["x-deprecated"] is True
    assert {tag["name"] for tag in DRAFT["tags"]} == {tag["name"] for tag in HANDWRITTEN["tags"]}


def test_everything_has_a_source_that_is_a_fact() -> None:
    known = {fact.id for fact in facts_in(TRANSCRIPTS)}

    def sources(value: Any) -> Iterator[str]:
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            if name == "x-source":
                yield from each
            elif isinstance(each, dict | list):
                yield from sources(each)

    cited = set(sources(DRAFT))
    kinds = ("#page", "#repair")
    assert cited == {fact for fact in known if not any(kind in fact for kind in kinds)}


def test_what_was_repaired_is_unconfirmed() -> None:
    said = DRAFT["paths"][DETAILS[0]]["get"]["x-unconfirmed"]

    assert said.startswith('user-details#param/user_key: parameter in "path" is taken for "query".')


def test_the_draft_is_the_same_every_time() -> None:
    once, again = ("".join(block.lines(draft.members(pages_in(TRANSCRIPTS)))) for _ in range(2))

    assert once == again
    assert yaml.safe_load(once) == DRAFT


# --- other pages ------------------------------------------------------------------------------------------------------


def schema_of(document: Any, path: str = "/things/", status: str = "200") -> Any:
    return document["paths"][path]["get"]["responses"][status]["content"]["application/json"]["schema"]


def test_members_are_required_that_are_in_all_examples() -> None:
    schemas = drafted(answering({"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}))["components"]["schemas"]

    assert schemas["Thing"]["required"] == ["a", "b"]
    assert list(schemas["Thing"]["properties"]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([1, 2.5], {"type": "number"}),
        ([1, None], {"type": ["integer", "null"]}),
        ([1, "a"], {"type": ["integer", "string"]}),
        ([True], {"type": "boolean"}),
        (["2016-03-11T18:29:54.051209Z"], {"type": "string", "format": "date-time"}),
        (["2016-13-11T18:29:54Z"], {"type": "string"}),
        (["2016-03-11"], {"type": "string", "format": "date"}),
        (["2016-02-30"], {"type": "string"}),
        (["2016-03-11", "a"], {"type": "string"}),
        (["a@b.example"], {"type": "string", "format": "email"}),
        (["https://a.example/b"], {"type": "string", "format": "uri"}),
        (["/a/b/"], {"type": "string", "format": "uri-reference"}),
        (["123e4567-e89b-12d3-a456-426614174000"], {"type": "string", "format": "uuid"}),
        ([[1], []], {"type": "array", "items": {"type": "integer"}}),
        ([{"a": 1}, None], {"anyOf": [{"$ref": "#/components/schemas/X"}, {"type": "null"}]}),
    ],
)
def test_types_are_merged(values: list[Any], schema: Any) -> None:
    schemas = drafted(answering(*({"x": value} for value in values)))["components"]["schemas"]

    assert schemas["Thing"]["properties"]["x"] == schema


@pytest.mark.parametrize("values", [[None], [None, None]])
def test_null_alone_says_nothing(values: list[Any]) -> None:
    schemas = drafted(answering(*({"x": value} for value in values)))["components"]["schemas"]

    assert list(schemas["Thing"]["properties"]["x"]) == ["x-unconfirmed"]


def test_the_same_objects_have_the_same_name_wherever_they_are() -> None:
    owner = {"id": 1, "name": "a"}

    document = drafted(answering({"owner": owner, "size": 1}), answering({"owner": owner, "place": 2}, slug="places"))

    assert set(document["components"]["schemas"]) == {"Owner", "Place", "Thing"}


def test_objects_that_differ_have_names_of_what_they_stand_in() -> None:
    one, other = {"links": {"self": 1, "next": 2}}, {"links": {"first": 1, "last": 2}}

    document = drafted(answering(one), answering(other, slug="places"))

    assert set(document["components"]["schemas"]) == {"Place", "PlaceLinks", "Thing", "ThingLinks"}


def test_objects_with_the_same_members_stay_together_however_much_is_merged_with_them() -> None:
    growing = ["abc", "abcde", "abcdefgh", "abc"]
    bodies = [dict.fromkeys(members, number) for number, members in enumerate(growing[:-1])]

    document = drafted(
        *(
            answering(body, slug=f"thing-{number}", category="Things")
            for number, body in enumerate([*bodies, dict.fromkeys("abc", "text")])
        )
    )

    assert set(document["components"]["schemas"]) == {"Thing"}


def test_examples_of_two_kinds_in_one_place_are_the_schemas_of_both() -> None:
    one, other = {"a": 1, "b": 1}, {"x": 1, "y": 1}

    document = drafted(
        answering(one, slug="one", category="Things"),
        answering(other, slug="other", category="Things"),
        answering({"a": "", "b": ""}, {"x": "", "y": ""}, slug="third", category="Things"),
    )

    own = [schema_of(document, path)["$ref"] for path in ("/one/", "/other/")]
    assert [each["$ref"] for each in schema_of(document, "/third/")["anyOf"]] == own


def test_an_array_of_objects_has_items_with_a_name() -> None:
    document = drafted(answering([{"id": 1}, {"id": 2, "name": "a"}]))

    assert schema_of(document) == {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}


def test_an_example_without_members_is_no_evidence() -> None:
    response = drafted(answering({}))["paths"]["/things/"]["get"]["responses"]["200"]

    assert "content" not in response
    assert response["x-unconfirmed"]


def test_several_examples_of_a_status_are_kept() -> None:
    (media,) = media_of(drafted(answering({"a": 1}, {"a": 2})))

    assert media["examples"] == {"example1": {"value": {"a": 1}}, "example2": {"value": {"a": 2}}}


def test_a_page_without_results_has_an_undescribed_response() -> None:
    assert list(drafted(endpoint())["paths"]["/things/"]["get"]["responses"]) == ["default"]


def test_a_second_page_for_an_operation_is_told_and_left_out() -> None:
    document = drafted(endpoint(), {**endpoint(), "slug": "things-again"})

    assert document["paths"]["/things/"]["get"]["operationId"] == "things"
    assert "things-again" in document["info"]["x-unconfirmed"]


def test_paths_that_differ_in_the_names_of_their_parameters_become_one() -> None:
    other = {**ID, "name": "thing_id"}
    one = endpoint(url="/things/{id}", params=[ID])
    two = {**endpoint(method="put", url="/things/{thing_id}", params=[other]), "slug": "z-put"}

    document = drafted(one, two)

    ((path, item),) = document["paths"].items()
    assert (path, set(item)) == ("/things/{id}", {"get", "put"})
    assert item["put"]["parameters"][0]["name"] == "id"
    assert "thing_id is called id" in item["put"]["x-unconfirmed"]


def test_headers_that_are_no_parameters_are_none_and_those_with_keys_are_security() -> None:
    names = ("Content-Type", "Accept", "Authorization", "X-Trace", "X-Api-Key")
    headers = [{"name": name, "in": "header", "type": "string", "required": True} for name in names]

    document = drafted(endpoint(params=headers))

    operation = document["paths"]["/things/"]["get"]
    assert [each["name"] for each in operation["parameters"]] == ["X-Trace"]
    assert operation["security"] == [{"Authorization": [], "XApiKey": []}]
    assert {each["name"] for each in document["components"]["securitySchemes"].values()} == {
        "Authorization",
        "X-Api-Key",
    }


def test_an_operation_that_never_asks_for_authentication_has_no_security() -> None:
    code = "curl -H 'X-Key: k' https://a.test/things/"

    operation = drafted(endpoint(auth="never", examples={"codes": [{"language": "curl", "code": code}]}))["paths"]

    assert operation["/things/"]["get"]["security"] == []


def test_a_parameter_that_is_listed_twice_is_there_once() -> None:
    params = [{"name": "a", "in": "query", "type": kind, "required": False} for kind in ("string", "int")]

    listed = drafted(endpoint(params=params))["paths"]["/things/"]["get"]["parameters"]

    assert [each["schema"] for each in listed] == [{"type": "string"}]


def test_errors_go_by_member_only_where_the_request_has_such_members() -> None:
    schemas = drafted(answering({"errors": ["too long"]}, status=400))["components"]["schemas"]

    assert set(schemas) == {"Error"}


def test_bodies_and_results_never_share_a_name() -> None:
    params = [{"name": "a", "in": "body", "type": "string", "required": True}]
    data = {**answering({"b": 1}, category="Things body")}
    data["api"]["params"] = params

    assert set(drafted(data)["components"]["schemas"]) == {"ThingsBody", "ThingsBody_2"}


def test_an_api_is_deprecated_only_where_all_pages_are() -> None:
    old = {**endpoint(), "version": {"version": "1", "is_deprecated": True}}

    assert "x-deprecated" in drafted(old)["info"]
    assert "x-deprecated" not in drafted(old, {"slug": "words", "type": "basic"})["info"]


def test_a_form_and_a_body_are_two_media_types() -> None:
    params = [{"name": name, "in": name, "type": "array_int", "required": False} for name in ("body", "form")]

    content = drafted(endpoint(method="post", params=params))["paths"]["/things/"]["post"]["requestBody"]["content"]

    assert list(content) == ["application/json", "application/x-www-form-urlencoded"]


def test_defaults_and_enums_stand_where_they_belong() -> None:
    params = [
        {"name": "a", "in": "query", "type": "array_int", "required": False, "enumValues": "1,2", "default": "[1]"},
        {"name": "b", "in": "query", "type": "string", "required": False, "enumValues": "x,y", "default": "z"},
        {"name": "c", "in": "query", "type": "", "required": False, "default": "z"},
    ]

    listed = drafted(endpoint(params=params))["paths"]["/things/"]["get"]["parameters"]

    assert [each["schema"] for each in listed] == [
        {"type": "array", "items": {"type": "integer", "enum": [1, 2]}, "default": [1]},
        {"type": "string", "enum": ["x", "y"]},
        {"default": "z"},
    ]


@pytest.mark.parametrize(
    ("urls", "servers"),
    [
        (["https://a.test/v1/things/"], ["https://a.test/v1"]),
        (
            ["https://a.test/v1/things/", "https://a.test/v2/things/", "https://a.test/v2/things/"],
            ["https://a.test/v2"],
        ),
        (["https://b.test/things/", "https://a.test/things/"], ["https://a.test", "https://b.test"]),
        (["https://<host>/v1/things/"], []),
        ([], []),
    ],
)
def test_servers_are_where_the_samples_begin(urls: list[str], servers: list[str]) -> None:
    codes = [{"language": "curl", "code": f"curl '{url}'"} for url in urls]

    document = drafted(endpoint(examples={"codes": codes}))

    assert [server["url"] for server in document.get("servers", [])] == servers
    assert ("x-unconfirmed" in document["info"]) is not bool(servers)


def test_without_samples_a_full_url_tells_the_server() -> None:
    assert drafted(endpoint(url="https://a.test/v1/things/"))["servers"] == [{"url": "https://a.test"}]


def test_pages_without_operations_give_a_draft_without_paths() -> None:
    assert drafted({"slug": "words", "type": "basic"})["paths"] == {}


@pytest.mark.parametrize("url", ["/a{", "/{a:b}/{a!r}", "/{}/{}", "/{a}/{a}", "/:a-:b", "/{a b}", "/{ä}", "/<a>/{a}"])
def test_names_that_tools_trip_over_are_replaced(url: str) -> None:
    names = ("a", "a:b", "a b", "ä")
    drafted(endpoint(url=url, params=[{**ID, "name": name} for name in names]))


def test_a_page_that_marks_itself_as_deprecated_is_a_deprecated_operation() -> None:
    assert drafted({**endpoint(), "deprecated": True})["paths"]["/things/"]["get"]["deprecated"] is True


def test_deep_examples_are_described_down_to_a_bound() -> None:
    deep: Any = 1
    for _ in range(90):
        deep = {"a": deep}

    drafted(answering(deep))


# --- many pages -------------------------------------------------------------------------------------------------------

MANY = 100
MOST = 15_000  # bytes that one more page may cost: its sources and their lines take half of it, all its facts 98,000


def many(count: int) -> Iterator[Page]:
    """Yield pages that differ in slug and path, as those of our manual do in the rest."""
    params = [{"name": f"member_{number}", "in": "body", "type": "string"} for number in range(9)]
    results = {"codes": [result(200, {f"member_{number}": "text" for number in range(30)})]}
    for number in range(count):
        yield page({**endpoint(url=f"/t{number:03}/", params=params, results=results), "slug": f"thing-{number:03}"})


def peak(count: int) -> int:
    tracemalloc.start()
    try:
        for _ in block.lines(draft.members(many(count))):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_draft_of_many_pages_holds_little_of_each() -> None:
    peak(2 * MANY)  # fills what is cached up to a bound

    assert (peak(2 * MANY) - peak(MANY)) / MANY < MOST
