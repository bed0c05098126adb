"""Every fact of the four pages, by name, as a person reads them off the pages."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from handmade_pages import ORIGINALS, TRANSCRIPTS, facts_in, resolve
from syncano_contract.model import PageRef
from syncano_contract.pages import Page, page_of, read
from syncano_contract.pages.facts import facts_of
from syncano_contract.resources import PAGES

INSTANCE = "/v1.1/instances/rivia"
API_KEY_UNKNOWN = {"detail": "No such API Key."}
NO_INSTANCE = {"detail": "Instance was not found."}
NO_USER = {"detail": "Not found"}
NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
REQUIRED = ["This field is required."]
WITCHERS = {
    "id": 1,
    "label": "witchers",
    "description": "",
    "links": {"self": f"{INSTANCE}/groups/1/", "users": f"{INSTANCE}/groups/1/users/"},
}


def user(number: int, profile: int, key: str, dates: tuple[str, str], groups: list[Any]) -> dict[str, Any]:
    profile_link = f"{INSTANCE}/classes/user_profile/objects/{profile}/"
    return {
        "id": number,
        "username": "geralt",
        "user_key": key,
        "groups": groups,
        "links": {
            "self": f"{INSTANCE}/users/{number}/",
            "profile": profile_link,
            "groups": f"{INSTANCE}/users/{number}/groups/",
            "reset-key": f"{INSTANCE}/users/{number}/reset_key/",
        },
        "profile": {
            "id": profile,
            "owner": number,
            "revision": 1,
            "created_at": dates[0],
            "updated_at": dates[1],
            "owner_permissions": "full",
            "group_permissions": "none",
            "other_permissions": "none",
            "group": None,
            "channel": None,
            "channel_room": None,
            "links": {"self": profile_link, "owner": f"{INSTANCE}/users/{number}/"},
        },
    }


def about(title: str, category: str, order: int) -> dict[str, Any]:
    return {
        "type": "endpoint",
        "title": title,
        "category": category,
        "order": order,
        "hidden": False,
        "reference": True,
        "deprecated": True,
        "version": "0.1.1",
    }


def parameter(name: str, where: str, kind: str) -> dict[str, Any]:
    return {"name": name, "in": where, "type": kind, "required": True}


def response(status: int, body: Any) -> dict[str, Any]:
    return {"status": status, "language": "json", "body": body}


def call(method: str, url: str, headers: list[str], members: list[str]) -> dict[str, Any]:
    return {"method": method, "url": f"https://api.syncano.io{url}", "headers": headers, "members": members}


def program(*members: str) -> dict[str, Any]:
    return {"method": None, "url": None, "headers": [], "members": list(members)}


def repair(of: str, what: str, before: str, after: str) -> dict[str, Any]:
    return {"of": of, "what": what, "before": before, "after": after}


DATES_2016 = ("2016-03-17T17:56:31.181939Z", "2016-03-17T17:56:31.181957Z")
JSON = "Content-Type"
BOTH_KEYS = ["X-API-KEY", "X-USER-KEY", JSON]
USERS_PATH = "/instances/{instance_name}/users/"
USER_PATH = "/instances/{instance_name}/users/{user_id}/"
RESET_PATH = "/instances/{instance_name}/users/{user_id}/reset_key/"
DETAILS_PATH = "/instances/{instance_name}/user/"

# Each fact of a page in its order: what comes after `#`, where it stands, and what it says.
FACTS: dict[str, list[tuple[str, str, Any]]] = {
    "user-details": [
        ("page", "", about("User - details", "User", 2)),
        ("method", "/api/method", "GET"),
        ("path", "/api/url", DETAILS_PATH),
        ("auth", "/api/auth", "required"),
        ("param/instance_name", "/api/params/0", parameter("instance_name", "path", "string")),
        ("param/user_key", "/api/params/1", parameter("user_key", "query", "string")),
        (
            "response/200",
            "/api/results/codes/0",
            response(
                200,
                user(
                    1,
                    1,
                    "afd4bf084f71c8e7659e7a3e53e9df762c6fad9a",
                    ("2015-05-19T15:52:36.183576Z", "2015-05-19T15:52:36.183608Z"),
                    [WITCHERS],
                ),
            ),
        ),
        ("response/403", "/api/results/codes/1", response(403, NO_PERMISSION)),
        ("response/404", "/api/results/codes/2", response(404, NO_INSTANCE)),
        ("sample/curl", "/api/examples/codes/0", call("GET", f"{INSTANCE}/user/", BOTH_KEYS, [])),
        ("sample/python", "/api/examples/codes/1", program("api_key", "user_key", "instance_name", "id")),
        ("sample/javascript", "/api/examples/codes/2", program("userKey", "apiKey", "instanceName")),
        ("callout/1", "/body", {"type": "warning", "statuses": [403], "quotes": [NO_PERMISSION]}),
        ("text", "/body", {"code": []}),
        (
            "repair/1",
            "/api/url",
            repair(
                "user-details#path",
                "query in url",
                "/instances/:instance_name/user/?user_key=:user_key",
                "/instances/:instance_name/user/",
            ),
        ),
        (
            "repair/2",
            "/api/url",
            repair("user-details#path", "url notation", "/instances/:instance_name/user/", DETAILS_PATH),
        ),
        ("repair/3", "/api/params/1/in", repair("user-details#param/user_key", "parameter in", "path", "query")),
    ],
    "users-add": [
        ("page", "", about("Users - add", "Users", 2)),
        ("method", "/api/method", "POST"),
        ("path", "/api/url", USERS_PATH),
        ("auth", "/api/auth", "required"),
        ("param/instance_name", "/api/params/0", parameter("instance_name", "path", "string")),
        ("param/username", "/api/params/1", parameter("username", "body", "string")),
        ("param/password", "/api/params/2", parameter("password", "body", "string")),
        (
            "response/200",
            "/api/results/codes/0",
            response(200, user(10, 37, "12h46d960dbf3ec62da2dea6bcasd1aade6sqv24388", DATES_2016, [])),
        ),
        ("response/400", "/api/results/codes/1", response(400, {"password": REQUIRED})),
        ("response/403", "/api/results/codes/2", response(403, API_KEY_UNKNOWN)),
        ("response/404", "/api/results/codes/3", response(404, NO_INSTANCE)),
        (
            "sample/curl",
            "/api/examples/codes/0",
            call("POST", "/v1.1/instances/<instance_name>/users/", ["X-API-KEY", JSON], ["username", "password"]),
        ),
        ("sample/python", "/api/examples/codes/1", program("api_key", "instance_name", "username", "password")),
        ("sample/javascript", "/api/examples/codes/2", program("apiKey", "username", "password", "instanceName")),
        ("text", "/body", {"code": []}),
        (
            "repair/1",
            "/api/url",
            repair("users-add#path", "url notation", "/instances/:instance_name/users/", USERS_PATH),
        ),
    ],
    "users-reset-user-key": [
        ("page", "", about("Users - reset user key", "Users", 6)),
        ("method", "/api/method", "POST"),
        ("path", "/api/url", RESET_PATH),
        ("auth", "/api/auth", "required"),
        ("param/instance_name", "/api/params/0", parameter("instance_name", "path", "string")),
        ("param/user_id", "/api/params/1", parameter("user_id", "path", "integer")),
        (
            "response/200",
            "/api/results/codes/0",
            response(
                200,
                user(
                    9,
                    33,
                    "5e8a87b4c6f9efcb5428fc49e75538e20f043214",
                    ("2016-03-11T18:29:54.051209Z", "2016-03-11T18:29:54.051230Z"),
                    [],
                ),
            ),
        ),
        ("response/403", "/api/results/codes/1", response(403, API_KEY_UNKNOWN)),
        ("response/404", "/api/results/codes/2", response(404, NO_USER)),
        (
            "sample/curl",
            "/api/examples/codes/0",
            call("POST", "/v1/instances/<instance_name>/users/<user_id>/reset_key/", BOTH_KEYS, []),
        ),
        ("sample/javascript", "/api/examples/codes/1", program("apiKey", "userKey", "instanceName", "id")),
        ("sample/python", "/api/examples/codes/2", program("api_key", "user_key", "instance_name", "id")),
        ("text", "/body", {"code": []}),
        (
            "repair/1",
            "/api/url",
            repair(
                "users-reset-user-key#path",
                "url notation",
                "/instances/:instance_name/users/:user_id/reset_key/",
                RESET_PATH,
            ),
        ),
        (
            "repair/2",
            "/api/params/1/type",
            repair("users-reset-user-key#param/user_id", "type alias", "int", "integer"),
        ),
        (
            "repair/3",
            "/api/examples/codes/0/code",
            repair("users-reset-user-key#sample/curl", "sample base path", "/v1", "/v1.1"),
        ),
    ],
    "users-update-put": [
        ("page", "", about("Users - update", "Users", 3)),
        ("method", "/api/method", "PUT"),
        ("path", "/api/url", USER_PATH),
        ("auth", "/api/auth", "required"),
        ("param/instance_name", "/api/params/0", parameter("instance_name", "path", "string")),
        ("param/user_id", "/api/params/1", parameter("user_id", "path", "integer")),
        ("param/username", "/api/params/2", parameter("username", "body", "string")),
        ("param/password", "/api/params/3", parameter("password", "body", "string")),
        (
            "response/200",
            "/api/results/codes/0",
            response(200, user(10, 37, "818953a40108efa1327f9ab2064bbd293bce2dae", DATES_2016, [])),
        ),
        ("response/400", "/api/results/codes/1", response(400, {"username": REQUIRED})),
        ("response/403", "/api/results/codes/2", response(403, API_KEY_UNKNOWN)),
        ("response/404", "/api/results/codes/3", response(404, NO_USER)),
        (
            "sample/curl",
            "/api/examples/codes/0",
            call("PUT", "/v1.1/instances/<instance_name>/users/<user_id>/", BOTH_KEYS, ["username", "password"]),
        ),
        ("sample/python", "/api/examples/codes/1", program("api_key", "user_key", "instance_name", "ID", "username")),
        (
            "sample/javascript",
            "/api/examples/codes/2",
            program("apiKey", "userKey", "instanceName", "id", "username", "password"),
        ),
        ("text", "/body", {"code": ["username", "password"]}),
        (
            "repair/1",
            "/api/url",
            repair("users-update-put#path", "url notation", "/instances/:instance_name/users/:user_id/", USER_PATH),
        ),
        ("repair/2", "/api/params/1/type", repair("users-update-put#param/user_id", "type alias", "int", "integer")),
    ],
}
IDS = {
    "user-details": "56c50632bdcde80d004986b4",
    "users-add": "56c50634bdcde80d004986c2",
    "users-reset-user-key": "56c50634bdcde80d004986c6",
    "users-update-put": "56c50634bdcde80d004986c3",
}
TRANSCRIBED = facts_in(TRANSCRIPTS)
EVERY = [(slug, *fact) for slug, listed in FACTS.items() for fact in listed]

needs_originals = pytest.mark.skipif(not ORIGINALS.is_dir(), reason=f"{ORIGINALS}, the pages themselves, is not there")


@pytest.mark.parametrize(("slug", "name", "pointer", "value"), EVERY, ids=[f"{each[0]}#{each[1]}" for each in EVERY])
def test_the_page_gives_the_fact(slug: str, name: str, pointer: str, value: Any) -> None:
    (fact,) = (fact for fact in TRANSCRIBED if fact.id == f"{slug}#{name}")

    assert (fact.pointer, fact.value) == (pointer, value)
    assert fact.page == PageRef(slug, "0.1.1", IDS[slug])
    assert fact.kind == name.partition("/")[0]


def test_there_is_no_other_fact_and_the_order_is_that_of_slugs_and_pages() -> None:
    assert [fact.id for fact in TRANSCRIBED] == [f"{slug}#{name}" for slug, name, _, _ in EVERY]


def test_types_of_values_are_those_of_the_page() -> None:
    order = next(fact.value["order"] for fact in TRANSCRIBED if fact.id == "users-add#page")
    required = next(fact.value["required"] for fact in TRANSCRIBED if fact.id == "users-add#param/username")

    assert type(order) is int
    assert required is True


@pytest.mark.parametrize("fact", TRANSCRIBED, ids=[fact.id for fact in TRANSCRIBED])
def test_a_statement_is_a_sentence_of_ours(fact: Any) -> None:
    assert fact.statement.endswith(".")
    assert fact.statement.isprintable()


@needs_originals
def test_pages_and_transcripts_yield_the_same_facts() -> None:
    assert facts_in(ORIGINALS) == TRANSCRIBED


@pytest.mark.parametrize("folder", [TRANSCRIPTS, pytest.param(ORIGINALS, marks=needs_originals)])
def test_every_pointer_leads_somewhere_on_its_page(folder: Any) -> None:
    pages = {item.ref: item.data for item in read([folder], io.BytesIO()) if isinstance(item, Page)}

    for fact in facts_in(folder):
        resolve(pages[fact.page], fact.pointer)


@needs_originals
def test_transcripts_hold_no_prose_and_no_sample_of_the_pages() -> None:
    kept = "\n".join(file.read_text("utf-8") for file in sorted(TRANSCRIPTS.iterdir()))
    originals = [item.data for item in read([ORIGINALS], io.BytesIO()) if isinstance(item, Page)]
    prose = [line for data in originals for line in data["body"].splitlines() if not line.startswith("[")]
    told = [entry["desc"] for data in originals for entry in data["api"]["params"]]
    code = [
        line for data in originals for each in data["api"]["examples"]["codes"] for line in each["code"].split("\n")
    ]

    words = [line for line in (*prose, *told, *code) if len(line) > len("Instance name") and '"https:' not in line]
    assert [line for line in words if line in kept] == []
    assert '"desc"' not in kept


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("order",), "3"),
        (("hidden",), "yes"),
        (("isReference",), 1),
        (("api", "auth"), True),
        (("api", "params"), {"name": "x"}),
        (("api", "results"), "none"),
        (("api", "results", "codes"), "200"),
        (("api", "examples"), ["curl"]),
        (("api", "examples", "codes"), 1),
    ],
)
def test_what_has_another_type_than_the_format_has_is_left_out_and_told(steps: tuple[str, ...], value: Any) -> None:
    data = json.loads((PAGES / "users-add.json").read_text(encoding="utf-8"))
    owner = data
    for step in steps[:-1]:
        owner = owner[step]
    owner[steps[-1]] = value
    page = page_of(data, "users-add.json")
    assert isinstance(page, Page)

    told = [fact for fact in facts_of(page).facts if fact.kind == "repair" and fact.value["what"] == "unexpected type"]

    assert [(fact.pointer, fact.value["before"], fact.value["after"]) for fact in told] == [
        ("/" + "/".join(steps), value, None)
    ]


def test_an_entry_that_is_no_object_is_told() -> None:
    data = json.loads((PAGES / "users-add.json").read_text(encoding="utf-8"))
    data["api"]["params"].append("username")
    page = page_of(data, "users-add.json")
    assert isinstance(page, Page)

    told = [fact.pointer for fact in facts_of(page).facts if fact.value == UNEXPECTED_ENTRY]

    assert told == ["/api/params/3"]


UNEXPECTED_ENTRY = {"of": None, "what": "unexpected type", "before": "username", "after": None}
