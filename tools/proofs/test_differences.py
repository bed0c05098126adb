"""One fault, one failure; and no failure for what a correct deployment may do."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest

from altered import Alter, Answer, altered, run_against, with_verdict
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Verdict


def only(method: str, tail: str, alter: Alter) -> Alter:
    """Alter the answers to one operation only."""

    def chosen(answer: Answer) -> Answer:
        fits = answer.request.method == method and answer.request.url.path.endswith(tail)
        return alter(answer) if fits else answer

    return chosen


def adding(alter: Alter) -> Alter:
    return only("POST", "/users/", alter)


def status(old: int, new: int) -> Alter:
    return lambda answer: replace(answer, status=new) if answer.status == old else answer


def user(change: Any) -> Alter:
    """Change each user that is shown, in place."""

    def alter(answer: Answer) -> Answer:
        if not answer.is_user:
            return answer
        body = answer.body
        change(body)
        return answer.with_body(body)

    return alter


def error(number: int, content: Any) -> Alter:
    def alter(answer: Answer) -> Answer:
        return answer.with_body(content(answer.body)) if answer.status == number else answer

    return alter


def message(old: str, new: str) -> Alter:
    return lambda answer: replace(answer, content=answer.content.replace(old.encode(), new.encode()))


def header(name: str, value: str) -> Alter:
    return lambda answer: replace(answer, headers={**answer.headers, name: value})


# What the deployment does differently, and the requirements that fail of it: no more.
FAULTS: dict[str, tuple[Alter, set[str]]] = {
    "add answers 201": (adding(status(200, 201)), {"USERS-ADD-1", "SHAPE-1"}),
    "add answers 204": (
        adding(lambda a: replace(a, status=204, content=b"") if a.status == 200 else a),
        {"USERS-ADD-1", "SHAPE-1"},
    ),
    "update answers 202": (only("PUT", "/", status(200, 202)), {"USERS-UPDATE-1", "SHAPE-1"}),
    "401 in the place of 403": (status(403, 401), {"SHAPE-1"}),
    "422 in the place of 400": (status(400, 422), {"SHAPE-1"}),
    "409 in the place of 400": (status(400, 409), {"SHAPE-1"}),
    "410 in the place of 404": (only("PUT", "/", status(404, 410)), {"SHAPE-1"}),
    "500 in the place of 400": (status(400, 500), {"HTTP-1"}),
    "an unknown instance is forbidden": (adding(status(404, 403)), {"USERS-ADD-13"}),
    "text/html": (header("content-type", "text/html"), {"SHAPE-2"}),
    "a member is missing": (user(lambda body: body.pop("groups")), {"SHAPE-3"}),
    "a member of the profile is missing": (user(lambda body: body["profile"].pop("channel")), {"SHAPE-3"}),
    "a link is missing": (user(lambda body: body["links"].pop("groups")), {"SHAPE-3"}),
    "the profile is null": (user(lambda body: body.update(profile=None)), {"SHAPE-3"}),
    "the id is a string": (user(lambda body: body.update(id=str(body["id"]))), {"SHAPE-3"}),
    "dates without a zone": (
        user(lambda body: body["profile"].update(created_at=body["profile"]["created_at"].rstrip("Z"))),
        {"SHAPE-3"},
    ),
    "errors without detail": (error(403, lambda body: {"error": body["detail"]}), {"SHAPE-4"}),
    "errors as a list": (error(400, lambda body: [body]), {"SHAPE-4"}),
    "errors as text": (lambda a: replace(a, content=b"no") if a.status in (400, 403, 404) else a, {"SHAPE-4"}),
    "truncated JSON": (lambda a: replace(a, content=a.content[:-1]) if a.is_user else a, {"SHAPE-3"}),
    "a byte order mark": (lambda a: replace(a, content=b"\xef\xbb\xbf" + a.content) if a.is_user else a, {"SHAPE-3"}),
    "the profile of somebody else": (user(lambda body: body["profile"].update(owner=body["id"] + 1)), {"LINKS-1"}),
    "links without a slash": (
        user(lambda body: body["links"].update(self=body["links"]["self"].rstrip("/"))),
        {"LINKS-2"},
    ),
    "links to another instance": (
        lambda a: replace(a, content=a.content.replace(b"/instances/", b"/instances/not-")) if a.is_user else a,
        {"LINKS-2"},
    ),
    "links of another version": (message("/v1.1/instances", "/v1/instances"), {"LINKS-3"}),
    "the key in a link": (
        user(lambda body: body["links"].update(self=body["links"]["self"] + "?user_key=" + body["user_key"])),
        {"SECRETS-3"},
    ),
    "a group too many": (
        adding(user(lambda body: body["groups"].append({"id": 1, "label": "", "description": "", "links": {}}))),
        {"USERS-ADD-2", "USERS-ADD-4", "SHAPE-3"},
    ),
    "details shows the id as a string": (
        only("GET", "/user/", user(lambda body: body.update(id=str(body["id"])))),
        {"SHAPE-3"},
    ),
    "add gives every user the same id": (
        adding(user(lambda body: body.update(id=7))),
        {"USERS-ADD-3", "LINKS-1", "LINKS-2"},
    ),
    "add shows null for groups": (adding(user(lambda body: body.update(groups=None))), {"SHAPE-3"}),
    "add shows no profile": (adding(user(lambda body: body.pop("profile"))), {"SHAPE-3"}),
    "update shows no groups": (only("PUT", "/", user(lambda body: body.pop("groups"))), {"SHAPE-3"}),
    "update shows the name in capitals": (
        only("PUT", "/", user(lambda body: body.update(username=body["username"].upper()))),
        {"USERS-UPDATE-3"},
    ),
    "errors that name no field": (error(400, lambda body: {"error": "invalid"}), {"USERS-ADD-5", "USERS-UPDATE-6"}),
    "details answers 404 to wrong keys": (only("GET", "/user/", status(403, 404)), {"KEYS-1"}),
    "add refuses a body with 403": (adding(status(400, 403)), {"USERS-ADD-5", "USERS-ADD-12", "SHAPE-4"}),
    "add names another field": (adding(error(400, lambda body: {"email": ["x"]})), {"USERS-ADD-5"}),
    "add names the first field only": (
        adding(error(400, lambda body: dict(list(body.items())[:1]))),
        {"USERS-ADD-7"},
    ),
    "messages that are no lists": (error(400, lambda body: dict.fromkeys(body, "x")), {"SHAPE-4"}),
    "an empty key": (user(lambda body: body.update(user_key="")), {"USERS-ADD-3"}),
    "another message": (message("No such API Key.", "Wrong key."), {"MESSAGES-1"}),
    "a full stop": (message('"Not found"', '"Not found."'), {"MESSAGES-5"}),
    "Allow without the method": (header("allow", "TRACE"), {"HTTP-3"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_one_failure(name: str) -> None:
    alter, expected = FAULTS[name]

    report = run_against(altered(alter))

    assert with_verdict(report, Verdict.FAILED) == expected


def nothing_new(answer: Answer) -> Answer:
    return answer


def gzipped(answer: Answer) -> Answer:
    return replace(
        answer, content=gzip.compress(answer.content), headers={**answer.headers, "content-encoding": "gzip"}
    )


def extra_members(body: dict[str, Any]) -> None:
    body.update(email=None, role={"name": "full"}, last_seen="2026-11-21T20:00:00Z")
    body["profile"].update(nickname="", tags=[])
    body["links"].update(avatar="/x/")


def sorted_members(answer: Answer) -> Answer:
    is_json = answer.headers.get("content-type", "").startswith("application/json") and answer.content
    return answer.with_body(answer.body) if is_json else answer


VARIANTS: dict[str, Alter] = {
    "nothing": nothing_new,
    "sorted and pretty": sorted_members,
    "gzip": gzipped,
    "no charset": header("content-type", "application/json"),
    "extra members": user(extra_members),
    "extra members in errors": lambda a: (
        a.with_body({**a.body, "code": "x"}) if a.status >= 400 and a.content.startswith(b"{") else a
    ),
    "a general detail beside the fields": error(400, lambda body: {**body, "detail": "Invalid."}),
    "extra headers": header("x-request-id", "1"),
    "connection: close": header("connection", "close"),
    "+00:00": message('Z"', '+00:00"'),
    "upper-case names": user(lambda body: body.update(username=body["username"].upper())),
    "method not allowed": only("PATCH", "/", status(404, 405)),
    "links with a mount point": message("/v1.1/instances", "/v1.1/instances"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_what_a_correct_deployment_may_do_fails_nothing(name: str) -> None:
    report = run_against(altered(VARIANTS[name]))

    assert with_verdict(report, Verdict.FAILED) == set()
    assert with_verdict(report, Verdict.CANNOT_TELL) == set()
    assert conclude(report) is Conclusion.CONFORMANT


class Copies:
    """Gives out the first look at a user's details for ever, as a cache that is never told of changes."""

    def __init__(self) -> None:
        self.kept: dict[str, Answer] = {}

    def __call__(self, answer: Answer) -> Answer:
        key = f"{answer.request.headers.get('x-user-key')} {answer.request.url}"
        return self.kept.setdefault(key, answer) if answer.request.method == "GET" and answer.is_user else answer


def test_stale_details_are_noticed() -> None:
    assert "USERS-UPDATE-3" in with_verdict(run_against(altered(Copies())), Verdict.FAILED)


def test_the_departures_of_the_real_deployment_fail_what_is_about_them_and_no_more() -> None:
    def real(answer: Answer) -> Answer:
        for alter in (VARIANTS["extra members"], FAULTS["add answers 201"][0], FAULTS["a full stop"][0]):
            answer = alter(answer)
        return answer

    found = run_against(altered(real))

    assert with_verdict(found, Verdict.FAILED) == {"USERS-ADD-1", "SHAPE-1", "MESSAGES-5"}
    assert with_verdict(found, Verdict.CANNOT_TELL) == set()
