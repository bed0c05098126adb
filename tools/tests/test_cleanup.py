"""Removing what a run made: at its end, and later from its report."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from altered import QUICK, Answer, altered, run_against, target_of, with_verdict
from syncano_contract import cleaning, document, report, target
from syncano_contract.cli import main
from syncano_contract.client import Log
from syncano_contract.model import Problem, Verdict
from syncano_contract.reference.seeds import render_target
from syncano_contract.reference.server import Embedded
from syncano_contract.remains import read
from syncano_contract.run import run
from syncano_contract.settings import Settings

CLEANING = replace(QUICK, only=("USERS-ADD-3",), cleanup=True)  # five users


class Recorded:
    """Keeps every answer to a DELETE, after altering it."""

    def __init__(self, *statuses: int) -> None:
        self.paths: list[str] = []
        self.keys: set[str | None] = set()
        self._statuses = statuses  # in the place of the real one: of the first DELETE of a user, of the second, ...

    def __call__(self, answer: Answer) -> Answer:
        if answer.request.method != "DELETE":
            return answer
        path = answer.request.url.path
        turn = self.paths.count(path)
        self.paths.append(path)
        self.keys.add(answer.request.headers.get("x-api-key"))
        return replace(answer, status=self._statuses[turn], content=b"") if turn < len(self._statuses) else answer


@pytest.mark.parametrize("jobs", [1, 4])
def test_each_user_is_removed_and_proven_to_be_gone(jobs: int) -> None:
    recorded = Recorded()

    found = run_against(altered(recorded), replace(CLEANING, jobs=jobs))

    assert found.left_behind == ()
    assert found.notes == ("--cleanup removed 5 of 5 users, each proven: a further DELETE finds nobody",)
    assert len(set(recorded.paths)) == 5
    assert len(recorded.paths) == 10


@pytest.mark.parametrize(
    ("statuses", "note"),
    [
        ((204, 204), "could not prove that they are gone: 5 of 5 users (a second DELETE was answered with 204)"),
        ((404,), "could not remove: 5 of 5 users (DELETE was answered with 404)"),
        ((500,), "could not remove: 5 of 5 users (DELETE was answered with 500)"),
    ],
)
def test_what_is_not_proven_is_told_and_counts_as_left(statuses: tuple[int, ...], note: str) -> None:
    found = run_against(altered(Recorded(*statuses)), CLEANING)

    assert found.notes == (f"--cleanup {note}",)
    assert len(found.left_behind) == 5


def test_a_user_who_was_there_before_is_neither_written_to_nor_shown_when_an_add_shows_it(tmp_path: Path) -> None:
    first: dict[str, Any] = {}
    written: list[str] = []

    def cross(answer: Answer) -> Answer:
        request = answer.request
        is_add = request.method == "POST" and request.url.path.endswith("/rivia/users/")
        written.extend([request.url.path] if request.method not in ("GET", "HEAD", "OPTIONS") else [])
        if is_add and answer.is_user:
            first.update(first or {**answer.body, "id": 77001, "username": "yennefer", "user_key": "y" * 40})
            return answer.with_body(first) if len(written) % 2 else answer
        return answer

    found = run_against(altered(cross), replace(CLEANING, only=("USERS-*",)))
    report.write(found, tmp_path)

    assert with_verdict(found, Verdict.FAILED) == {"USERS-ADD-17"}
    assert not any("77001" in path for path in written)
    assert found.left_behind
    assert all(line.startswith("perhaps a user 'contract-") for line in found.left_behind)
    files = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert [shown for shown in ("yennefer", "77001", "y" * 40) if shown in files] == []


def test_what_takes_too_long_is_left_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "FOR_ALL", 0.1)
    monkeypatch.setattr(cleaning, "FOR_EACH", 0.02)
    opened = threading.Event()

    def hang(answer: Answer) -> Answer:
        if answer.request.method == "DELETE":
            opened.wait(20)
        return answer

    with altered(hang) as deployment:
        found = run(target_of(deployment), document.load(), CLEANING, lambda *_: None)
        opened.set()

    assert found.notes == ("--cleanup could not remove: 5 of 5 users (it took longer than 0.2 s)",)
    assert len(found.left_behind) == 5


@pytest.mark.parametrize(
    ("settings", "seconds"), [(CLEANING, 35.0), (replace(CLEANING, rate=2), 135.0), (replace(CLEANING, jobs=8), 35.0)]
)
def test_cleaning_up_may_take_longer_for_more_users_and_at_a_rate(settings: Settings, seconds: float) -> None:
    assert cleaning.Cleaner(target.Target("https://h.test", "i"), Log(), settings)._longest(100) == seconds


def test_a_run_that_is_refused_cleans_up_too() -> None:
    recorded = Recorded()
    with altered(recorded) as deployment:
        live = target.Target(
            deployment.url,
            deployment.seeds.instance,
            api_key=deployment.seeds.api_key,
            account_key=deployment.seeds.account_key,
            plain_key="0" * 40,
        )
        with pytest.raises(Problem, match="the plain_key is not accepted"):
            run(live, document.load(), CLEANING, lambda *_: None)

    assert len(set(recorded.paths)) == 2


# --- later, from a report ---------------------------------------------------------------------------------------------


class Left:
    """A deployment on which a run has left five users, with its report and the target file in this folder."""

    def __init__(self, deployment: Embedded, recorded: Recorded) -> None:
        self.deployment = deployment
        self.recorded = recorded

    def results(self, **members: Any) -> None:
        """Write a report that says these things."""
        known = {"target": self.deployment.url, "left_behind": self.paths}
        Path("out").mkdir(exist_ok=True)
        Path("out/results.json").write_text(json.dumps({**known, **members}), encoding="utf-8")

    @property
    def paths(self) -> list[str]:
        return [f"/instances/rivia/users/{number}/" for number in self.numbers]

    numbers: tuple[int, ...] = ()


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Left]:
    monkeypatch.chdir(tmp_path)
    for name in (*target.ENVIRONMENT, *target.OTHER_ENVIRONMENT, "SYNCANO_INSTANCE"):
        monkeypatch.delenv(name, raising=False)
    recorded = Recorded()
    with altered(recorded) as deployment:
        Path("target.toml").write_text(render_target(deployment.url, deployment.seeds), encoding="utf-8")
        yield Left(deployment, recorded)


def cleanup(*words: str, **environment: str) -> Result:
    result = CliRunner().invoke(main, ["cleanup", *words], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_a_later_cleanup_removes_what_a_report_names(left: Left) -> None:
    done = CliRunner().invoke(main, ["run", "--target", "target.toml", "--only", "USERS-ADD-3", "--out", "out"])
    before = Path("out/results.json").read_bytes()

    first, again = (cleanup("out", "--target", "target.toml") for _ in range(2))

    assert (done.exit_code, first.exit_code, again.exit_code) == (0, 0, 0)
    assert first.stdout == "cleanup removed 5 of 5 users, each proven: a further DELETE finds nobody\n"
    assert again.stdout == first.stdout  # who is gone already counts as removed
    assert len(set(left.recorded.paths)) == 5
    assert left.recorded.keys == {left.deployment.seeds.account_key}
    assert Path("out/results.json").read_bytes() == before


def test_a_later_cleanup_needs_no_variable_of_another_key(left: Left) -> None:
    template = re.sub(
        r"^# (?=plain_key|account_key|user_key|\[other\]|instance|api_key)", "", target.TEMPLATE, flags=re.M
    )
    Path("target.toml").write_text(template.replace("https://api.syncano.io/v1.1", left.deployment.url))
    left.results(left_behind=["/instances/another-instance/users/999/"])

    without = cleanup("out", "--target", "target.toml")
    done = cleanup("out", "--target", "target.toml", SYNCANO_ACCOUNT_KEY=left.deployment.seeds.account_key)

    assert "account_key names $SYNCANO_ACCOUNT_KEY, which is not set" in without.stderr
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(left.recorded.paths) > 0


@pytest.mark.parametrize("user_id", [999, 2**63 - 1])
def test_a_later_cleanup_takes_the_key_from_the_environment(left: Left, user_id: int) -> None:
    left.results(left_behind=[f"/instances/rivia/users/{user_id}/"])

    result = cleanup(
        *("out/results.json", left.deployment.url, "--instance", "rivia"),
        SYNCANO_ACCOUNT_KEY=left.deployment.seeds.account_key,
    )

    assert result.exit_code == 0
    assert left.recorded.paths == [f"/v1.1/instances/rivia/users/{user_id}/"]


def test_a_user_without_an_id_cannot_be_removed(left: Left) -> None:
    left.results(left_behind=["perhaps a user 'contract-1\x1b[2J'"])

    result = cleanup("out", "--target", "target.toml")

    assert result.exit_code == 1
    assert result.stdout == "cannot remove perhaps a user 'contract-1\\x1b[2J': its id is not known\n"


def test_a_report_of_a_clean_run_leaves_nothing_to_do(left: Left) -> None:
    left.results(left_behind=[])

    result = cleanup("out", "--target", "target.toml")

    assert (result.exit_code, result.stdout) == (0, "the report names nobody that was left behind\n")


def test_who_cannot_be_removed_is_named(left: Left) -> None:
    left.results(left_behind=["/instances/rivia/users/5/"])
    text = Path("target.toml").read_text(encoding="utf-8")
    Path("target.toml").write_text(text.replace(left.deployment.seeds.account_key, "0" * 40), encoding="utf-8")

    result = cleanup("out", "--target", "target.toml")

    assert result.exit_code == 1
    assert "DELETE was answered with 403; is the account_key right?" in result.stdout
    assert "left behind: /instances/rivia/users/5/" in result.stdout


@pytest.mark.parametrize(
    "line",
    [
        "/instances/rivia/users/",
        "/instances/rivia/users/5",
        "/instances/rivia/users/0/",
        "/instances/rivia/users/2147483647/",
        "/instances/rivia/users/5/reset_key/",
        "/instances/rivia/users/5/?x=1",
        "/instances/rivia/users/5/\n",
        "/instances/rivia/users/5/../6/",
        "/instances/../users/5/",
        "/instances/rivia%2f..%2fother/users/5/",
        "/instances/%72ivia/users/5/",
        "/instances/rivia/users/\u0665/",
        "/instances/rivia/users/1e3/",
        "instances/rivia/users/5/",
        "//evil.example/instances/rivia/users/5/",
        "",
    ],
)
def test_what_no_run_writes_is_refused_and_nothing_is_sent(left: Left, line: str) -> None:
    left.results(left_behind=["/instances/rivia/users/7/", line])

    result = cleanup("out", "--target", "target.toml")

    assert result.exit_code == 2
    assert "left_behind names what is no user of a run" in result.stderr
    assert left.recorded.paths == []


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            {"target": "https://api.syncano.io/v1.1"},
            "the report is on https://api.syncano.io/v1.1, and not on http://127",
        ),
        ({"left_behind": ["/instances/nilfgaard2/users/5/"]}, "the report is on instance nilfgaard2"),
        ({"left_behind": "/instances/rivia/users/5/"}, "is no report of a run"),
        ({"left_behind": [5]}, "is no report of a run"),
        ({"target": None}, "is no report of a run"),
    ],
)
def test_another_target_or_no_report_is_refused(left: Left, members: dict[str, Any], said: str) -> None:
    left.results(**members)

    result = cleanup("out", "--target", "target.toml")

    assert result.exit_code == 2
    assert said in result.stderr
    assert left.recorded.paths == []


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'"left_behind"'])
def test_what_is_no_results_json_is_refused(left: Left, content: bytes) -> None:
    Path("results.json").write_bytes(content)

    with pytest.raises(Problem):
        read(Path("results.json"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere", "--target", "target.toml"), "cannot read nowhere: No such file or directory"),
        (("out",), "no target is given"),
        (("out", "http://127.0.0.1:1/v1.1", "--target", "target.toml"), "--target goes with neither"),
        (("out", "http://127.0.0.1:1/v1.1", "--instance", "rivia"), "the report is on "),
    ],
)
def test_what_is_missing_is_named(left: Left, words: tuple[str, ...], said: str) -> None:
    left.results()

    result = cleanup(*words)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_target_without_an_account_key_is_refused(left: Left) -> None:
    left.results()

    result = cleanup("out", left.deployment.url, "--instance", "rivia")

    assert result.exit_code == 2
    assert "the target gives no account_key" in result.stderr
