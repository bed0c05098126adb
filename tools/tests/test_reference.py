"""The reference deployment over HTTP: its operations, rights, messages and order of checks."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from syncano_contract.reference import records, representation
from syncano_contract.reference.server import Embedded

REQUIRED = ["This field is required."]
BLANK = ["This field may not be blank."]
NULL = ["This field may not be null."]
NOT_A_STRING = ["Not a valid string."]
NOT_UNIQUE = ["This field must be unique."]
NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
NO_SUCH_KEY = {"detail": "No such API Key."}
NO_INSTANCE = {"detail": "Instance was not found."}
NOT_FOUND = {"detail": "Not found"}

ALLOW = {
    "/users/": "POST, OPTIONS",
    "/users/{id}/": "PUT, DELETE, OPTIONS",
    "/users/{id}/reset_key/": "POST, OPTIONS",
    "/user/": "GET, HEAD, OPTIONS",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

User = dict[str, Any]


class Client:
    """Sends requests to one instance of an embedded deployment."""

    def __init__(self, deployment: Embedded) -> None:
        self.seeds = deployment.seeds
        self._pool = urllib3.connection_from_url(deployment.url, retries=False, maxsize=20)
        self._names = (f"name-{number}" for number in itertools.count())
        self.root = f"/v1.1/instances/{self.seeds.instance}"

    def send(self, method: str, path: str, headers: Mapping[str, str], body: object = None) -> urllib3.BaseHTTPResponse:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        typed = {"Content-Type": "application/json", **headers}
        target = path if path.startswith("/v1") else self.root + path
        return self._pool.urlopen(method, target, body=data, headers=typed, redirect=False)

    def add(self, body: object, **headers: str) -> urllib3.BaseHTTPResponse:
        return self.send("POST", "/users/", {"X-API-KEY": self.seeds.api_key, **headers}, body)

    def added(self) -> User:
        response = self.add({"username": self.fresh_name(), "password": "x"})
        assert response.status == 200
        user: User = response.json()
        return user

    def details(self, user_key: str) -> urllib3.BaseHTTPResponse:
        return self.send("GET", "/user/", self.as_user(user_key))

    def as_user(self, user_key: str) -> dict[str, str]:
        return {"X-API-KEY": self.seeds.plain_key, "X-USER-KEY": user_key}

    def fresh_name(self) -> str:
        return next(self._names)


@pytest.fixture(scope="module")
def rivia() -> Iterator[Client]:
    with Embedded() as deployment:
        yield Client(deployment)


def test_add_answers_200_with_the_whole_user_and_nothing_else(rivia: Client) -> None:
    response = rivia.add({"username": "yennefer", "password": "lilac"})

    assert response.status == 200
    user = response.json()
    number, profile = user["id"], user["profile"]["id"]
    moment = user["profile"]["created_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", moment)
    assert re.fullmatch(r"[0-9a-f]{39}[02468ace]", user["user_key"])
    assert number != profile
    assert user == {
        "id": number,
        "username": "yennefer",
        "profile": {
            "id": profile,
            "created_at": moment,
            "updated_at": moment,
            "revision": 1,
            "owner": number,
            "owner_permissions": "full",
            "group": None,
            "group_permissions": "none",
            "other_permissions": "none",
            "channel": None,
            "channel_room": None,
            "links": {
                "self": f"/v1.1/instances/rivia/classes/user_profile/objects/{profile}/",
                "owner": f"/v1.1/instances/rivia/users/{number}/",
            },
        },
        "groups": [],
        "user_key": user["user_key"],
        "links": {
            "self": f"/v1.1/instances/rivia/users/{number}/",
            "groups": f"/v1.1/instances/rivia/users/{number}/groups/",
            "reset-key": f"/v1.1/instances/rivia/users/{number}/reset_key/",
            "profile": f"/v1.1/instances/rivia/classes/user_profile/objects/{profile}/",
        },
    }


def test_replies_are_compact_utf8_json_with_allow_and_vary(rivia: Client) -> None:
    response = rivia.add({"username": "Żółć 🐺", "password": "x"})

    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["allow"] == "POST, OPTIONS"
    assert response.headers["vary"] == "Origin"
    assert '"username":"Żółć 🐺","profile":{"id":'.encode() in response.data


def test_moments_have_six_digits_even_when_they_are_zeros() -> None:
    moment = datetime(2016, 3, 11, 18, 29, 54, tzinfo=UTC)
    user = records.User(9, "geralt", "0" * 40, records.Profile(33, moment, moment, 1), ())

    profile = representation.user(user, representation.Links("/v1.1/instances/rivia"))["profile"]

    assert isinstance(profile, dict)
    assert profile["created_at"] == profile["updated_at"] == "2016-03-11T18:29:54.000000Z"


def test_two_users_share_neither_id_nor_key_nor_profile(rivia: Client) -> None:
    first, second = rivia.added(), rivia.added()

    assert first["id"] != second["id"]
    assert first["user_key"] != second["user_key"]
    assert first["profile"]["id"] != second["profile"]["id"]


def test_details_show_the_groups_of_the_seeded_user(rivia: Client) -> None:
    response = rivia.details(rivia.seeds.user_key)

    assert response.status == 200
    assert response.json()["username"] == "geralt"
    assert response.json()["groups"] == [
        {
            "id": 1,
            "label": "witchers",
            "description": "",
            "links": {
                "self": "/v1.1/instances/rivia/groups/1/",
                "users": "/v1.1/instances/rivia/groups/1/users/",
            },
        }
    ]


def test_details_agree_with_add_by_header_and_by_query(rivia: Client) -> None:
    user = rivia.added()
    key = {"X-API-KEY": rivia.seeds.plain_key}

    by_query = rivia.send("GET", f"/user/?user_key={user['user_key']}", key)

    assert rivia.details(user["user_key"]).json() == user
    assert by_query.json() == user


def test_the_user_key_of_the_header_wins_over_the_one_of_the_query(rivia: Client) -> None:
    user, other = rivia.added(), rivia.added()

    response = rivia.send("GET", f"/user/?user_key={other['user_key']}", rivia.as_user(user["user_key"]))

    assert response.json()["id"] == user["id"]


def test_head_is_details_without_the_body(rivia: Client) -> None:
    get = rivia.details(rivia.seeds.user_key)
    head = rivia.send("HEAD", "/user/", rivia.as_user(rivia.seeds.user_key))

    assert (head.status, head.data) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_links_carry_the_prefix_that_was_called(rivia: Client) -> None:
    user = rivia.added()

    path = f"/v1/instances/rivia/users/{user['id']}/reset_key/"
    response = rivia.send("POST", path, rivia.as_user(user["user_key"]))

    assert response.status == 200
    assert response.json()["links"]["self"] == f"/v1/instances/rivia/users/{user['id']}/"
    assert response.json()["profile"]["links"]["owner"] == f"/v1/instances/rivia/users/{user['id']}/"


def test_update_changes_the_name_and_nothing_else(rivia: Client) -> None:
    user, bystander = rivia.added(), rivia.added()

    body = {"username": "  Renamed ", "password": "new"}
    response = rivia.send("PUT", f"/users/{user['id']}/", rivia.as_user(user["user_key"]), body)

    assert response.status == 200
    assert response.json() == user | {"username": "Renamed"}
    assert rivia.details(user["user_key"]).json() == user | {"username": "Renamed"}
    assert rivia.details(bystander["user_key"]).json() == bystander


def test_update_takes_the_name_that_the_user_has(rivia: Client) -> None:
    user = rivia.added()

    body = {"username": user["username"].upper(), "password": "new"}
    response = rivia.send("PUT", f"/users/{user['id']}/", rivia.as_user(user["user_key"]), body)

    assert response.status == 200
    assert response.json()["username"] == user["username"].upper()


def test_a_refused_update_changes_nothing(rivia: Client) -> None:
    user = rivia.added()

    body = {"username": "never", "password": ""}
    response = rivia.send("PUT", f"/users/{user['id']}/", rivia.as_user(user["user_key"]), body)

    assert (response.status, response.json()) == (400, {"password": BLANK})
    assert rivia.details(user["user_key"]).json() == user


@pytest.mark.parametrize("body", [None, b"{}", b"no json", b"[]"])
def test_reset_gives_a_new_key_and_refuses_the_old_one_whatever_the_body(rivia: Client, body: bytes) -> None:
    user, bystander = rivia.added(), rivia.added()

    response = rivia.send("POST", f"/users/{user['id']}/reset_key/", rivia.as_user(user["user_key"]), body)

    assert response.status == 200
    new_key = response.json()["user_key"]
    assert re.fullmatch(r"[0-9a-f]{39}[02468ace]", new_key)
    assert new_key != user["user_key"]
    assert response.json() == user | {"user_key": new_key}
    assert rivia.details(new_key).json() == response.json()
    assert rivia.details(user["user_key"]).status == 403
    assert rivia.details(bystander["user_key"]).json() == bystander


@pytest.mark.parametrize("key", ["account_key", "acl_key"])
def test_delete_removes_a_user(rivia: Client, key: str) -> None:
    user = rivia.added()
    headers = {"X-API-KEY": getattr(rivia.seeds, key)}

    response = rivia.send("DELETE", f"/users/{user['id']}/", headers)

    assert (response.status, response.data) == (204, b"")
    assert rivia.details(user["user_key"]).json() == NO_PERMISSION
    assert rivia.send("DELETE", f"/users/{user['id']}/", headers).json() == NOT_FOUND
    assert rivia.added()["id"] > user["id"]


def test_delete_is_not_for_the_user_itself(rivia: Client) -> None:
    user = rivia.added()

    response = rivia.send("DELETE", f"/users/{user['id']}/", rivia.as_user(user["user_key"]))

    assert (response.status, response.json()) == (403, NO_PERMISSION)
    assert rivia.details(user["user_key"]).status == 200


@pytest.mark.parametrize("template", ALLOW)
def test_allow_is_true_for_every_method(rivia: Client, template: str) -> None:
    headers = rivia.as_user(rivia.seeds.user_key) | {"X-API-KEY": rivia.seeds.acl_key}
    path = template.replace("{id}", "999")

    responses = {method: rivia.send(method, path, headers) for method in METHODS}

    assert {response.headers["allow"] for response in responses.values()} == {ALLOW[template]}
    missing = [method for method, response in responses.items() if response.status == 405]
    assert missing == [method for method in METHODS if method not in ALLOW[template].split(", ")]
    assert responses["PATCH"].json() == {"detail": 'Method "PATCH" not allowed.'}
    assert (responses["OPTIONS"].status, responses["OPTIONS"].data) == (204, b"")
