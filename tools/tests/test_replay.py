"""Replays: scripts that send a failure's evidence again, run here against a server that keeps what arrives."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from handmade import (
    BASE,
    HOSTILE,
    add,
    details,
    exchange,
    failed,
    reply,
    report,
    request,
    required,
    reset,
    with_scripts,
)
from syncano_contract.model import Exchange, Request

KEYS = {
    "SYNCANO_API_KEY": "the-api-key",
    "SYNCANO_PLAIN_KEY": "the-plain-key",
    "SYNCANO_ACCOUNT_KEY": "the-account-key",
    "SYNCANO_USER_KEY": "the-user-key",
    "SYNCANO_OTHER_API_KEY": "the-other-key",
}


@dataclass
class Stub:
    """A deployment that says yes to everything, gives ids from 900 and a new key with each reply."""

    url: str = ""
    arrived: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    members: dict[str, object] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        return [f"{method} {path}" for method, path, _, _ in self.arrived]

    def answer(self) -> bytes:
        number = len(self.arrived)
        return json.dumps(
            {"id": 900 + number, "user_key": f"fresh-key-{number}", **self.members}, ensure_ascii=False
        ).encode()


@pytest.fixture
def stub() -> Iterator[Stub]:
    kept = Stub()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept.arrived.append((self.command, self.path, dict(self.headers), body))
            answer = kept.answer()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/v1.1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def replayed(exchanges: list[Exchange], evidence: tuple[int, ...], seen: str = "status 500") -> str:
    of = with_scripts(report([required("A-1")], [failed("A-1", *evidence, seen=seen)], exchanges))
    return str(of.results[0].replay)


def run(source: str, stub: Stub, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "replay.py"
    path.write_text(source, encoding="utf-8")
    variables = {"PATH": os.environ["PATH"], **KEYS, **environment}
    return subprocess.run(
        [sys.executable, "-I", str(path), stub.url],
        capture_output=True,
        text=True,
        env=variables,
        timeout=60,
        check=False,
    )


def test_a_replay_makes_its_own_user_and_takes_id_and_key_from_the_reply(stub: Stub, tmp_path: Path) -> None:
    exchanges = [add(1, user_id=41, user_key=1), reset(2, user_id=41, old=1, new=2), details(3, 1, by="query")]

    done = run(replayed(exchanges, (1, 2, 3)), stub, tmp_path)

    assert done.stderr == ""
    assert stub.lines == [
        "POST /v1.1/instances/rivia/users/",
        "POST /v1.1/instances/rivia/users/901/reset_key/",
        "GET /v1.1/instances/rivia/user/?user_key=fresh-key-1",
    ]
    assert stub.arrived[1][2]["X-USER-KEY"] == "fresh-key-1"
    assert {headers["X-API-KEY"] for _, _, headers, _ in stub.arrived} == {"the-api-key"}
    assert stub.arrived[0][2]["Content-Type"] == "application/json"
    assert "X-USER-KEY" not in stub.arrived[2][2]


def test_user_names_and_passwords_are_made_afresh(stub: Stub, tmp_path: Path) -> None:
    body = b'{"username": "contract-0badcafe-1", "password": "<password 1>!"}'
    path = "/instances/rivia/users/41/"
    exchanges = [
        add(1, user_id=41, user_key=1),
        exchange(2, request("PUT", path, body=body, user_key="<user_key 1>"), reply(200)),
    ]
    source = replayed(exchanges, (1, 2))

    run(source, stub, tmp_path)
    run(source, stub, tmp_path)

    first, second, third, _ = (json.loads(body) for _, _, _, body in stub.arrived)
    assert re.fullmatch(r"replay-[0-9a-f]{10}-1", first["username"])
    assert len(first["username"]) == len("contract-0badcafe-1")
    assert second == {"username": first["username"], "password": first["password"] + "!"}
    assert third["username"] != first["username"]
    assert third["password"] != first["password"]
    assert len(first["password"]) > 15


def test_a_single_exchange_brings_along_the_add_and_the_resets_that_it_needs(stub: Stub, tmp_path: Path) -> None:
    exchanges = [
        add(1, user_id=40, user_key=1),
        add(2, user_id=41, user_key=2),
        reset(3, user_id=41, old=2, new=3),
        reset(4, user_id=41, old=3, new=4),
        details(5, 1),
        details(6, 3),
    ]

    run(replayed(exchanges, (6,)), stub, tmp_path)

    assert stub.lines == [
        "POST /v1.1/instances/rivia/users/",
        "POST /v1.1/instances/rivia/users/901/reset_key/",
        "POST /v1.1/instances/rivia/users/901/reset_key/",
        "GET /v1.1/instances/rivia/user/",
    ]
    assert [headers.get("X-USER-KEY") for _, _, headers, _ in stub.arrived] == [
        None,
        "fresh-key-1",
        "fresh-key-2",
        "fresh-key-2",
    ]


def test_somebody_elses_id_brings_along_both_users_in_order(stub: Stub, tmp_path: Path) -> None:
    sent = request("POST", "/instances/rivia/users/41/reset_key/", body=b"", user_key="<user_key 2>")

    run(
        replayed(
            [add(1, user_id=41, user_key=1), add(9, user_id=42, user_key=2), exchange(17, sent, reply(200))], (17,)
        ),
        stub,
        tmp_path,
    )

    assert stub.lines[2:] == ["POST /v1.1/instances/rivia/users/901/reset_key/"]
    assert stub.arrived[2][2]["X-USER-KEY"] == "fresh-key-2"
    assert [json.loads(body)["username"][-2:] for _, _, _, body in stub.arrived[:2]] == ["-1", "-9"]


def test_a_key_is_taken_from_the_reply_that_showed_it_first(stub: Stub, tmp_path: Path) -> None:
    again = reply(200, b'{"id": 41, "user_key": "<user_key 1>"}')

    run(replayed([add(1, user_id=41, user_key=1), details(2, 1, again), details(3, 1)], (3,)), stub, tmp_path)

    assert stub.lines == ["POST /v1.1/instances/rivia/users/", "GET /v1.1/instances/rivia/user/"]
    assert stub.arrived[1][2]["X-USER-KEY"] == "fresh-key-1"


def test_a_key_in_a_query_is_quoted(stub: Stub, tmp_path: Path) -> None:
    stub.members = {"user_key": "a/b&c=d #ż"}

    run(replayed([add(1, user_id=41, user_key=1), details(2, 1, by="query")], (2,)), stub, tmp_path)

    assert stub.lines[1] == "GET /v1.1/instances/rivia/user/?user_key=a%2Fb%26c%3Dd%20%23%C5%BC"


def test_a_taken_name_brings_along_who_took_it(stub: Stub, tmp_path: Path) -> None:
    again = request("POST", "/instances/rivia/users/", body=b'{"username": "contract-0badcafe-1", "password": "x"}')

    run(replayed([add(1, user_id=41, user_key=1), exchange(2, again, reply(500))], (2,)), stub, tmp_path)

    first, second = (json.loads(body)["username"] for _, _, _, body in stub.arrived)
    assert first == second


def test_users_of_two_instances_with_the_same_id_are_told_apart(stub: Stub, tmp_path: Path) -> None:
    exchanges = [
        add(1, user_id=41, user_key=1),
        add(2, user_id=41, user_key=2, instance="skellige"),
        reset(3, user_id=41, old=2, new=3, instance="skellige"),
    ]

    run(replayed(exchanges, (3,)), stub, tmp_path)

    assert stub.lines == [
        "POST /v1.1/instances/skellige/users/",
        "POST /v1.1/instances/skellige/users/901/reset_key/",
    ]


@pytest.mark.parametrize("user_id", ["2147483647", "41.5", "041", "-1", "%F0%9F%90%BA"])
def test_other_ids_stay(stub: Stub, tmp_path: Path, user_id: str) -> None:
    sent = request("POST", f"/instances/rivia/users/{user_id}/reset_key/", body=b"")

    run(replayed([add(1, user_id=41, user_key=1), exchange(2, sent, reply(404))], (2,)), stub, tmp_path)

    assert stub.lines == [f"POST /v1.1/instances/rivia/users/{user_id}/reset_key/"]


def test_every_kind_of_key_comes_from_the_environment(stub: Stub, tmp_path: Path) -> None:
    headers = (
        ("X-API-KEY", "<other api_key>"),
        ("X-Header", "<header X-Odd>"),
        ("Host", "evil"),
        ("Content-Length", "9"),
    )
    sent = Request("GET", f"{report().target}/a/?user_key=<user_key>&b=<plain_key>&c=<account_key>", headers)

    run(replayed([exchange(1, sent, reply(200))], (1,)), stub, tmp_path, SYNCANO_HEADER_X_ODD="odd")

    (_, path, arrived, body) = stub.arrived[0]
    assert path == "/v1.1/a/?user_key=the-user-key&b=the-plain-key&c=the-account-key"
    assert (arrived["X-API-KEY"], arrived["X-Header"], body) == ("the-other-key", "odd", b"")
    assert "evil" not in arrived["Host"]


def test_a_key_with_another_end_is_made_of_the_key(stub: Stub, tmp_path: Path) -> None:
    sent = Request("GET", f"{BASE}/instances/rivia/user/", (("X-API-KEY", "<altered api_key 1>"),))

    done = run(replayed([exchange(1, sent, reply(200))], (1,)), stub, tmp_path, SYNCANO_API_KEY="0123456789abcdef")

    (arrived,) = (headers["X-API-KEY"] for _, _, headers, _ in stub.arrived)
    assert re.fullmatch(r"01234567[0-9a-f]{8}", arrived)
    assert arrived != "0123456789abcdef"
    assert "01234567" not in done.stdout


def test_a_key_that_is_not_set_is_named(stub: Stub, tmp_path: Path) -> None:
    done = run(replayed([add(1, user_id=41, user_key=1)], (1,)), stub, tmp_path, SYNCANO_API_KEY="")

    assert done.returncode == 1
    assert done.stderr == "Set SYNCANO_API_KEY first.\n"
    assert stub.arrived == []


def test_a_user_key_that_no_reply_showed_is_asked_for(stub: Stub, tmp_path: Path) -> None:
    run(replayed([details(1, 9)], (1,)), stub, tmp_path, SYNCANO_USER_KEY_9="given")

    assert stub.arrived[0][2]["X-USER-KEY"] == "given"


def test_binary_and_odd_bodies_arrive_as_they_were(stub: Stub, tmp_path: Path) -> None:
    bodies = [bytes(range(256)), HOSTILE.encode("utf-8", "surrogatepass"), b'\'"""\\', b"x" * 300_000]
    sent = [exchange(n, request("POST", "/x/", body=body), reply(200)) for n, body in enumerate(bodies, 1)]

    run(replayed(sent, (1, 2, 3, 4)), stub, tmp_path)

    assert [body for _, _, _, body in stub.arrived] == bodies


def test_each_step_is_printed_without_secrets(stub: Stub, tmp_path: Path) -> None:
    stub.members = {"api_key": "the-api-key", "odd": "\x1b[31m\u202e"}

    done = run(replayed([add(1, user_id=41, user_key=1), details(2, 1, by="query")], (1, 2)), stub, tmp_path)

    lines = done.stdout.splitlines()
    assert lines[0] == "POST /instances/rivia/users/"
    assert lines[1].startswith('  200 {"id": 901, "user_key": "<user_key')
    assert lines[2].startswith("GET /instances/rivia/user/?user_key=<user_key")
    assert "the-api-key" not in done.stdout
    assert "fresh-key" not in done.stdout
    assert all(char.isprintable() for char in done.stdout.replace("\n", ""))


def test_a_reply_without_an_id_ends_the_replay(stub: Stub, tmp_path: Path) -> None:
    stub.members = {"id": "../../admin"}

    done = run(replayed([add(1, user_id=41, user_key=1), reset(2, user_id=41, old=1, new=2)], (1, 2)), stub, tmp_path)

    assert done.stderr == "The next step needs the id of this reply.\n"
    assert len(stub.arrived) == 1


def test_a_dead_target_is_told_and_no_traceback(tmp_path: Path) -> None:
    done = run(replayed([details(1, 9)], (1,)), Stub("http://127.0.0.1:9/v1.1"), tmp_path, SYNCANO_USER_KEY_9="given")

    assert done.returncode == 0
    assert "no reply: " in done.stdout
    assert done.stderr == ""


def test_hostile_content_is_never_code(stub: Stub, tmp_path: Path) -> None:
    evil = "'; open('owned', 'w') #\n\r\x0c\u2028import os;\"\"\"{0}{target}\\"
    sent = Request(evil, f"{report().target}/{evil}", ((evil, evil),), evil.encode())
    source = replayed([exchange(1, sent, error=evil)], (1,), seen=evil)

    run(source, stub, tmp_path)

    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert "open" not in {each.id for each in calls if isinstance(each, ast.Name)}
    assert list(tmp_path.iterdir()) == [tmp_path / "replay.py"]


def test_an_exchange_outside_of_the_base_url_keeps_its_path(stub: Stub, tmp_path: Path) -> None:
    sent = Request("GET", "https://elsewhere.test/a/?b=c")

    run(replayed([exchange(1, sent, reply(200))], (1,)), stub, tmp_path)

    assert stub.lines == ["GET /v1.1/a/?b=c"]


def test_a_script_is_short_and_the_same_for_the_same_report() -> None:
    exchanges = [add(1, user_id=41, user_key=1), reset(2, user_id=41, old=1, new=2), details(3, 1)]

    source = replayed(exchanges, (1, 2, 3))

    assert source == replayed(exchanges, (1, 2, 3))
    assert len(source.splitlines()) <= 70
    assert max(map(len, source.splitlines())) <= 120


def test_only_failures_with_evidence_have_scripts() -> None:
    of = report([required("A-1"), required("A-2")], [failed("A-1", 1), failed("A-2")], [details(1, 1)])

    assert [each.requirement for each in with_scripts(of).results if each.replay] == ["A-1"]
