"""Broken and hostile targets: each way of it gives a reply or one clear word, in time, and never a wrong verdict."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import broken
from altered import Answer, altered, run_against, target_of, with_verdict
from broken import CHUNKED, GZIPPED, OK, Broken, Talk, answer, for_ever, send, sized
from syncano_contract import client as clients
from syncano_contract import document, judge
from syncano_contract import run as runs
from syncano_contract.cli import main
from syncano_contract.client import Client, Log
from syncano_contract.document import Operation
from syncano_contract.ledger import json_object
from syncano_contract.model import Exchange, Report, Request, Response, Verdict
from syncano_contract.reference.seeds import render_target
from syncano_contract.reference.server import Embedded
from syncano_contract.reply import Reply
from syncano_contract.run import run
from syncano_contract.session import begin
from syncano_contract.settings import Depth, Settings
from syncano_contract.target import Target
from syncano_contract.text import visible

KEY = "0123456789abcdef0123456789abcdef01234567"
LATE, CUT, CLOSED = (
    "no complete reply within 0.2 s",
    "the reply was cut off",
    "the connection was closed before a reply",
)
UNUSABLE, TOO_BIG = "no usable reply: ", "no usable reply: the reply is over 5 MB"
EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
DEFLATED = OK + b"Content-Encoding: deflate\r\n"
PACKED_TWICE = OK + b"Content-Encoding: gzip, gzip\r\n"
TWICE = gzip.compress(gzip.compress(b"{}"))
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"

# What the suite says of each way in which a target gives no reply.
NO_REPLY: dict[str, tuple[Talk, str]] = {
    "resets": (broken.reset, CLOSED),
    "closes": (broken.close, CLOSED),
    "hangs before the reply": (broken.hang, LATE),
    "hangs in the status line": (send(b"HTTP/1.1 2", then=broken.hang), LATE),
    "hangs in the head": (send(OK, then=broken.hang), LATE),
    "hangs in the body": (send(sized(b"{", b"10"), then=broken.hang), LATE),
    "hangs in a chunk": (send(CHUNKED, b"5\r\n{", then=broken.hang), LATE),
    "hangs in the size of a chunk": (send(CHUNKED, b"5", then=broken.hang), LATE),
    "hangs in the trailers": (send(CHUNKED, b"2\r\n{}\r\n0\r\n", then=broken.hang), LATE),
    "hangs before the end": (send(OK, b"Connection: close\r\n\r\n{", then=broken.hang), LATE),
    "trickles the head": (for_ever(b"x", begin=OK + b"X-Long: ", every=0.02), LATE),
    "trickles the body": (for_ever(b"x", begin=sized(b"", b"999999"), every=0.02), LATE),
    "trickles chunks": (for_ever(b"1\r\nx\r\n", begin=CHUNKED, every=0.02), LATE),
    "trickles to the end": (for_ever(b"x", begin=OK + b"Connection: close\r\n\r\n", every=0.02), LATE),
    "trickles trailers": (for_ever(b"X-A: 1\r\n", begin=CHUNKED + b"0\r\n", every=0.02), LATE),
    "sends trailers for ever": (for_ever(b"X-A: 1\r\n" * 500, begin=CHUNKED + b"0\r\n"), LATE),
    "sends 103 for ever": (for_ever(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), LATE),
    "sends 100 for ever": (for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 100), LATE),
    "packs nothing for ever": (for_ever(EMPTY_BLOCK * 999, begin=GZIPPED + b"\r\n" + GZIP_HEAD), LATE),
    "cuts the body": (send(sized(b"{", b"10"), then=broken.close), CUT),
    "resets in the body": (send(sized(b"{", b"10"), then=broken.reset), CUT),
    "cuts a chunk": (send(CHUNKED, b"5\r\n{", then=broken.close), CUT),
    "a negative length and no end": (send(sized(b"{}", b"-5"), then=broken.hang), LATE),
    "two lengths": (send(sized(b"{}", b"2", b"Content-Length: 9")), f"{UNUSABLE}Content-Length contained"),
    "chunks of no size": (send(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"), CUT),
    "speaks another protocol": (send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", then=broken.close), UNUSABLE),
    "speaks HTTP/0.9": (send(b"{}\r\n", then=broken.close), UNUSABLE),
    "speaks HTTP/2": (send(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", then=broken.close), UNUSABLE),
    "a status that is none": (send(b"HTTP/1.1 OK\r\n\r\n", then=broken.close), UNUSABLE),
    "a status of four digits": (send(b"HTTP/1.1 2000 OK\r\n\r\n", then=broken.close), UNUSABLE),
    "too many headers": (send(OK, b"X-A: 1\r\n" * 2000, b"\r\n"), f"{UNUSABLE}got more than 1500 headers"),
    "headers for ever": (for_ever(b"X-A: 1\r\n" * 99, begin=OK), f"{UNUSABLE}got more than 1500 headers"),
    "a huge header": (send(OK, b"X-A: ", b"x" * 70_000, b"\r\n\r\n"), f"{UNUSABLE}got more than 65536 bytes"),
    "a header for ever": (for_ever(b"x" * 999, begin=OK + b"X-A: "), f"{UNUSABLE}got more than 65536 bytes"),
    "300 MB": (for_ever(b"x" * 65536, begin=sized(b"", b"300000000")), TOO_BIG),
    "chunks for ever": (broken.send_chunks_without_end, TOO_BIG),
    "a bomb": (send(broken.bomb(50_000_000)), TOO_BIG),
    "half a gzip": (send(GZIPPED, b"Content-Length: 12\r\n\r\n", GZIP_HEAD, b"\xab\xae"), CUT),
    "a gzip without its end": (send(GZIPPED, b"Content-Length: 14\r\n\r\n", gzip.compress(b"{}")[:14]), CUT),
    "the head of a gzip": (send(GZIPPED, b"Content-Length: 10\r\n\r\n", GZIP_HEAD), CUT),
    "half a deflate": (send(DEFLATED, b"Content-Length: 7\r\n\r\n", zlib.compress(b"{}")[:7]), CUT),
    "half a gzip in two": (send(PACKED_TWICE, b"Content-Length: 30\r\n\r\n", TWICE[:30]), CUT),
    "chunks of gzip": (
        send(OK, b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        f"{UNUSABLE}its Transfer-Encoding is gzip, chunked",
    ),
    "no gzip": (send(GZIPPED, b"Content-Length: 2\r\n\r\n{}"), f"{UNUSABLE}Error -3 while decompressing"),
}

# What is a reply all the same, with its status and body.
REPLIES: dict[str, tuple[Talk, int, bytes]] = {
    "a length that is too short": (send(sized(b'{"id": 1}', b"3")), 200, b'{"i'),
    "bytes after the body": (send(sized(b"{}"), b"{}garbage"), 200, b"{}"),
    "two replies at once": (send(sized(b"{}"), b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"), 200, b"{}"),
    "a negative length and an end": (send(sized(b"{}", b"-5"), then=broken.close), 200, b"{}"),
    "no length and an end": (send(OK, b"\r\n{}", then=broken.close), 200, b"{}"),
    "103 before the reply": (send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", sized(b"{}")), 200, b"{}"),
    "100 before the reply": (send(b"HTTP/1.1 100 Continue\r\n\r\n" * 3, sized(b"{}")), 200, b"{}"),
    "102, 103 and 199": (
        send(*(b"HTTP/1.1 %d X\r\n\r\n" % status for status in (102, 103, 199)), sized(b"{}")),
        200,
        b"{}",
    ),
    "1,000 headers": (send(OK, b"X-A: 1\r\n" * 1000, b"Content-Length: 2\r\n\r\n{}"), 200, b"{}"),
    "a charset that is none": (answer(b"200", b"{}", b"application/json; charset=nonsense"), 200, b"{}"),
    "nothing as gzip": (send(GZIPPED, b"Content-Length: 0\r\n\r\n"), 200, b""),
    "gzip and more": (send(GZIPPED, b"Content-Length: 32\r\n\r\n", gzip.compress(b"{}"), b"0" * 10), 200, b"{}"),
    "two gzips": (send(GZIPPED, b"Content-Length: 42\r\n\r\n", gzip.compress(b"{") + gzip.compress(b"}")), 200, b"{}"),
    "raw deflate": (send(DEFLATED, b"Content-Length: 4\r\n\r\n", zlib.compress(b"{}")[2:-4]), 200, b"{}"),
    "a redirect to another host": (broken.redirect, 302, b""),
    "101": (send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", then=broken.close), 101, b""),
}


def sent(url: str, *, timeout: float = 10, log: Log | None = None) -> Exchange:
    client = Client(Target(url, "rivia"), log or Log(), timeout=timeout)
    try:
        return client.send("POST", "/x/", {"X-API-KEY": KEY}, b"{}", "addUser")
    finally:
        client.close()


@pytest.mark.parametrize("name", NO_REPLY)
def test_what_is_no_reply_is_told_in_time(name: str) -> None:
    talk, error = NO_REPLY[name]
    began = time.monotonic()

    with Broken(talk) as server:
        exchange = sent(server.url, timeout=0.2 if error == LATE else 10)

    assert exchange.response is None
    assert exchange.error is not None
    assert exchange.error.startswith(error)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", REPLIES)
def test_what_is_a_reply_all_the_same_is_read(name: str) -> None:
    talk, status, body = REPLIES[name]

    with Broken(talk) as server:
        exchange = sent(server.url)

    assert exchange.error is None
    assert exchange.response is not None
    assert (exchange.response.status, exchange.response.body) == (status, body)


# --- whole runs -------------------------------------------------------------------------------------------------------

QUICK = Settings(depth=Depth.QUICK, timeout=1)


class Between:
    """What stands between the suite and the reference deployment, and does something to every exchange."""

    def __init__(self, embedded: Embedded, do: Callable[[int, bytes], Talk]) -> None:
        self._address = urlsplit(embedded.url).hostname, urlsplit(embedded.url).port
        self._do = do
        self._numbers = count(1)
        self.server = Broken(self._talk)

    def _talk(self, connection: socket.socket, over: threading.Event) -> None:
        request = self.server.requests[-1]  # one thread sends
        closing = request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        with socket.create_connection(self._address) as origin:
            origin.sendall(closing)
            reply = b"".join(iter(lambda: origin.recv(65536), b""))
        kept = reply.replace(b"\r\nconnection: close", b"", 1)
        self._do(next(self._numbers), kept)(connection, over)


def run_between(do: Callable[[int, bytes], Talk], settings: Settings = QUICK) -> Report:
    with Embedded() as embedded:
        between = Between(embedded, do)
        with between.server:
            pointed = replace(target_of(embedded), url=between.server.url)
            return run(pointed, document.load(), settings, lambda *_: None)


def head_and_body(reply: bytes) -> tuple[bytes, bytes]:
    head, _, body = reply.partition(b"\r\n\r\n")
    return head, body


def packed(_: int, reply: bytes) -> Talk:
    head, body = head_and_body(reply)
    content = gzip.compress(body) if body else b""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    lines += [b"Content-Encoding: gzip", b"Content-Length: %d" % len(content)] if body else [b"Content-Length: 0"]
    return send(b"\r\n".join(lines), b"\r\n\r\n", content)


HARMLESS: dict[str, Callable[[int, bytes], Talk]] = {
    "nothing": lambda _, reply: send(reply),
    "103 before each reply": lambda _, reply: send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", reply),
    "300 more headers": lambda _, reply: send(reply.replace(b"\r\n", b"\r\n" + b"X-A: 1\r\n" * 300, 1)),
    "bytes after each reply": lambda _, reply: send(reply, b"\r\n\r\n"),
    "gzip": packed,
    "no keeping of connections": lambda _, reply: send(reply, then=broken.close),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_happens_on_the_way_is_no_fault_of_the_deployment(name: str) -> None:
    report = run_between(HARMLESS[name], replace(QUICK, only=("HTTP-*", "SHAPE-*", "USER-DETAILS-*", "USERS-ADD-1*")))

    assert with_verdict(report, Verdict.FAILED) == set()
    assert with_verdict(report, Verdict.CANNOT_TELL) == set()


@pytest.mark.parametrize("loss", [broken.reset, send(OK + b"Content-Length: 99\r\n\r\n{", then=broken.close)])
def test_a_network_that_loses_replies_fails_nothing(loss: Talk) -> None:
    report = run_between(lambda number, reply: loss if number > 5 and number % 11 == 0 else send(reply))

    assert with_verdict(report, Verdict.FAILED) == set()
    assert "HTTP-2" in with_verdict(report, Verdict.CANNOT_TELL)
    assert len(with_verdict(report, Verdict.PASSED)) > 30


def test_a_request_that_is_never_answered_fails_one_requirement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "REST", 0.1)

    def do(_: int, reply: bytes) -> Talk:
        return broken.close if b"nested" in reply or b"415" in reply[:20] else send(reply)

    report = run_between(do, replace(QUICK, only=("HTTP-*", "USERS-ADD-1")))

    assert with_verdict(report, Verdict.FAILED) == {"HTTP-2"}


def test_a_deployment_that_dies_leaves_what_was_judged_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PATIENCE", 0.0)
    report = run_between(lambda number, reply: send(reply) if number < 250 else broken.close)

    assert with_verdict(report, Verdict.FAILED) == set()
    assert len(with_verdict(report, Verdict.PASSED)) > 5
    assert len(with_verdict(report, Verdict.CANNOT_TELL)) > 10


def test_a_deployment_that_comes_back_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "REST", 0.1)
    report = run_between(lambda number, reply: broken.close if 50 < number < 60 else send(reply))

    assert with_verdict(report, Verdict.FAILED) == set()
    assert len(with_verdict(report, Verdict.PASSED)) > len(with_verdict(report, Verdict.CANNOT_TELL))


def test_throttling_for_ever_fails_nothing_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "LONGEST_WAIT", 0.5)
    monkeypatch.setattr(clients, "PATIENCE", 0.0)
    refusal = send(b"HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
    began = time.monotonic()

    report = run_between(lambda number, reply: send(reply) if number < 50 else refusal)

    assert with_verdict(report, Verdict.FAILED) == set()
    assert len(with_verdict(report, Verdict.CANNOT_TELL)) > 20
    assert time.monotonic() - began < 10


def test_an_hour_of_throttling_is_told_and_not_waited_for() -> None:
    with Broken(broken.throttle) as server:
        result = CliRunner().invoke(main, ["run", server.url, "--instance", "i"], env={"SYNCANO_API_KEY": KEY})

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"error: {server.url} throttles: 429 for longer than the 30 s that a request waits (Retry-After: 3600)",
        "  try again later",
    ]


def test_a_user_key_in_json_that_is_cut_off_stands_in_its_member() -> None:
    numbers = count(1)

    def cut(seen: Answer) -> Answer:
        return replace(seen, content=seen.content[:-2]) if seen.is_user and next(numbers) % 4 == 0 else seen

    report = run_against(altered(cut), replace(QUICK, only=("SECRETS-3", "SHAPE-3", "USER-DETAILS-*")))

    assert with_verdict(report, Verdict.FAILED) == {"SHAPE-3"}


def test_a_user_key_elsewhere_in_json_that_is_cut_off_is_found() -> None:
    def cut(seen: Answer) -> Answer:
        if seen.is_user and seen.request.method == "GET":
            shown = json.dumps({**seen.body, "token": seen.body["user_key"]})
            return replace(seen, content=shown[:-1].encode())
        return seen

    report = run_against(altered(cut), replace(QUICK, only=("SECRETS-3",)))

    assert with_verdict(report, Verdict.FAILED) == {"SECRETS-3"}


ADDED_ALL_THE_SAME = b"HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


def test_an_add_that_took_effect_though_it_was_throttled_fails_nothing() -> None:
    def do(number: int, reply: bytes) -> Talk:
        return send(ADDED_ALL_THE_SAME if number % 2 else reply)

    report = run_between(do, replace(QUICK, only=("USERS-ADD-1*", "USERS-ADD-5")))

    assert with_verdict(report, Verdict.FAILED) == set()
    assert "USERS-ADD-5" in with_verdict(report, Verdict.PASSED)
    assert any(line.startswith("perhaps a user ") for line in report.left_behind)


class Jumping(datetime):
    """A clock that is set back by an hour whenever it is looked at."""

    hours = count(1)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) - timedelta(hours=next(cls.hours))


def test_a_clock_that_jumps_changes_no_duration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "datetime", Jumping)
    monkeypatch.setattr(clients, "datetime", Jumping)

    with Embedded() as embedded:
        report = run(target_of(embedded), document.load(), replace(QUICK, only=("USERS-ADD-1",)), lambda *_: None)

    assert 0 < report.seconds < 60
    assert all(0 < exchange.seconds < 60 for exchange in report.exchanges)


SCARY = "<script>alert(1)</script>\x1b[31mred\x07\u202eevil\u2066\x9b2J</td>]]>"


def scare(seen: Answer) -> Answer:
    if not seen.is_user:
        return seen
    body = json.dumps({**seen.body, "username": SCARY, "groups": SCARY}, ensure_ascii=False)
    return replace(seen, content=body.encode())


def test_what_a_reply_holds_is_shown_as_text_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = SCARY.encode("latin-1", "replace")

    with altered(scare) as embedded:
        lines = b" 200 %b\r\nX-Scary: %b\r\n" % (words, words)
        between = Between(embedded, lambda _, reply: send(reply.replace(b" 200 OK\r\n", lines, 1)))
        with between.server:
            text = render_target(between.server.url, embedded.seeds)
            Path("target.toml").write_text(text, encoding="utf-8")
            result = CliRunner().invoke(main, ["run", "--target", "target.toml", "--depth", "quick", "--out", "out"])

    assert result.exit_code == 1, result.output
    shown = {path.name: path.read_text(encoding="utf-8") for path in Path("out").iterdir()} | {"out": result.output}
    for name, text in shown.items():
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), name
    assert "<script>alert(1)" not in shown["report.html"] + shown["junit.xml"]


# --- what replies hold ------------------------------------------------------------------------------------------------

ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["id", "user_key", "username", "links", "profile", "detail", "password"]) | st.text(), inner
        )
    ),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())
DOCUMENT = document.load()
ODD_BODIES = st.binary() | ODD_JSON | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(DOCUMENT.operations),
    st.integers(100, 599),
    st.lists(st.tuples(st.sampled_from(["Content-Type", "Location", "Retry-After", "Set-Cookie"]), st.text())),
    ODD_BODIES,
)
def test_no_reply_breaks_what_reads_it(
    operation: Operation, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    target = Target("http://h.test/v1.1", "rivia", api_key=KEY)
    session = begin(target, DOCUMENT, QUICK)
    path = operation.path.replace("{instance_name}", "rivia").replace("{user_id}", "7")
    request = Request(operation.method, target.url + path, (), b'{"username": "x"}')
    now = datetime.now(UTC)
    exchange = session.log.add(
        lambda number: Exchange(number, now, 0.1, "X-1", request, Response(status, "", tuple(headers), body))
    )

    assert list(session.departures(judge.BODY, judge.STATUS)) is not None
    assert list(session.sightings()) is not None
    assert session.redactor.exchange(exchange).number == 1
    assert visible(str(Reply(operation, exchange))).isprintable()


@pytest.mark.parametrize("levels", [300, 900, 990, 1_000, 100_000])
def test_what_is_nested_deep_is_judged(levels: int) -> None:
    content = b'{"id": 7, "user_key": "k", "username": ' + b"[" * levels + b"]" * levels + b"}"
    with Broken(broken.answer(b"200", content)) as server:
        target = Target(server.url, "rivia", api_key=KEY)
        report = run(target, document.load(), replace(QUICK, only=("SHAPE-3", "USERS-ADD-*")), lambda *_: None)

    assert "SHAPE-3" in with_verdict(report, Verdict.FAILED)
    assert not any("itself broke" in result.message for result in report.results)


def test_of_a_member_that_is_there_twice_every_reader_takes_the_last() -> None:
    body = b'{"id": 1, "user_key": "first", "id": 2, "user_key": "last"}'

    assert judge.parse(body) == json_object(body) == {"id": 2, "user_key": "last"}
