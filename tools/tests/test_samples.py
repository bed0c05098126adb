"""Code samples as records: curl as a shell reads it, HTTP, and what other languages pass along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncano_contract.pages.samples import Sample, members_of, recorded, sample_of

URL = "https://api.example.test/v1/things/"


@pytest.mark.parametrize(
    ("command", "sample"),
    [
        (f"curl {URL}", Sample("GET", URL)),
        (f"$ curl '{URL}'", Sample("GET", URL)),
        (f'curl --url "{URL}" -s', Sample("GET", URL)),
        (f"curl -XPUT {URL}", Sample("PUT", URL)),
        (f"curl --request=delete {URL}", Sample("DELETE", URL)),
        (f"curl -I {URL}", Sample("HEAD", URL)),
        (f"curl -d '' {URL}", Sample("POST", URL)),
        (f"curl -u me:secret {URL}", Sample("GET", URL, ("Authorization",))),
        (f"curl -H 'X-Key: k' -H'X-Key: l' --header \"Accept:*/*\" {URL}", Sample("GET", URL, ("X-Key", "Accept"))),
        (f"curl -o out.json --max-time 5 {URL}", Sample("GET", URL)),
        (f"curl {URL} | python -m json.tool -d x", Sample("GET", URL)),
        (f"curl \\\n  -d 'a=1&b=2' \\\n  {URL}", Sample("POST", URL, (), ("a", "b"))),
        (f"curl -F file=@x -F name=y {URL}", Sample("POST", URL, (), ("file", "name"))),
        (f'curl --data-raw \'{{"a": {{"b": 1}}, "c": 2}}\' {URL}', Sample("POST", URL, (), ("a", "c"))),
        (f'curl -d "{{\\"a\\": 1}}" {URL}', Sample("POST", URL, (), ("a",))),
        (f"# say\ncurl {URL} # done", Sample("GET", URL)),
        ("curl", Sample("GET")),
    ],
)
def test_curl(command: str, sample: Sample) -> None:
    assert sample_of(command) == sample


@pytest.mark.parametrize(
    ("command", "sample", "repair"),
    [
        (
            f'curl -d \'{{"a": <a>, "b": "<b>", // note\n "c": 1,}}\' {URL}',
            Sample("POST", URL, (), ("a", "b", "c")),
            ("sample body", "40 characters that are no JSON", ["a", "b", "c"]),
        ),
        (
            f'curl -d \'{{"a": 1, "a": 2}}\' {URL}',
            Sample("POST", URL, (), ("a",)),
            ("sample body", "16 characters that are no JSON", ["a", "a"]),
        ),
        (
            f"curl -d @body.json {URL}",
            Sample("POST", URL),
            ("sample body", "10 characters that name no member", None),
        ),
        (f"curl -G -d a=1 {URL}", Sample("GET", URL), ("sample query", ["a"], None)),
        (f"curl {URL} {URL}2", Sample("GET", URL), ("sample urls", [URL, f"{URL}2"], URL)),
        (
            "PUT /things/7 HTTP/1.1\n\n{a: 1}",
            Sample("PUT", "/things/7", (), ("a",)),
            ("sample body", "6 characters that are no JSON", ["a"]),
        ),
    ],
)
def test_what_a_sample_is_read_for_otherwise_is_told(
    command: str, sample: Sample, repair: tuple[str, Any, Any]
) -> None:
    found = sample_of(command)

    assert replace(found, repairs=()) == sample
    assert [(each.what, each.before, each.after) for each in found.repairs] == [repair]


def test_an_unclosed_quote_hides_nothing_before_it() -> None:
    assert sample_of(f'curl {URL} -H "X-Key: k').url == URL


def test_http() -> None:
    code = 'PUT /v1/things/7 HTTP/1.1\r\nHost: api.example.test\r\nX-Key: k\r\n\r\n{"a": 1, "b": {"c": 2}}'

    assert sample_of(code) == Sample("PUT", "/v1/things/7", ("Host", "X-Key"), ("a", "b"))


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ('things.create(\n    name="x",\n    size=3,\n)', ("name", "size")),
        ("new Thing({name: 'x', \"size\": 3})", ("name", "size")),
        ("Thing.create(:name => 'x', size: 3)", ("name", "size")),
        ("$thing->create(['name' => 'x', \"size\" => 3]);", ("name", "size")),
        ('thing.create(name: "x", size: 3)', ("name", "size")),
        ("var q = {a: 1, b: {c: [2, {d: 3}]}};", ("a", "b", "c", "d")),
        ("f(a=1); f(a=2, b=3)", ("a", "b")),
        ("f(  # why\n  a=1,  // because\n  /* and */ b=2)", ("a", "b")),
        ("a = 1; b == 2; if (c == 3) { d = 4 }", ()),
        ("for (i = 0; i < 3; i++) f(x)", ()),
        ("x ? y : z; std::map<int>(a::b)", ()),
        ("xs[1:2]; xs[a:b]", ()),
        ("f(a == b)", ()),
        ("f(\"a=1\", 'b: 2', `c: 3`)", ()),
        ("# f(a=1)\n// f(b=2)\n/* f(c=3) */", ()),
        ('f("unclosed, a=1\n g(b=2)', ("b",)),
        ('f({"a sentence that is no name, at all": 1, "b": 2})', ("b",)),
        (")]}{[(", ()),
        ("", ()),
    ],
)
def test_members_are_the_names_that_are_passed(code: str, members: tuple[str, ...]) -> None:
    assert sample_of(code) == Sample(members=members)


@pytest.mark.parametrize(
    ("code", "sample"),
    [
        (
            f'requests.post("{URL}", headers={{"X-Key": k, "Accept": a}}, json={{"a": 1}})',
            Sample("POST", URL, ("X-Key", "Accept"), ("headers", "json", "a")),
        ),
        (
            f"fetch('{URL}', {{method: 'PUT', headers: {{'X-Key': k}}}})",
            Sample("PUT", URL, ("X-Key",), ("method", "headers")),
        ),
        (f'headers = {{"X-Key": k}}\nget("{URL}")', Sample(None, URL, ("X-Key",))),
        (f"curl_setopt($c, CURLOPT_CUSTOMREQUEST, 'PATCH'); $u = '{URL}';", Sample("PATCH", URL)),
    ],
)
def test_what_is_written_out_of_a_request_is_taken(code: str, sample: Sample) -> None:
    assert sample_of(code) == sample


@pytest.mark.parametrize(
    ("body", "members"),
    [
        ('{"a": 1, "b": [{"c": 2}]}', ("a", "b")),
        ("{a: 1, 'b': 2}", ("a", "b")),
        ('{"a": "b: c, d: e"}', ("a",)),
        ("[1, 2]", ()),
        ("@a=b.json", ()),
        ("a=1&b=&a=2", ("a", "b", "a")),
        ("text", ()),
        ("", ()),
    ],
)
def test_members_of_a_body(body: str, members: tuple[str, ...]) -> None:
    assert members_of(body) == members


def test_a_record_is_a_sample_again() -> None:
    sample = Sample("PUT", URL, ("X-Key",), ("a",))

    assert recorded(sample.record) == sample


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {"method": "GET"},
        {"method": 1, "url": None, "headers": [], "members": []},
        {"method": None, "url": None, "headers": "X", "members": []},
        {"method": None, "url": None, "headers": [], "members": [1]},
        {"method": None, "url": None, "headers": [], "members": [], "more": 1},
    ],
)
def test_anything_else_is_no_record(record: Any) -> None:
    assert recorded(record) is None


@pytest.mark.parametrize(
    "code", ['"\\' * 50_000, "/*" * 50_000, "`" * 100_001, "({[" * 30_000, "f(a=" * 30_000, "curl '\"" * 9_000]
)
def test_hostile_samples_are_read_in_one_go(code: str) -> None:
    assert len(sample_of(code).members) <= 1
