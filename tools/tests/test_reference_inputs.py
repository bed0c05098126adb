"""What the reference deployment makes of bodies, the odd ones included."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncano_contract.reference.server import Embedded

REQUIRED = ["This field is required."]
BLANK = ["This field may not be blank."]
NULL = ["This field may not be null."]
NOT_A_STRING = ["Not a valid string."]
NOT_UNIQUE = ["This field must be unique."]
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"
_numbers = itertools.count()


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@pytest.fixture(scope="module")
def deployment() -> Iterator[Embedded]:
    with Embedded() as running:
        yield running


def add(deployment: Embedded, body: object, content_type: str | None = "application/json") -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-API-KEY": deployment.seeds.api_key}
    if content_type is not None:
        headers["Content-Type"] = content_type
    return send(deployment, "POST", "/v1.1/instances/rivia/users/", headers, data)


def send(deployment: Embedded, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
    connection = HTTPConnection(urlsplit(deployment.url).netloc)
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    is_json = response.headers["content-type"] == "application/json; charset=utf-8"
    return Answer(response.status, json.loads(text) if is_json and text else text)


def fresh() -> str:
    return f"input-{next(_numbers)}"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"username": REQUIRED, "password": REQUIRED}),
        (b"", {"username": REQUIRED, "password": REQUIRED}),
        ({"username": "a"}, {"password": REQUIRED}),
        ({"password": "a"}, {"username": REQUIRED}),
        ({"username": "", "password": ""}, {"username": BLANK, "password": BLANK}),
        ({"username": " \t ", "password": "x"}, {"username": BLANK}),
        ({"username": None, "password": None}, {"username": NULL, "password": NULL}),
        ({"username": True, "password": False}, {"username": NOT_A_STRING, "password": NOT_A_STRING}),
        ({"username": ["a"], "password": {"a": 1}}, {"username": NOT_A_STRING, "password": NOT_A_STRING}),
        ({"username": None}, {"username": NULL, "password": REQUIRED}),
        ({"username": "a\0b", "password": "\ud800"}, {"username": NOT_A_STRING, "password": NOT_A_STRING}),
        (
            {"username": "x" * 65, "password": "x" * 129},
            {
                "username": ["Ensure this field has no more than 64 characters."],
                "password": ["Ensure this field has no more than 128 characters."],
            },
        ),
        ({"username": "geralt"}, {"password": REQUIRED}),
        ({"username": "geralt", "password": "x"}, {"username": NOT_UNIQUE}),
        ({"username": " GERALT\n", "password": "x"}, {"username": NOT_UNIQUE}),
        ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ("text", {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
        (True, {"non_field_errors": ["Invalid data. Expected a dictionary, but got bool."]}),
        (None, {"non_field_errors": ["Invalid data. Expected a dictionary, but got NoneType."]}),
        (1.5, {"non_field_errors": ["Invalid data. Expected a dictionary, but got number."]}),
    ],
)
def test_all_faulty_fields_are_named_together(deployment: Embedded, body: object, errors: dict[str, list[str]]) -> None:
    assert add(deployment, body) == Answer(400, errors)


@pytest.mark.parametrize("body", [b'{"username": "x", ', b"hello", b"{", b'{"username": NaN}', b"\xff", b"[" * 100_000])
def test_broken_json_is_refused_with_a_detail(deployment: Embedded, body: bytes) -> None:
    answer = add(deployment, body)

    assert answer.status == 400
    assert list(answer.body) == ["detail"]
    assert answer.body["detail"].startswith("JSON parse error - ")


def test_names_and_passwords_of_the_greatest_length_are_taken(deployment: Embedded) -> None:
    name = fresh().ljust(64, "x")

    answer = add(deployment, {"username": f"  {name} ", "password": "x" * 128})

    assert (answer.status, answer.body["username"]) == (200, name)


@pytest.mark.parametrize(
    ("number", "name"), [("12", "12"), ("-1.50", "-1.50"), ("1e400", "1e400"), ("7" * 60, "7" * 60)]
)
def test_numbers_count_as_strings(deployment: Embedded, number: str, name: str) -> None:
    answer = add(deployment, f'{{"username": {number}, "password": 1}}'.encode())

    assert (answer.status, answer.body["username"]) == (200, name)


def test_an_endless_number_is_too_long(deployment: Embedded) -> None:
    answer = add(deployment, f'{{"username": {"7" * 9000}, "password": "x"}}'.encode())

    assert answer == Answer(400, {"username": ["Ensure this field has no more than 64 characters."]})


def test_unknown_members_are_ignored(deployment: Embedded) -> None:
    name = fresh()
    body = {"username": name, "password": "x", "instanceName": "rivia", "id": 1, "user_key": "a", "\ud800": 1}

    answer = add(deployment, body)

    assert answer.status == 200
    assert answer.body["id"] != 1
    assert answer.body["user_key"] != "a"


def part(name: str, text: str) -> str:
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'


@pytest.mark.parametrize(
    ("template", "content_type"),
    [
        ('{"username": "NAME", "password": "x"}', "application/json"),
        ('{"username": "NAME", "password": "x"}', "Application/JSON; charset=UTF-8"),
        ('{"username": "NAME", "password": "x"}', "application/json; charset=utf-16"),
        ('{"username": "NAME", "password": "x"}', "text/plain"),
        ('{"username": "NAME", "password": "x"}', None),
        ("username=NAME&password=a+b%20c&x=", FORM),
        (f"{part('username', 'NAME')}{part('password', 'x')}--edge--\r\n", MULTIPART),
    ],
)
def test_every_format_is_read(deployment: Embedded, template: str, content_type: str | None) -> None:
    name = f"{fresh()}-\u00f3"
    charset = "utf-16" if "utf-16" in str(content_type) else "utf-8"

    answer = add(deployment, template.replace("NAME", name).encode(charset), content_type)

    assert (answer.status, answer.body.get("username")) == (200, name)


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "nonsense", "application/json; charset=zlib", "text/plain; charset=\u00e9", ";"],
)
def test_other_formats_and_charsets_are_unsupported(deployment: Embedded, content_type: str) -> None:
    answer = add(deployment, b"<a/>", content_type)

    if content_type == ";":
        assert answer.status == 400
    else:
        assert answer == Answer(415, {"detail": f'Unsupported media type "{content_type}" in request.'})


@pytest.mark.parametrize(
    ("body", "content_type", "start"),
    [
        (b"username=%FF&password=x", FORM, "Form parse error - "),
        (b"username=\xff", FORM, "Form parse error - "),
        (b"--edge\r\n", MULTIPART, "Multipart form parse error - "),
        (b"no part", MULTIPART, "Multipart form parse error - "),
        (b"--\r\n\r\n--", "multipart/form-data", "Multipart form parse error - "),
        (part("username", "x").encode() + b"\xff--edge--", MULTIPART, "Multipart form parse error - "),
    ],
)
def test_broken_forms_are_refused_with_a_detail(
    deployment: Embedded, body: bytes, content_type: str, start: str
) -> None:
    answer = add(deployment, body, content_type)

    assert answer.status == 400
    assert answer.body["detail"].startswith(start)


def test_a_part_without_name_is_ignored(deployment: Embedded) -> None:
    body = b"--edge\r\n\r\nx\r\n--edge\r\nContent-Disposition\r\n--edge--"

    assert add(deployment, body, MULTIPART) == Answer(400, {"username": REQUIRED, "password": REQUIRED})


def test_a_body_over_one_megabyte_is_too_large(deployment: Embedded) -> None:
    assert add(deployment, b" " * 1_000_001).status == 413
    assert add(deployment, b" " * 999_998 + b"{}") == Answer(400, {"username": REQUIRED, "password": REQUIRED})


ODD_TEXTS = [
    "\0",
    "\ud800",
    "\udfff\ud800",
    "🐺",
    "x" * 300,
    "x" * 5000,
    "\u202e",
    "'; DROP TABLE users; --",
    "%s%n",
    "\ufeff",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_no_text_breaks_the_server(deployment: Embedded, text: str) -> None:
    answers = [
        add(deployment, {"username": text, "password": "x"}),
        add(deployment, {"username": fresh(), "password": text}),
    ]

    assert {answer.status for answer in answers} <= {200, 400}


@pytest.mark.parametrize(
    "piece", ["%00", "%FF", "%ED%A0%80", "%F0%9F%90%BA", "x" * 5000, "..", "%2F", "%0A", "1e3", "NaN"]
)
@pytest.mark.parametrize(
    "path",
    [
        "/{}/",
        "/v1.1/instances/{}/user/",
        "/v1.1/instances/rivia/users/{}/",
        "/v1.1/instances/rivia/user/?api_key={0}&user_key={0}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "OPTIONS"])
def test_no_path_breaks_the_server(deployment: Embedded, method: str, path: str, piece: str) -> None:
    headers = {"X-API-KEY": deployment.seeds.acl_key}

    assert send(deployment, method, path.format(piece), headers, b"{}").status < 500


@pytest.mark.parametrize(
    "target",
    ["*", "rivia:443", "http://example.com", "//", "/\u00e9/", "/v1.1/instances/rivia/user/?\u00e9", "/%"],
)
@pytest.mark.parametrize("method", ["OPTIONS", "CONNECT", "TRACE", "NONSENSE", "GET"])
def test_no_request_line_breaks_the_server(deployment: Embedded, method: str, target: str) -> None:
    connection = HTTPConnection(urlsplit(deployment.url).netloc)
    connection.putrequest(method, "/", skip_host=True)
    connection._buffer[0] = f"{method} {target} HTTP/1.1".encode()  # type: ignore[attr-defined]  # unchecked by the client
    connection.endheaders()

    assert connection.getresponse().status < 500
    connection.close()


def test_a_body_that_is_cut_off_is_no_error_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    with Embedded() as deployment:
        connection = HTTPConnection(urlsplit(deployment.url).netloc)
        connection.putrequest("POST", "/v1.1/instances/rivia/users/")
        connection.putheader("X-API-KEY", deployment.seeds.api_key)
        connection.putheader("Content-Length", "100")
        connection.endheaders(b"{")
        connection.close()

        assert add(deployment, {"username": fresh(), "password": "x"}).status == 200
    assert caplog.records == []
