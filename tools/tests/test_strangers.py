"""Users that a run did not make: nothing of theirs is in any file of a report."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from altered import QUICK, Answer, altered, run_against
from syncano_contract import report
from syncano_contract.judge import shorten
from syncano_contract.model import Exchange, Report, Request, Response, Result, Verdict
from syncano_contract.strangers import shaped, without

STRANGER = {
    "id": 9007700177001,
    "username": "yennefer.of.vengerberg",
    "password": "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
    "email": "yen@aretuza.example",
    "user_key": "9" * 40,
    "groups": [],
    "links": {"self": "/v1.1/instances/rivia/users/9007700177001/"},
    "profile": {"id": 9007700277002, "owner": 9007700177001, "channel": None, "nick": "Yénna"},
}
OURS = {"id": 5, "username": "contract-1"}


def exchange(body: Any, status: int = 200, number: int = 1) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("GET", "http://h/v1.1/instances/rivia/user/")
    return Exchange(number, datetime.now(UTC), 0.1, "A-1", request, Response(status, "OK", (), content))


def is_ours(user: Any) -> bool:
    return user.get("id") == 5 or str(user.get("username")).startswith("contract-")


@pytest.mark.parametrize(
    "body",
    [STRANGER, [STRANGER], {"objects": [OURS, STRANGER]}, {"username": "yen"}, {"email": "yen@aretuza.example"}],
    ids=["user", "list", "one of several", "name alone", "e-mail alone"],
)
def test_a_stranger_is_reduced_to_a_shape(body: Any) -> None:
    response = shaped(exchange(body), is_ours).response

    assert response is not None
    assert "yen" not in response.body.decode().lower()


RECORD = json.dumps({"id": 9007700177001, "username": "yennefer", "email": "yen@aretuza.example"})
UNREAD = {
    "prefix": f")]}}'\n{RECORD}",
    "cut off": RECORD[:-1],
    "cut in a name": RECORD[: RECORD.index("nefer")],
    "two documents": f"{RECORD}\n{RECORD}",
    "ours and another": f"{json.dumps(OURS)}\n{RECORD}",
    "trailing comma": f"{RECORD[:-1]},}}",
    "comment": f"{RECORD} // x",
    "deep": '{"a":' * 1500 + RECORD + "}" * 1500,
    "Python": repr(json.loads(RECORD)),
    "PHP": "Array ( [id] => 9007700177001 [username] => yennefer )",
    "an object": "User(id=9007700177001, username='yennefer')",
    "XML": "<user><id>9007700177001</id><username>yennefer</username></user>",
    "an attribute": '<user id="9007700177001" username="yennefer"/>',
    "form": "id=9007700177001&username=yennefer",
    "HTML": f"<html><pre>{RECORD}</pre></html>",
    "escaped HTML": f"<html><pre>{html.escape(RECORD)}</pre></html>",
    "table": "<tr><td>Username</td><td>yennefer</td></tr>",
    "YAML": "id: 9007700177001\nusername: yennefer\n",
    "no name": '{"id": 9007700177001, "first_name": "yennefer"',
    "UTF-16": "id=9007700177001&username=yennefer".encode("utf-16-le").decode(),
}


@pytest.mark.parametrize("status", [200, 403, 500])
@pytest.mark.parametrize("form", UNREAD)
def test_what_is_no_json_and_may_show_a_stranger_is_told_by_its_size(form: str, status: int) -> None:
    content = UNREAD[form].encode()

    response = shaped(exchange(content, status), is_ours).response

    assert response is not None
    assert response.body == b"<%d bytes that are no JSON>" % len(content)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (f'{RECORD[:-1]}, "n": 1{"0" * 5000}}}'.encode(), 200),
        (f'{RECORD[:-1]}, "n": 1e999}}'.encode(), 200),
        (RECORD, 200),
        ({"detail": RECORD}, 404),
        ({"user": {"username": "yennefer", "email": "yen@aretuza.example"}}, 403),
        ({"id": 1, "first_name": "yennefer"}, 200),
        ({"first_name": "yennefer"}, 200),
        ({"users": {"yennefer": {"id": 7}}}, 200),
        ({"users": [{"name": "yennefer"}]}, 403),
        ({"id": 7, "user_key": "k", "yen@aretuza.example": 1}, 200),
    ],
)
def test_json_that_shows_a_stranger_in_an_odd_place_is_reduced(body: Any, status: int) -> None:
    response = shaped(exchange(body, status), is_ours).response

    assert response is not None
    assert b"yen" not in response.body
    assert b"<" in response.body


MINE = json.dumps({"user_key": "k" * 40, "profile": {"id": 9, "email": ""}, **OURS, "groups": []})


@pytest.mark.parametrize(
    "text",
    [
        MINE[:-1],
        MINE[: MINE.index("contract-1") + 10],
        f")]}}'{MINE}",
        f"{MINE},",
        '{"id": 5, "user_key": "kkkk',
        "<user><username>contract-1</username><id>5</id></user>",
        f"<pre>{html.escape(MINE)}</pre>",
        "username=contract-2&password=pw",
        '{"username": null, "password": "pw"',
        "<html><h1>502 Bad Gateway</h1><hr>nginx</html>",
        "The username is required, and so is the email.",
        "username: this field must not be blank",
        "Traceback (most recent call last):\n  File 'views.py'\nKeyError: 'username'",
        '<input name="username"><input name="password">',
        "profile",
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_broken_replies_on_ours_and_error_pages_stay(text: str, status: int) -> None:
    for given in (exchange(text.encode(), status), exchange({"detail": text}, status)):
        assert shaped(given, is_ours) == given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-User", "yennefer"),
        ("X-User-Id", "9007700177001"),
        ("Account-Email", "yen@aretuza.example"),
        ("X-Debug", RECORD),
        ("Location", "/v1.1/instances/rivia/users/yennefer/"),
    ],
)
def test_a_header_that_shows_a_stranger_is_hidden(name: str, value: str) -> None:
    given = exchange(STRANGER | {"username": "yennefer"})
    assert given.response is not None
    told = replace(given, response=replace(given.response, headers=((name, value), ("Content-Type", "a/b"))))
    found = Result("A-1", Verdict.FAILED, f"saw {value}", (1,))

    response = shaped(told, is_ours).response

    assert response is not None
    assert response.headers[1] == ("Content-Type", "a/b")
    assert not re.search("yen|9007700177001", f"{response.headers} {without(found, [told], is_ours).message}")


@pytest.mark.parametrize(
    ("name", "value"), [("X-User", "contract-1"), ("X-User-Id", "5"), ("X-Debug-User", "sent"), ("Server", "x/1")]
)
def test_a_header_on_ours_stays(name: str, value: str) -> None:
    given = exchange(OURS)
    assert given.response is not None
    request = replace(given.request, headers=(("X-USER-KEY", "sent"),))
    told = replace(given, request=request, response=replace(given.response, headers=((name, value),)))

    assert shaped(told, is_ours) == told


@pytest.mark.parametrize("form", UNREAD)
def test_messages_show_nothing_of_what_is_no_json(form: str) -> None:
    content = UNREAD[form].encode()
    for padding in (b"", b" " * 200):
        seen = f"saw 200 {shorten(content + padding)} (no JSON)"

        hidden = without(Result("A-1", Verdict.FAILED, seen, (1,)), [exchange(content + padding)], is_ours)

        assert not re.search("yen|9007700177001|aretuza|y\0e", hidden.message)
        assert hidden.message.startswith("saw 200 ")


def test_a_shape_has_types_in_the_place_of_values() -> None:
    response = shaped(exchange(STRANGER), is_ours).response

    assert response is not None
    assert json.loads(response.body) == {
        **dict.fromkeys(("username", "password", "email", "user_key"), "<string>"),
        "id": "<number>",
        "groups": [],
        "links": {"self": "<string>"},
        "profile": {"id": "<number>", "owner": "<number>", "channel": "<null>", "nick": "<string>"},
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**STRANGER, "id": 5}, 200),
        ({**STRANGER, "username": "contract-2"}, 200),
        ({"detail": "Not found"}, 404),
        ({"username": "This field is required."}, 400),
        ({"username": ["This field is required."]}, 400),
        (b"<html>", 200),
        (b"[" * 100_000, 200),
        (b"", 204),
    ],
)
def test_what_is_ours_or_no_user_stays(body: Any, status: int) -> None:
    given = exchange(body, status)

    assert shaped(given, is_ours) == given


def test_what_is_nested_deeply_breaks_nothing() -> None:
    deep: Any = "yen@aretuza.example"
    for _ in range(900):
        deep = {"a": deep}

    response = shaped(exchange({**STRANGER, "more": deep}), is_ours).response

    assert response is not None
    assert b"yen" not in response.body


@pytest.mark.parametrize(
    "text",
    [
        'saw "yenn\\u00e9"',
        "saw 200 {'username': 'yenné', 'email': 'yen@aretuza.example'}",
        'saw 200 {"username": "yenné", "email": "yen@are… (900 long)',
        "at /id: 9007700177001 is not of type 'string'",
    ],
)
def test_messages_show_no_value_of_a_stranger(text: str) -> None:
    body = {**STRANGER, "username": "yenné"}
    found = Result("A-1", Verdict.FAILED, text, (1,), text, text)

    hidden = without(found, [exchange(body)], is_ours)

    for shown in (hidden.message, hidden.expected or "", hidden.seen or ""):
        assert not [value for value in ("yen", "9007700177001", "aretuza") if value in shown]
        assert "<somebody else's>" in shown


def test_messages_on_others_stay() -> None:
    found = Result("A-1", Verdict.FAILED, "saw yen", (1,), "a", "b")

    assert without(found, [exchange({**OURS, "nick": "yen"})], is_ours) == found


def test_somebody_elses_record_is_in_no_file(tmp_path: Path) -> None:
    def show_somebody_else(answer: Answer) -> Answer:
        is_details = answer.request.method == "GET" and answer.is_user
        return answer.with_body({**answer.body, **STRANGER}) if is_details else answer

    found = run_against(altered(show_somebody_else), QUICK)

    assert _strange(found, tmp_path) == []
    assert any(result.verdict is Verdict.FAILED for result in found.results)
    assert "<somebody else's>" in html.unescape((tmp_path / "report.html").read_text(encoding="utf-8"))


def test_the_user_of_the_user_key_of_a_read_only_run_is_in_no_file(tmp_path: Path) -> None:
    def show_more(answer: Answer) -> Answer:
        return answer.with_body({**answer.body, **STRANGER}) if answer.is_user else answer

    found = run_against(altered(show_more), replace(QUICK, read_only=True))

    assert found.requests > 5
    assert _strange(found, tmp_path) == []


def _strange(found: Report, folder: Path) -> list[str]:
    """What the files of a report show of the stranger."""
    report.write(found, folder)
    written = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    values = (
        "yennefer",
        "vengerberg",
        "argon2id$",
        "aretuza",
        "9" * 40,
        "9007700177001",
        "9007700277002",
        "Yénna",
        "Y\\u00e9nna",
    )
    return [value for value in values if value in written]
