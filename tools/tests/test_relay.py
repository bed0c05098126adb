"""The relay: what an engine sends reaches the target safe and right, and what it must not send does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from syncano_contract.document import load
from syncano_contract.model import Exchange, header
from syncano_contract.reference.server import Embedded
from syncano_contract.relay import Relay
from syncano_contract.session import Session, begin
from syncano_contract.settings import Settings
from syncano_contract.target import Other, Target

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What the engine sees."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Engine:
    """Sends requests to a relay, as an engine does that knows no key, no id and no instance."""

    relay: Relay
    session: Session

    def send(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        connection = HTTPConnection(urlsplit(self.relay.url).netloc, timeout=10)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, dict(JSON if headers is None else headers))
        got = connection.getresponse()
        answer = Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        connection.close()
        return answer

    @property
    def last(self) -> Exchange:
        return self.session.log.exchanges[-1]

    @property
    def sent(self) -> int:
        return len(self.session.log.exchanges)

    @property
    def subject(self) -> int:
        """The user whose id stands in for any other."""
        return self.session.ledger.made[0].id

    def path(self, exchange: Exchange) -> str:
        return exchange.request.url.removeprefix(self.session.target.url)


@pytest.fixture(scope="module")
def deployment() -> Iterator[Embedded]:
    with Embedded() as embedded:
        yield embedded


@pytest.fixture(scope="module")
def target(deployment: Embedded) -> Target:
    seeds = deployment.seeds
    return Target(
        deployment.url,
        seeds.instance,
        api_key=seeds.api_key,
        account_key=seeds.account_key,
        user_key=seeds.user_key,
        other=Other(seeds.other_instance, seeds.other_api_key),
    )


@pytest.fixture
def engine(target: Target) -> Iterator[Engine]:
    session = begin(target, load(), Settings(timeout=5))
    with Relay(session.api) as relay:
        yield Engine(relay, session)
    session.client.close()


def key(exchange: Exchange, name: str = "X-USER-KEY") -> str | None:
    return header(exchange.request.headers, name)


def details(engine: Engine, user_key: str) -> Any:
    return engine.session.api.details(user_key).body


def test_a_generated_user_gets_a_name_and_a_password_of_the_run(engine: Engine) -> None:
    answer = engine.send("POST", "/instances/abc/users/", {"username": "żó", "password": "ł\ud800", "more": [1]})

    sent = json.loads(engine.last.request.body or b"")
    assert answer.status == 400  # for the lone surrogate, which is passed on
    assert sent["username"].startswith(f"{engine.session.ledger.prefix}-")
    assert sent["username"].endswith("żó")
    assert sent["password"].startswith(engine.session.ledger.password_stem)
    assert sent["password"].endswith("ł\ud800")
    assert sent["more"] == [1]


def test_the_same_generated_name_is_new_each_time(engine: Engine) -> None:
    answers = [engine.send("POST", "/instances/abc/users/", {"username": "x", "password": "y"}) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json["username"] != answers[1].json["username"]


def test_a_name_of_the_run_that_comes_back_is_not_made_longer(engine: Engine) -> None:
    first = engine.send("POST", "/instances/abc/users/", {"username": "x", "password": "y"}).json["username"]

    second = engine.send("POST", "/instances/abc/users/", {"username": first, "password": "y"}).json["username"]

    assert second != first
    assert second.count(engine.session.ledger.prefix) == 1


def test_the_instance_is_the_targets_whatever_plain_name_was_generated(engine: Engine) -> None:
    for name in ("abc", "0", "a-b.c~d_e", "..", engine.session.target.instance):
        engine.send("GET", f"/instances/{name}/user/")

    assert {engine.path(each) for each in engine.session.log.exchanges[1:]} == {"/instances/rivia/user/"}
    assert [each.response and each.response.status for each in engine.session.log.exchanges[1:]] == [200] * 5


def test_an_instance_name_that_is_not_plain_is_passed_on_with_reads_only(engine: Engine) -> None:
    odd = quote("a b/ż", safe="")

    read = engine.send("GET", f"/instances/{odd}/user/")
    written = engine.send("POST", f"/instances/{odd}/users/", {"username": "x", "password": "y"})

    assert engine.path(engine.last) == f"/instances/{odd}/user/"
    assert (read.status, read.headers["x-exchange"]) == (404, "2")
    assert (written.status, written.headers["x-exchange"]) == (404, "")


@pytest.mark.parametrize("generated", ["1", "0", "007", "9" * 18, str(2**63 - 1)])
def test_an_id_becomes_that_of_the_runs_own_user_with_its_key(engine: Engine, generated: str) -> None:
    answer = engine.send("PUT", f"/instances/abc/users/{generated}/", {"username": "x", "password": "y"})

    assert (answer.status, answer.json["id"]) == (200, engine.subject)
    assert engine.path(engine.last) == f"/instances/rivia/users/{engine.subject}/"


def test_the_id_of_another_user_that_the_engine_added_is_kept_with_that_users_key(engine: Engine) -> None:
    added = engine.send("POST", "/instances/abc/users/", {"username": "x", "password": "y"}).json

    answer = engine.send("POST", f"/instances/abc/users/{added['id']}/reset_key/")

    assert (answer.status, answer.json["id"]) == (200, added["id"])
    assert added["id"] != engine.subject
    assert key(engine.last) == added["user_key"]


def test_a_key_that_was_reset_is_followed(engine: Engine) -> None:
    keys = [engine.send("POST", "/instances/abc/users/1/reset_key/").json["user_key"] for _ in range(2)]

    answer = engine.send("GET", "/instances/abc/user/")

    assert (answer.status, answer.json["user_key"]) == (200, keys[1])
    assert keys[0] != keys[1]


@pytest.mark.parametrize("query", ["user_key=", "user_key=generated", "user_key=a&x=1", "user_key=%00%ff"])
def test_a_user_key_in_the_query_becomes_that_of_the_runs_own_user(engine: Engine, query: str) -> None:
    answer = engine.send("GET", f"/instances/abc/user/?{query}")

    assert (answer.status, answer.json["id"]) == (200, engine.subject)
    assert engine.path(engine.last) == f"/instances/rivia/user/?user_key={answer.json['user_key']}"


def test_another_query_is_passed_on(engine: Engine) -> None:
    engine.send("GET", "/instances/abc/user/?x-unknown=42&user_key=a")

    assert engine.path(engine.last) == "/instances/rivia/user/?x-unknown=42&user_key=a"


def test_of_the_headers_only_type_and_accept_are_passed_on(engine: Engine) -> None:
    generated = {"Content-Type": "text/x", "accept": "a/b", "X-API-KEY": "gen", "X-USER-KEY": "gen", "Cookie": "c"}

    engine.send(
        "GET", "/instances/abc/user/", headers=generated | {"Authorization": "Token x", "X-HTTP-Method-Override": "PUT"}
    )

    sent = {name.lower(): value for name, value in engine.last.request.headers}
    assert (sent["content-type"], sent["accept"]) == ("text/x", "a/b")
    assert sent["x-api-key"] == engine.session.target.api_key
    assert sent["x-user-key"] not in ("gen", engine.session.target.user_key)
    assert {"cookie", "authorization", "x-http-method-override"} & set(sent) == set()


def test_each_reply_bears_the_number_of_its_exchange_with_status_type_and_body_unchanged(engine: Engine) -> None:
    answers = [engine.send("GET", f"/instances/{name}/user/") for name in ("abc", "a%20b", "def")]

    assert [answer.headers["x-exchange"] for answer in answers] == ["2", "3", "4"]
    for answer in answers:
        response = engine.session.log.exchanges[int(answer.headers["x-exchange"]) - 1].response
        assert response is not None
        assert (answer.status, answer.body) == (response.status, response.body)
        assert answer.headers["content-type"] == header(response.headers, "Content-Type")


def test_the_exchanges_of_the_engine_bear_the_requirement_that_began_it(engine: Engine) -> None:
    engine.session.client.sender = "GENERATED-1"
    with Relay(engine.session.api, "some-user-key") as relay:
        engine.session.client.sender = "USERS-ADD-1"

        Engine(relay, engine.session).send("GET", "/instances/abc/user/")

    assert engine.last.sender == "GENERATED-1"


@pytest.mark.parametrize("name", [1, 0, -1.5, 1e300, True, False])
@pytest.mark.parametrize(("method", "path"), [("POST", "/instances/a/users/"), ("PUT", "/instances/a/users/1/")])
def test_a_number_as_the_name_is_not_sent(engine: Engine, method: str, path: str, name: object) -> None:
    answer = engine.send(method, path, {"username": name, "password": "x"})

    assert (answer.status, answer.headers["x-exchange"], answer.body) == (404, "", b"")
    assert engine.sent == 1


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"username=x&password=y", "application/x-www-form-urlencoded"),
        (b'[{"username": "x", "password": "y"}]', "application/json"),
        (b'{"username": "x", "password": "y",}', "application/json"),
        (b'{"username": "x\xff", "password": "y"}', "application/json"),
        (b'{"username": "x", "password": "y"', "text/plain"),
        ('["username"]'.encode("utf-16"), "application/json; charset=utf-16"),
        (
            b'--e\r\nContent-Disposition: form-data; name="username"\r\n\r\nx\r\n--e--',
            "multipart/form-data; boundary=e",
        ),
    ],
)
def test_a_name_in_a_body_that_is_no_json_object_is_not_sent(engine: Engine, body: bytes, media_type: str) -> None:
    answer = engine.send("POST", "/instances/abc/users/", body, {"Content-Type": media_type})

    assert answer.headers["x-exchange"] == ""
    assert engine.sent == 1


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_a_json_object_is_made_the_runs_own_whatever_type_it_is_said_to_have(engine: Engine, media_type: str) -> None:
    engine.send("POST", "/instances/abc/users/", {"username": "x", "password": "y"}, {"Content-Type": media_type})

    assert engine.session.ledger.prefix in json.loads(engine.last.request.body or b"")["username"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[]", 400), (b"null", 400), (b"{", 400), (b"\xff", 400), ({"password": None}, 400), ({}, 400)],
)
def test_a_wrong_body_that_names_nobody_is_passed_on_as_it_is(engine: Engine, body: object, status: int) -> None:
    answer = engine.send("POST", "/instances/abc/users/", body)

    assert (answer.status, answer.headers["x-exchange"]) == (status, "2")
    assert engine.last.request.body == (body if isinstance(body, bytes) else json.dumps(body).encode())


UNSENT = [
    ("PUT", "/instances/abc/users/{theirs}x/"),
    ("PUT", "/instances/abc/users/%3{theirs}/"),
    ("PUT", "/instances/abc/users/{theirs}.0/"),
    ("PUT", "/instances/abc/users/+{theirs}/"),
    ("PUT", "/instances/abc/users/{theirs}"),
    ("PUT", "/instances/abc/users/../"),
    ("PUT", "/instances/abc/users/%2e%2e/"),
    ("PUT", "/instances/abc/users//"),
    ("PUT", "/instances/abc/users/"),
    ("POST", "/instances/abc/users/.../../{theirs}/reset_key/"),
    ("POST", "/instances/abc/users/{theirs}/../{theirs}/reset_key/"),
    ("POST", "/instances/abc/groups/"),
    ("POST", "/instances/abc/users/1/groups/"),
    ("PUT", "/instances/"),
    ("PUT", "/instances/abc/"),
    ("PUT", "/"),
    ("PUT", "*"),
    ("PUT", "/v1.1/instances/abc/users/1/"),
    ("PUT", "/instances/%63intra/user%73/{theirs}/"),
    ("PUT", "/instances/a%20b/users/{theirs}/"),
]


@pytest.mark.parametrize(("method", "path"), UNSENT)
def test_a_write_that_could_reach_what_the_run_did_not_make_never_leaves(
    engine: Engine, deployment: Embedded, method: str, path: str
) -> None:
    before = details(engine, deployment.seeds.user_key)

    answer = engine.send(method, path.format(theirs=before["id"]), {"username": "x", "password": "y"})

    assert (answer.status, answer.headers["x-exchange"], answer.body) == (404, "", b"")
    assert engine.sent == 2
    assert details(engine, deployment.seeds.user_key) == before


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "NONSENSE"])
def test_other_methods_go_no_further(engine: Engine, method: str) -> None:
    answer = engine.send(method, "/instances/abc/users/1/")

    assert answer.status == 501
    assert "x-exchange" not in answer.headers
    assert engine.sent == 1


def test_no_other_key_of_the_target_is_ever_sent_or_shown(engine: Engine, target: Target) -> None:
    answers = [
        engine.send("POST", "/instances/abc/users/", {"username": "x", "password": "y"}),
        engine.send("PUT", "/instances/abc/users/1/", {"username": "x"}),
        engine.send("GET", "/instances/abc/user/?user_key=x"),
        engine.send("POST", "/instances/abc/users/1/reset_key/"),
        engine.send("GET", "/instances/a%20b/user/"),
    ]

    shown = repr(answers)
    sent = repr([exchange.request for exchange in engine.session.log.exchanges])
    assert target.other is not None
    assert [each for each in (target.account_key, target.user_key, target.other.api_key) if str(each) in sent] == []
    assert [each for each in (*target.instance_keys, target.user_key) if str(each) in shown] == []


def test_an_engine_sees_no_header_of_the_target_but_type_and_allow(engine: Engine) -> None:
    answer = engine.send("GET", "/instances/abc/user/")

    assert sorted(answer.headers) == [
        *("allow", "content-length", "content-type", "date", "server", "x-exchange"),
    ]


@pytest.fixture
def reader(target: Target) -> Iterator[Engine]:
    session = begin(target, load(), Settings(read_only=True, timeout=5))
    with Relay(session.api, target.user_key) as relay:
        yield Engine(relay, session)
    session.client.close()


def test_a_read_only_run_adds_nobody_and_reads_with_the_existing_users_key(reader: Engine, target: Target) -> None:
    answers = [reader.send("GET", "/instances/abc/user/"), reader.send("GET", "/instances/abc/user/?user_key=x")]

    assert [(answer.status, answer.json["username"]) for answer in answers] == [(200, "geralt")] * 2
    assert [each.request.method for each in reader.session.log.exchanges] == ["GET", "GET"]
    assert key(reader.last) == target.user_key


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/instances/a/users/"), ("PUT", "/instances/a/users/1/"), ("POST", "/instances/a/users/1/reset_key/")],
)
def test_a_read_only_run_writes_nothing(reader: Engine, method: str, path: str) -> None:
    answer = reader.send(method, path, {"username": "x", "password": "y"})

    assert (answer.status, answer.headers["x-exchange"]) == (404, "")
    assert reader.sent == 0


def test_a_target_that_is_gone_is_answered_for_without_a_number() -> None:
    with Embedded() as short_lived:
        target = Target(short_lived.url, short_lived.seeds.instance, api_key=short_lived.seeds.api_key)
        session = begin(target, load(), Settings(timeout=5))
        relay = Relay(session.api)
    with relay:
        engine = Engine(relay, session)

        answers = [engine.send("GET", "/instances/abc/user/") for _ in range(4)]

    session.client.close()
    assert {answer.status for answer in answers} == {404}
    assert answers[-1].headers["x-exchange"] == ""
