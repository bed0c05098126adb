"""The client: every reply, and every lack of one, is an exchange; a broken target costs seconds."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import broken
from broken import Broken, Talk
from syncano_contract import client as clients
from syncano_contract.client import Client, Log, Unreachable, Unsendable
from syncano_contract.model import Exchange
from syncano_contract.target import Target


def send(url: str, method: str = "GET", *, timeout: float = 0.3, log: Log | None = None) -> Exchange:
    client = Client(Target(url, "rivia"), log or Log(), timeout=timeout)
    try:
        return client.send(method, "/x/", {"X-API-KEY": "k"}, None, "getUserDetails")
    finally:
        client.close()


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (broken.hang, "no complete reply within 0.3 s"),
        (broken.hang_in_the_body, "no complete reply within 0.3 s, only its beginning"),
        (broken.trickle_the_head, "no complete reply within 0.3 s"),
        (broken.trickle_the_body, "no complete reply within 0.3 s"),
        (broken.cut_in_the_body, "the reply was cut off"),
        (broken.close, "the connection was closed before a reply"),
        (broken.talk_nonsense, "no usable reply: "),
    ],
)
def test_no_complete_reply_is_an_error_that_says_why(talk: Talk, error: str) -> None:
    with Broken(talk) as target:
        exchange = send(target.url)

    assert exchange.response is None
    assert exchange.error is not None
    assert exchange.error.startswith(error)


@pytest.mark.parametrize("talk", [broken.send_six_megabytes, broken.send_chunks_without_end])
def test_a_reply_over_the_limit_is_an_error(talk: Talk) -> None:
    with Broken(talk) as target:
        exchange = send(target.url, timeout=10)

    assert exchange.error == "no usable reply: the reply is over 5 MB"


def test_nobody_listening_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert send(f"http://127.0.0.1:{port}/v1.1").error == "cannot connect: Connection refused"


def test_a_redirect_is_a_reply_and_not_followed() -> None:
    with Broken(broken.redirect) as target:
        exchange = send(target.url)

    assert exchange.response is not None
    assert exchange.response.status == 302


def test_an_hour_of_throttling_is_not_waited_for() -> None:
    with Broken(broken.throttle) as target:
        exchange = send(target.url)

    assert exchange.response is not None
    assert exchange.response.status == 429
    assert target.connections == 1


def test_throttling_for_ever_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "LONGEST_WAIT", 0.25)
    log = Log()
    with Broken(throttle_shortly) as target:
        exchange = send(target.url, log=log)

    assert exchange.response is not None
    assert exchange.response.status == 429
    assert len(log.exchanges) == 3


def throttle_shortly(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")


def test_a_get_on_a_connection_that_was_closed_meanwhile_is_sent_once_more() -> None:
    flaky = CloseFirst()
    with Broken(flaky) as target:
        exchange = send(target.url)

    assert exchange.response is not None
    assert exchange.response.status == 200
    assert target.connections == 2


def test_a_post_is_never_sent_twice() -> None:
    flaky = CloseFirst()
    with Broken(flaky) as target:
        exchange = send(target.url, "POST")

    assert exchange.error == "the connection was closed before a reply"
    assert target.connections == 1


class CloseFirst:
    """Closes the first connection without a reply and answers on the second."""

    def __init__(self) -> None:
        self.closed = False

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        if self.closed:
            broken.answer(b"200", b"{}")(connection, over)
        else:
            self.closed = True
            broken.close(connection, over)


def test_a_target_that_ends_connections_unannounced_gets_a_new_one_for_each_request() -> None:
    def answer_and_close_soon(connection: socket.socket, over: threading.Event) -> None:
        broken.answer(b"200", b"{}")(connection, over)
        over.wait(0.02)  # for so long a request that is sent on this connection meets its end
        connection.shutdown(socket.SHUT_RDWR)

    with Broken(answer_and_close_soon) as server:
        client = Client(Target(server.url, "rivia"), Log(), timeout=1)
        errors = [client.send("POST", "/x/", {}, b"", "addUser").error for _ in range(6)]
        client.close()

    assert errors == [None] * 6
    assert server.connections == 6


def test_what_gave_no_reply_twice_is_given_up() -> None:
    with Broken(broken.close) as target:
        client = Client(Target(target.url, "rivia"), Log(), timeout=1)
        for _ in range(2):
            client.send("POST", "/x/", {}, None, "addUser")

        with pytest.raises(Unreachable, match="the connection was closed before a reply"):
            client.send("POST", "/x/", {}, None, "addUser")

        assert client.send("POST", "/x/", {}, None, "updateUser").error is not None
        assert target.connections == 3


def test_what_was_given_up_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "REST", 0.0)
    with Broken(broken.close) as target:
        client = Client(Target(target.url, "rivia"), Log(), timeout=1)
        for _ in range(4):
            client.send("POST", "/x/", {}, None, "addUser")

    assert target.connections == 4


def test_nobody_listening_is_given_up_for_every_kind_of_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PATIENCE", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(Target(f"http://127.0.0.1:{port}/v1.1", "rivia"), Log(), timeout=1)
    client.send("POST", "/x/", {}, None, "addUser")
    client.send("PUT", "/x/", {}, None, "updateUser")
    client.send("POST", "/x/", {}, None, "resetUserKey")

    with pytest.raises(Unreachable, match="cannot connect"):
        client.send("GET", "/x/", {}, None, "getUserDetails")


def test_the_headers_of_the_target_go_with_every_request_and_into_the_exchange() -> None:
    with Broken(broken.answer(b"200", b"{}")) as server:
        client = Client(Target(server.url, "rivia", headers=(("X-Run", "1"),)), Log(), timeout=1)
        exchange = client.send("GET", "/x/", {"X-API-KEY": "k"}, None, "getUserDetails")

    assert exchange.request.headers == (
        ("User-Agent", "syncano-contract"),
        ("Accept", "application/json"),
        ("X-Run", "1"),
        ("X-API-KEY", "k"),
    )


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX-B: 1", "\u2603", "\x1b[2J", "a\0", " a", "a\t", "\xe9"])
def test_a_header_that_cannot_be_sent_is_no_lack_of_a_reply(value: str) -> None:
    log = Log()
    with Broken(broken.answer(b"200", b"{}")) as server:
        client = Client(Target(server.url, "rivia"), log, timeout=1)
        with pytest.raises(Unsendable, match="X-USER-KEY"):
            client.send("GET", "/x/", {"X-USER-KEY": value}, None, "getUserDetails")
        client.close()

    assert (log.exchanges, server.requests) == ([], [])


@pytest.mark.parametrize("value", ["", "a", "a b\tc", "~" * 5000])
def test_a_header_that_can_be_sent_is_sent(value: str) -> None:
    with Broken(broken.answer(b"200", b"{}")) as server:
        client = Client(Target(server.url, "rivia"), Log(), timeout=1)
        client.send("GET", "/x/", {"X-USER-KEY": value}, None, "getUserDetails")
        client.close()

    assert b"X-USER-KEY: " + value.encode() + b"\r\n" in server.requests[0]


def test_exchanges_are_numbered_in_the_order_of_sending_and_watched() -> None:
    seen: list[int] = []
    log = Log(watchers=[lambda exchange: seen.append(exchange.number)])
    with Broken(broken.answer(b"200", b"{}")) as server:
        client = Client(Target(server.url, "rivia"), log, timeout=1)
        for _ in range(3):
            client.send("GET", "/x/", {}, None, "getUserDetails")

    assert seen == [1, 2, 3]
    assert [exchange.number for exchange in log.exchanges] == [1, 2, 3]
    assert server.connections == 1


def test_threads_send_each_for_its_own_sender_and_share_numbers_and_failures() -> None:
    seen: list[int] = []
    log = Log(watchers=[lambda exchange: seen.append(exchange.number)])
    with Broken(broken.answer(b"200", b"{}")) as server:
        client = Client(Target(server.url, "rivia"), log, timeout=5)
        client.sender = "USERS-ADD-1"

        def send_some(sender: str) -> None:
            client.sender = sender
            for _ in range(20):
                client.send("GET", f"/{sender}/", {}, None, "getUserDetails")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send_some, [f"X-{number}" for number in range(8)]))
        client.close()

    assert seen == [exchange.number for exchange in log.exchanges] == list(range(1, 161))
    assert all(exchange.request.url.endswith(f"/{exchange.sender}/") for exchange in log.exchanges)
    assert client.sender == "USERS-ADD-1"
