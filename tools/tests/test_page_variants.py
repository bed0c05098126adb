"""Pages as they are found in the wild: what is taken from them, and that every repair is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handmade_pages import basic, endpoint, facts_by_id, page, pointers, repairs
from syncano_contract.pages import NotAPage, Note, page_of
from syncano_contract.pages.extract import facts, lines, to_json_line

DEEP_AND_REPEATED = f'{{"a": {"[" * 101}{"]" * 101}, "a": 1}}'
ID = {"name": "id", "in": "path", "type": "string", "required": True}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/things/:id/", "/things/{id}/"),
        ("/things/{id}/", "/things/{id}/"),
        ("/things/<id>/", "/things/{id}/"),
        ("/things/$(id)/", "/things/{id}/"),
        ("/things/${id}/", "/things/{id}/"),
        ("/things/{{id}}/", "/things/{id}/"),
        ("/things/%7Bid%7D/", "/things/{id}/"),
        ("/things/< ID >/", "/things/{id}/"),
        ("things/:id", "/things/{id}"),
        ("  /things/:id/ ", "/things/{id}/"),
        ("/things/:id.json", "/things/{id}.json"),
        ("/things/:id:cancel", "/things/{id}:cancel"),
        ("/my things/:id", "/my%20things/{id}"),
        ("/things/:id#part", "/things/{id}"),
        ("/things/:id?", "/things/{id}"),
        ("https://api.example.test/v2/things/:id", "/v2/things/{id}"),
        ("/things/{thing}", "/things/{id}"),
        ("/my%20things/{id}", "/my%20things/{id}"),
    ],
)
def test_a_path_is_normalised_and_each_change_is_told(url: str, path: str) -> None:
    data = endpoint(url=url, params=[ID])

    assert facts_by_id(data)["things#path"] == path
    told = [(before, after) for of, _, before, after in repairs(data) if of == "things#path"]
    assert told == [] if url == path else (told[0][0], told[-1][1]) == (url, path)


def test_steps_of_a_path_are_told_one_by_one() -> None:
    data = endpoint(url="https://api.example.test/v2/things/:id?start=0", params=[ID])

    assert [what for of, what, _, _ in repairs(data) if of == "things#path"] == [
        "full url",
        "query in url",
        "url notation",
    ]


def test_a_placeholder_is_called_by_the_one_parameter_without_a_place() -> None:
    data = endpoint(url="/things/{inid}", params=[ID])

    assert facts_by_id(data)["things#path"] == "/things/{id}"
    assert repairs(data) == [("things#path", "placeholder name", "/things/{inid}", "/things/{id}")]


def test_placeholders_are_called_by_the_parameters_that_are_alike() -> None:
    params = [{**ID, "name": "app_id"}, {**ID, "name": "partNo"}]

    assert facts_by_id(endpoint(url="/<app ID>/<Part No>", params=params))["things#path"] == "/{app_id}/{partNo}"


@pytest.mark.parametrize(
    ("url", "names", "path"),
    [("/{x}/{y}", ["a", "b"], "/{x}/{y}"), ("/{x}/", ["a", "b"], "/{x}/"), ("/{x}/?a=:a", ["a"], "/{x}/")],
)
def test_a_placeholder_that_may_be_several_parameters_keeps_its_name(url: str, names: list[str], path: str) -> None:
    params = [{**ID, "name": name} for name in names]

    assert facts_by_id(endpoint(url=url, params=params))["things#path"] == path


def test_a_member_of_the_body_does_not_become_what_stands_in_the_path() -> None:
    facts = facts_by_id(endpoint(url="/things/{id}", params=[{**ID, "in": "body"}]))

    assert [facts["things#param/id"]["in"], facts["things#param/id~2"]["in"]] == ["body", "path"]


def test_a_placeholder_without_a_parameter_becomes_one() -> None:
    data = endpoint(url="/things/{id}/{part}")

    facts = facts_by_id(data)

    assert facts["things#param/part"] == {"name": "part", "in": "path", "type": None, "required": True}
    assert ("things#param/id", "parameter undeclared", None, "path") in repairs(data)


def test_a_query_in_the_url_that_is_no_parameter_becomes_one() -> None:
    facts = facts_by_id(endpoint(url="/things/?start=0&limit={limit}"))

    assert facts["things#path"] == "/things/"
    assert facts["things#param/start"] == {
        "name": "start",
        "in": "query",
        "type": None,
        "required": False,
        "default": "0",
    }
    assert facts["things#param/limit"] == {"name": "limit", "in": "query", "type": None, "required": False}


def test_a_query_that_gives_a_name_twice_is_told() -> None:
    data = endpoint(url="/things/?a=1&a=2")

    assert facts_by_id(data)["things#param/a"]["default"] == "2"
    assert ("things#param/a", "repeated member", {"a": ["1", "2"]}, {"a": "2"}) in repairs(data)


def test_a_query_expression_is_a_query() -> None:
    facts = facts_by_id(endpoint(url="/things/{?start,limit}"))

    assert [fact for fact in facts if "#param/" in fact] == ["things#param/start", "things#param/limit"]


def test_a_path_parameter_in_the_query_is_called_what_the_query_calls_it() -> None:
    data = endpoint(url="/things/?key=:id", params=[ID])

    assert facts_by_id(data)["things#param/key"]["in"] == "query"
    assert ("things#param/key", "parameter name", "id", "key") in repairs(data)


def test_a_query_parameter_that_stands_in_the_path_is_a_path_parameter() -> None:
    data = endpoint(url="/things/{id}", params=[{**ID, "in": "query"}])

    assert facts_by_id(data)["things#param/id"]["in"] == "path"
    assert repairs(data) == [("things#param/id", "parameter in", "query", "path")]


def test_a_member_of_the_body_may_be_called_as_what_stands_in_the_path() -> None:
    facts = facts_by_id(endpoint(url="/things/{id}", params=[ID, {**ID, "in": "body"}]))

    assert [facts["things#param/id"]["in"], facts["things#param/id~2"]["in"]] == ["path", "body"]


def test_a_query_parameter_may_be_called_as_what_stands_in_the_path() -> None:
    facts = facts_by_id(endpoint(url="/things/{id}", params=[ID, {**ID, "in": "query"}]))

    assert [facts["things#param/id"]["in"], facts["things#param/id~2"]["in"]] == ["path", "query"]


def test_a_path_parameter_without_a_place_is_told() -> None:
    data = endpoint(url="/things/", params=[ID])

    assert repairs(data) == [("things#param/id", "parameter without place", "path", None)]


@pytest.mark.parametrize(
    ("said", "taken", "is_told"),
    [
        *((place, place, False) for place in ("path", "query", "header", "body", "form", "cookie")),
        ("formData", "form", True),
        (" Query", "query", True),
        ("matrix", None, True),
        (7, None, True),
    ],
)
def test_places(said: Any, taken: str | None, is_told: bool) -> None:
    data = endpoint(url="/things/{id}", params=[{**ID, "in": said, "name": "id" if said == "path" else "x"}])
    name = "id" if said == "path" else "x"

    assert facts_by_id(data)[f"things#param/{name}"]["in"] == taken
    assert any(what == "parameter in" for _, what, _, _ in repairs(data)) is is_told


@pytest.mark.parametrize(
    ("said", "taken", "is_told"),
    [
        *((kind, kind, False) for kind in ("string", "integer", "number", "boolean", "object")),
        ("int", "integer", True),
        ("long", "integer", True),
        ("float", "number", True),
        ("double", "number", True),
        ("datetime", "string", True),
        ("String", "string", True),
        ("file", "string", True),
        ("json", "object", True),
        ("mixed", None, True),
        ("", None, True),
        ("uuid4", None, True),
        (["string"], None, True),
        (None, None, True),
    ],
)
def test_types(said: Any, taken: str | None, is_told: bool) -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": said, "required": False}])

    assert facts_by_id(data)["things#param/x"]["type"] == taken
    assert bool(repairs(data)) is is_told


@pytest.mark.parametrize(
    ("said", "items", "is_told"),
    [
        ("array_string", "string", False),
        ("array_object", "object", False),
        ("array_int", "integer", True),
        ("Array_String", "string", True),
        ("array_boolean", "boolean", False),
        ("array_mixed", None, False),
        ("array_of_things", None, True),
    ],
)
def test_arrays(said: str, items: str | None, is_told: bool) -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": said, "required": False}])

    fact = facts_by_id(data)["things#param/x"]

    assert (fact["type"], fact["items"]) == ("array", items)
    assert bool(repairs(data)) is is_told


@pytest.mark.parametrize(
    ("where", "said", "taken", "is_told"),
    [
        ("path", True, True, False),
        ("path", False, True, True),
        ("path", None, True, True),
        ("query", None, False, True),
        ("query", False, False, False),
        ("query", "true", True, True),
        ("query", 1, True, True),
        ("query", "", False, True),
        ("query", [True], False, True),
    ],
)
def test_required(where: str, said: Any, taken: bool, is_told: bool) -> None:
    data = endpoint(url="/things/{id}", params=[ID if where != "path" else {**ID, "required": said}])
    if where != "path":
        data["api"]["params"].append({"name": "x", "in": where, "type": "string", "required": said})
    name = "id" if where == "path" else "x"

    assert facts_by_id(data)[f"things#param/{name}"]["required"] is taken
    told = [(f"things#param/{name}", "parameter required", said, taken)] if is_told else []
    assert repairs(data) == told


def test_a_required_that_is_not_there_at_all_is_told() -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": "string"}])

    assert repairs(data) == [("things#param/x", "parameter required", None, False)]
    assert pointers(data)["things#repair/1"] == "/api/params/0"


@pytest.mark.parametrize(
    ("kind", "said", "taken"),
    [
        ("integer", "10", {"default": 10}),
        ("number", "0.5", {"default": 0.5}),
        ("boolean", "True", {"default": True}),
        ("string", "10", {"default": "10"}),
        ("array_string", '["a"]', {"default": ["a"]}),
        ("object", '{"a": 1}', {"default": {"a": 1}}),
        ("boolean", False, {"default": False}),
        ("", "10", {"default": "10"}),
        ("string", "", {}),
        ("string", None, {}),
    ],
)
def test_defaults_are_typed(kind: str, said: Any, taken: dict[str, Any]) -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": kind, "required": False, "default": said}])

    fact = facts_by_id(data)["things#param/x"]

    assert {name: fact[name] for name in fact if name == "default"} == taken
    assert "parameter default" not in [what for _, what, _, _ in repairs(data)]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("integer", "ten"),
        ("integer", "1.5"),
        ("integer", "true"),
        ("boolean", "maybe"),
        ("string", "<Service Key>"),
        ("array_int", '["a"]'),
        ("array_string", "a,b"),
        ("number", "NaN"),
        ("string", 5),
    ],
)
def test_a_default_that_is_none_of_its_type_is_left_out_and_told(kind: str, said: Any) -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": kind, "required": False, "default": said}])

    assert "default" not in facts_by_id(data)["things#param/x"]
    assert ("things#param/x", "parameter default", said, None) in repairs(data)


@pytest.mark.parametrize(
    ("kind", "said", "taken", "is_told"),
    [
        ("string", "asc, desc,asc ,", ["asc", "desc"], True),
        ("string", "a,a", ["a"], True),
        ("string", "a,,b", ["a", "b"], True),
        ("integer", "1,2, 3", [1, 2, 3], True),
        ("integer", "1,2,3", [1, 2, 3], False),
        ("string", '"a","b"', ['"a"', '"b"'], False),
        ("string", ["a", "b"], ["a", "b"], False),
        ("string", ["a", " b"], ["a", "b"], True),
        ("array_string", "a,b", ["a", "b"], False),
        ("string", "", None, False),
        ("string", None, None, False),
        ("string", [], None, False),
    ],
)
def test_enums_are_trimmed_typed_and_without_repetition(kind: str, said: Any, taken: Any, *, is_told: bool) -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": kind, "required": False, "enumValues": said}])

    assert facts_by_id(data)["things#param/x"].get("enum") == taken
    assert repairs(data) == ([("things#param/x", "parameter enum", said, taken)] if is_told else [])


@pytest.mark.parametrize("said", ["a,b", [{"value": 1}], {"a": 1}, ","])
def test_an_enum_that_is_none_of_its_type_is_left_out_and_told(said: Any) -> None:
    data = endpoint(params=[{"name": "x", "in": "query", "type": "integer", "required": False, "enumValues": said}])

    assert "enum" not in facts_by_id(data)["things#param/x"]
    assert repairs(data) == [("things#param/x", "parameter enum", said, None)]


@pytest.mark.parametrize(("member", "what"), [("type", "parameter without type"), ("in", "parameter without place")])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_parameter_without_type_or_place_is_told(member: str, what: str, *, is_there: bool) -> None:
    entry = {"name": "x", "in": "query", "type": "string", "required": False}
    data = endpoint(params=[entry | {member: None} if is_there else {n: entry[n] for n in entry if n != member}])

    assert facts_by_id(data)["things#param/x"][member] is None
    assert repairs(data) == [("things#param/x", what, None, None)]
    assert pointers(data)["things#repair/1"] == f"/api/params/0{f'/{member}' if is_there else ''}"


def test_blanks_around_the_name_of_a_parameter_are_told() -> None:
    data = endpoint(params=[{"name": " x ", "in": "query", "type": "string", "required": False}])

    assert repairs(data) == [("things#param/x", "parameter name", " x ", "x")]


def test_a_definition_that_a_parameter_names_is_told() -> None:
    data = endpoint(params=[{"name": "x", "in": "body", "type": "object", "required": False, "ref": "channels"}])

    assert repairs(data) == [("things#param/x", "parameter ref", "channels", None)]


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_a_parameter_without_a_name_is_told(name: Any) -> None:
    data = endpoint(params=[{"name": name, "in": "query", "type": "string", "required": False}])

    assert repairs(data) == [(None, "parameter without name", name, None)]


@pytest.mark.parametrize("params", [None, "none", {"0": ID}, ["id", None, 7]])
def test_params_that_are_no_list_of_objects_are_none(params: Any) -> None:
    assert [fact for fact in facts_by_id(endpoint(params=params)) if "#param/" in fact] == []


def result(**members: Any) -> dict[str, Any]:
    return endpoint(results={"codes": [{"status": 200, "language": "json", "code": "{}", **members}]})


@pytest.mark.parametrize("code", ["", "   ", None])
def test_a_status_without_a_body_is_kept_and_told(code: Any) -> None:
    data = result(code=code)

    assert facts_by_id(data)["things#response/200"] == {"status": 200, "language": "json", "body": None}
    assert repairs(data) == [("things#response/200", "result without body", code, None)]


def test_a_body_that_is_null_is_told() -> None:
    data = result(code="null")

    assert facts_by_id(data)["things#response/200"]["body"] is None
    assert repairs(data) == [("things#response/200", "result body", "null", None)]


def test_a_member_that_a_body_has_twice_is_told() -> None:
    data = result(code='{"a": 1, "b": {"c": [], "c": null, "c": 0}, "a": 2}')

    assert facts_by_id(data)["things#response/200"]["body"] == {"a": 2, "b": {"c": 0}}
    assert repairs(data) == [
        ("things#response/200", "repeated member", {"c": [[], None, 0]}, {"c": 0}),
        ("things#response/200", "repeated member", {"a": [1, 2]}, {"a": 2}),
    ]
    assert pointers(data)["things#repair/1"] == "/api/results/codes/0/code"


@pytest.mark.parametrize(
    "code",
    ["<b>Done</b>", '{"a": 1,}', "{'a': 1}", '{"a": NaN}', '{"a": 1e999}', DEEP_AND_REPEATED, "9" * 5000, "[" * 5000],
)
def test_a_body_that_is_no_json_is_told(code: str) -> None:
    data = result(code=code)

    assert facts_by_id(data)["things#response/200"]["body"] is None
    ((of, what, _, after),) = repairs(data)
    assert (of, what, after) == ("things#response/200", "result body", None)


def test_half_a_surrogate_pair_in_a_body_is_no_json() -> None:
    assert facts_by_id(result(code='{"a": "\\ud800"}'))["things#response/200"]["body"] is None


@pytest.mark.parametrize("status", [None, "", "any", 20, 2000, True, [200]])
def test_a_result_without_a_status_is_no_response_and_told(status: Any) -> None:
    data = result(status=status)

    assert [fact for fact in facts_by_id(data) if "#response/" in fact] == []
    assert repairs(data) == [(None, "result without status", status, None)]


@pytest.mark.parametrize(("said", "taken"), [("404", 404), (" 404 ", 404), ("4xx", "4XX")])
def test_a_status_as_text_is_told(said: str, taken: Any) -> None:
    data = result(status=said)

    assert facts_by_id(data)[f"things#response/{taken}"]["status"] == taken
    assert repairs(data) == [(f"things#response/{taken}", "result status", said, taken)]


def test_results_with_one_status_are_counted() -> None:
    codes = [{"status": 200, "language": "json", "code": body} for body in ("1", "2", "3")]

    facts = facts_by_id(endpoint(results={"codes": codes}))

    assert [facts[f"things#response/200{more}"]["body"] for more in ("", "~2", "~3")] == [1, 2, 3]


def test_samples_of_one_language_are_counted_and_one_without_a_language_is_kept() -> None:
    codes = [{"language": "ruby", "code": "a(b: 1)"}, {"language": "ruby", "code": "a(c: 1)"}, {"code": "a(d: 1)"}]

    facts = facts_by_id(endpoint(examples={"codes": codes}))

    members = [facts[f"things#sample/{name}"]["members"] for name in ("ruby", "ruby~2", "unnamed")]
    assert members == [["b"], ["c"], ["d"]]


@pytest.mark.parametrize(
    "code", [None, "", " ", 7, {"method": "GET"}, {"method": 1, "url": None, "headers": [], "members": []}]
)
def test_a_sample_without_code_is_told(code: Any) -> None:
    data = endpoint(examples={"codes": [{"language": "curl", "code": code}]})

    assert repairs(data) == [(None, "sample without code", code, None)]


def sampled(slug: str, *urls: str, method: str = "GET") -> dict[str, Any]:
    codes = [{"language": "curl", "code": f"curl -X {method} {url}"} for url in urls]
    return {**endpoint(examples={"codes": codes}), "slug": slug}


def test_a_sample_of_another_operation_is_told() -> None:
    data = sampled("things", "https://a.test/v1/others/", method="POST")

    assert repairs(data) == [
        ("things#sample/curl", "sample method", "POST", "GET"),
        ("things#sample/curl", "sample path", "https://a.test/v1/others/", "/things/"),
    ]


def test_a_sample_with_less_than_the_path_of_its_page_is_told() -> None:
    data = endpoint(
        url="/v1/things/", examples={"codes": [{"language": "curl", "code": "curl https://a.test/things/"}]}
    )

    assert repairs(data) == [("things#sample/curl", "sample path", "https://a.test/things/", "/v1/things/")]


def test_the_base_path_that_most_samples_of_an_origin_have_is_the_usual_one() -> None:
    new, old, other = "https://a.test/v2/things/", "https://a.test/v1/things/", "https://b.test/v1/things/"

    told = repairs(sampled("a", new, old), sampled("b", new, new), sampled("c", other))

    assert told == [("a#sample/curl~2", "sample base path", "/v1", "/v2")]


def test_where_two_base_paths_are_as_usual_as_each_other_none_is_repaired() -> None:
    assert repairs(sampled("a", "https://a.test/v1/things/"), sampled("b", "https://a.test/v2/things/")) == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('[block:callout]\n{"type": "info",}\n[/block]', "callout that is no JSON"),
        ("[block:code]\n[]\n[/block]", "code that is no JSON object"),
        ('[block:callout]\n{"type": "info"}', "callout that is not closed"),
        ("[block:image]\n[block:html]\n{}\n[/block]", "image that is not closed"),
        ("[block:unheard-of]\n{}\n[/block]", "unheard-of that is of an unknown type"),
        ('[block:code]\n{"codes": {}}\n[/block]', "code that has no `codes` of its type"),
        ("[block:textarea]\n{}\n[/block]", "textarea that has no `text` of its type"),
        ("[block:parameters]\n{}\n[/block]", "parameters that has no `data` of its type"),
    ],
)
def test_a_broken_magic_block_is_told(body: str, what: str) -> None:
    assert repairs(basic(body=body)) == [(None, "magic block", what, None)]


@pytest.mark.parametrize("kind", ["image", "embed", "html", "api-header", "recipe"])
def test_blocks_without_facts_are_passed_over(kind: str) -> None:
    body = f'[block:{kind}]\n{{"title": "`code`", "sidebar": true}}\n[/block]'

    assert list(facts_by_id(basic(body=body))) == ["words#page"]


def test_a_member_that_a_block_has_twice_is_told() -> None:
    data = basic(body='[block:callout]\n{"type": "info", "type": "danger"}\n[/block]')

    assert facts_by_id(data)["words#callout/1"]["type"] == "danger"
    assert repairs(data) == [(None, "repeated member", {"type": ["info", "danger"]}, {"type": "danger"})]


def test_code_in_a_block_that_is_no_object_is_told() -> None:
    assert repairs(basic(body='[block:code]\n{"codes": ["curl x"]}\n[/block]')) == [
        (None, "unexpected type", "curl x", None)
    ]


def test_text_between_blocks_is_prose_and_so_is_a_text_area() -> None:
    body = 'A `b`.\n[block:textarea]\n{"text": "C `d`."}\n[/block]\nE ``f`g``.\n```\nno `code`\n```\n'

    assert facts_by_id(basic(body=body))["words#text"] == {"code": ["b", "d", "f`g"]}


def test_callouts_are_counted_and_those_with_an_emoji_are_some_too() -> None:
    block = '[block:callout]\n{"type": "danger", "body": "Answers with 410 then. `{\\"a\\": 1}` `b`"}\n[/block]'
    body = f"> 🚧 Look\n>\n> HTTP 429 after 100 calls: `slow`, `7`. Error 429.\n\nText.\n{block}\n> 📘 Note\n> nothing"

    facts = facts_by_id(basic(body=body))

    assert facts["words#callout/1"] == {"type": "warning", "statuses": [429], "quotes": ["slow", "7"]}
    assert facts["words#callout/2"] == {"type": "danger", "statuses": [410], "quotes": [{"a": 1}, "b"]}
    assert facts["words#callout/3"] == {"type": "info", "statuses": [], "quotes": []}
    assert facts["words#text"] == {"code": []}


def test_a_callout_with_an_icon_for_a_type_is_a_custom_one() -> None:
    data = basic(body='[block:callout]\n{"type": ["fa-x", "#fff"], "title": "`a`", "body": null}\n[/block]')

    assert facts_by_id(data)["words#callout/1"] == {"type": "custom", "statuses": [], "quotes": ["a"]}
    assert repairs(data) == [("words#callout/1", "callout type", ["fa-x", "#fff"], "custom")]


def test_a_callout_with_an_emoji_of_its_own_is_a_custom_one() -> None:
    data = basic(body="> 💡 Returns 410 then.")

    assert facts_by_id(data)["words#callout/1"] == {"type": "custom", "statuses": [410], "quotes": []}
    assert repairs(data) == [("words#callout/1", "callout type", "💡", "custom")]


def test_a_quote_without_an_emoji_is_prose() -> None:
    assert facts_by_id(basic(body="> Returns `410`."))["words#text"] == {"code": ["410"]}


def test_a_number_in_a_callout_that_nothing_calls_a_status_is_told() -> None:
    data = basic(body="> 📘 HTTP 429 after 100 calls, 429 again. `403`")

    assert facts_by_id(data)["words#callout/1"]["statuses"] == [429]
    assert repairs(data) == [("words#callout/1", "number in a callout", 100, None)]


def test_a_part_of_a_callout_that_is_no_text_is_told() -> None:
    data = basic(body='[block:callout]\n{"type": "info", "body": {"a": 1}}\n[/block]')

    assert repairs(data) == [("words#callout/1", "callout body", {"a": 1}, None)]


def test_a_table_of_parameters_in_the_body_gives_parameters() -> None:
    cells = {"h-0": "Parameter", "h-1": "Type", "h-2": "Required", "h-3": "Description"}
    cells |= {
        "0-0": "`limit`",
        "0-1": "int",
        "0-2": "no",
        "0-3": "How many",
        "1-0": "**order**",
        "1-1": "string",
        "2-0": " ",
    }
    body = f"[block:parameters]\n{json.dumps({'cols': 4, 'rows': 2, 'data': cells})}\n[/block]"

    facts = facts_by_id(basic(body=body))

    assert facts["words#param/limit"] == {"name": "limit", "in": None, "type": "integer", "required": False}
    assert facts["words#param/order"] == {"name": "order", "in": None, "type": "string", "required": False}
    assert [fact for fact in facts if "#param/" in fact] == ["words#param/limit", "words#param/order"]


def tabled(cells: Any) -> dict[str, Any]:
    return basic(body=f"[block:parameters]\n{json.dumps({'data': cells})}\n[/block]")


@pytest.mark.parametrize(
    ("cells", "headings"),
    [
        ({"h-0": "Plan", "h-1": "Price", "0-0": "Free"}, ["Plan", "Price"]),
        ({"0-0": "name"}, [""]),
        ({"h-0": 7}, ["7"]),
        ({}, []),
    ],
)
def test_a_table_of_anything_else_gives_none_and_is_told(cells: Any, headings: list[str]) -> None:
    assert not any("#param/" in fact for fact in facts_by_id(tabled(cells)))
    assert repairs(tabled(cells)) == [(None, "table without names", headings, None)]


def test_what_a_table_lacks_is_told_of_the_body_whatever_its_text() -> None:
    data = tabled({"h-0": "name", "h-1": "type", "0-0": "a"})

    assert {pointers(data)[fact] for fact in pointers(data) if "#repair/" in fact} == {"/body"}


@pytest.mark.parametrize("key", ["x", "0", f"{'9' * 5000}-0"])
def test_a_cell_without_row_and_column_is_told(key: str) -> None:
    assert repairs(tabled({"h-0": "name", key: "a"})) == [(None, "table cell", key, None)]


def test_a_row_without_a_name_is_told() -> None:
    data = tabled({"h-0": "Name", "h-1": "Type", "0-0": " ", "0-1": "int", "1-0": "", "1-1": ""})

    assert repairs(data) == [(None, "row without name", {"name": "", "type": "int"}, None)]


def test_of_two_columns_with_one_meaning_the_first_counts() -> None:
    data = tabled({"h-0": "Name", "h-1": "Type", "h-2": "Format", "0-0": "a", "0-1": "string", "0-2": "date"})

    assert facts_by_id(data)["words#param/a"]["type"] == "string"
    assert (None, "second column of type", "Format", None) in repairs(data)


@pytest.mark.parametrize(
    ("cell", "name"), [("`_id`", "_id"), ("_id", "_id"), ("**`a`**", "a"), ("_a_", "a"), ("`a_b_`", "a_b_"), ("*", "*")]
)
def test_marks_of_a_cell_are_no_part_of_its_text(cell: str, name: str) -> None:
    data = tabled({"h-0": "Name", "0-0": cell})

    assert [fact for fact in facts_by_id(data) if "#param/" in fact] == [f"words#param/{name}"]
    assert not any(what == "parameter name" for _, what, _, _ in repairs(data))


def test_what_a_cell_has_in_another_notation_is_told() -> None:
    data = tabled({"h-0": "Name", "h-1": "Type", "h-2": "In", "0-0": "limit*", "0-1": "Int", "0-2": "Matrix"})

    assert facts_by_id(data)["words#param/limit"]["type"] == "integer"
    assert repairs(data)[:3] == [
        ("words#param/limit", "parameter in", "Matrix", None),
        ("words#param/limit", "type alias", "Int", "integer"),
        ("words#param/limit", "parameter name", "limit*", "limit"),
    ]


def test_code_with_a_status_in_the_body_gives_responses_after_those_of_the_api() -> None:
    codes = [{"code": '{"a": 1}', "language": "json", "status": 200}, {"code": "curl x", "language": "curl"}]
    data = {**result(), "body": f"[block:code]\n{json.dumps({'codes': codes})}\n[/block]"}

    facts = facts_by_id(data)

    assert facts["things#response/200"]["body"] == {}
    assert facts["things#response/200~2"] == {"status": 200, "language": "json", "body": {"a": 1}}
    assert not any("#sample/" in fact for fact in facts)
    assert repairs(data) == []


def test_an_excerpt_is_told_like_text() -> None:
    assert facts_by_id(basic(excerpt="See `this`."))["words#excerpt"] == {"code": ["this"]}


@pytest.mark.parametrize(
    ("members", "link"),
    [
        ({"link_url": "https://a.test", "link_external": True}, {"url": "https://a.test", "external": True}),
        (
            {"content": {"link": {"url": "https://a.test", "new_tab": False}}},
            {"url": "https://a.test", "external": False},
        ),
        ({}, {"url": "", "external": None}),
    ],
)
def test_a_link_tells_where_it_leads(members: dict[str, Any], link: dict[str, Any]) -> None:
    assert facts_by_id({"slug": "there", "type": "link", **members})["there#link"] == link


def test_members_of_the_second_version_of_the_format_are_known() -> None:
    data = {
        "slug": "things",
        "type": "endpoint",
        "title": "Things",
        "privacy": {"view": "anyone_with_link"},
        "position": 3,
        "state": "deprecated",
        "category": {"uri": "/categories/1"},
        "content": {"body": "Text with `code`."},
        "api": {"method": "get", "path": "/things/{id}"},
    }

    facts = facts_by_id(data)

    assert facts["things#page"] == {
        "type": "endpoint",
        "title": "Things",
        "category": None,
        "order": 3,
        "hidden": True,
        "reference": None,
        "deprecated": None,
        "version": "",
    }
    assert facts["things#deprecated"] is True
    assert facts["things#path"] == "/things/{id}"
    assert facts["things#text"] == {"code": ["code"]}
    assert pointers(data)["things#path"] == "/api/path"
    assert pointers(data)["things#text"] == "/content/body"


@pytest.mark.parametrize(
    ("version", "name"),
    [({"version": "1.2"}, "1.2"), ({"version_clean": "1.2.0"}, "1.2.0"), ({"_id": "5"}, "5"), ("5", "5"), (None, "")],
)
def test_a_version_may_be_an_object_or_an_id(version: Any, name: str) -> None:
    assert page(basic(version=version)).ref.version == name


def test_what_a_page_does_not_say_of_itself_is_not_made_up() -> None:
    assert facts_by_id(basic(hidden="no", order="7", isReference=1))["words#page"] == {
        "type": "basic",
        "title": "",
        "category": None,
        "order": None,
        "hidden": None,
        "reference": None,
        "deprecated": None,
        "version": "",
    }


@pytest.mark.parametrize(
    ("said", "method", "is_told"),
    [
        ("get", "GET", False),
        ("GET", "GET", False),
        ("Get", "GET", True),
        (" get\n", "GET", True),
        ("del", "DELETE", True),
        ("DEL", "DELETE", True),
    ],
)
def test_a_method_in_another_notation_is_told(said: str, method: str, *, is_told: bool) -> None:
    data = endpoint(method=said)

    assert facts_by_id(data)["things#method"] == method
    assert repairs(data) == ([("things#method", "method", said, method)] if is_told else [])


@pytest.mark.parametrize("auth", [None, "", 7])
def test_an_auth_that_says_nothing_is_no_fact(auth: Any) -> None:
    assert "things#auth" not in facts_by_id(endpoint(auth=auth))


def test_an_auth_that_is_unknown_is_told() -> None:
    data = endpoint(auth="sometimes")

    assert "things#auth" not in facts_by_id(data)
    assert repairs(data) == [(None, "unknown value", "sometimes", None)]
    assert pointers(data)["things#repair/1"] == "/api/auth"


def test_an_auth_in_another_notation_is_told() -> None:
    data = endpoint(auth="Required ")

    assert facts_by_id(data)["things#auth"] == "required"
    assert repairs(data) == [("things#auth", "auth", "Required ", "required")]


@pytest.mark.parametrize("kind", ["api_config", "webhook", "error", "changelog", "custom_page", "nothing-known"])
def test_pages_of_other_types_are_passed_over_with_a_note(kind: str) -> None:
    item = page_of({"slug": "a", "type": kind}, "file")

    assert isinstance(item, Note)
    assert kind in item.text
    assert ("unknown" in item.text) is (kind not in ("api_config", "webhook", "error"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "is no JSON object"),
        ([], "is no JSON object"),
        ("text", "is no JSON object"),
        ({}, "`slug` is missing"),
        ({"slug": "", "type": "basic"}, "`slug` is missing"),
        ({"slug": 7, "type": "basic"}, "`slug` is no text"),
        ({"slug": "a"}, "`type` is missing"),
        ({"slug": "a", "type": {}}, "`type` is no text"),
        ({"slug": "a", "type": "endpoint"}, "`api` is missing"),
        ({"slug": "a", "type": "endpoint", "api": {"url": "/"}}, "`api.method` is missing"),
        ({"slug": "a", "type": "endpoint", "api": {"method": " ", "url": "/"}}, "`api.method` is missing"),
        ({"slug": "a", "type": "endpoint", "api": {"method": "get", "url": None}}, "`api.url` is missing"),
        (endpoint(method="fetch"), "`api.method` is 'fetch', which is no HTTP method"),
    ],
)
def test_what_is_no_page_is_told_with_the_reason(data: Any, reason: str) -> None:
    assert page_of(data, "file") == NotAPage("file", reason)


def test_facts_come_in_order_of_slug_and_version() -> None:
    pages = [page({**basic(version=version), "slug": slug}) for slug, version in (("b", "2"), ("b", "1"), ("a", "3"))]

    found = [(fact.page.slug, fact.page.version) for fact in facts(pages)]

    assert found == [("a", "3"), ("b", "1"), ("b", "2")]
    assert list(lines(pages)) == list(lines(reversed(pages))) == [to_json_line(fact) for fact in facts(pages)]


def test_ids_stay_apart_even_from_names_that_look_like_theirs() -> None:
    params = [{"name": name, "in": "query", "type": "string", "required": False} for name in ("x~2", "x", "x", "x")]

    facts = facts_by_id(endpoint(params=params))

    assert [fact for fact in facts if "#param/" in fact] == [f"things#param/{x}" for x in ("x~2", "x", "x~3", "x~4")]
