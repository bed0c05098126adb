"""How a run ends before it is through: by a signal, by its time, by its number of requests, by a full disk."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from click.testing import CliRunner

from altered import QUICK, Answer, altered, run_against, target_of, with_verdict
from syncano_contract import document, report
from syncano_contract.__main__ import main as run_program
from syncano_contract.bounds import LONGEST_END, Bounds, begun, seen_through
from syncano_contract.cleaning import HURRY
from syncano_contract.cli import main
from syncano_contract.cli.signals import Signals
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Report, Verdict
from syncano_contract.reference.seeds import render_target
from syncano_contract.reference.server import Embedded
from syncano_contract.run import run
from syncano_contract.settings import Depth, Settings
from syncano_contract.summary import summary

# Seconds from a signal to the end of the process: the waits that it allows itself, and the time that it computes, which
# other processes do not change much. By the clock it may be more on a busy machine; what hangs takes 20 s or more.
SOON = 2.0
SOME_TIME = 15.0


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Gate:
    """Passes answers on until one comes that it is to hold; then it tells, and holds that one and what follows."""

    def __init__(self, holds: Callable[[Answer], bool]) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self._holds = holds

    def __call__(self, answer: Answer) -> Answer:
        if not self.opened.is_set() and (self.reached.is_set() or self._holds(answer)):
            self.reached.set()
            self.opened.wait(20)
        return answer


class Throttle:
    """Asks to wait for 20 s from some request on."""

    def __init__(self, after: int) -> None:
        self.reached = threading.Event()
        self._left = after

    def __call__(self, answer: Answer) -> Answer:
        self._left -= 1
        if self._left > 0:
            return answer
        self.reached.set()
        return replace(answer, status=429, headers={"retry-after": "20"}, content=b"{}")


class Counter:
    """Tells when so many requests with a method have been answered."""

    def __init__(self, method: str, number: int) -> None:
        self.reached = threading.Event()
        self._method = method
        self._left = number

    def __call__(self, answer: Answer) -> Answer:
        self._left -= answer.request.method == self._method
        if self._left <= 0:
            self.reached.set()
        return answer


@contextmanager
def started(deployment: Embedded, *options: str) -> Iterator[subprocess.Popen[str]]:
    with deployment:
        Path("target.toml").write_text(render_target(deployment.url, deployment.seeds), encoding="utf-8")
        command = [sys.executable, "-m", "syncano_contract", "run", "--target", "target.toml", "--out", "out", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            yield process


def ended(process: subprocess.Popen[str], number: int, *, waits: float = LONGEST_END) -> str:
    """Send a signal, see that the process ends soon after, and return what it said; `waits` are seconds."""
    began, computed = monotonic(), _computed(process.pid)
    process.send_signal(number)
    begun(lambda: os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)).result(30)  # its times can still be read
    assert waits + _computed(process.pid) - computed < SOON
    assert monotonic() - began < SOME_TIME
    said, wrong = process.communicate()
    assert "Traceback" not in said + wrong
    return said + wrong


def _computed(pid: int) -> float:
    """Return the processor's seconds that a process has taken, see proc(5)."""
    times = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def written() -> Any:
    return json.loads(Path("out/results.json").read_bytes())


@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, "1"), (signal.SIGTERM, "4")])
def test_a_signal_ends_a_run_in_a_request_that_hangs(number: int, jobs: str) -> None:
    gate = Gate(lambda answer: b"contract-" in answer.content and answer.request.method == "PUT")
    with started(altered(gate), "--depth", "quick", "--jobs", jobs) as process:
        assert gate.reached.wait(20)
        said = ended(process, number)
        gate.opened.set()

    assert process.returncode == 128 + number
    assert "note: the run was interrupted" in said
    assert (written()["conclusion"], written()["interrupted"]) == ("inconclusive", True)
    assert written()["counts"]["MUST"]["cannot_tell"] > 40


def test_a_signal_ends_a_run_in_the_preflight() -> None:
    gate = Gate(lambda _: True)
    with started(altered(gate), "--depth", "quick") as process:
        assert gate.reached.wait(20)
        ended(process, signal.SIGINT)
        gate.opened.set()

    assert process.returncode == 130
    assert written()["counts"]["MUST"]["cannot_tell"] > 40
    assert [line[:23] for line in written()["left_behind"]] == ["perhaps a user 'contrac"]


def test_a_signal_ends_a_run_that_waits_for_a_throttling_target() -> None:
    throttle = Throttle(after=20)
    with started(altered(throttle), "--depth", "quick") as process:
        assert throttle.reached.wait(20)
        ended(process, signal.SIGTERM)

    assert process.returncode == 143


def test_a_signal_ends_a_run_in_schemathesis() -> None:
    gate = Gate(lambda answer: answer.request.method == "PUT")  # the preflight sends none
    with started(altered(gate), "--only", "GENERATED-1") as process:
        assert gate.reached.wait(20)
        ended(process, signal.SIGINT)
        gate.opened.set()

    assert process.returncode == 130
    assert written()["results"][0]["message"].startswith("the run was interrupted")


def test_a_signal_ends_cleaning_up_and_what_is_left_is_told() -> None:
    removals = Gate(lambda answer: answer.request.method == "DELETE")
    with started(altered(removals), "--depth", "quick", "--only", "USERS-*", "--cleanup") as process:
        assert removals.reached.wait(20)
        said = ended(process, signal.SIGINT)
        removals.opened.set()

    assert process.returncode == 130
    assert "note: --cleanup could not remove" in said
    assert len(written()["left_behind"]) > 20
    assert written()["conclusion"] == "inconclusive"


def test_a_signal_still_lets_a_run_clean_up() -> None:
    counter = Counter("PUT", 1)
    with started(altered(counter), "--depth", "quick", "--only", "USERS-UPDATE-1", "--cleanup") as process:
        assert counter.reached.wait(20)
        said = ended(process, signal.SIGTERM, waits=LONGEST_END + HURRY)

    assert process.returncode == 143
    assert "each proven: a further DELETE finds nobody" in said
    assert written()["left_behind"] == []


def test_a_second_signal_ends_cleaning_up_and_what_there_is_is_written() -> None:
    gate = Gate(lambda answer: answer.request.method == "PUT")
    with started(altered(gate), "--depth", "quick", "--cleanup") as process:
        assert gate.reached.wait(20)
        process.send_signal(signal.SIGINT)
        said = ended(process, signal.SIGTERM, waits=LONGEST_END * 2)  # as GitHub cancels a job
        gate.opened.set()

    assert process.returncode in (130, 143)  # whichever of the two came first
    assert "note: --cleanup could not remove" in said
    assert written()["conclusion"] == "inconclusive"
    assert len(written()["left_behind"]) >= 3


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_each_interrupt_ends_one_stage_and_one_more_ends_all() -> None:
    first, second = Bounds(), Bounds()
    for stage in (first, second):
        stage.ended.add_done_callback(lambda _: interrupt())
    never = threading.Event()

    def work() -> None:
        interrupt()
        never.wait(20)

    with pytest.raises(KeyboardInterrupt):
        seen_through(work, [first, second])

    assert first.was_interrupted
    assert second.was_interrupted
    never.set()


@pytest.mark.parametrize("moment", ["syncano_contract.run._report", "syncano_contract.report.write"])
def test_a_signal_after_the_last_request_loses_no_report(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    module, _, name = moment.rpartition(".")
    real = getattr(import_module(module), name)

    def interrupted(*given: Any, **more: Any) -> Any:
        interrupt()
        interrupt()
        return real(*given, **more)

    monkeypatch.setattr(moment, interrupted)

    result = CliRunner().invoke(main, ["run", "--depth", "quick", "--only", "USERS-ADD-1", "--out", "out"])

    assert result.exit_code == 130
    assert written()["requests"] > 0


def test_the_third_signal_ends_what_is_left_to_do() -> None:
    with Signals() as signals:
        signals.hold()
        interrupt()
        signal.raise_signal(signal.SIGTERM)

        with pytest.raises(KeyboardInterrupt):
            interrupt()

    assert signals.code == 130


# --- what breaks ------------------------------------------------------------------------------------------------------


def exit_code_of(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> object:
    """Run the program, in which this is raised while a command is loaded."""

    def broken(_: str) -> None:
        raise error

    monkeypatch.setattr("syncano_contract.cli.import_module", broken)
    monkeypatch.setattr(sys, "argv", ["syncano-contract", "run"])
    with pytest.raises(SystemExit) as ended:
        run_program()
    return ended.value.code


def test_an_interrupt_while_a_command_is_loaded_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    assert exit_code_of(monkeypatch, KeyboardInterrupt()) == 130


@pytest.mark.parametrize(
    "error", [MemoryError(), BrokenPipeError(), RecursionError("too\ndeep"), ValueError("\x1b[2J")]
)
def test_what_breaks_is_told_in_one_line_and_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert exit_code_of(monkeypatch, error) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_what_breaks_shows_no_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SYNCANO_API_KEY", "short-key")

    exit_code_of(monkeypatch, ValueError(f"invalid header value b'short-key', {'0123456789abcdef' * 2}\x1b[2J"))

    assert capsys.readouterr().err.splitlines() == [
        "error: the program itself broke: ValueError: invalid header value b'<SYNCANO_API_KEY>', <redacted> [2J",
        "  SYNCANO_CONTRACT_TRACEBACK=1 shows where",
    ]


def test_where_it_broke_is_shown_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCANO_CONTRACT_TRACEBACK", "1")

    with pytest.raises(ValueError, match="here"):
        exit_code_of(monkeypatch, ValueError("here"))


# --- bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 8])
def test_no_more_requests_are_sent_than_were_allowed(jobs: int) -> None:
    arrived: list[str] = []

    def count(answer: Answer) -> Answer:
        arrived.append(answer.request.method)
        return answer

    found = run_against(altered(count), replace(QUICK, max_requests=60, jobs=jobs, cleanup=True))

    reason = "--max-requests 60 were sent: what was not looked at by then cannot be told"
    untold = [each for each in found.results if each.verdict is Verdict.CANNOT_TELL]
    assert sum(method != "DELETE" for method in arrived) == 60
    assert [each.message for each in untold if not each.message.startswith(reason)] == []
    assert len(untold) > 50
    assert with_verdict(found, Verdict.FAILED) == set()
    assert reason in found.notes
    assert found.left_behind == ()
    assert conclude(found) is Conclusion.INCONCLUSIVE
    assert "\n".join(summary(found)).count(reason) == 1


def test_a_run_that_needs_all_its_requests_is_judged() -> None:
    needed = run_against(Embedded(), replace(QUICK, only=("USERS-ADD-1",))).requests

    found = run_against(Embedded(), replace(QUICK, only=("USERS-ADD-1",), max_requests=needed))

    assert conclude(found) is Conclusion.CONFORMANT
    assert found.notes == ()


def test_a_bound_in_the_preflight_still_gives_a_report() -> None:
    found = run_against(Embedded(), replace(QUICK, max_requests=2))

    assert found.requests == 2
    assert {each.verdict for each in found.results} == {Verdict.CANNOT_TELL, Verdict.UNTESTED}
    assert len(found.results) > 70


def test_a_run_ends_after_its_time_even_in_a_request_that_hangs() -> None:
    gate = Gate(lambda answer: answer.request.method == "PUT")
    others, began = {*threading.enumerate()}, monotonic()

    with altered(gate) as deployment:
        found = run(target_of(deployment), document.load(), replace(QUICK, max_time=3, jobs=2), lambda *_: None)
        gate.opened.set()

    took = monotonic() - began
    for left in {*threading.enumerate()} - others:
        left.join(20)  # at its end pytest goes back to this folder, when another test may be in its own
    reason = "--max-time 3 was over: what was not looked at by then cannot be told"
    assert took < 3 + SOME_TIME
    assert gate.reached.is_set()
    assert reason in found.notes
    assert with_verdict(found, Verdict.FAILED) == set()
    assert all(each.message.startswith(reason) for each in found.results if each.verdict is Verdict.CANNOT_TELL)
    assert any(exchange.error == reason for exchange in found.exchanges)
    assert found.was_interrupted is False


# --- two at a time, and no room ---------------------------------------------------------------------------------------


def test_two_runs_at_the_same_time_do_not_disturb_each_other() -> None:
    with Embedded() as deployment:
        Path("target.toml").write_text(render_target(deployment.url, deployment.seeds), encoding="utf-8")
        command = [sys.executable, "-m", "syncano_contract", "run", "--target", "target.toml", "--only", "USERS-ADD-1"]
        runs = [
            subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for options in ((), ("--seed", "1"), ("--out", "out"), ("--out", "out", "--seed", "1"))
        ]
        said = [run.communicate(timeout=60) for run in runs]

    assert [run.returncode for run in runs] == [0] * 4, said
    folders = [path for path in Path("reports").iterdir() if path.is_dir() and not path.is_symlink()]
    assert len(folders) == 2
    assert Path("reports/latest").resolve() in [folder.resolve() for folder in folders]
    assert "2 runs of 1 target" in Path("reports/index.html").read_text(encoding="utf-8")
    for folder in (*folders, Path("out")):
        assert {path.name for path in folder.iterdir()} == {"results.json", "traffic.har", *report.RENDERERS}
        assert _started(folder) == _started_as_traffic(folder)


def _started(folder: Path) -> int:
    return int(json.loads((folder / "results.json").read_bytes())["requests"])


def _started_as_traffic(folder: Path) -> int:
    return len(json.loads((folder / "traffic.har").read_bytes())["log"]["entries"])


def test_files_of_two_reports_are_never_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (replace(run_against(Embedded(), replace(QUICK, only=(name,)))) for name in ("SHAPE-1", "LINKS-1"))
    real, writing = Path.replace, threading.Event()
    other = threading.Thread(target=lambda: report.write(second, Path("out")))

    def slowly(path: Path, name: Any) -> Path:
        if threading.current_thread() is not other and not writing.is_set():
            writing.set()
            other.start()
            other.join(0.3)  # it has to wait until all files of the first are there
        return real(path, name)

    monkeypatch.setattr(Path, "replace", slowly)

    report.write(first, Path("out"))
    other.join()

    assert all(b"LINKS-1" in (Path("out") / name).read_bytes() for name in ("results.json", "junit.xml", "report.html"))
    assert all(b"SHAPE-1" not in (Path("out") / name).read_bytes() for name in ("results.json", "junit.xml"))


def test_a_disk_that_is_full_in_the_middle_of_a_file_loses_no_earlier_report(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = run_against(Embedded(), replace(QUICK, only=("SHAPE-1",)))
    report.write(earlier, Path("out"))
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    real = Path.open

    def on_a_full_disk(path: Path, *arguments: Any, **options: Any) -> Any:
        opened = real(path, *arguments, **options)
        if ".junit" in path.name:
            with real(Path("/dev/full"), "wb", buffering=0) as full:
                os.dup2(full.fileno(), opened.fileno())
        return opened

    monkeypatch.setattr(Path, "open", on_a_full_disk)

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        report.write(replace(earlier, seed=1), Path("out"))

    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


# --- schemathesis -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.kill(os.getpid(), 9)", "schemathesis was ended by signal 9: it printed nothing"),
        ("import sys; sys.exit('no such option')", "no generated request of updateUser was accepted"),
        ("import sys; print('what?', file=sys.stderr); sys.exit(3)", "schemathesis broke with exit code 3: what?"),
        ("""print('{"exchange": 1, "fin')""", "schemathesis wrote what is no finding"),
        ("""print('{"exchange": 99999, "finding": "x"}')""", "schemathesis wrote what is no finding"),
        ("""print('{"exchange": null}')""", "schemathesis wrote what is no finding"),
        ("import time; time.sleep(60)", "schemathesis did not finish within 1 s"),
    ],
    ids=["killed", "usage", "exit code", "cut off", "no such exchange", "no number", "hung"],
)
def test_a_schemathesis_that_breaks_cannot_tell(monkeypatch: pytest.MonkeyPatch, program: str, reason: str) -> None:
    monkeypatch.setattr("syncano_contract.properties._command", lambda *_: [sys.executable, "-c", program])
    monkeypatch.setattr("syncano_contract.properties.LONGEST", dict.fromkeys(Depth, 1))

    assert _generated(run_against(Embedded(), Settings(only=("GENERATED-1",)))).startswith(reason)


def test_a_schemathesis_that_is_not_there_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncano_contract.properties._command", lambda *_: ["/nowhere/python"])

    found = run_against(Embedded(), Settings(only=("GENERATED-1",)))

    assert _generated(found) == "schemathesis cannot be started: No such file or directory"


def _generated(found: Report) -> str:
    (result,) = found.results
    assert result.verdict is Verdict.CANNOT_TELL
    return result.message
