"""Reports made by hand: every verdict, every level, and what a hostile deployment may send."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from syncano_contract.model import (
    Coverage,
    Exchange,
    Headers,
    Level,
    Report,
    Request,
    Requirement,
    Response,
    Result,
    Verdict,
)
from syncano_contract.origins import Origins
from syncano_contract.replay import replayable
from syncano_contract.traffic import briefs

BASE = "https://api.example.test/v1.1"
STARTED = datetime(2026, 11, 21, 21, 4, 5, 678900, tzinfo=timezone(timedelta(hours=1)))
JSON = (("Content-Type", "application/json"),)
HOSTILE = (
    "<script>alert(1)</script><img src=//evil> ]]> --> {{ 7*7 }} & \"q\" 'a' "
    "\0 \x1b[31m \u202eevil\u2066 \ud800 \x85 \ufffe"
)
BINARY = b"\x89PNG\r\n\x1a\n\x00\xff"


def request(method: str, path: str, *, body: bytes | None = None, user_key: str = "") -> Request:
    keys: Headers = (("X-API-KEY", "<api_key>"), *((("X-USER-KEY", user_key),) if user_key else ()))
    return Request(method, BASE + path, keys + (JSON if body else ()), body)


def reply(status: int, body: bytes = b"", headers: Headers = JSON) -> Response:
    return Response(status, "Reason", headers, body)


def exchange(
    number: int, sent: Request, got: Response | None = None, *, error: str | None = None, sender: str = "USERS-ADD-1"
) -> Exchange:
    return Exchange(number, STARTED + timedelta(milliseconds=number), 0.0125, sender, sent, got, error)


def user(user_id: int, user_key: int, username: str = "contract-0badcafe-1") -> bytes:
    return json.dumps({"id": user_id, "username": username, "user_key": f"<user_key {user_key}>"}).encode()


def add(number: int, *, user_id: int, user_key: int, instance: str = "rivia") -> Exchange:
    name = f"contract-0badcafe-{number}"
    body = json.dumps({"username": name, "password": f"<password {number}>"}).encode()
    sent = request("POST", f"/instances/{instance}/users/", body=body)
    return exchange(number, sent, reply(200, user(user_id, user_key, name)))


def reset(number: int, *, user_id: int, old: int, new: int, instance: str = "rivia") -> Exchange:
    path = f"/instances/{instance}/users/{user_id}/reset_key/"
    return exchange(
        number, request("POST", path, body=b"", user_key=f"<user_key {old}>"), reply(200, user(user_id, new))
    )


def details(number: int, user_key: int, got: Response | None = None, *, by: str = "header") -> Exchange:
    key = f"<user_key {user_key}>"
    path = "/instances/rivia/user/" + (f"?user_key={key}" if by == "query" else "")
    return exchange(number, request("GET", path, user_key=key if by == "header" else ""), got or reply(200, b"{}"))


def failed(requirement: str, *evidence: int, seen: str = "status 500", cause: str | None = None) -> Result:
    return Result(requirement, Verdict.FAILED, f"expected 400, saw {seen}", evidence, "400", seen, cause)


def required(requirement: str, level: Level = Level.MUST, text: str = "A body is `refused`.") -> Requirement:
    return Requirement(requirement, level, text, ("users-add#response/400",))


def report(
    requirements: Iterable[Requirement] = (), results: Iterable[Result] = (), exchanges: Iterable[Exchange] = ()
) -> Report:
    sent = tuple(exchanges)
    return Report(
        target=BASE,
        instance="rivia",
        document="1.1",
        tool="syncano-contract 0.1.0",
        started=STARTED,
        seconds=12.3456,
        seed=7,
        depth="standard",
        read_only=False,
        only=(),
        command=f"syncano-contract run {BASE} --instance rivia --seed 7",
        requirements=tuple(requirements),
        results=tuple(results),
        exchanges=sent,
        traffic=tuple(briefs(sent, Origins.of(BASE, "rivia", sent), {}, STARTED)),
        coverage=(Coverage("addUser", 200, 3), Coverage("addUser", 404, 0), Coverage("resetUserKey", 200, 1)),
        notes=(HOSTILE,),
        left_behind=("/instances/rivia/users/41/",),
    )


def judged(*pairs: tuple[Level, Verdict]) -> Report:
    """A report with a requirement of each of these levels, with each of these verdicts."""
    requirements = [required(f"R-{number}", level) for number, (level, _) in enumerate(pairs)]
    return report(requirements, [Result(f"R-{number}", verdict) for number, (_, verdict) in enumerate(pairs)])


def with_scripts(of: Report) -> Report:
    return replayable(of, Origins.of(of.target, of.instance, of.exchanges))


def odd() -> Report:
    """A report with every verdict, every level and everything odd."""
    long_body = b'{"a": "' + b"x" * 300_000 + b'"}'
    hostile = HOSTILE.encode("utf-8", "surrogatepass")
    exchanges = (
        add(1, user_id=41, user_key=1),
        exchange(
            2, request("POST", "/instances/rivia/users/", body=b"\xff\xfe"), reply(500, hostile, (("X", HOSTILE),))
        ),
        exchange(3, request("POST", "/instances/rivia/users/", body=long_body), reply(422, long_body)),
        exchange(4, request("GET", "/instances/rivia/user/"), error=f"no complete reply within 10 s {HOSTILE}"),
        exchange(5, request("GET", "/instances/rivia/user/"), reply(200, BINARY, (("Content-Type", "image/png"),))),
        exchange(6, request("GET", f"/instances/{HOSTILE}/user/"), reply(302, b"", (("Location", "//evil"),))),
        exchange(7, request("GET", "/instances/rivia/user/"), reply(200, json.dumps({"odd": HOSTILE}).encode())),
    )
    requirements = (
        required("A-2", text=HOSTILE),
        required("A-10"),
        required("B-1", Level.SHOULD),
        required("B-2", Level.MAY),
        required("C-1"),
        required("C-2"),
        required("C-3"),
        required("C-4"),
        required("C-5"),
    )
    results = (
        failed("A-2", 1, 3, 2, seen=HOSTILE),
        failed("A-10", 3, cause="A-2"),
        failed("B-1", 7, 5),
        failed("B-2"),
        Result("C-1", Verdict.CANNOT_TELL, HOSTILE, (4,)),
        Result("C-2", Verdict.INAPPLICABLE, "the target gives no second tenant"),
        Result("C-3", Verdict.UNTESTED, "no operation shows it"),
        Result("C-4", Verdict.PASSED, evidence=(6,)),
        Result("C-5", Verdict.CANNOT_TELL, "A-2 stands in the way", (2,), cause="A-2"),
    )
    return with_scripts(report(requirements, results, exchanges))
