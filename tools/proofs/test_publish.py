"""Slow proof: the portals' real command lines, against a server on loopback that plays each portal."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner, Result

from played import FAKED, TOKEN
from recorder import Answer, Recorder, Told
from syncano_contract import npm
from syncano_contract.cli import main
from syncano_contract.document import load
from syncano_contract.published import in_30, published
from syncano_contract.publishing import portals, sending
from syncano_contract.publishing.portals import PORTALS

NAMES = [*FAKED]
OTHER_SECRET = "another-secret-0123456789"
NEWEST = published(load().tree)
OLDER = in_30(NEWEST)

# Tells what a tool contacts and starts, and lets it reach nothing but this machine.
WATCH = """
const { appendFileSync } = require("node:fs");
const { Socket } = require("node:net");
const { ChildProcess } = require("node:child_process");
const note = (line) => appendFileSync("FILE", line + "\\n");
note("argv " + process.argv.slice(1).join(" "));
note("env " + Object.keys(process.env).join(" "));
const { connect } = Socket.prototype, { spawn } = ChildProcess.prototype;
Socket.prototype.connect = function (...given) {
  const { host, port } = [given[0]].flat()[0];
  note(`connect ${host}:${port}`);
  if (host !== "127.0.0.1") throw new Error("not on loopback");
  return connect.apply(this, given);
};
ChildProcess.prototype.spawn = function (given) {
  note("spawn " + given.args.join(" "));
  return spawn.call(this, given);
};
"""


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@dataclass
class World:
    """One portal that is played, the environment that leads a tool there, and what tools did."""

    portal: str
    recorder: Recorder
    environment: dict[str, str]
    watched: Path

    def publish(self, *words: str) -> Result:
        words = ("publish", self.portal, "--to", FAKED[self.portal].to, "--allow-breaking", "--yes", *words)
        result = CliRunner().invoke(main, words, env=self.environment)
        assert TOKEN not in result.output
        return result

    def did(self, what: str) -> list[str]:
        lines = self.watched.read_text().splitlines() if self.watched.exists() else []
        return [line.removeprefix(what).strip() for line in lines if line.startswith(what)]


Play = Callable[[str, Answer], World]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: trustme.CA) -> Iterator[Play]:
    """Play a portal that answers so. ReadMe has one address only: there a proxy plays its host."""
    monkeypatch.setattr(sending, "PASSED", (*sending.PASSED, "NODE_OPTIONS"))
    watch, trusted = tmp_path / "watch.cjs", tmp_path / "ca.pem"
    watch.write_text(WATCH.replace("FILE", str(tmp_path / "watched")))
    authority.cert_pem.write_to_path(str(trusted))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.readme.com").configure_cert(tls)
    with ExitStack() as running:

        def start(name: str, answer: Answer) -> World:
            npm.modules(PORTALS[name].group)  # here, as the world reaches no registry
            recorder = running.enter_context(Recorder(answer, tls))
            address = {
                "readme": {"HTTPS_PROXY": recorder.url, "NODE_EXTRA_CA_CERTS": str(trusted)},
                "bump": {"BUMP_HOST": recorder.url},
                "swaggerhub": {"SWAGGERHUB_URL": f"{recorder.url}/v1"},
                "redocly": {"REDOCLY_DOMAIN": recorder.url},
            }[name]
            secrets = {PORTALS[name].token: TOKEN, "OTHER_SECRET": OTHER_SECRET}
            environment = {**address, **secrets, "NODE_OPTIONS": f"--require {watch}"}
            return World(name, recorder, environment, tmp_path / "watched")

        yield start


def told(name: str, *, of: Told, at: str = "") -> Answer:
    """A portal that answers so to its write (or to `at`), and as usual to everything else."""
    usual = FAKED[name].answer({})
    return lambda asked: of if str(asked) == (at or FAKED[name].write) else usual(asked)


@pytest.mark.parametrize("name", NAMES)
def test_the_document_arrives_with_the_token_and_sent_again_changes_nothing(name: str, play: Play) -> None:
    faked, held = FAKED[name], dict[str, Any]()
    world = play(name, faked.answer(held))

    first = world.publish()
    written = [asked for asked in world.recorder.asked if str(asked) == faked.write]
    arrived = held["file"]
    second = world.publish()

    assert (first.exit_code, first.stdout.partition(":")[0]) == (0, "published"), first.output
    assert [json.loads(faked.sent(asked)) for asked in written] == [OLDER if name == "swaggerhub" else NEWEST]
    assert {asked.headers.get("authorization") for asked in world.recorder.asked} == {faked.authorization}
    assert (second.exit_code, second.stdout.partition(":")[0]) == (0, faked.again), second.output
    assert held["file"] == arrived


@pytest.mark.parametrize("name", NAMES)
def test_a_document_that_changed_is_published_again(name: str, play: Play, tmp_path: Path) -> None:
    held = dict[str, Any]()
    world = play(name, FAKED[name].answer(held))
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: Other, version: '1'}\n"
        "actions: [{target: $.info, update: {description: Other words.}}]\n"
    )

    world.publish()
    again = world.publish("--overlay", str(overlay))

    assert (again.exit_code, again.stdout.partition(":")[0]) == (0, "published"), again.output
    assert json.loads(held["file"])["info"]["description"] == "Other words."


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_contacts_the_portal_alone_and_sees_no_other_secret(name: str, play: Play) -> None:
    world = play(name, FAKED[name].answer({}))

    world.publish()

    assert set(world.did("connect")) == {world.recorder.url.removeprefix("http://")}
    assert {asked.host.partition(":")[0] for asked in world.recorder.asked} <= {"127.0.0.1", "api.readme.com"}
    assert world.did("spawn") == []
    assert world.did("argv") != []
    assert all(TOKEN not in words for words in world.did("argv"))
    assert {PORTALS[name].token} == {each for line in world.did("env") for each in line.split()} & {
        *(portal.token for portal in PORTALS.values()),
        "OTHER_SECRET",
    }


@pytest.mark.parametrize("name", NAMES)
def test_without_a_token_no_tool_is_started(name: str, play: Play) -> None:
    world = play(name, FAKED[name].answer({}))
    world.environment[PORTALS[name].token] = ""

    result = world.publish()

    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {PORTALS[name].token} is not set\n")
    assert world.did("argv") == []
    assert world.recorder.asked == []


@pytest.mark.parametrize("name", ["readme", "bump", "redocly"])
def test_what_is_switched_off_would_report_home(name: str, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(portals.PORTALS, name, replace(PORTALS[name], quiet={}))
    world = play(name, FAKED[name].answer({}))

    world.publish()

    elsewhere = set(world.did("connect")) - {world.recorder.url.removeprefix("http://")}
    assert elsewhere or world.did("spawn")


@pytest.mark.parametrize("status", [401, 409, 422, 500])
@pytest.mark.parametrize("name", NAMES)
def test_what_a_portal_refuses_is_one_line_and_exit_2(name: str, status: int, play: Play) -> None:
    words = f"no, by {TOKEN}"
    refusal = Told(status, {"title": words, "message": words, "errors": [{"key": "schema", "message": words}]})
    world = play(name, told(name, of=refusal))

    result = world.publish()

    assert result.exit_code == 2
    assert result.stdout == ""
    (error, fix) = result.stderr.splitlines()[-2:]
    assert error.startswith(f"error: publishing on {PORTALS[name].title} failed: ")
    assert "no, by <token 1>" in error or "not allowed" in error or str(status) in error
    assert PORTALS[name].token in fix


@pytest.mark.parametrize("name", NAMES)
def test_a_portal_that_does_not_answer_is_given_up(name: str, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 5)
    world = play(name, told(name, of=Told(hangs=True)))

    result = world.publish()

    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"error: {PORTALS[name].title} did not answer within 5 s" in result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_portal_that_is_not_there_is_told(name: str, play: Play) -> None:
    world = play(name, FAKED[name].answer({}))
    gone = world.recorder.url
    world.recorder.__exit__(None, None, None)

    result = world.publish()

    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"error: publishing on {PORTALS[name].title} failed: " in result.stderr, gone
    assert result.stderr.splitlines()[-1].endswith(" and the network: nothing was reached, then try again")


@pytest.mark.parametrize(
    ("name", "held", "why"),
    [
        ("readme", {"status": "failed"}, "ReadMe failed: <token 1> is odd"),
        ("redocly", {"status": "failed"}, "Redocly failed: Preview deploy fail."),
        ("redocly", {"is_outdated": True}, "Redocly failed: outdated."),
        ("redocly", {"status": "skipped"}, "Redocly failed: it does not say that it has the document"),
    ],
)
def test_what_a_portal_takes_and_does_not_show_is_not_published(
    name: str, held: dict[str, Any], why: str, play: Play
) -> None:
    world = play(name, FAKED[name].answer(held))

    result = world.publish()

    assert result.exit_code == 2
    assert result.stdout == ""
    assert why in result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_tool_has_the_version_of_the_table(name: str) -> None:
    portal = PORTALS[name]

    package = json.loads((npm.modules(portal.group) / portal.tool / "package.json").read_text())

    assert package["version"] == portal.version
