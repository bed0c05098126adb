"""The command line: what each command prints, with which exit code, with good and with bad input."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import broken
from altered import Answer, altered
from broken import Broken, Talk
from syncano_contract import output, report, target
from syncano_contract.cli import main
from syncano_contract.reference.seeds import render_target
from syncano_contract.reference.server import Embedded
from syncano_contract.report import RENDERERS

COMMANDS = [
    "arazzo",
    "bundle",
    "cleanup",
    "clients",
    "compare",
    "diff",
    "extract",
    "faults",
    "index",
    "judge",
    "portal",
    "prove",
    "publish",
    "render",
    "requirements",
    "run",
    "serve",
    "target",
    "trace",
    "validate",
]
KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own, without keys in its environment."""
    monkeypatch.chdir(tmp_path)
    for name in (*target.ENVIRONMENT, *target.OTHER_ENVIRONMENT, "SYNCANO_INSTANCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def reference() -> Iterator[Embedded]:
    with Embedded() as embedded:
        yield embedded


def call(*words: str, **environment: str) -> Result:
    result = CliRunner().invoke(main, words, env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def target_file(embedded: Embedded, **changes: str) -> str:
    text = render_target(embedded.url, embedded.seeds)
    for name, value in changes.items():
        text = re.sub(rf"^{name} = .*$", f'{name} = "{value}"', text, count=1, flags=re.MULTILINE)
    Path("target.toml").write_text(text, encoding="utf-8")
    return "target.toml"


# --- good input -------------------------------------------------------------------------------------------------------


def test_run_without_a_url_says_conformant_and_writes_the_report() -> None:
    result = call("run", "--depth", "quick")

    assert result.exit_code == 0
    assert re.search(
        r"^CONFORMANT: http://127\.0\.0\.1:\d+/v1\.1 keeps the contract \(document 1\.1\)$", result.stdout, re.M
    )
    assert "repeat: syncano-contract run --depth quick --seed 20160317" in result.stdout
    assert {path.name for path in Path("reports/latest").iterdir()} == {"results.json", "traffic.har", *RENDERERS}
    assert Path("reports/latest").readlink() == Path(re.findall(r"reports/([^/]+)/report\.html", result.stdout)[0])


def test_run_leaves_nothing_else_in_the_folder() -> None:
    call("run", "--depth", "quick", "--only", "LIFE-1", "--only", "USERS-ADD-1")

    assert [path.name for path in Path().iterdir()] == ["reports"]


def test_run_with_a_target_file_shows_no_key(reference: Embedded) -> None:
    result = call("run", "--target", target_file(reference), "--depth", "quick", "--only", "KEYS-*", "--out", "out")

    seeds = reference.seeds
    shown = result.output + "".join(path.read_text(encoding="utf-8") for path in Path("out").iterdir())
    assert result.exit_code == 0
    assert "repeat: syncano-contract run --target target.toml --depth quick" in result.stdout
    assert [key for key in (seeds.api_key, seeds.plain_key, seeds.user_key, seeds.other_api_key) if key in shown] == []
    assert not Path("reports").exists()


def test_run_takes_keys_from_the_environment(reference: Embedded) -> None:
    result = call(
        *("run", reference.url, "--instance", reference.seeds.instance, "--only", "USERS-ADD-1*", "--depth", "quick"),
        SYNCANO_API_KEY=reference.seeds.api_key,
        SYNCANO_PLAIN_KEY=reference.seeds.plain_key,
    )

    results = json.loads(Path("reports/latest/results.json").read_text(encoding="utf-8"))
    verdicts = {each["requirement"]: each["verdict"] for each in results["results"]}
    assert result.exit_code == 0
    assert verdicts["USERS-ADD-14"] == "passed"
    assert results["conclusion"] == "conformant"


def test_a_random_seed_is_printed() -> None:
    first, second = (call("run", "--depth", "quick", "--seed", "random", "--only", "USERS-ADD-1") for _ in range(2))

    assert re.findall(r"--seed (\d+)", first.stdout) != re.findall(r"--seed (\d+)", second.stdout)


def test_jobs_and_bounds_stand_in_the_command_that_repeats_a_run_and_in_its_results() -> None:
    bounds = "--jobs 2 --max-time 60.5 --max-requests 500"

    result = call("run", "--depth", "quick", "--only", "USERS-ADD-1", *bounds.split())

    results = json.loads(Path("reports/latest/results.json").read_text(encoding="utf-8"))
    assert result.exit_code == 0
    assert bounds in results["command"]
    assert [results[name] for name in ("jobs", "max_time", "max_requests", "interrupted")] == [2, 60.5, 500, False]


def test_a_failure_is_told_in_two_lines_and_exits_with_1() -> None:
    with altered(_add_answers_201) as deployment:
        result = call("run", "--target", target_file(deployment), "--depth", "quick")

    lines = result.stdout.splitlines()
    told = lines.index(
        "FAILED USERS-ADD-1 (MUST): A body with `username` and `password` adds a user, "
        "answered with the documented status."
    )
    assert result.exit_code == 1
    assert lines[told + 1].startswith("  expected addUser to answer 200, saw 201 {")
    assert sum(line.startswith("FAILED") for line in lines) == 2
    assert any(line.startswith("NON-CONFORMANT: ") for line in lines)


def _add_answers_201(answer: Answer) -> Answer:
    is_add = answer.request.method == "POST" and answer.request.url.path.endswith("/users/")
    return Answer(answer.request, 201, answer.headers, answer.content) if is_add and answer.is_user else answer


def test_cleanup_leaves_nobody_behind(reference: Embedded) -> None:
    call("run", "--target", target_file(reference), "--depth", "quick", "--cleanup")

    results = json.loads(Path("reports/latest/results.json").read_text(encoding="utf-8"))
    assert results["left_behind"] == []


def test_two_reports_of_the_same_second_have_folders_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "stamp", lambda: "20261121T200000Z")
    for _ in range(2):
        call("run", "--depth", "quick", "--only", "USERS-ADD-1")

    assert {path.name for path in Path("reports").iterdir()} == {
        "20261121T200000Z-reference",
        "20261121T200000Z-reference-2",
        "index.html",
        "latest",
    }


def test_requirements_lists_id_level_sentence_and_source() -> None:
    result = call("requirements", "--only", "USERS-ADD-1")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "USERS-ADD-1        MUST   A body with `username` and `password` adds a user, "
        "answered with the documented status.",
        "                          source: users-add#method, users-add#path, users-add#text, users-add#response/200",
    ]


def test_target_prints_a_file_that_can_be_used() -> None:
    result = call("target")
    Path("target.toml").write_text(result.stdout, encoding="utf-8")

    read = target.from_file(Path("target.toml"), {"SYNCANO_API_KEY": KEY})
    assert read.api_key == KEY
    assert tomllib.loads(re.sub(r"^# (?=[a-z_A-Z-]+ = |\[)", "", result.stdout, flags=re.M)).keys() == target.SETTINGS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    result = call(command, "--help")

    assert result.exit_code == 0
    assert f"  syncano-contract {command}" in result.stdout.split("Example")[1]


def test_help_names_every_command() -> None:
    result = call("--help")

    assert re.findall(r"^  ([a-z]+)  ", result.stdout, re.M) == COMMANDS


def test_serve_prints_a_target_that_a_run_can_use() -> None:
    with _serving("--port", "0", "--print-target") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(10)]
        Path("target.toml").write_text("".join(lines), encoding="utf-8")
        result = call("run", "--target", "target.toml", "--depth", "quick", "--only", "USERS-*")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)

    assert result.exit_code == 0
    assert process.returncode in (0, 130)


def _serving(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "syncano_contract", "serve", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# --- bad input --------------------------------------------------------------------------------------------------------


def refusal(*words: str, **environment: str) -> str:
    """What is said when a command is refused: nothing on standard output, exit 2, and never a key."""
    result = call(*words, **environment)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert KEY not in result.stderr
    assert not list(Path().glob("reports/*"))
    return result.stderr


def test_a_dead_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1.1"

    said = refusal("run", url, "--instance", "rivia", SYNCANO_API_KEY=KEY)

    assert said.splitlines() == [
        f"error: {url} gives no reply: cannot connect: Connection refused",
        "  check the URL and that the deployment is up",
    ]


def test_an_unknown_instance(reference: Embedded) -> None:
    said = refusal("run", "--target", target_file(reference, instance="nilfgaard"))

    assert f"error: {reference.url} has no instance nilfgaard" in said
    assert "--instance NAME" in said


def test_a_wrong_key(reference: Embedded) -> None:
    said = refusal("run", "--target", target_file(reference, api_key=KEY))

    assert "refused to add a user to instance rivia with 403" in said
    assert "the api_key is not of that instance, or may not add users" in said


def test_a_key_that_may_not_add(reference: Embedded) -> None:
    said = refusal("run", "--target", target_file(reference, api_key=reference.seeds.plain_key, plain_key=KEY))

    assert "the api_key is not of that instance, or may not add users" in said


def test_a_wrong_user_key_of_a_read_only_run(reference: Embedded) -> None:
    said = refusal("run", "--read-only", "--target", target_file(reference, user_key=KEY))

    assert "refused details with 403" in said


def test_read_only_without_a_user_key(reference: Embedded) -> None:
    said = refusal(
        *("run", reference.url, "--instance", "rivia", "--read-only"), SYNCANO_API_KEY=reference.seeds.api_key
    )

    assert "error: --read-only needs the user_key, and the target gives none" in said


def test_cleanup_without_an_account_key(reference: Embedded) -> None:
    said = refusal(*("run", reference.url, "--instance", "rivia", "--cleanup"), SYNCANO_API_KEY=reference.seeds.api_key)

    assert "error: --cleanup needs the account_key, and the target gives none" in said


def test_no_key_at_all(reference: Embedded) -> None:
    said = refusal("run", reference.url, "--instance", "rivia")

    assert "error: the target gives no api_key" in said
    assert "SYNCANO_API_KEY" in said


def test_a_plain_key_that_nobody_has(reference: Embedded) -> None:
    said = refusal("run", "--target", target_file(reference, plain_key=KEY))

    assert "error: the plain_key is not accepted by instance rivia" in said


def test_a_wrong_key_of_the_second_tenant(reference: Embedded) -> None:
    name = target_file(reference)
    text = Path(name).read_text(encoding="utf-8")
    Path(name).write_text(text.replace(reference.seeds.other_api_key, KEY), encoding="utf-8")

    assert "the second tenant's api_key is not of that instance" in refusal("run", "--target", name)


def test_read_only_goes_without_cleanup(reference: Embedded) -> None:
    said = refusal("run", "--read-only", "--cleanup", "--target", target_file(reference))

    assert "error: --cleanup has nothing to remove with --read-only" in said


def test_an_account_key_that_nobody_has_is_told(reference: Embedded) -> None:
    words = ("--depth", "quick", "--only", "USER-DETAILS-3", "--cleanup")

    result = call("run", "--target", target_file(reference, account_key=KEY), *words)

    assert "note: the account_key is answered as an unknown key is" in result.stdout
    assert "note: --cleanup could not remove" in result.stdout
    assert "DELETE was answered with 403; is the account_key right?" in result.stdout


def test_patterns_may_be_written_small() -> None:
    assert call("requirements", "--only", "users-add-1").stdout.startswith("USERS-ADD-1 ")


def test_a_full_standard_output_loses_no_report() -> None:
    command = [sys.executable, "-m", "syncano_contract", "run", "--depth", "quick", "--only", "USERS-ADD-1"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([*command, "--out", "out"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 0
    assert "error: cannot print the summary: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert Path("out/results.json").is_file()


def test_an_interrupt_leaves_a_report_and_exits_with_130(reference: Embedded) -> None:
    command = [sys.executable, "-m", "syncano_contract", "run", "--target", target_file(reference), "--cleanup"]
    with subprocess.Popen([*command, "--out", "out"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        while "KEYS" not in run.stderr.readline():
            pass
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=60)

    results = json.loads(Path("out/results.json").read_text(encoding="utf-8"))
    assert run.returncode == 130
    assert "note: the run was interrupted" in said
    assert results["conclusion"] == "inconclusive"
    assert results["left_behind"] == []


def test_a_url_without_the_version(reference: Embedded) -> None:
    said = refusal("run", "--target", target_file(reference, url=reference.url.removesuffix("/v1.1")))

    assert "nothing is served there" in said
    assert "up to and with the version" in said


def test_a_target_that_redirects() -> None:
    with Broken(broken.redirect) as server:
        said = refusal("run", server.url, "--instance", "rivia", SYNCANO_API_KEY=KEY)

    assert f"error: {server.url} redirects to http://127.0.0.1:1/" in said


def test_no_target_file() -> None:
    said = refusal("run", "--target", "nowhere.toml")

    assert said.splitlines() == [
        "error: cannot read nowhere.toml: No such file or directory",
        "  write one: syncano-contract target > target.toml",
    ]


def test_a_misspelt_setting_of_a_target_file(reference: Embedded) -> None:
    name = target_file(reference)
    Path(name).write_text(f'api_kye = "{KEY}"\n' + Path(name).read_text(encoding="utf-8"), encoding="utf-8")

    said = refusal("run", "--target", name)

    assert "error: target.toml: unknown setting api_kye" in said
    assert "api_key" in said


def test_a_target_file_that_is_no_toml() -> None:
    Path("target.toml").write_text(f"api_key = {KEY}", encoding="utf-8")

    assert "error: target.toml is not TOML" in refusal("run", "--target", "target.toml")


def test_a_variable_that_is_not_set() -> None:
    Path("target.toml").write_text('url = "http://127.0.0.1:1"\ninstance = "i"\napi_key = "$NOT_SET"', encoding="utf-8")

    assert "error: target.toml: api_key names $NOT_SET, which is not set" in refusal("run", "--target", "target.toml")


@pytest.mark.parametrize("url", ["api.syncano.io", "ftp://api.syncano.io", "http://", "http://x:99999", "http://a:b@x"])
def test_what_is_no_base_url(url: str) -> None:
    assert "base URL" in refusal("run", url, "--instance", "rivia", SYNCANO_API_KEY=KEY)


def test_a_url_without_an_instance() -> None:
    said = refusal("run", "http://127.0.0.1:1/v1.1", SYNCANO_API_KEY=KEY)

    assert "error: no instance is named for http://127.0.0.1:1/v1.1" in said


@pytest.mark.parametrize(
    "words",
    [("http://127.0.0.1:1", "--target", "x.toml"), ("--target", "x.toml", "--instance", "i"), ("--instance", "i")],
)
def test_what_does_not_go_together(words: tuple[str, ...]) -> None:
    assert refusal("run", *words).startswith("error: ")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--depth", "deepest"),
        ("--seed", "-1"),
        ("--seed", "soon"),
        ("--rate", "0"),
        ("--rate", "many"),
        ("--timeout", "0"),
        ("--timeout", "inf"),
        ("--timeout", "nan"),
        ("--rate", "nan"),
        ("--rate", "inf"),
        ("--jobs", "0"),
        ("--jobs", "17"),
        ("--max-time", "0"),
        ("--max-time", "soon"),
        ("--max-requests", "0"),
        ("--max-requests", "1.5"),
        ("--out", ""),
    ],
)
def test_unknown_values_of_options(option: str, value: str) -> None:
    assert f"Invalid value for '{option}'" in refusal("run", option, value)


def test_an_unknown_option() -> None:
    assert "No such option" in refusal("run", "--api-key", "x")


def test_an_unknown_requirement() -> None:
    assert "error: no requirement is called USERS-ADD-99" in refusal("run", "--only", "USERS-ADD-99")
    assert "error: no requirement is called NOPE-*" in refusal("requirements", "--only", "NOPE-*")


def test_an_out_folder_that_cannot_be_written_is_refused_before_the_run() -> None:
    with Broken(broken.hang) as server:
        said = refusal("run", server.url, "--instance", "i", "--out", "/proc/nowhere", SYNCANO_API_KEY=KEY)

    assert "error: cannot write to /proc/nowhere" in said
    assert "--out DIR" in said
    assert server.connections == 0


def test_an_out_folder_that_is_a_file() -> None:
    Path("out").touch()

    assert "is a file" in refusal("run", "--out", "out")


def test_a_full_disk_still_tells_the_conclusion(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(report, "write", full)

    result = call("run", "--depth", "quick", "--only", "USERS-ADD-1", "--out", "out")

    assert result.exit_code == 2
    assert "CONFORMANT: " in result.stdout
    assert "error: cannot write the report to out: No space left on device" in result.stderr


def test_a_port_that_is_taken(reference: Embedded) -> None:
    port = reference.url.split(":")[2].split("/", maxsplit=1)[0]

    said = refusal("serve", "--port", port)

    assert f"error: cannot listen on 127.0.0.1:{port}: " in said
    assert "--port" in said


def test_a_database_that_is_none() -> None:
    Path("users.sqlite3").write_text("not a database, but long enough to be looked at" * 10, encoding="utf-8")

    said = refusal("serve", "--port", "0", "--database", "users.sqlite3")

    assert "error: cannot use users.sqlite3: " in said


def test_a_kind_of_deployment_is_not_called_faulty() -> None:
    Path("users.sqlite3").write_text("no database", encoding="utf-8")

    said = refusal("serve", "--as", "syncano-platform", "--fault", "etag", "--port", "0", "--database", "users.sqlite3")

    kind, variant = [line for line in said.splitlines() if line.startswith("note: ")]
    assert kind == "note: kind syncano-platform: add-answers-201, groups-with-names, full-stop, throttled"
    assert variant.startswith("note: the target was given the variant etag on purpose: ")


# --- broken targets ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "talk",
    [broken.hang, broken.close, broken.cut_in_the_body, broken.talk_nonsense, broken.send_six_megabytes],
)
def test_a_target_that_gives_no_reply_is_refused_by_the_preflight(talk: Talk) -> None:
    with Broken(talk) as server:
        said = refusal("run", server.url, "--instance", "i", "--timeout", "0.3", SYNCANO_API_KEY=KEY)

    assert f"error: {server.url} gives no reply: " in said
    assert server.connections == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"id": NaN}', b'{"id": "\\ud800"}'],
    ids=["empty", "HTML", "cut", "array", "null", "binary", "deep", "NaN", "surrogate"],
)
def test_a_target_that_answers_nonsense_is_judged(content: bytes) -> None:
    with Broken(broken.answer(b"200", content)) as server:
        result = call("run", server.url, "--instance", "i", "--depth", "quick", SYNCANO_API_KEY=KEY)

    assert result.exit_code == 1
    assert "FAILED SHAPE-3 (MUST)" in result.stdout
    assert Path("reports/latest/results.json").is_file()


def a_user(instance: str) -> dict[str, object]:
    root = f"/v1.1/instances/{instance}"
    profile = f"{root}/classes/user_profile/objects/2/"
    return {
        "id": 1,
        "username": "somebody",
        "user_key": KEY[::-1],
        "groups": [],
        "links": {
            "self": f"{root}/users/1/",
            "groups": f"{root}/users/1/groups/",
            "reset-key": f"{root}/users/1/reset_key/",
            "profile": profile,
        },
        "profile": {
            **{"id": 2, "owner": 1, "revision": 1, "channel": None, "channel_room": None, "group": None},
            **{"owner_permissions": "full", "group_permissions": "none", "other_permissions": "none"},
            **{"created_at": "2026-11-21T20:00:00.000000Z", "updated_at": "2026-11-21T20:00:00.000000Z"},
            "links": {"self": profile, "owner": f"{root}/users/1/"},
        },
    }


@pytest.mark.parametrize("death", [broken.hang, broken.close])
def test_a_target_that_dies_after_the_preflight_costs_few_requests(death: Talk) -> None:
    with Broken(DieAfterOne(death)) as server:
        result = call(*("run", server.url, "--instance", "i", "--timeout", "0.2"), SYNCANO_API_KEY=KEY)

    results = json.loads(Path("reports/latest/results.json").read_text(encoding="utf-8"))
    assert result.exit_code == 2
    assert "INCONCLUSIVE: " in result.stdout
    assert results["requests"] < 10
    assert results["counts"]["MUST"]["failed"] == 0
    assert results["counts"]["MUST"]["cannot_tell"] > 40


class DieAfterOne:
    """Answers one request."""

    def __init__(self, death: Talk) -> None:
        self.death = death
        self.user = json.dumps(a_user("i")).encode()
        self.alive = True

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        (broken.answer(b"200", self.user) if self.alive else self.death)(connection, over)
        self.alive = False
