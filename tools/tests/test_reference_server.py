"""Running the reference deployment: in this process, in another one, and where it cannot run."""

import signal
import socket
import subprocess
import sys
import threading
import tomllib
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

from syncano_contract.reference.seeds import Seeds, render_target
from syncano_contract.reference.server import AddressUnavailableError, Embedded, serve
from syncano_contract.reference.store import DatabaseUnusableError

SEEDS = Seeds(
    instance="rivia",
    api_key="a1",
    plain_key="b1",
    acl_key="c1",
    account_key="d2",
    user_key="e2",
    other_instance="cintra",
    other_api_key="f1",
    other_user_key="a2",
    foreign_account_key="b2",
)
TARGET = """\
url = "http://127.0.0.1:8000/v1.1"
instance = "rivia"
api_key = "a1"
plain_key = "b1"
account_key = "d2"
user_key = "e2"

[other]
instance = "cintra"
api_key = "f1"
"""
SERVE = """
from syncano_contract.reference.server import serve

serve("127.0.0.1", 0, None, lambda url, seeds: print(url, flush=True))
print("ended", flush=True)
"""


def refuse_to_announce(url: str, seeds: Seeds) -> None:
    pytest.fail(f"announced {url} for {seeds.instance}")


def test_the_target_file_holds_the_url_and_the_keys() -> None:
    assert render_target("http://127.0.0.1:8000/v1.1", SEEDS) == TARGET


def test_an_embedded_deployment_answers_from_the_first_line_of_the_block() -> None:
    with Embedded() as deployment:
        target = tomllib.loads(render_target(deployment.url, deployment.seeds))
        keys = {"X-API-KEY": target["plain_key"], "X-USER-KEY": target["user_key"]}
        response = urllib3.request("GET", f"{target['url']}/instances/{target['instance']}/user/", headers=keys)

    assert response.status == 200
    assert response.json()["username"] == "geralt"
    assert urlsplit(target["url"]).hostname == "127.0.0.1"
    assert urlsplit(target["url"]).path == "/v1.1"


def test_two_embedded_deployments_share_nothing() -> None:
    with Embedded() as first, Embedded() as second:
        keys = {"X-API-KEY": first.seeds.plain_key, "X-USER-KEY": first.seeds.user_key}
        path = f"/instances/{first.seeds.instance}/user/"

        statuses = [urllib3.request("GET", one.url + path, headers=keys).status for one in (first, second)]

    assert first.url != second.url
    assert statuses == [200, 403]


def test_an_embedded_deployment_ends_with_its_block_though_clients_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    threads = threading.active_count()
    with Embedded() as deployment:
        idle = HTTPConnection(urlsplit(deployment.url).netloc)
        idle.request("GET", "/")
        idle.getresponse().read()
        halfway = HTTPConnection(urlsplit(deployment.url).netloc)
        halfway.putrequest("POST", "/v1.1/instances/rivia/users/")
        halfway.putheader("X-API-KEY", deployment.seeds.api_key)
        halfway.putheader("Content-Length", "100")
        halfway.endheaders(b"{")
        assert len(list(tmp_path.iterdir())) == 1

    assert threading.active_count() == threads
    assert caplog.records == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((idle.host, idle.port))
    idle.close()
    halfway.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_serving_cleanly(number: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        # A reply shows that the server itself, and not only its socket, is there.
        assert urllib3.request("GET", url).status == 404
        process.send_signal(number)
        output, errors = process.communicate()

    assert (process.returncode, output, errors) == (0, "ended\n", "")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressUnavailableError) as caught:
            serve("127.0.0.1", port, tmp_path / "kept.sqlite3", refuse_to_announce)

    assert (caught.value.host, caught.value.port) == ("127.0.0.1", port)
    assert str(caught.value) == f"127.0.0.1:{port}: Address already in use"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 70000), ("127.0.0.1", -1), ("no.such.host.invalid", 0), ("", 0)]
)
def test_an_address_that_cannot_be_is_named(host: str, port: int) -> None:
    with pytest.raises(AddressUnavailableError) as caught:
        serve(host, port, None, refuse_to_announce)

    assert (caught.value.host, caught.value.port) == (host, port)


def test_a_database_that_is_not_ours_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusableError) as caught:
        serve("127.0.0.1", 0, tmp_path, refuse_to_announce)

    assert caught.value.path == tmp_path
