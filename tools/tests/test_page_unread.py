"""What stands on a page and no fact is made of: each of it is told, and where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from handmade_pages import basic, endpoint, facts_by_id, page, piped, pointers, repairs, resolve
from syncano_contract import feed
from syncano_contract.pages import Page
from syncano_contract.pages.extract import facts


def told(data: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Return what was repaired: where, what, before and after."""
    values = [(fact.pointer, fact.value) for fact in facts([page(data)]) if fact.kind == "repair"]
    return [(pointer, value["what"], value["before"], value["after"]) for pointer, value in values]


@pytest.mark.parametrize("url", ["", "  "])
@pytest.mark.parametrize("member", ["url", "path"])
def test_an_endpoint_without_a_path_is_an_unfinished_page(member: str, url: str) -> None:
    codes = [{"language": "curl", "code": "curl https://a.test/v1/things/"}]
    api = {"method": "get", member: url, "auth": "never", "examples": {"codes": codes}}
    data = {"slug": "things", "type": "endpoint", "api": api}

    assert [fact for fact in facts_by_id(data) if "#repair/" not in fact] == [
        "things#page",
        "things#method",
        "things#auth",
        "things#sample/curl",
    ]
    assert told(data) == [(f"/api/{member}", "endpoint without path", url, None)]


def test_an_empty_url_does_not_hide_a_path() -> None:
    data = endpoint(url="", path="/others/:id")

    assert facts_by_id(data)["things#path"] == "/others/{id}"
    assert pointers(data)["things#param/id"] == "/api/path"


def test_blanks_around_a_slug_are_told() -> None:
    assert repairs(basic(slug=" words")) == [("words#page", "slug", " words", "words")]


def test_a_link_that_leads_nowhere_is_told() -> None:
    assert repairs({"slug": "there", "type": "link"}) == [("there#link", "link without url", None, None)]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"title": ["Words"]}, "/title"),
        ({"version": ["1"]}, "/version"),
        ({"version": {"is_deprecated": "yes"}}, "/version/is_deprecated"),
        ({"category": {"title": {}}}, "/category/title"),
        ({"position": "7"}, "/position"),
        ({"deprecated": "yes"}, "/deprecated"),
        ({"privacy": "public"}, "/privacy"),
        ({"excerpt": {}}, "/excerpt"),
        ({"body": ["`a`"]}, "/body"),
        ({"content": {"body": False}}, "/content/body"),
        ({"link_url": {}}, "/link_url"),
        ({"api": []}, "/api"),
    ],
)
def test_another_type_than_the_format_has_is_told(members: dict[str, Any], pointer: str) -> None:
    data = basic(**members)

    assert told(data) == [(pointer, "unexpected type", resolve(data, pointer), None)]


@pytest.mark.parametrize(
    ("members", "pointer", "value"),
    [
        ({"privacy": {"view": "password"}}, "/privacy/view", "password"),
        ({"state": "archived"}, "/state", "archived"),
    ],
)
def test_a_word_that_the_format_does_not_have_is_told(members: dict[str, Any], pointer: str, value: str) -> None:
    assert told(basic(**members)) == [(pointer, "unknown value", value, None)]


@pytest.mark.parametrize(
    ("api", "pointer"),
    [
        ({"schema": {}}, "/api/schema"),
        (
            {"params": [{"name": "x", "in": "query", "type": "string", "required": True, "a/b": 1}]},
            "/api/params/0/a~1b",
        ),
        ({"results": {"codes": [], "headers": []}}, "/api/results/headers"),
        ({"results": {"codes": [{"status": 200, "code": "{}", "headers": []}]}}, "/api/results/codes/0/headers"),
        ({"examples": {"codes": [{"code": "f(a=1)", "url": "/"}]}}, "/api/examples/codes/0/url"),
    ],
)
def test_a_member_that_is_not_known_is_told_by_name(api: dict[str, Any], pointer: str) -> None:
    name = pointer.rpartition("/")[2].replace("~1", "/")

    assert told(endpoint(**api)) == [(pointer, "unknown member", name, None)]


def test_a_language_that_is_no_text_is_told() -> None:
    data = endpoint(results={"codes": [{"status": 200, "code": "{}", "language": 7}]})

    assert told(data) == [("/api/results/codes/0/language", "unexpected type", 7, None)]


@pytest.mark.parametrize(
    ("members", "fact", "said"),
    [
        ({"order": 1, "position": 2}, ("order", 1), ("/position", "another order", 2, 1)),
        (
            {"privacy": {"view": "public"}, "hidden": True},
            ("hidden", False),
            ("/hidden", "another hidden", True, False),
        ),
    ],
)
def test_where_both_versions_of_the_format_say_something_the_other_is_told(
    members: dict[str, Any], fact: tuple[str, Any], said: tuple[str, str, Any, Any]
) -> None:
    data = basic(**members)

    assert facts_by_id(data)["words#page"][fact[0]] == fact[1]
    assert told(data) == [said]


def test_a_state_counts_before_a_mark() -> None:
    data = basic(state="deprecated", deprecated=False)

    assert facts_by_id(data)["words#deprecated"] is True
    assert told(data) == [("/deprecated", "another deprecated", False, True)]


def test_two_urls_of_an_endpoint_are_told() -> None:
    assert told(endpoint(path="/others/")) == [("/api/path", "another url", "/others/", "/things/")]


def test_where_both_versions_say_the_same_nothing_is_told() -> None:
    assert told(basic(order=1, position=1, privacy={"view": "anyone_with_link"}, hidden=True)) == []


def test_what_is_of_no_use_in_one_version_does_not_hide_the_other() -> None:
    data = basic(order="1", position=2)

    assert facts_by_id(data)["words#page"]["order"] == 2
    assert told(data) == [("/order", "unexpected type", "1", None)]


def test_an_endpoint_on_a_page_that_is_none_is_told() -> None:
    assert told(basic(api={"method": "get", "url": "/things/"})) == [
        ("/api/url", "url of a page of type basic", "/things/", None)
    ]
    assert told(basic(api={"method": "get", "url": "", "params": []})) == []


def test_where_a_page_that_is_no_link_leads_is_told() -> None:
    assert told(basic(link_url="https://a.test")) == [
        ("/link_url", "link of a page of type basic", "https://a.test", None)
    ]


def test_a_member_that_a_page_has_twice_is_told_with_its_place() -> None:
    items = piped(
        '[{"slug": "a", "type": "basic"}, {"slug": "b", "type": "link", "type": "basic", "hidden": true,'
        ' "version": {"version": "1", "a/b": [{"c": 1, "c": 1}], "version": "2"}}]'
    )
    pages = [item for item in items if isinstance(item, Page)]

    found = [(fact.id, fact.pointer, fact.value) for fact in facts(pages) if fact.kind == "repair"]

    assert found == [
        (
            f"b#repair/{number}",
            pointer,
            {"of": None, "what": "repeated member", "before": before, "after": after},
        )
        for number, pointer, before, after in (
            (1, "/version/a~1b/0/c", {"c": [1, 1]}, {"c": 1}),
            (2, "/version/version", {"version": ["1", "2"]}, {"version": "2"}),
            (3, "/type", {"type": ["link", "basic"]}, {"type": "basic"}),
        )
    ]


@pytest.mark.parametrize("size", [1, 7, 40])
def test_where_chunks_end_a_repeated_member_is_told_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CHUNK", size)

    (item,) = piped('{"slug": "a", "type": "basic", "version": {"a": 1, "a": 2}, "title": "' + 90 * "x" + '"}')

    assert isinstance(item, Page)
    assert [each.values for each in item.repeated] == [(1, 2)]


def test_what_is_repeated_in_a_value_that_does_not_count_is_told_with_that_value() -> None:
    (item,) = piped('{"slug": "a", "type": "basic", "version": {"a": 1, "a": 2}, "version": "3"}')
    assert isinstance(item, Page)

    (repair,) = [fact for fact in facts([item]) if fact.kind == "repair"]

    assert repair.pointer == "/version"
    assert repair.value["before"] == {"version": [{"a": 2}, "3"]}


@pytest.mark.parametrize(
    ("members", "statement"),
    [
        ({"order": "7"}, 'unexpected type "7" is left out.'),
        ({"deprecated": 0}, "unexpected type 0 is left out."),
        ({"order": 1, "position": 2}, "another order 2 is taken for 1."),
        ({"slug": " a"}, 'a#page: slug " a" is taken for "a".'),
        ({"type": "link"}, "words#link: link without url, and nothing stands in for it."),
    ],
)
def test_a_repair_is_told_in_a_sentence(members: dict[str, Any], statement: str) -> None:
    (repair,) = [fact for fact in facts([page({**basic(), **members})]) if fact.kind == "repair"]

    assert repair.statement == statement
