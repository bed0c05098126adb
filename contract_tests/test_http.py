"""HTTP: odd input is refused and not fallen over, and what RFC 9110 asks of any server."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from syncano_contract import expect, judge
from syncano_contract.api import Api
from syncano_contract.judge import in_header
from syncano_contract.ledger import NOBODY
from syncano_contract.model import Exchange, header
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.plugin import MUST, SHOULD, requirement
from syncano_contract.reply import arranged
from syncano_contract.session import Session
from syncano_contract.unanswered import is_unconnected

ODD_NAMES = {
    "NUL": "\0",
    "non-ASCII": "żółć",
    "emoji": "🐺",
    "quotes": "'\"`; --",
    "markup": "<b>&amp;</b>",
    "line breaks": "a\r\nb",
    "right to left": "\u202eabc",
    "lone surrogate": "\ud800",
    "300 characters": "x" * 300,
    "5,000 characters": "x" * 5000,
}
ODD_EVERYWHERE = ("NUL", "non-ASCII", "astral letters", "quotes", "lone surrogate", "300 characters")
ODD_BODIES = {
    "empty": b"",
    "array": b"[]",
    "array of objects": b"[{}]",
    "string": b'"x"',
    "number": b"1",
    "null": b"null",
    "true": b"true",
    "huge number": b'{"username": 1' + b"0" * 5000 + b', "password": 1e999}',
    "NaN": b'{"username": NaN, "password": Infinity}',
    "nested 2,000 deep": b'{"username": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    "not UTF-8": b'{"username": "\xff\xfe", "password": "\xc3"}',
    "byte order mark": b'\xef\xbb\xbf{"username": null}',
    "UTF-16": '{"username": null}'.encode("utf-16"),
    "NUL bytes": b"\0\0\0\0",
}
ODD_TYPES = (
    "application/json; charset=latin-1",
    "application/json; charset=nonsense",
    "text/plain",
    "nonsense",
    "",
)
# None of these may be read as the id of a user: where there are digits, they are nobody's.
ODD_IDS = (
    *("0", "-1", f"{NOBODY}.5", f"{NOBODY}e0", f"+{NOBODY}", f" {NOBODY}", "٢١٤٧٤٨٣٦٤٧"),
    *(str(2**63), "1" + "0" * 30, "9" * 400),
    *("abc", "null", "None", "🐺", "\0", "'", "%"),  # no "..": a client takes it away, with the segment before
)
IDS_FOR_RESET = ("-1", f"{NOBODY}.5", "1" + "0" * 30, "9" * 400, "abc", "🐺", "\0")
ODD_INSTANCES = ("\0", "🐺", "'", '"', "a b", "%", "x" * 300, "-1", "żółć", "..;")
SERVER_ERRORS = ("RFC 9110 section 15.6", "users-add#response/400", "users-update-put#response/404")

MOST_SENT_AGAIN = 5  # requests that had no reply
TIMES_AGAIN = 3  # with the first, so often in a row is no chance

crashes_nothing = requirement("HTTP-1", MUST, source=SERVER_ERRORS, subject=judge.SERVER_ERROR)


@crashes_nothing
@pytest.mark.parametrize("odd", ODD_NAMES)
def test_odd_names(api: Api, odd: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    end = ODD_NAMES[odd]

    if odd not in ODD_EVERYWHERE:
        _expect_no_server_error(api.add(username=api.name() + end, password=api.password() + end).exchange)
        return
    _expect_no_server_error(api.add(username=api.name() + end).exchange)
    _expect_no_server_error(api.add(password=api.password() + end).exchange)
    _expect_no_server_error(api.update(api.somebody(), username=api.name() + end).exchange)


@crashes_nothing
@pytest.mark.parametrize("odd", ODD_BODIES)
def test_odd_bodies(api: Api, odd: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    _expect_no_server_error(api.add(raw=ODD_BODIES[odd]).exchange)
    _expect_no_server_error(api.update(api.anyone(), raw=ODD_BODIES[odd]).exchange)


@crashes_nothing
@pytest.mark.parametrize(
    "raw", [b"{}", b'{"instanceName": "x"}', b"[", b"\0"], ids=["object", "member", "cut off", "NUL"]
)
def test_bodies_that_nobody_asked_for(api: Api, raw: bytes) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    known = {"username": api.name(), "password": api.password(), "instanceName": api.target.instance}

    _expect_no_server_error(api.reset(api.anyone(), user_id=NOBODY, raw=raw).exchange)
    if raw == b"{}":
        _expect_no_server_error(api.add(raw=json.dumps(known).encode()).exchange)


@crashes_nothing
@pytest.mark.parametrize("media_type", ODD_TYPES)
def test_odd_media_types(api: Api, media_type: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    body = json.dumps({"username": api.name() + "é", "password": api.password()}, ensure_ascii=False).encode()

    _expect_no_server_error(api.add(raw=body, media_type=media_type).exchange)


@crashes_nothing
@pytest.mark.parametrize("odd", ODD_IDS, ids=ascii)
def test_odd_ids(api: Api, odd: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    _expect_no_server_error(api.update(api.anyone(), user_id=odd).exchange)
    if odd in IDS_FOR_RESET:
        _expect_no_server_error(api.reset(api.anyone(), user_id=odd).exchange)


@crashes_nothing
@pytest.mark.parametrize("odd", ODD_INSTANCES, ids=ascii)
def test_odd_instances(api: Api, odd: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    _expect_no_server_error(api.details(api.unknown_key, instance=odd).exchange)


@crashes_nothing
@pytest.mark.parametrize("odd", ["\0", "żółć", "🐺", "'", "x" * 5000], ids=ascii)
def test_odd_user_keys(api: Api, odd: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    _expect_no_server_error(api.details(odd, by="query").exchange)


@crashes_nothing
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["users/", "users/{id}/", "user/", "users/{id}/reset_key/", "users", "user", "users/{id}"]
)
def test_other_methods(api: Api, method: str, path: str) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    path = f"/instances/{quote(api.target.instance)}/{path.format(id=api.nobody)}"

    exchange = api.request(method, path, api.keys(), None, f"{method} {path}")

    if _status(exchange) != 501:  # that says that the method is not known at all (RFC 9110, section 15.6.2)
        _expect_no_server_error(exchange)


@crashes_nothing
def test_everything_that_was_sent(traffic: Session) -> None:
    """No body, path or id, however odd, and nothing else that a run sends is answered with a 5xx."""
    expect.no_departure(traffic, judge.SERVER_ERROR)


@requirement("HTTP-2", MUST, source="RFC 9112 section 9.3.1", subject=judge.NO_REPLY)
def test_every_request_gets_a_reply(api: Api, traffic: Session) -> None:
    """No kind of request is left again and again without a complete reply by a deployment that answers others."""
    exchanges = expect.traffic(traffic)
    unanswered = [exchange for exchange in exchanges if exchange.error is not None]
    if not unanswered:
        return
    last = max(exchange.number for exchange in exchanges if exchange.response)
    if last < unanswered[:2][-1].number and not _is_answering(api):
        raise CannotTell(f"the target stopped to answer during the run: {unanswered[-1].error}")
    hung = [exchange for exchange in unanswered if not is_unconnected(exchange)]
    for exchange in [*{each.sender: each for each in hung}.values()][-MOST_SENT_AGAIN:]:
        if _is_left_again(api, exchange):
            raise Failed("a reply to every request", f"{len(hung)} without: {exchange.error}", exchange)
    raise CannotTell(f"{len(unanswered)} without a reply, but not when sent again: {unanswered[-1].error}")


# Below the instance: a path, a method that no page has there, and the methods that the page does have.
ABSENT_METHODS = (
    ("users/{id}/", "POST", "PUT"),
    ("users/{id}/reset_key/", "GET", "POST"),
    ("users/{id}/reset_key/", "PUT", "POST"),
    ("user/", "POST", "GET"),
)


@requirement("HTTP-3", SHOULD, source=("RFC 9110 section 15.5.6", "RFC 9110 section 10.2.1"))
@pytest.mark.parametrize(("path", "method", "documented"), ABSENT_METHODS)
def test_absent_methods_are_not_allowed(api: Api, path: str, method: str, documented: str) -> None:
    """A method that is not there is answered with 405, and `Allow` lists the documented one and not the refused one."""
    user = api.anyone()
    path = f"/instances/{quote(user.instance)}/{path.format(id=user.id)}"

    exchange = api.request(method, path, api.keys(user.user_key), b"" if method == "POST" else None, f"{method} {path}")

    status = _status(exchange)
    if 200 <= status < 300 or status in LOOKED_AT_FIRST:
        return  # a deployment may have more operations, and may look at rights first
    if status != 405:
        raise Failed(
            f"{method} on {documented}'s path to be answered with 405", f"{status}", exchange, places=expect.STATUS
        )
    _expect_true_allow(exchange, method, documented)


@requirement("HTTP-4", SHOULD, source=("RFC 9110 section 15.5.1", "RFC 9110 section 15.5.16"))
@pytest.mark.parametrize(
    ("media_type", "raw"),
    [
        ("application/json", b'{"username": '),
        ("application/json", b"[]"),
        ("application/json", b'"x"'),
        ("application/json", b"1"),
        ("application/xml", b"<a/>"),
        ("image/png", b"\x89PNG"),
    ],
    ids=["cut off", "array", "string", "number", "XML", "image"],
)
def test_a_broken_or_unsupported_body_is_refused(api: Api, media_type: str, raw: bytes) -> None:
    """A body that is no JSON object, or of a type that no page mentions, is refused with a 4xx by add and by update."""
    expect.any_refusal(api.add(raw=raw, media_type=media_type))
    expect.any_refusal(api.update(api.anyone(), raw=raw, media_type=media_type))


@requirement("HTTP-5", SHOULD, source=("RFC 9110 section 9.3.2", "user-details#method"))
def test_head_is_get_without_a_body(api: Api) -> None:
    """HEAD on details, if it is there at all, is answered as GET is, without the body."""
    user_key = api.require("user_key") if api.read_only else api.anyone().user_key
    path = f"/instances/{quote(api.target.instance)}/user/"
    get = arranged(api.details(user_key))

    exchange = api.request("HEAD", path, api.keys(user_key), None, "HEAD user/")

    status = _status(exchange)
    if status in LOOKED_AT_FIRST or status in (405, 501):
        return
    expected = f"HEAD to be answered with {get.status}, as GET is"
    if status != get.status or (exchange.response and exchange.response.body):
        raise Failed(expected, f"{status}", exchange)


# What may come before a method is looked at: rights, throttling, redirects, a method that is not known at all.
LOOKED_AT_FIRST = frozenset({401, 403, 429, 501, *range(300, 400)})


def _is_left_again(api: Api, exchange: Exchange) -> bool:
    """Whether the same request has no reply however often it is sent: a network loses one now and then."""
    request = exchange.request
    path, headers = request.url.removeprefix(api.target.url), dict(request.headers)
    kinds = (f"exchange {exchange.number} again, {time}" for time in range(TIMES_AGAIN))  # so that none is given up
    return all(api.request(request.method, path, headers, request.body, kind).error is not None for kind in kinds)


def _is_answering(api: Api) -> bool:
    try:
        return api.details(api.unknown_key).exchange.response is not None
    except CannotTell:
        return False


def _expect_no_server_error(exchange: Exchange) -> None:
    status = _status(exchange)
    if judge.of_status(status) == judge.SERVER_ERROR:
        raise Failed("no 5xx status", f"status {status}", exchange, places=expect.STATUS)


def _expect_true_allow(exchange: Exchange, method: str, documented: str) -> None:
    assert exchange.response is not None
    value = header(exchange.response.headers, "Allow")
    allowed = {name.strip().upper() for name in (value or "").split(",")}
    if documented not in allowed or method in allowed:
        expected = f"Allow to list {documented} and not {method}"
        raise Failed(expected, value or "no Allow", exchange, places=(in_header("Allow"),))


def _status(exchange: Exchange) -> int:
    if exchange.response is None:
        raise CannotTell(f"there was no reply: {exchange.error}", judge.NO_REPLY)
    return exchange.response.status
