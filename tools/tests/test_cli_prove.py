"""The commands on faults: what they print, write and exit with, in real processes where that matters."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from click.testing import CliRunner, Result

from syncano_contract import target, trials
from syncano_contract.cli import main
from syncano_contract.model import Level
from syncano_contract.proof import REFERENCE, Failure, Trial
from syncano_contract.reference.faults import ALTERATIONS, FAULTS

PROGRAM = [sys.executable, "-m", "syncano_contract"]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def call(*words: str) -> Result:
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


# --- faults -----------------------------------------------------------------------------------------------------------


def test_faults_are_listed_with_level_and_sentence_by_group() -> None:
    lines = call("faults").stdout.splitlines()

    assert lines[0] == "statuses:"
    assert re.fullmatch(r"  add-answers-201 +MUST   A user that is added is answered with 201\.", lines[1])
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [*ALTERATIONS]
    assert [line for line in lines if re.match(r"  etag {37,}Replies", line)]


# --- run and serve ----------------------------------------------------------------------------------------------------


def test_a_run_with_a_fault_says_so_everywhere() -> None:
    result = call("run", "--fault", "add-answers-201", "--fault", "etag", "--depth", "quick", "--only", "USERS-ADD-1")

    results = json.loads(Path("reports/latest/results.json").read_text(encoding="utf-8"))
    note = "the target was given the fault add-answers-201 on purpose: A user that is added is answered with 201."
    assert result.exit_code == 1
    assert f"note: {note}" in result.stdout.splitlines()
    assert results["notes"][0] == note
    assert note in Path("reports/latest/report.html").read_text(encoding="utf-8")
    assert "repeat: syncano-contract run --fault add-answers-201 --fault etag --depth quick" in result.stdout
    assert results["command"].startswith("syncano-contract run --fault add-answers-201 --fault etag ")


def test_a_run_without_faults_does_not_load_them() -> None:
    code = "import sys, syncano_contract.cli.run; print(*(name for name in sys.modules if '.faults' in name))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["syncano_contract.cli.faults"]


@pytest.mark.parametrize("words", [("http://127.0.0.1:1/v1.1", "--instance", "i"), ("--target", "target.toml")])
def test_a_live_deployment_is_given_no_fault(words: tuple[str, ...]) -> None:
    Path("target.toml").write_text(target.TEMPLATE, encoding="utf-8")

    result = call("run", *words, "--fault", "add-answers-201")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: only the embedded reference deployment can be given a --fault")


@pytest.mark.parametrize("command", ["run", "serve", "prove"])
def test_an_unknown_fault_is_refused_with_a_suggestion(command: str) -> None:
    result = call(command, "--fault", "add-answer-201")

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: no fault is called add-answer-201",
        "  did you mean add-answers-201? `syncano-contract faults` lists them",
    ]
    assert list(Path().iterdir()) == []


def test_serve_with_a_fault_has_it_and_says_so() -> None:
    words = ["serve", "--port", "0", "--fault", "add-answers-201"]
    with subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stderr.readline()
        lines = [process.stdout.readline() for _ in range(4)]
        url, key = lines[0].split()[-1], lines[3].split()[1]
        reply = urllib3.request(
            "POST",
            f"{url}/instances/{lines[2].split()[1]}/users/",
            headers={"X-API-KEY": key},
            json={"username": "somebody new", "password": "Roach, the 2nd"},
        )
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)

    assert said.startswith("note: the target was given the fault add-answers-201 on purpose")
    assert reply.status == 201


# --- prove ------------------------------------------------------------------------------------------------------------


def test_prove_runs_the_suite_against_each_and_writes_both_files() -> None:
    result = call(
        *("prove", "--depth", "quick", "--jobs", "2"),
        *("--fault", "etag", "--fault", "add-answers-201", "--fault", "no-links"),
    )

    tree = json.loads(Path("reports/prove/prove.json").read_text(encoding="utf-8"))
    assert result.exit_code == 0, result.output
    assert re.search(r"^  noticed +add-answers-201 +MUST +\d+ +\d+\.\d s .*USERS-ADD-1", result.stdout, re.M)
    assert re.search(r"^  clean +etag$", result.stdout, re.M)
    assert "PROVED: depth quick, 2 faults" in result.stdout
    assert "requirements that no fault turns red" not in result.stdout
    assert sorted(line.split()[-1] for line in result.stderr.splitlines()) == [
        *("add-answers-201", "etag", "no-links", "reference"),
    ]
    assert [each["name"] for each in tree["faults"]] == ["add-answers-201", "no-links"]
    assert 0 < tree["faults"][0]["first"]["after"] <= tree["faults"][0]["requests"]
    assert 0 < tree["faults"][0]["first"]["seconds"] <= tree["faults"][0]["seconds"]
    assert Path("reports/prove/prove.html").is_file()
    assert [path.name for path in Path().iterdir()] == ["reports"]


@pytest.fixture
def clean_trials(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Trials that find nothing and take no time; the names that were tried."""
    tried: list[str] = []

    def found(names: list[str], *_: object) -> Iterator[Trial]:
        tried.extend(names)
        yield from (Trial(name) for name in names)

    monkeypatch.setattr(trials, "trials", found)
    return tried


def test_prove_exits_with_1_and_names_what_is_missing(clean_trials: list[str]) -> None:
    result = call("prove", "--fault", "add-answers-201", "--out", "out")

    assert result.exit_code == 1
    assert "GAP: no failed MUST noticed add-answers-201: A user that is added is answered with 201." in result.stdout
    assert clean_trials == [REFERENCE, "add-answers-201"]
    assert Path("out/prove.json").is_file()


def test_prove_tries_all_of_them_unless_some_are_named(clean_trials: list[str]) -> None:
    result = call("prove")

    assert clean_trials == [REFERENCE, *ALTERATIONS]
    assert result.stdout.count("GAP: no failed ") == len(FAULTS)
    assert "GAP: no fault turns USERS-ADD-1 (MUST) red" in result.stdout


def test_prove_tells_a_false_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    alarm = Failure("USERS-ADD-1", Level.MUST, "expected a, saw b", 1, 0.1)
    monkeypatch.setattr(
        trials,
        "trials",
        lambda names, *_: (Trial(name, () if name == REFERENCE else (alarm,)) for name in names),
    )

    result = call("prove", "--fault", "etag", "--depth", "quick")

    assert result.exit_code == 1
    assert "variants that raised an alarm: etag" in result.stdout


@pytest.mark.parametrize(("option", "value"), [("--jobs", "0"), ("--jobs", "many"), ("--depth", "deepest")])
def test_unknown_values_of_options(option: str, value: str) -> None:
    result = call("prove", option, value)

    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.stderr


def test_an_out_folder_that_cannot_be_written_is_refused_before_anything_is_run(clean_trials: list[str]) -> None:
    result = call("prove", "--out", "/proc/nowhere")

    assert result.exit_code == 2
    assert "error: cannot write to /proc/nowhere" in result.stderr
    assert clean_trials == []


def test_an_interrupt_ends_every_process() -> None:
    command = [*PROGRAM, "prove", "--jobs", "2", "--out", "out"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()

    assert process.returncode == 130
    assert said.splitlines()[-1] == "interrupted; no report was written"
    assert "Traceback" not in said
    assert _still_alive(process.pid) == []
    assert list(Path("out").iterdir()) == []


def _still_alive(session: int) -> list[str]:
    """The processes of a session that are left after a moment, but for those that ended and nobody asked about."""
    for _ in range(50):
        left = [line for line in _processes(session) if line.split()[1] != "Z"]
        if not left:
            break
        time.sleep(0.1)
    return left


def _processes(session: int) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "sid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in listed.splitlines() if line.split()[0] == str(session)]
