"""Users that a run did not make: nothing of theirs is in any file of a report."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from altered import QUICK, Answer, altered, run_against
from syncano_contract import report
from syncano_contract.model import Exchange, Report, Request, Response, Result, Verdict
from syncano_contract.strangers import shaped, without

STRANGER = {
    "id": 77001,
    "username": "yennefer.of.vengerberg",
    "password": "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
    "email": "yen@aretuza.example",
    "user_key": "9" * 40,
    "groups": [],
    "links": {"self": "/v1.1/instances/rivia/users/77001/"},
    "profile": {"id": 77002, "owner": 77001, "channel": None, "nick": "Yénna"},
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
        "at /id: 77001 is not of type 'string'",
    ],
)
def test_messages_show_no_value_of_a_stranger(text: str) -> None:
    body = {**STRANGER, "username": "yenné"}
    found = Result("A-1", Verdict.FAILED, text, (1,), text, text)

    hidden = without(found, [exchange(body)], is_ours)

    for shown in (hidden.message, hidden.expected or "", hidden.seen or ""):
        assert not [value for value in ("yen", "77001", "aretuza") if value in shown]
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
    values = ("yennefer", "vengerberg", "argon2id$", "aretuza", "9" * 40, "77001", "77002", "Yénna", "Y\\u00e9nna")
    return [value for value in values if value in written]
