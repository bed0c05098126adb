"""Publishing with stubbed tools: which words a tool gets, what it may see, and how its words become an outcome."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from select import select

import pytest

from stubs import lifeline, stub, words
from syncano_contract.document import load
from syncano_contract.model import Problem
from syncano_contract.published import in_30, published
from syncano_contract.publishing import sending
from syncano_contract.publishing.portals import BUMP, GIT, PORTALS, README, REDOCLY, SWAGGERHUB, Portal
from syncano_contract.publishing.publication import Outcome, Publication, token_for

MARK = sending.MARK
TOKEN = "t0ken-of-mine-0123456789"
NEWEST = published(load().tree)
OLDER = in_30(NEWEST)
TO = {"readme": "stable/users", "bump": "users", "swaggerhub": "me/users", "redocly": "org/prj/apis/users"}
SENT = {name: PORTALS[name] for name in TO}


def publication(portal: Portal, to: str = "") -> Publication:
    tree = OLDER if portal.form == "3.0" else NEWEST
    return Publication(portal, portal.places(to or TO[portal.name]), tree)


def environment(seen: Path) -> dict[str, str]:
    lines = (seen / "env-0").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


CREATED = "echo \"Created API 'me/users'\""
EXISTS = f"echo ' {MARK}   Error: API version x already exists in SwaggerHub' >&2; exit 1"
SHOWN = "cat openapi-3.0.json"
OTHER = 'echo "{}"'
UPDATED = "echo 'Updated API me/users/1.1'"
FILE = "--file=openapi-3.0.json"


@pytest.mark.parametrize(
    ("portal", "to", "expected"),
    [
        (README, "v1.1/users", ["openapi upload openapi-3.1.json --branch=v1.1 --slug=users --confirm-overwrite"]),
        (BUMP, "users", ["deploy openapi-3.1.json --doc=users"]),
        (BUMP, "hub/users", ["deploy openapi-3.1.json --doc=users --hub=hub"]),
        (
            SWAGGERHUB,
            "me/users",
            [f"api:create me/users/1.1 {FILE}", "api:get me/users/1.1 --json", f"api:update me/users/1.1 {FILE}"],
        ),
        (
            REDOCLY,
            "org/prj/apis/users",
            [
                "push openapi-3.1.json --organization=org --project=prj --mount-path=/apis/users --branch=main "
                "--default-branch=main --message=Syncano user API 1.1 "
                "--author=syncano-contract <syncano-contract@localhost> --wait-for-deployment"
            ],
        ),
    ],
)
def test_the_words_of_each_portal(portal: Portal, to: str, expected: list[str]) -> None:
    assert [" ".join(each) for each in publication(portal, to).calls()] == expected


@pytest.mark.parametrize("name", SENT)
def test_a_tool_gets_the_document_and_its_own_token_and_no_other_secret(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = SENT[name]
    seen = stub(tmp_path, monkeypatch, "exit 1")
    for each in (*(other.token for other in SENT.values() if other is not portal), "BUMP_ID", "GITHUB_TOKEN"):
        monkeypatch.setenv(each, "another-secret")

    with pytest.raises(Problem):
        sending.send(publication(portal), TOKEN, print)

    got = environment(seen)
    assert words(seen) == publication(portal).calls()[:1]
    assert json.loads((seen / "sent-0").read_text()) == publication(portal).tree
    assert got[portal.token] == TOKEN
    assert "another-secret" not in got.values()
    assert portal.quiet.items() <= got.items()
    assert got["HOME"] != os.environ["HOME"]
    assert not Path((seen / "place-0").read_text().strip()).exists()


@pytest.mark.parametrize(
    ("name", "answers", "outcome"),
    [
        ("readme", ["echo '🚀 Your API definition (u) was successfully created in ReadMe!'"], Outcome.PUBLISHED),
        ("readme", ["echo '🚀 Your API definition (u) was successfully updated in ReadMe!'"], Outcome.PUBLISHED),
        ("bump", ["echo 'Your u documentation...has received a new deployment which'"], Outcome.PUBLISHED),
        ("bump", [f"echo '{MARK}   Warning: Your u documentation has not changed' >&2"], Outcome.UNCHANGED),
        ("swaggerhub", [CREATED], Outcome.PUBLISHED),
        ("swaggerhub", ["echo \"Created version 1.1 of API 'me/users'\""], Outcome.PUBLISHED),
        ("swaggerhub", [EXISTS, SHOWN], Outcome.UNCHANGED),
        ("swaggerhub", [EXISTS, OTHER, UPDATED], Outcome.PUBLISHED),
        ("redocly", ["echo '🚀 Production deploy success.'"], Outcome.PUBLISHED),
        ("redocly", ["echo 'Files not added to your project. Reason: no changes.' >&2"], Outcome.UNCHANGED),
    ],
)
def test_what_a_tool_says_is_what_came_of_it(
    name: str, answers: list[str], outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = stub(tmp_path, monkeypatch, *answers)

    assert sending.send(publication(SENT[name]), TOKEN, print) == outcome
    assert len(words(seen)) == len(answers)


@pytest.mark.parametrize(
    ("name", "answers", "why"),
    [
        ("readme", ["echo '\n\nReadMe API error: Bad key\n\nIt is wrong' >&2; exit 1"], "Bad key It is wrong"),
        ("readme", ["echo 'failed with the following reason:\n\nodd' >&2; exit 1"], "odd"),
        ("bump", [f"printf ' {MARK}   Error: not\n {MARK}   allowed\n' >&2; exit 101"], "not allowed"),
        ("bump", ["echo has received a new deployment; exit 1"], "has received a new deployment"),
        ("bump", ["true"], "it does not say that it has the document"),
        ("bump", ["exit 3"], "it does not say that it has the document"),
        ("bump", [f"echo Error: {TOKEN} is wrong >&2; exit 101"], "<token 1> is wrong"),
        ("bump", [f"echo Error: {'x' * 400} >&2; exit 101"], "x" * 299 + "…"),
        ("swaggerhub", [f"echo ' {MARK}   Error: no such owner' >&2; exit 2"], "no such owner"),
        ("swaggerhub", [EXISTS, "echo Error: gone >&2; exit 2"], "gone"),
        ("swaggerhub", [EXISTS, "echo it is not JSON"], "it does not say that it has the document"),
        ("swaggerhub", [EXISTS, OTHER, "echo Error: locked >&2; exit 2"], "locked"),
        ("redocly", ["echo 'Files not added. Reason: outdated.\n\nFinished.' >&2"], "outdated."),
        ("redocly", ["echo '❌ Preview deploy fail.\nURL: x' >&2; exit 1"], "Preview deploy fail."),
        ("redocly", ["echo '🚀 Preview deploy success.'"], "it does not say that it has the document"),
    ],
)
def test_whatever_is_not_surely_there_is_a_failure_with_its_reason(
    name: str, answers: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, monkeypatch, *answers)

    with pytest.raises(Problem) as raised:
        sending.send(publication(SENT[name]), TOKEN, print)

    assert raised.value.what == f"publishing on {SENT[name].title} failed: {why}"
    assert SENT[name].token in raised.value.fix


def test_the_password_of_a_proxy_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:swordfish@proxy.example:3128")
    stub(tmp_path, monkeypatch, 'echo "Error: cannot reach $HTTPS_PROXY" >&2; exit 1')

    with pytest.raises(Problem, match=r"cannot reach http://") as raised:
        sending.send(publication(BUMP), TOKEN, print)

    assert "swordfish" not in raised.value.what


def test_a_tool_that_does_not_end_is_ended_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, hold, hang = lifeline(tmp_path)
    stub(tmp_path, monkeypatch, f"{hold}; (echo started >&9; {hang}) & wait")

    def started(process: subprocess.Popen[bytes], timeout: float) -> None:
        select([reader], [], [], 60)
        assert os.read(reader, 100) == b"started\n"
        raise subprocess.TimeoutExpired(process.args, timeout)

    monkeypatch.setattr(subprocess.Popen, "communicate", started)

    with pytest.raises(Problem, match=r"^Bump.sh did not answer within 600 s; whether the document is there is not "):
        sending.send(publication(BUMP), TOKEN, print)

    select([reader], [], [], 60)
    assert os.read(reader, 100) == b""


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({}, "BUMP_TOKEN is not set"),
        ({"BUMP_TOKEN": ""}, "BUMP_TOKEN is not set"),
        ({"BUMP_TOKEN": "short"}, "BUMP_TOKEN is no token"),
        ({"BUMP_TOKEN": f"{TOKEN}\n"}, "BUMP_TOKEN is no token"),
    ],
)
def test_without_a_token_nothing_begins(given: Mapping[str, str], what: str) -> None:
    with pytest.raises(Problem, match=f"^{what}$") as raised:
        token_for(BUMP, given)

    assert TOKEN not in raised.value.fix


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("bump", None),
        ("bump", "a/b/c"),
        ("bump", "--preview"),
        ("swaggerhub", "me"),
        ("swaggerhub", "me/users/1.0"),
        ("redocly", "org/prj"),
        ("readme", "users"),
        ("readme", "stable/--dry-run"),
        ("git", "--upload-pack=swordfish"),
    ],
)
def test_a_place_that_does_not_fit_is_told_with_one_that_does(name: str, to: str | None) -> None:
    with pytest.raises(Problem) as raised:
        PORTALS[name].places(to)

    assert raised.value.what.endswith(f"needs --to {PORTALS[name].to}")
    assert f"--to {PORTALS[name].example}" in raised.value.fix
    assert "swordfish" not in raised.value.what + raised.value.fix


@pytest.mark.parametrize("url", ["https://me:swordfish@", "HTTPS://swordfish@", "ssh://git:swordfish@"])
def test_a_url_with_a_secret_is_told_where_the_token_goes(url: str) -> None:
    with pytest.raises(Problem, match=r"^the URL of --to must hold no user name and no password") as raised:
        GIT.places(f"{url}example.org/docs.git")

    assert "the token in the environment variable GIT_TOKEN" in raised.value.fix
    assert "swordfish" not in raised.value.what + raised.value.fix


@pytest.mark.parametrize("to", ["ssh://git@example.org/docs.git", "git@example.org:docs.git", "../docs.git"])
def test_a_user_of_ssh_is_no_secret(to: str) -> None:
    assert GIT.places(to) == {"repository": to}


@pytest.mark.parametrize(
    ("portal", "why", "hint"),
    [
        (BUMP, "connect ECONNREFUSED 127.0.0.1:1", "BUMP_HOST and the network"),
        (SWAGGERHUB, "getaddrinfo ENOTFOUND api.example", "SWAGGERHUB_URL and the network"),
        (REDOCLY, "fetch failed", "REDOCLY_DOMAIN and the network"),
        (REDOCLY, "Failed to fetch project. Failed to fetch. Caused by bad port.", "REDOCLY_DOMAIN and the network"),
        (README, "fetch failed", "the proxy and the network"),
        (BUMP, "Bad key", "BUMP_TOKEN and --to"),
        (GIT, "unable to access 'http://x/': Could not resolve host: x", "--to and the network"),
        (GIT, "unable to access 'http://x/': Failed to connect to x port 1", "--to and the network"),
        (GIT, "'/nowhere' does not appear to be a git repository", "--to: no repository"),
        (GIT, "repository 'http://x/docs.git/' not found", "GIT_TOKEN and --to"),
        (GIT, "invalid refspec 'a:refs/heads/b c'", "--branch, then"),
        (GIT, "Authentication failed for 'http://x/'", "GIT_TOKEN and --to"),
    ],
)
def test_the_hint_is_of_the_reason(portal: Portal, why: str, hint: str) -> None:
    said = sending.Said(1, "", f"fatal: {why}" if portal is GIT else f"Error: {why}")

    assert sending.failed(portal, said, TOKEN).fix.startswith(f"see to {hint}")


@pytest.mark.parametrize("portal", PORTALS.values(), ids=lambda portal: portal.name)
def test_the_example_of_each_portal_fits(portal: Portal) -> None:
    assert portal.places(portal.example)
