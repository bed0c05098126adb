"""What the database of the reference deployment keeps, under threads, deaths and wrong files."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from threading import Barrier

import pytest
import urllib3

from syncano_contract.reference import keys
from syncano_contract.reference.server import Embedded
from syncano_contract.reference.store import DatabaseUnusableError, Store

THREADS = 20
SERVE = """
import sys
from pathlib import Path
from syncano_contract.reference.server import serve

def announce(url, seeds):
    print(url, seeds.api_key, seeds.plain_key, flush=True)

serve("127.0.0.1", 0, Path(sys.argv[1]), announce)
"""


@pytest.fixture(scope="module")
def deployment() -> Iterator[Embedded]:
    with Embedded() as running:
        yield running


def at_once(call: Callable[[int], urllib3.BaseHTTPResponse]) -> list[urllib3.BaseHTTPResponse]:
    """Make the same call from THREADS threads that start together."""
    barrier = Barrier(THREADS)

    def wait_and_call(number: int) -> urllib3.BaseHTTPResponse:
        barrier.wait()
        return call(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(wait_and_call, range(THREADS)))


def add(url: str, api_key: str, username: str) -> urllib3.BaseHTTPResponse:
    body = {"username": username, "password": "x"}
    target = f"{url}/instances/rivia/users/"
    return urllib3.request("POST", target, json=body, headers={"X-API-KEY": api_key}, retries=False)


def details(url: str, api_key: str, user_key: str) -> urllib3.BaseHTTPResponse:
    headers = {"X-API-KEY": api_key, "X-USER-KEY": user_key}
    return urllib3.request("GET", f"{url}/instances/rivia/user/", headers=headers, retries=False)


@pytest.mark.parametrize(
    ("make", "last"),
    [(keys.user_key, "02468ace"), (keys.account_key, "02468ace"), (keys.instance_key, "13579bdf")],
)
def test_keys_are_forty_hex_digits_and_end_as_their_kind_does(make: Callable[[], str], last: str) -> None:
    made = {make() for _ in range(200)}

    assert len(made) == 200
    assert {len(key) for key in made} == {40}
    assert set("".join(made)) <= set("0123456789abcdef")
    assert {key[-1] for key in made} == set(last)


def test_concurrent_adds_of_one_name_yield_one_user(deployment: Embedded) -> None:
    spellings = ["regis", "Regis", " REGIS ", "reGis"]

    responses = at_once(lambda number: add(deployment.url, deployment.seeds.api_key, spellings[number % 4]))

    statuses = sorted(response.status for response in responses)
    assert statuses == [200] + [400] * (THREADS - 1)
    refusals = [response.json() for response in responses if response.status == 400]
    assert refusals == [{"username": ["This field must be unique."]}] * (THREADS - 1)


def test_concurrent_resets_leave_exactly_one_valid_key(deployment: Embedded) -> None:
    seeds = deployment.seeds
    user = add(deployment.url, seeds.api_key, "vesemir").json()
    target = f"{deployment.url}/instances/rivia/users/{user['id']}/reset_key/"

    responses = at_once(lambda _: urllib3.request("POST", target, headers={"X-API-KEY": seeds.account_key}))

    made = {response.json()["user_key"] for response in responses}
    assert len(made) == THREADS
    valid = [key for key in made if details(deployment.url, seeds.plain_key, key).status == 200]
    assert len(valid) == 1
    assert details(deployment.url, seeds.plain_key, user["user_key"]).status == 403


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite3"
    command = [sys.executable, "-c", SERVE, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, api_key, plain_key = process.stdout.readline().split()
        users = [add(url, api_key, f"name-{number}").json() for number in range(5)]
        process.send_signal(signal.SIGKILL)

    store = Store(database)
    rivia = store.instance("rivia")
    assert rivia is not None
    found = [store.user_with_key(rivia, user["user_key"]) for user in users]
    assert [user and user.username for user in found] == [f"name-{number}" for number in range(5)]
    assert (store.seeds().api_key, store.seeds().plain_key) == (api_key, plain_key)
    store.close()


def test_passwords_are_kept_as_argon2id_hashes_of_the_stated_cost(tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite3"
    command = [sys.executable, "-c", SERVE, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, api_key, _ = process.stdout.readline().split()
        assert add(url, api_key, "triss").status == 200
        process.terminate()

    rows = sqlite3.connect(database).execute("SELECT password FROM users WHERE username = 'triss'").fetchall()
    assert len(rows) == 1
    assert rows[0][0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_reopening_keeps_the_seeds(tmp_path: Path) -> None:
    first = Store(tmp_path / "kept.sqlite3")
    seeds = first.seeds()
    first.close()

    second = Store(tmp_path / "kept.sqlite3")

    assert second.seeds() == seeds
    assert len(set(astuple(seeds))) == 10
    second.close()


def test_the_seeds_follow_a_reset_and_outlive_their_user(tmp_path: Path) -> None:
    store = Store(tmp_path / "kept.sqlite3")
    rivia = store.instance("rivia")
    assert rivia is not None

    store.reset_key(rivia, 1, "0" * 40)
    assert store.seeds().user_key == "0" * 40
    store.remove(rivia, 1)
    assert store.seeds().user_key == ""
    assert store.reset_key(rivia, 1, "2" * 40) is None
    assert store.update(rivia, 1, "gone", "!") is None
    store.close()


def test_a_removed_user_leaves_no_profile_and_no_membership(tmp_path: Path) -> None:
    store = Store(tmp_path / "kept.sqlite3")
    rivia = store.instance("rivia")
    assert rivia is not None

    store.remove(rivia, 1)
    store.close()

    with sqlite3.connect(tmp_path / "kept.sqlite3") as connection:
        owners = connection.execute("SELECT owner FROM profiles UNION SELECT user_id FROM memberships").fetchall()
    connection.close()
    assert owners == [(4,)]


def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite3"
    database.touch(0o644)
    store = Store(database)
    rivia = store.instance("rivia")
    assert rivia is not None
    store.remove(rivia, 1)

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert modes == dict.fromkeys(["kept.sqlite3", "kept.sqlite3-shm", "kept.sqlite3-wal"], 0o600)
    store.close()


def text_file(path: Path) -> None:
    path.write_text("a shopping list, and a long one at that\n" * 100)


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()


def newer_database(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (text_file, "file is not a database"),
        (foreign_database, "this is the database of another program"),
        (newer_database, "its schema is version 2, not 1"),
        (Path.mkdir, "Is a directory"),
    ],
)
def test_a_file_that_is_not_ours_is_named_and_left_alone(
    tmp_path: Path, prepare: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "precious"
    prepare(path)
    before = path.read_bytes() if path.is_file() else None
    mode = path.stat().st_mode

    with pytest.raises(DatabaseUnusableError) as caught:
        Store(path)

    assert (caught.value.path, caught.value.reason) == (path, reason)
    assert str(caught.value) == f"{path}: {reason}"
    assert (path.read_bytes() if path.is_file() else None) == before
    assert path.stat().st_mode == mode
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "kept.sqlite3"

    with pytest.raises(DatabaseUnusableError, match=r"nowhere/kept\.sqlite3: No such file or directory"):
        Store(path)
