"""What a fault is noticed by: each line is a fault, the requirements that are asked, and those of them that fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from altered import run_against, target_of, with_verdict
from syncano_contract import document
from syncano_contract.api import Api
from syncano_contract.model import Report, Result, Verdict
from syncano_contract.reference import faults
from syncano_contract.reference.server import Embedded
from syncano_contract.run import run
from syncano_contract.session import begin
from syncano_contract.settings import Depth, Settings

NAMES = ("USERS-ADD-15", "USERS-ADD-16", "USERS-ADD-17", "USERS-UPDATE-15", "USERS-UPDATE-18", "USERS-UPDATE-19")
FIRST_NAMED = ("USERS-ADD-*", "USERS-UPDATE-*", "MESSAGES-3")
NOTICED: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "two-adds-of-one-name": (("RACE-*",), {"RACE-1"}),
    "update-lost-to-a-reset": (("RACE-*",), {"RACE-2"}),
    "reset-lost-to-an-update": (("RACE-*",), {"RACE-2"}),
    "two-resets-two-keys": (("RACE-*",), {"RACE-3"}),
    "details-of-who-came-last": (("RACE-*",), {"RACE-4"}),
    "one-key-for-two-adds": (("RACE-*",), {"RACE-5"}),
    "names-are-cut": (NAMES, {"USERS-ADD-17", "USERS-UPDATE-19"}),
    "names-are-cut-unseen": (NAMES, {"USERS-ADD-17", "USERS-UPDATE-19"}),
    "names-lose-letters": (NAMES, {"USERS-ADD-17", "USERS-UPDATE-19"}),
    "names-are-garbled": (NAMES, {"USERS-ADD-17", "USERS-UPDATE-19"}),
    "names-are-escaped": (NAMES, {"USERS-ADD-17", "USERS-UPDATE-19"}),
    "add-overwrites-a-taken-name": (NAMES, {"USERS-ADD-15", "USERS-ADD-16"}),
    "taken-name-is-taken-over": (NAMES, {"USERS-ADD-15"}),
    "update-takes-a-name-away": (NAMES, {"USERS-UPDATE-15", "USERS-UPDATE-18"}),
    "same-update-twice-is-refused": (("USERS-UPDATE-*",), {"USERS-UPDATE-14"}),
    "api-key-is-taken-by-its-beginning": (("KEYS-*",), {"KEYS-10"}),
    "a-pair-of-keys-opens-any-instance": (("KEYS-*",), {"KEYS-9"}),
    "every-fourth-add-shows-another-user": (("USERS-*",), {"USERS-ADD-17"}),
    "add-shows-another-name": (("USERS-*",), {"USERS-ADD-17"}),
    "tenants-share-users": (("KEYS-*",), {"KEYS-7"}),
    "details-in-any-instance": (("USER-DETAILS-*",), {"USER-DETAILS-8"}),
    "reset-in-any-instance": (("USERS-RESET-*",), {"USERS-RESET-9"}),
    "details-by-query-are-cut": (("HTTP-2", "USER-DETAILS-*"), {"HTTP-2"}),
    "error-names-another-field": (FIRST_NAMED, {"USERS-ADD-5", "USERS-UPDATE-6"}),
    "update-changes-the-key": (("USERS-UPDATE-*",), {"USERS-UPDATE-4"}),
    "errors-as-200": (("KEYS-*", "USERS-*", "HTTP-4", "SHAPE-3"), {"SHAPE-3"}),
}


@pytest.mark.parametrize("name", NOTICED)
def test_a_fault_fails_what_is_about_it_and_no_more(name: str) -> None:
    only, failed = NOTICED[name]

    report = run_against(faulty(name), Settings(depth=Depth.STANDARD, only=only, timeout=2))

    assert with_verdict(report, Verdict.FAILED) == failed


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("refused-update-keeps-the-name", "add user 1; update user 1 without a password; look at user 1"),
        ("old-key-still-changes", "add user 1; reset the key of user 1; reset the key of user 1 with an old key"),
        ("stale-details", "add user 1; look at user 1; update user 1; look at user 1"),
    ],
)
def test_a_life_that_fails_is_told_in_as_few_steps_as_it_needs(name: str, steps: str) -> None:
    result = life(run_against(faulty(name), LIFE))

    assert result.message.endswith(f", after: {steps}")
    assert len(result.evidence) == steps.count(";") + 1


def test_the_replay_of_a_life_takes_its_steps_in_order_and_shows_the_failure(tmp_path: Path) -> None:
    report = run_against(faulty("update-changes-another-user"), LIFE)
    path = tmp_path / "replay.py"
    path.write_text(str(life(report).replay), encoding="utf-8")

    with faulty("update-changes-another-user") as fresh:
        done = replay(path, fresh)

    steps = re.findall(r"^(POST|PUT|GET) \S*/instances/\w+/(users|user)/", done, re.MULTILINE)
    assert steps[:2] == [("POST", "users"), ("POST", "users")]
    assert steps[-1] == ("GET", "user")
    assert ("PUT", "users") in steps
    assert re.search(r'"username": ?"replay-[0-9a-f]+-\d+-too"', done.splitlines()[-1])


LIFE = Settings(depth=Depth.STANDARD, only=("LIFE-1",))


def test_threads_get_names_passwords_and_the_same_user_to_refuse() -> None:
    with Embedded() as embedded:
        session = begin(target_of(embedded), document.load(), Settings())
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(_made, [session.api] * 40))
        session.client.close()

    assert len({name for name, _, _ in made}) == 40
    assert len({password for _, password, _ in made}) == 40
    assert len({user for _, _, user in made}) == 1


def _made(api: Api) -> tuple[str, str, int]:
    return api.name(), api.password(), api.anyone().id


def test_one_tenant_lives_too() -> None:
    with Embedded() as embedded:
        alone = target_of(embedded)
        alone = type(alone)(alone.url, alone.instance, api_key=alone.api_key)
        report = run(alone, document.load(), LIFE, lambda *_: None)

    assert life(report).verdict is Verdict.PASSED


def faulty(name: str) -> Embedded:
    """The reference deployment with a fault."""
    return Embedded(faults.build([faults.find(name)]))


def life(report: Report) -> Result:
    """What a run found of LIFE-1."""
    return next(result for result in report.results if result.requirement == "LIFE-1")


def replay(path: Path, deployment: Embedded) -> str:
    """What a replay prints."""
    seeds = deployment.seeds
    keys = {"SYNCANO_API_KEY": seeds.api_key, "SYNCANO_OTHER_API_KEY": seeds.other_api_key}
    command = [sys.executable, "-I", str(path), deployment.url]
    done = subprocess.run(
        command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **keys}, timeout=60, check=True
    )
    return done.stdout
