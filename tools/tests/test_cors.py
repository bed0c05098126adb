"""`serve --cors`: pages of any origin may call the reference deployment from a browser, and without the option none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
import urllib3

from syncano_contract.reference import faults
from syncano_contract.reference.cors import with_cors
from syncano_contract.reference.seeds import Seeds
from syncano_contract.reference.server import REFERENCE, Embedded

ORIGIN = {"Origin": "https://docs.example.test"}
ASKED = {**ORIGIN, "Access-Control-Request-Method": "PUT"}


@contextmanager
def serving(*words: str) -> Iterator[str]:
    """The URL of an API as `syncano-contract serve` serves it."""
    command = [sys.executable, "-m", "syncano_contract", "serve", "--port", "0", "--print-target", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split('"')[1]
        yield f"{url}/instances/rivia/users/1/"
        process.terminate()


def allowed(reply: urllib3.BaseHTTPResponse) -> dict[str, str]:
    prefix = "access-control-"
    return {name.lower().removeprefix(prefix): value for name, value in reply.headers.items() if prefix in name.lower()}


def asked(url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
    return urllib3.request("OPTIONS", url, headers={**ASKED, **headers})


def user(url: str, seeds: Seeds, origin: Mapping[str, str] = ORIGIN) -> urllib3.BaseHTTPResponse:
    keys = {"X-API-KEY": seeds.api_key, "X-USER-KEY": seeds.user_key}
    return urllib3.request("GET", f"{url}/instances/{seeds.instance}/user/", headers={**keys, **origin})


def test_with_the_option_a_page_may_send_what_the_operations_take() -> None:
    with serving("--cors") as url:
        reply = asked(url, {"Access-Control-Request-Headers": "content-type,x-api-key,x-user-key"})

    assert reply.status == 200
    told = allowed(reply)
    assert told["allow-origin"] == "*"
    assert {"GET", "POST", "PUT"} <= {*told["allow-methods"].split(", ")}
    assert {"Content-Type", "X-API-KEY", "X-USER-KEY"} <= {*told["allow-headers"].split(", ")}


def test_without_the_option_nothing_is_said_of_origins() -> None:
    with serving() as url:
        reply = asked(url, {})

    assert allowed(reply) == {}


def test_a_page_reads_a_reply_and_its_refusals_but_sends_no_cookies() -> None:
    with Embedded(with_cors(REFERENCE)) as deployment:
        found = user(deployment.url, deployment.seeds)
        refused = urllib3.request("GET", f"{deployment.url}/instances/nowhere/user/", headers=ORIGIN)

    assert (found.status, refused.status) == (200, 404)
    for reply in (found, refused):
        assert allowed(reply) == {"allow-origin": "*", "expose-headers": "Allow, Retry-After"}


def test_a_page_in_a_file_may_call_too() -> None:
    with Embedded(with_cors(REFERENCE)) as deployment:
        reply = user(deployment.url, deployment.seeds, {"Origin": "null"})

    assert allowed(reply)["allow-origin"] == "*"


def test_a_public_page_may_call_what_listens_on_this_machine_alone() -> None:
    with Embedded(with_cors(REFERENCE)) as deployment:
        reply = asked(f"{deployment.url}/instances/rivia/user/", {"Access-Control-Request-Private-Network": "true"})

    assert allowed(reply)["allow-private-network"] == "true"


@pytest.mark.parametrize(
    "headers",
    [{"Access-Control-Request-Method": "PATCH"}, {"Access-Control-Request-Headers": "x-other"}],
)
def test_what_no_operation_takes_is_refused_before(headers: Mapping[str, str]) -> None:
    with Embedded(with_cors(REFERENCE)) as deployment:
        reply = asked(f"{deployment.url}/instances/rivia/user/", headers)

    assert reply.status == 400


def test_an_options_that_no_browser_asks_first_reaches_the_deployment() -> None:
    with Embedded(with_cors(REFERENCE)) as deployment:
        headers = {"X-API-KEY": deployment.seeds.acl_key}
        reply = urllib3.request("OPTIONS", f"{deployment.url}/instances/rivia/users/", headers=headers)

    assert (reply.status, reply.headers["Allow"]) == (204, "POST, OPTIONS")


def test_a_fault_stays_one() -> None:
    with Embedded(with_cors(faults.build([faults.find("no-groups")]))) as deployment:
        reply = user(deployment.url, deployment.seeds)

    assert "groups" not in reply.json()
    assert allowed(reply)["allow-origin"] == "*"
