"""What a driver tells is believed step by step, and what its client sends is judged; here the client is a stub."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from syncano_contract import document
from syncano_contract.clients import languages, verifying
from syncano_contract.clients.languages import Language, Proof
from syncano_contract.clients.outcome import DRIVEN, STEPS, State, Step
from syncano_contract.document import Document

DOCUMENTED = document.load()
CLIENT = """
import json, os, urllib.error, urllib.request

def send(method, path, key="", body=None, api_key=None, instance=None):
    url = f"{os.environ['SYNCANO_URL']}/instances/{instance or os.environ['SYNCANO_INSTANCE']}{path}"
    headers = {"X-API-KEY": api_key or os.environ["SYNCANO_API_KEY"], "Content-Type": "application/json"}
    headers |= {"X-USER-KEY": key} if key else {}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
"""
EXAMPLE = (
    CLIENT
    + """
send("POST", "/users/", body={"username": "yennefer", "password": "secret-word"})
print("yennefer is user 7")
"""
)
DRIVE = (
    CLIENT
    + """
user = send("POST", "/users/", body={"username": "ciri", "password": "secret-word"})[1]
key, path = user["user_key"], f"/users/{user['id']}/"
send("GET", "/user/", key)
send("PUT", path, key, {"username": "triss", "password": "secret-word"})
send("POST", path + "reset_key/", key)
other = {"api_key": os.environ["SYNCANO_OTHER_API_KEY"], "instance": os.environ["SYNCANO_OTHER_INSTANCE"]}
late = [send("GET", "/user/", os.environ["SYNCANO_OTHER_USER_KEY"], **other)[0] for _ in range(2)]
extra = ", ".join(sorted(user.keys() - {"id", "username", "user_key", "profile", "groups", "links"}))
seen = {"add": key, "429": late, "extra members": extra}
for name in STEPS:
    print(json.dumps({"step": name, "passed": True, "seen": str(seen.get(name, ""))}))
"""
)


def told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drive: str,
    amended: Document = DOCUMENTED,
    **changes: object,
) -> Mapping[str, Step]:
    """What is known of a client whose driver is this program."""
    given: dict[str, object] = {
        "chain": lambda _: {"python": sys.executable},
        "short": "",
        "usage": "",
        "build": (("{python}", "-c", ""),),
        "drive": ("{python}", "verify/drive.py"),
        "example": ("{python}", "example.py"),
    }
    proof = Proof(**{**given, **changes})  # type: ignore[arg-type]  # each as the proof has it
    (tmp_path / "client").mkdir()
    (tmp_path / "client/example.py").write_text(EXAMPLE)
    (tmp_path / "stub/verify").mkdir(parents=True)
    (tmp_path / "stub/verify/drive.py").write_text(drive.replace("STEPS", repr(DRIVEN)))
    monkeypatch.setattr(verifying, "FILES", tmp_path)
    stub = Language("stub", "Stub", "none", proof=proof)
    steps = verifying.verify(tmp_path / "client", stub, amended, verifying.find(stub, print))
    return {step.name: step for step in steps}


def failed(steps: Mapping[str, Step]) -> set[str]:
    return {name for name, step in steps.items() if step.state is State.FAILED}


def test_a_client_that_does_all_as_documented_passes_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = told(tmp_path, monkeypatch, DRIVE)

    assert [*steps] == [*STEPS]
    assert failed(steps) == set()
    assert steps["extra members"].seen == "kept: email, is_active, last_seen, role"
    assert steps["429"].seen == "[429, 200]"
    assert steps["add"].seen.startswith("<user_key")  # in the place of a key that the driver prints
    assert steps["requests"].seen == "7 requests"
    assert steps["replies"].seen == "statuses 200, 429"


# What a client does besides, and the words that tell of it.
WRONG = {
    'send("GET", "/user/?user_key", key)': "a key is named in the URL of /instances/rivia/user/",
    'send("GET", "/users/", key)': "requests to what the document does not have: GET /instances/…/users/ (1)",
    'send("POST", "/users/", body={"username": "a"})': "request bodies that are not as documented: addUser (1)",
    'send("GET", "/user/")': "requests without a documented key: getUserDetails (1)",
}


def test_requests_that_are_not_as_documented_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = told(tmp_path, monkeypatch, "\n".join([DRIVE, *WRONG]))

    assert failed(steps) == {"requests"}
    assert set(steps["requests"].seen.split("; ")) == {*WRONG.values()}


def test_what_a_driver_does_not_tell_to_be_right_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = """print(json.dumps({"step": "null", "passed": "yes", "seen": "x"}))
raise SystemExit("it broke")
"""

    steps = told(tmp_path, monkeypatch, DRIVE.replace("in STEPS", "in STEPS[:4]") + odd)

    assert failed(steps) == {*DRIVEN[4:]} - {"extra members"}
    assert steps["null"].seen == "x"
    assert "it broke" in steps["404"].seen


def test_an_operation_that_is_not_called_fails_the_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = told(tmp_path, monkeypatch, DRIVE.replace('send("POST", path + "reset_key/", key)', ""))

    assert failed(steps) == {"requests"}
    assert steps["extra members"].state is State.UNTESTED  # there it does the same
    assert steps["requests"].seen == "resetUserKey was not called"


def test_what_extra_members_alone_break_fails_that_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash = 'if extra:\n    raise SystemExit("what is email?")\n'

    steps = told(tmp_path, monkeypatch, DRIVE.replace("for name in", f"{crash}for name in"))

    assert failed(steps) == {"extra members"}
    assert "add: what is email?" in steps["extra members"].seen


def test_replies_that_are_not_as_documented_fail_the_replies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "KINDS", {"odd": ("add-answers-201",)})
    amended = replace(DOCUMENTED, overlays=("odd.yaml",))

    steps = told(tmp_path, monkeypatch, DRIVE, amended)

    assert "replies" in failed(steps)
    assert "addUser: expected one of the statuses 200, 400, 403, 404, saw status 201" in steps["replies"].seen


def test_a_client_that_cannot_be_built_is_one_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = (("{python}", "-c", "raise SystemExit('a type is wrong')"),)

    steps = told(tmp_path, monkeypatch, DRIVE, build=build)

    assert failed(steps) == {"build"}
    assert steps["build"].seen == "a type is wrong"
    assert {step.state for name, step in steps.items() if name != "build"} == {State.UNTESTED}


def test_an_example_that_tells_of_no_user_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = told(tmp_path, monkeypatch, DRIVE, example=("{python}", "-c", "print('nobody')"))

    assert failed(steps) == {"example"}
    assert steps["example"].seen == "nobody"


def test_a_program_that_cannot_be_started_or_does_not_end_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncano_contract.clients.driving.DRIVE_SECONDS", 0.05)
    steps = told(tmp_path, monkeypatch, "import time; time.sleep(9)", example=("/no/such/program",))

    assert steps["add"].seen == "it did not end within 0.05 s"
    assert steps["example"].seen == "it cannot be run: No such file or directory"


def test_a_driver_sees_no_key_and_no_proxy_of_its_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCANO_ACCOUNT_KEY", "secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    words = (
        "{python}",
        "-c",
        "import os; print([each for each in os.environ if 'ACCOUNT' in each or 'PROXY' in each])",
    )

    assert told(tmp_path, monkeypatch, DRIVE, example=words)["example"].seen == "[]"


def test_each_proven_language_has_a_driver_that_tells_of_each_step() -> None:
    for language in languages.PROVEN.values():
        text = "".join(_texts(languages.FILES / language.name / "verify"))

        assert [name for name in DRIVEN if f'"{name}"' not in text and f"'{name}'" not in text] == [], language.name


def _texts(folder: Path) -> Iterator[str]:
    yield from (file.read_text() for file in folder.rglob("drive.*"))
    yield from (file.read_text() for file in folder.rglob("main.go"))
