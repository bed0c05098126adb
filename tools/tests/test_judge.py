"""The judge: each way to depart from the document is seen, and nothing else is."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncano_contract import judge as judges
from syncano_contract.document import Shape, load
from syncano_contract.judge import addressed, against, judge, parse, shorten
from syncano_contract.model import Exchange, Headers, Request, Response

BASE = "https://api.example.test/v1.1"
DOCUMENT = load()
USER: dict[str, Any] = DOCUMENT.tree["components"]["examples"]["UserAdded"]["value"]
JSON = (("Content-Type", "application/json"),)
ADD, UPDATE = ("POST", "/instances/rivia/users/"), ("PUT", "/instances/rivia/users/7/")
RESET, DETAILS = ("POST", "/instances/rivia/users/7/reset_key/"), ("GET", "/instances/rivia/user/")
OPERATIONS = {"addUser": ADD, "updateUser": UPDATE, "resetUserKey": RESET, "getUserDetails": DETAILS}
DETAIL = {"detail": "No."}


def exchange(
    to: tuple[str, str] = ADD, status: int = 200, body: object = None, headers: Headers = JSON, base: str = BASE
) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(USER if body is None else body).encode()
    request = Request(to[0], base + to[1])
    return Exchange(1, datetime(2026, 11, 21, tzinfo=UTC), 0.1, "X-1", request, Response(status, "", headers, content))


def seen(one: Exchange, base: str = BASE) -> list[tuple[str, str]]:
    return [(departure.aspect, departure.seen) for departure in judge(DOCUMENT, base, one)]


def aspects(one: Exchange) -> list[str]:
    return [departure.aspect for departure in judge(DOCUMENT, BASE, one)]


def user(*path: str, value: object) -> dict[str, Any]:
    """The example user, with another value for one member."""
    changed = copy.deepcopy(USER)
    place: dict[str, Any] = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


# What is as documented, or not for the document to say.


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_examples_of_the_pages_depart_in_nothing(operation: str) -> None:
    replies = {200: USER, 403: DETAIL, 404: DETAIL}

    departures = [seen(exchange(OPERATIONS[operation], status, body)) for status, body in replies.items()]

    assert departures == [[], [], []]


@pytest.mark.parametrize(
    "body",
    [
        user("extra", value={"deep": [1, None]}),
        user("profile", "extra", value=1),
        user(
            "groups",
            value=[{"id": 1, "label": "l", "description": "", "name": None, "links": {"self": "/", "users": "/"}}],
        ),
        user("id", value=2**70),
        user("id", value=7.0),
        user("username", value=""),
        user("username", value="żółć🐺\0"),
        user("username", value="\ud800"),
        user("\ud800", value=1),
        user("links", "self", value="/\ud800"),
        user("profile", "channel", value="news"),
        user("profile", "group", value={"id": 1}),
        user("profile", "other_permissions", value="read"),
        user("profile", "created_at", value="2016-03-17T17:56:31Z"),
        user("profile", "created_at", value="2016-03-17T17:56:31.181939+00:00"),
        user("profile", "created_at", value="2016-03-17T18:56:31.1+01:00"),
        user("links", "self", value="https://api.example.test/v1.1/instances/rivia/users/10/"),
        user("extra", value=float("1e999")) | {"x": 10**400},
    ],
)
def test_what_a_deployment_may_well_send_departs_in_nothing(body: object) -> None:
    encoded = json.dumps(body).replace("Infinity", "1e999").encode()

    assert seen(exchange(body=encoded)) == []


def test_order_spacing_and_duplicates_of_members_depart_in_nothing() -> None:
    text = json.dumps(dict(reversed(USER.items())), indent=4).replace('"id": 10', '"id": 9, "id": 10', 1)

    assert seen(exchange(body=f"\r\n{text}\n".encode())) == []


@pytest.mark.parametrize("depth", [50, 400])
def test_deep_nesting_in_an_extra_member_departs_in_nothing(depth: int) -> None:
    text = json.dumps(USER)[:-1] + ', "extra": ' + "[" * depth + "]" * depth + "}"

    assert seen(exchange(body=text.encode())) == []


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON;charset=UTF-8",
        " application/json ; v=1",
    ],
)
@pytest.mark.parametrize("name", ["Content-Type", "content-type"])
def test_a_media_type_may_have_parameters_and_any_case(name: str, media_type: str) -> None:
    assert seen(exchange(headers=((name, media_type), ("X-More", "1")))) == []


@pytest.mark.parametrize("status", [405, 406, 413, 414, 415, 429, 431, 300, 301, 302, 304, 307, 308, 399])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_http_itself_refuses_with_is_let_pass_in_any_form(operation: str, status: int) -> None:
    assert seen(exchange(OPERATIONS[operation], status, b"<html>", (("Content-Type", "text/html"),))) == []


@pytest.mark.parametrize(
    "body", [DETAIL, {"username": ["a"], "password": ["b", "c"]}, {}, {"detail": ["x"]}, {"\ud800": ["x"]}]
)
def test_a_400_may_name_fields_or_give_a_detail(body: object) -> None:
    assert seen(exchange(ADD, 400, body)) == []


@pytest.mark.parametrize(
    "to",
    [
        ("PUT", "/instances/rivia/users/0/"),
        ("PUT", "/instances/rivia/users/-1/"),
        ("PUT", "/instances/rivia/users/007/"),
        ("PUT", "/instances/rivia/users/abc/"),
        ("PUT", "/instances/rivia/users/%00/"),
        ("PUT", f"/instances/rivia/users/{'9' * 19}/"),
        ("POST", "/instances/a%20b/users/"),
        ("POST", f"/instances/{'x' * 65}/users/"),
        ("GET", "/instances/rivia/user/?user_key=%00"),
        ("GET", "/instances/rivia/user/?user_key=%F0%9F%90%BA"),
        ("GET", f"/instances/rivia/user/?user_key={'x' * 5000}"),
        ("DELETE", "/instances/rivia/users/7/"),
        ("HEAD", "/instances/rivia/user/"),
        ("GET", "/instances/rivia/users"),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 403, 404, 418])
def test_what_addresses_no_operation_plainly_may_be_answered_in_any_form(to: tuple[str, str], status: int) -> None:
    one = exchange(to, status, b"<html>", (("Content-Type", "text/html"),))

    assert seen(one) == []
    assert addressed(DOCUMENT, BASE, one) is None


def test_an_exchange_without_a_reply_departs_in_nothing() -> None:
    one = Exchange(1, datetime(2026, 11, 21, tzinfo=UTC), 0.1, "X-1", Request(ADD[0], BASE + ADD[1]), None, "cut off")

    assert seen(one) == []


@pytest.mark.parametrize("to", [("PROPFIND", "/instances/rivia/user/"), ("HEAD", "/instances/rivia/user/")])
def test_501_for_a_method_that_no_page_has_is_let_pass(to: tuple[str, str]) -> None:
    assert seen(exchange(to, 501, b"")) == []


# What departs.


@pytest.mark.parametrize("status", [600, 700, 999])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_status_over_599_is_one_that_no_page_lists_and_no_server_error(operation: str, status: int) -> None:
    assert seen(exchange(OPERATIONS[operation], status, b"<html>", ())) == [("status", f"status {status}")]


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599])
@pytest.mark.parametrize("to", [ADD, ("PUT", "/instances/rivia/users/%00/"), DETAILS])
def test_a_5xx_is_a_server_error_and_nothing_else(to: tuple[str, str], status: int) -> None:
    assert seen(exchange(to, status, b"<html>", ())) == [("server error", f"status {status}")]


def test_a_5xx_of_what_is_no_operation_is_told_by_its_method() -> None:
    departure = next(judge(DOCUMENT, BASE, exchange(("OPTIONS", "/instances/rivia/users/"), 500)))

    assert (departure.operation, departure.expected) == ("OPTIONS", "no 5xx status")


@pytest.mark.parametrize(
    ("operation", "status"),
    [*((name, status) for name in OPERATIONS for status in (201, 204, 401, 409, 422)),
     ("getUserDetails", 400), ("resetUserKey", 400)],
)  # fmt: skip
def test_a_status_that_the_page_does_not_list_is_named(operation: str, status: int) -> None:
    one = exchange(OPERATIONS[operation], status, b"<html>", ())

    departures = list(judge(DOCUMENT, BASE, one))

    listed = "200, 403, 404" if operation in ("getUserDetails", "resetUserKey") else "200, 400, 403, 404"
    assert departures == [
        judges.Departure("status", operation, f"one of the statuses {listed}", f"status {status}", one, ("status",))
    ]


@pytest.mark.parametrize("query", ["", "?user_key=2c0ffee12c0ffee1", "?x-unknown=42", "?"])
def test_a_plain_query_is_judged(query: str) -> None:
    assert aspects(exchange(("GET", f"/instances/rivia/user/{query}"), 418)) == ["status"]


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ((), "none"),
        ((("Content-Type", ""),), "none"),
        ((("Content-Type", "text/html; charset=utf-8"),), "text/html"),
        ((("Content-Type", "application/jsonp"),), "application/jsonp"),
        ((("Content-Type", "text/plain; application/json"),), "text/plain"),
    ],
)
def test_another_media_type_or_none_is_named(headers: Headers, shown: str) -> None:
    assert seen(exchange(headers=headers)) == [("media type", shown)]


@pytest.mark.parametrize("name", ["id", "username", "user_key", "profile", "groups", "links"])
def test_a_user_without_a_member_departs_in_the_body(name: str) -> None:
    body = {key: value for key, value in USER.items() if key != name}

    assert seen(exchange(body=body)) == [("body", f'at /: "{name}" is a required property')]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (user("id", value="10"), "/id"),
        (user("id", value="\ud800"), "/id"),
        (user("id", value=1.5), "/id"),
        (user("id", value=True), "/id"),
        (user("id", value=None), "/id"),
        (user("username", value=7), "/username"),
        (user("user_key", value=None), "/user_key"),
        (user("groups", value={}), "/groups"),
        (user("groups", value=[{"id": 1}]), "/groups/0"),
        (user("profile", "owner", value="10"), "/profile/owner"),
        (user("profile", "owner_permissions", value="all"), "/profile/owner_permissions"),
        (user("profile", "created_at", value="2016-03-17T17:56:31.181939"), "/profile/created_at"),
        (user("profile", "created_at", value="2016-03-17 17:56:31"), "/profile/created_at"),
        (user("profile", "created_at", value="yesterday"), "/profile/created_at"),
        (user("profile", "created_at", value=1458237391), "/profile/created_at"),
        (user("links", "self", value=None), "/links/self"),
    ],
)
def test_a_member_of_another_kind_is_named_by_its_place(body: object, where: str) -> None:
    departures = seen(exchange(body=body))

    assert [aspect for aspect, _ in departures if aspect != "body"] == []
    assert any(shown.startswith(f"at {where}: ") for _, shown in departures)


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b" ",
            b"<html>",
            b"{",
            b'{"id": NaN}',
            b'{"id": Infinity}',
            b'{"id": -Infinity}',
            b"{'id': 1}",
            b'{"a":1,}',
        ),
        *(b"\xef\xbb\xbf{}", json.dumps(USER).encode("utf-16"), b'{"username": "\xff"}', b'{"a": "\xed\xa0\x80"}'),
        *(b"[" * 100_000, b"{}{}", b'"\t"', json.dumps(USER).encode()[:-1]),
    ],
)
def test_a_body_that_is_no_json_is_one_departure_that_shows_it(body: bytes) -> None:
    departures = list(judge(DOCUMENT, BASE, exchange(body=body)))

    assert [(each.aspect, each.expected) for each in departures] == [("body", "a body that is JSON")]
    assert len(departures[0].seen) < 400


@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_a_success_that_is_no_object_departs_in_the_body(body: object) -> None:
    assert aspects(exchange(body=json.dumps(body).encode())) == ["body"]


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("body", [{}, {"detail": None}, {"detail": ["x"]}, {"message": "x"}, [], b"", b"No."])
def test_an_error_without_a_detail_departs_in_the_error_body(status: int, body: object) -> None:
    assert aspects(exchange(ADD, status, body)) == ["error body"]


@pytest.mark.parametrize("body", [{"username": "a"}, {"username": [1]}, {"username": None}, [], b""])
def test_a_400_that_neither_names_fields_nor_gives_a_detail_departs_in_the_error_body(body: object) -> None:
    assert aspects(exchange(ADD, 400, body)) == ["error body"]


@pytest.mark.parametrize(
    ("headers", "departures"),
    [
        ((("X-A", "a"), ("x-n", "-7")), []),
        ((("X-A", "1"),), []),
        ((), [("a header X-A", "none", ())]),
        ((("X-A", "a"), ("X-N", "many")), [("a header X-N as documented", "many", ("header X-N",))]),
        ((("X-A", "a"), ("X-N", "")), [("a header X-N as documented", "", ("header X-N",))]),
        ((("X-A", "a"), ("X-N", "9" * 5000)), [("a header X-N as documented", "9" * 5000, ("header X-N",))]),
    ],
)
def test_headers_are_judged_as_text_or_as_a_number(headers: Headers, departures: list[tuple[Any, ...]]) -> None:
    text, number = (jsonschema_rs.Draft202012Validator({"type": kind}) for kind in ("string", "integer"))
    shape = Shape("/x", (), None, (("X-A", True, text), ("X-N", False, number)))

    assert list(against(shape, Response(200, "", headers, b""))) == [
        judges.Difference("headers", *each) for each in departures
    ]


def test_a_difference_in_a_body_has_its_place() -> None:
    body = {"detail": [], "a/b": 1}
    shape = Shape("/x", (), jsonschema_rs.Draft202012Validator({"properties": {"a/b": {"type": "string"}}}), ())

    (found,) = against(shape, Response(404, "", (), json.dumps(body).encode()))

    assert found.places == ("/a~1b",)


@pytest.mark.parametrize("base", ["https://h.test", "https://h.test/v1.1", "https://h.test/a/b%20c"])
def test_the_path_is_taken_below_any_mount_point(base: str) -> None:
    one = exchange(DETAILS, 418, base=base)

    assert seen(one, base) == [("status", "status 418")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5.0", 5),
        ("-5e0", -5),
        ("5.5", 5.5),
        ("1e400", 10**400),
        ("-1e400", -(10**400)),
        ("1e-400", 0),
        ("1" + "0" * 4100, 10**4100),
    ],
    ids=lambda value: str(value)[:9],
)
def test_a_number_is_read_as_json_schema_has_it(text: str, value: float) -> None:
    read = parse(text.encode())

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    "text",
    ["1" + "0" * 5000, "-1" + "0" * 5000, "9" * 100_000, "1e999999999", "-1e999999999"],
    ids=lambda text: text[:9],
)
def test_a_number_that_is_too_long_for_python_is_an_integer_all_the_same(text: str) -> None:
    one = exchange(body=json.dumps(USER).replace('"id": 10', f'"id": {text}', 1).encode())
    wrong = exchange(body=json.dumps(USER).replace('"id": 10', f'"username": {text}, "id": 10', 1).encode())

    assert seen(one) == []
    assert isinstance(parse(text.encode()), int)
    assert "null" not in str(seen(wrong))


@pytest.mark.parametrize("frames", [0, 300])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ('[1, {"a": [', "]}, 2]")])
def test_500_levels_are_read_and_more_are_too_many_whoever_asks(opening: str, closing: str, frames: int) -> None:
    levels = opening.count("[") + opening.count("{")
    most, more = (opening * times + "7" + closing * times for times in (500 // levels, 500 // levels + 1))

    def read(text: str, deeper: int) -> object:
        return read(text, deeper - 1) if deeper else parse(text.encode())

    assert read(most, frames) is not None
    with pytest.raises(ValueError, match="nested too deeply"):
        read(more, frames)
    assert read(f"[{', '.join(['[{}]'] * 2000)}]", frames) == [[{}]] * 2000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans())
@example("\ud800", True)
@example({"a\udfff": 10**30}, True)
def test_json_is_read_as_the_standard_library_reads_it(value: object, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)

    assert repr(parse(text.encode())) == repr(json.loads(text, parse_float=judges.number))


def test_two_long_numbers_that_differ_at_an_end_are_two() -> None:
    first, second, third = (
        parse(text.encode()) for text in ("1" + "0" * 5000, "2" + "0" * 5000, "1" + "0" * 4999 + "1")
    )

    assert len({first, second, third}) == 3


def test_json_is_parsed_strictly() -> None:
    assert parse(b' {"a": [1, "\\ud83d\\udc3a"]} ') == {"a": [1, "🐺"]}
    with pytest.raises(ValueError, match="NaN is no JSON number"):
        parse(b"[NaN]")
    with pytest.raises(ValueError, match="nested too deeply"):
        parse(b"[" * 100_000)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc", "abc"),
        ("abcdef", "abcde… (6 long)"),
        (b"abc", "abc"),
        (b"abcdef", "abcde… (6 long)"),
        (b"\xff", "\ufffd"),
    ],
)
def test_a_text_is_cut_with_its_whole_length(text: str | bytes, shown: str) -> None:
    assert shorten(text, 5) == shown
