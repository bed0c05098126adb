"""Whatever has the shape of a page is read, and what is read can be drafted: found by Hypothesis, not by us."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handmade_pages import TRANSCRIPTS, resolve
from syncano_contract.pages import NotAPage, Note, Page, page_of, read
from syncano_contract.pages.extract import facts, lines, to_json_line
from syncano_contract.pages.samples import sample_of
from test_draft import drafted_soundly

ALWAYS = settings(
    database=None,
    derandomize=True,
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NAMES = [
    "_id",
    "slug",
    "type",
    "title",
    "body",
    "excerpt",
    "version",
    "category",
    "order",
    "hidden",
    "content",
    "privacy",
    "position",
    "state",
    "link_url",
]
ODD = st.sampled_from(
    ["", " ", "`", "{", "}", ":id", "{id}", "<a b>", "?a=:b", "~", "#", "\x00", "\u2028", "é", "ß", "0"]
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | ODD | st.lists(ODD, max_size=5).map("".join)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def among(*usual: Any) -> st.SearchStrategy[Any]:
    """Return mostly what is usual in a place, and now and then anything."""
    return st.sampled_from(usual) | ANYTHING if usual else ANYTHING


def members(**usual: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=usual)


def listed(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(each | ANYTHING, max_size=4) | ANYTHING


JSON = ANYTHING.map(json.dumps)
SEGMENTS = st.sampled_from(
    ["/", "things", ":id", "{id}", "<id>", "$(id)", "{{id}}", "?a=1", "&b=:id", "https://a.test", " "]
)
URLS = st.lists(SEGMENTS | TEXTS, min_size=1, max_size=6).map("".join)
PARAM = members(
    name=among("id", "a", "b"),
    type=among("string", "int", "array_string", "array_object", "boolean", "file", ""),
    required=among(True, False),
    default=among("", "1", "[1]", "<x>") | JSON,
    enumValues=among("", "1,2", "a, b") | JSON,
    **{"in": among("path", "query", "header", "body", "form", "cookie")},
)
RESULT = members(
    status=among(200, 400, "4xx"), language=among("json", "text"), code=among("", "{}", '{"id": 1}') | JSON
)
CODE = TEXTS | st.builds(
    "curl -X {} -H '{}' -d '{}' https://a.test{}".format, st.sampled_from(["GET", "PUT"]), TEXTS, JSON, URLS
)
SAMPLE = members(language=among("curl", "python"), code=CODE | ANYTHING)
API = st.fixed_dictionaries(
    {"method": st.sampled_from(["get", "PUT", "post", "del", "trace"]), "url": URLS},
    optional={
        "auth": among("required", "never"),
        "params": listed(PARAM),
        "results": members(codes=listed(RESULT)) | ANYTHING,
        "examples": members(codes=listed(SAMPLE)) | ANYTHING,
    },
)
PAYLOAD = (
    st.fixed_dictionaries({"codes": listed(RESULT), "body": TEXTS, "data": st.dictionaries(TEXTS, SCALARS, max_size=6)})
    | members(data=st.just({"h-0": "Name", "h-1": "Type"}).map(lambda cells: {**cells, "0-0": "`a`", "0-1": "int"}))
).map(json.dumps)
BLOCK = st.builds(
    "[block:{}]\n{}\n[/block]".format,
    st.sampled_from(["callout", "code", "parameters", "textarea", "image"]),
    PAYLOAD | JSON | TEXTS,
)
BODIES = st.lists(BLOCK | TEXTS | st.sampled_from(["[block:code]", "[/block]", "> 📘 a\n> b", "``", "```"])).map(
    "\n".join
)
PAGES = st.fixed_dictionaries(
    {"slug": TEXTS.filter(str.strip), "type": st.sampled_from(["endpoint", "endpoint", "basic", "link"]), "api": API},
    optional={
        "body": BODIES | ANYTHING,
        "category": ANYTHING | members(title=TEXTS),
        "version": ANYTHING | members(version=TEXTS, is_deprecated=among(True)),
        "deprecated": among(True),
        **{name: ANYTHING for name in NAMES if name not in ("slug", "type", "body", "category", "version")},
    },
)


@given(ANYTHING)
@ALWAYS
def test_any_json_is_a_page_or_none(data: Any) -> None:
    assert isinstance(page_of(data, "file"), Page | NotAPage | Note)


@given(st.lists(PAGES, max_size=3))
@ALWAYS
def test_whatever_has_the_shape_of_a_page_has_facts(data: list[dict[str, Any]]) -> None:
    found = [item for item in read(["-"], io.BytesIO(json.dumps(data).encode())) if isinstance(item, Page)]
    data_of = {(page.ref.slug, page.ref.version): page.data for page in found}

    said = facts(found)

    assert len({(fact.id, fact.page.version) for fact in said}) == len(said)
    for fact in said:
        resolve(data_of[fact.page.slug, fact.page.version], fact.pointer)
        assert json.loads(to_json_line(fact))["value"] == fact.value
        assert fact.statement


@given(st.lists(PAGES, max_size=3))
@ALWAYS
def test_lines_are_facts_in_the_same_order_whatever_the_order_of_pages(data: list[dict[str, Any]]) -> None:
    found = [item for item in read(["-"], io.BytesIO(json.dumps(data).encode())) if isinstance(item, Page)]

    assert list(lines(iter(found))) == [to_json_line(fact) for fact in facts(found)]
    assert list(lines(reversed(found))) == list(lines(found))


@given(st.lists(PAGES, max_size=3))
@ALWAYS
def test_whatever_is_read_gives_a_valid_draft(data: list[dict[str, Any]]) -> None:
    found = [item for item in read(["-"], io.BytesIO(json.dumps(data).encode())) if isinstance(item, Page)]

    drafted_soundly(found)


@given(st.binary(max_size=200) | TEXTS.map(str.encode) | JSON.map(str.encode))
@example(b'{"slug"')
@ALWAYS
def test_whatever_comes_in_something_is_said_of_it(content: bytes) -> None:
    items = list(read(["-"], io.BytesIO(content)))

    assert items or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


@given(st.data())
@ALWAYS
def test_a_page_that_is_cut_off_is_told(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(sorted(TRANSCRIPTS.iterdir())).map(Path.read_bytes)).rstrip()
    cut = content[: data.draw(st.integers(0, len(content) - 1))]

    (item,) = read(["-"], io.BytesIO(cut))

    assert isinstance(item, NotAPage)


@given(
    CODE
    | st.lists(st.sampled_from([*"()[]{},:=\"'`\\#\n ", "a", "b", "curl", "headers", "=>", "//", "/*"])).map("".join)
)
@ALWAYS
def test_whatever_is_a_sample_is_read(code: str) -> None:
    assert sample_of(code) == sample_of(code)
