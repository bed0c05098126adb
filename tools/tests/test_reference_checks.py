"""What the reference deployment refuses: in which order, with which words, and for whom."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

from syncano_contract.reference.server import Embedded

NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
NO_SUCH_KEY = {"detail": "No such API Key."}
NO_INSTANCE = {"detail": "Instance was not found."}
NOT_FOUND = {"detail": "Not found"}
NOT_ACCEPTABLE = {"detail": "Could not satisfy the request Accept header."}
NOT_UNIQUE = {"username": ["This field must be unique."]}
JSON_TYPE = {"Content-Type": "application/json"}

User = dict[str, Any]
_numbers = itertools.count()


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@pytest.fixture(scope="module")
def deployment() -> Iterator[Embedded]:
    with Embedded() as running:
        yield running


def send(
    deployment: Embedded, line: str, headers: Mapping[str, str], body: object = None, instance: str = "rivia"
) -> Answer:
    method, path = line.split(" ", 1)
    data = None if body is None else json.dumps(body)
    url = f"{deployment.url}/instances/{instance}{path}"
    response = urllib3.request(method, url, headers={**JSON_TYPE, **headers}, body=data, retries=False)
    return Answer(response.status, response.json() if response.data else None)


def added(deployment: Embedded, instance: str = "rivia") -> User:
    key = {"rivia": deployment.seeds.api_key, "cintra": deployment.seeds.other_api_key}[instance]
    body = {"username": f"checked-{next(_numbers)}", "password": "x"}
    user: User = send(deployment, "POST /users/", {"X-API-KEY": key}, body, instance).body
    return user


# Each check with a request that it alone refuses; a request with several defects fails at the first one.
DEFECTS: list[tuple[dict[str, Any], int, object]] = [
    ({"instance": "nosuchinstance"}, 404, NO_INSTANCE),
    ({"Accept": "application/xml"}, 406, NOT_ACCEPTABLE),
    ({"X-API-KEY": "a" * 39 + "1"}, 403, NO_SUCH_KEY),
    ({"X-USER-KEY": ""}, 403, NO_PERMISSION),
    ({"method": "PATCH"}, 405, {"detail": 'Method "PATCH" not allowed.'}),
    ({"id": 999}, 404, NOT_FOUND),
    ({"body": {"username": "GERALT"}}, 400, {"password": ["This field is required."]}),
    ({"body": {"username": " GERALT ", "password": "x"}}, 400, NOT_UNIQUE),
]


@pytest.mark.parametrize("position", range(len(DEFECTS)))
def test_the_first_failing_check_decides(deployment: Embedded, position: int) -> None:
    user = added(deployment)
    asked = {"X-API-KEY": deployment.seeds.plain_key, "X-USER-KEY": user["user_key"], "id": user["id"]}
    for defect, _, _ in reversed(DEFECTS[position:]):
        asked |= defect
    headers = {name: value for name, value in asked.items() if name[0].isupper()}

    line = f"{asked.get('method', 'PUT')} /users/{asked['id']}/"
    answer = send(deployment, line, headers, asked["body"], asked.get("instance", "rivia"))

    assert (answer.status, answer.body) == DEFECTS[position][1:]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1.1/",
        "/v1.1/instances/rivia/",
        "/v1.1/instances/rivia/users",
        "/v1.1/instances/nosuchinstance/users",
        "/v1.1/instances/rivia/users/1",
        "/v1.1/instances/rivia/users/1/reset_key",
        "/v1.1/instances/rivia/user",
        "/v1.1/instances/rivia/user//",
        "/v1.1/instances/rivia/user/%0A",
        "/v1.1/instances/rivia/users/1/groups/",
        "/v1.1/instances//user/",
        "/v2/instances/rivia/user/",
        "/v1x1/instances/rivia/user/",
    ],
)
def test_unknown_paths_and_missing_slashes_get_a_page(deployment: Embedded, path: str) -> None:
    host = deployment.url.removesuffix("/v1.1")
    response = urllib3.request("GET", host + path, redirect=False)

    assert response.status == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Not Found</h1>" in response.data.decode()


def test_an_unknown_instance_is_reported_whatever_the_key(deployment: Embedded) -> None:
    for headers in ({}, {"X-API-KEY": "abc"}, {"X-API-KEY": deployment.seeds.account_key}):
        assert send(deployment, "GET /user/", headers, instance="nosuch") == Answer(404, NO_INSTANCE)


@pytest.mark.parametrize("name", ["RIVIA", "rivia%0A", "%0A", "%20", "%00", "%FF", "%F0%9F%90%BA", "x" * 5000])
def test_an_odd_name_is_an_unknown_instance(deployment: Embedded, name: str) -> None:
    assert send(deployment, "GET /user/", {}, instance=name) == Answer(404, NO_INSTANCE)


# Which key may call what: with a valid user key of oneself, and without.
RIGHTS = [
    ("POST /users/", "plain_key", 403, 403),
    ("POST /users/", "api_key", 200, 200),
    ("POST /users/", "acl_key", 200, 200),
    ("POST /users/", "account_key", 200, 200),
    ("POST /users/", "foreign_account_key", 403, 403),
    ("PUT /users/{id}/", "plain_key", 200, 403),
    ("PUT /users/{id}/", "api_key", 200, 403),
    ("PUT /users/{id}/", "acl_key", 200, 200),
    ("PUT /users/{id}/", "account_key", 200, 200),
    ("PUT /users/{id}/", "foreign_account_key", 403, 403),
    ("POST /users/{id}/reset_key/", "plain_key", 200, 403),
    ("POST /users/{id}/reset_key/", "api_key", 200, 403),
    ("POST /users/{id}/reset_key/", "acl_key", 200, 200),
    ("POST /users/{id}/reset_key/", "account_key", 200, 200),
    ("POST /users/{id}/reset_key/", "foreign_account_key", 403, 403),
    ("GET /user/", "plain_key", 200, 403),
    ("GET /user/", "api_key", 200, 403),
    ("GET /user/", "acl_key", 200, 403),
    ("GET /user/", "account_key", 403, 403),
    ("GET /user/", "foreign_account_key", 403, 403),
    ("DELETE /users/{id}/", "plain_key", 403, 403),
    ("DELETE /users/{id}/", "api_key", 403, 403),
    ("DELETE /users/{id}/", "acl_key", 204, 204),
    ("DELETE /users/{id}/", "account_key", 204, 204),
    ("DELETE /users/{id}/", "foreign_account_key", 403, 403),
]


@pytest.mark.parametrize(("line", "key", "with_user_key", "without"), RIGHTS)
def test_each_key_has_its_rights(deployment: Embedded, line: str, key: str, with_user_key: int, without: int) -> None:
    api_key = {"X-API-KEY": getattr(deployment.seeds, key)}
    for user_key_sent, expected in ((True, with_user_key), (False, without)):
        user = added(deployment)
        headers = api_key | ({"X-USER-KEY": user["user_key"]} if user_key_sent else {})
        body = {"username": f"renamed-{next(_numbers)}", "password": "x"}

        answer = send(deployment, line.format(id=user["id"]), headers, body)

        assert answer.status == expected
        if expected == 403:
            assert answer.body == NO_PERMISSION


@pytest.mark.parametrize("line", ["PUT /users/{id}/", "POST /users/{id}/reset_key/"])
def test_nobody_touches_another_user_with_a_user_key(deployment: Embedded, line: str) -> None:
    user, other = added(deployment), added(deployment)
    headers = {"X-API-KEY": deployment.seeds.plain_key, "X-USER-KEY": other["user_key"]}

    answer = send(deployment, line.format(id=user["id"]), headers, {"username": "taken over", "password": "x"})

    assert answer == Answer(404, NOT_FOUND)
    own = headers | {"X-USER-KEY": user["user_key"]}
    assert send(deployment, "GET /user/", own) == Answer(200, user)


@pytest.mark.parametrize(
    "key",
    ["abc", "a" * 39 + "1", "a" * 39 + "2", "a" * 41, "z" * 40, "a:b:c", "a.b.c", "k\u00e9y", "user_key"],
)
def test_unknown_and_malformed_api_keys_are_no_keys(deployment: Embedded, key: str) -> None:
    headers = {"X-API-KEY": getattr(deployment.seeds, key, key)}

    assert send(deployment, "POST /users/", headers) == Answer(403, NO_SUCH_KEY)


@pytest.mark.parametrize("headers", [{}, {"X-API-KEY": ""}, {"Authorization": "ApiKey"}, {"Authorization": "x "}])
def test_no_api_key_is_no_permission(deployment: Embedded, headers: dict[str, str]) -> None:
    assert send(deployment, "POST /users/", headers) == Answer(403, NO_PERMISSION)


def test_an_api_key_comes_by_header_by_query_or_as_authorization(deployment: Embedded) -> None:
    user, key = added(deployment), deployment.seeds.plain_key
    user_key = {"X-USER-KEY": user["user_key"]}

    assert send(deployment, "GET /user/", user_key | {"X-API-KEY": key}).body == user
    assert send(deployment, f"GET /user/?api_key={key}", user_key).body == user
    assert send(deployment, "GET /user/", user_key | {"Authorization": f"ApiKey {key}"}).body == user


@pytest.mark.parametrize("user_key", ["", "f" * 40, "other_user_key", "plain_key", "k\u00e9y"])
def test_details_refuse_a_user_key_that_no_user_of_the_instance_has(deployment: Embedded, user_key: str) -> None:
    value = getattr(deployment.seeds, user_key, user_key)
    headers = {"X-API-KEY": deployment.seeds.plain_key, "X-USER-KEY": value}

    assert send(deployment, "GET /user/", headers) == Answer(403, NO_PERMISSION)


def test_one_tenant_cannot_reach_another(deployment: Embedded) -> None:
    seeds = deployment.seeds
    mine, theirs = added(deployment, "rivia"), added(deployment, "cintra")
    own_keys = {"X-API-KEY": seeds.api_key, "X-USER-KEY": mine["user_key"]}
    body = {"username": "intruder", "password": "x"}

    for line in ("POST /users/", "GET /user/", f"PUT /users/{theirs['id']}/"):
        assert send(deployment, line, own_keys, body, "cintra") == Answer(403, NO_SUCH_KEY)
    for headers in (own_keys, {"X-API-KEY": seeds.acl_key}, {"X-API-KEY": seeds.account_key}):
        for line in (f"PUT /users/{theirs['id']}/", f"POST /users/{theirs['id']}/reset_key/"):
            assert send(deployment, line, headers, body, "rivia") == Answer(404, NOT_FOUND)
    their_keys = {"X-API-KEY": seeds.other_api_key, "X-USER-KEY": theirs["user_key"]}
    assert send(deployment, "GET /user/", their_keys, instance="cintra") == Answer(200, theirs)


def test_tenants_may_have_users_of_the_same_name(deployment: Embedded) -> None:
    body = {"username": "dandelion", "password": "x"}
    keys = {"rivia": deployment.seeds.api_key, "cintra": deployment.seeds.other_api_key}

    answers = [send(deployment, "POST /users/", {"X-API-KEY": key}, body, name) for name, key in keys.items()]

    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize(
    "identifier", ["0", "-1", "1" + "0" * 30, "abc", "1.0", "01", "%2B1", "1%0A", "%0A", "\u0661", "9" * 5000]
)
def test_an_id_that_no_user_has_is_not_found(deployment: Embedded, identifier: str) -> None:
    headers = {"X-API-KEY": deployment.seeds.acl_key}
    for line in (f"PUT /users/{identifier}/", f"POST /users/{identifier}/reset_key/"):
        assert send(deployment, line, headers) == Answer(404, NOT_FOUND)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.1", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/html", 406),
        ("application/json;q=0, */*", 406),
        ("application/json;q=x", 406),
        (";;,,=", 406),
    ],
)
def test_accept_is_honoured(deployment: Embedded, accept: str, status: int) -> None:
    seeds = deployment.seeds
    headers = {"X-API-KEY": seeds.plain_key, "X-USER-KEY": seeds.user_key, "Accept": accept}

    assert send(deployment, "GET /user/", headers).status == status
