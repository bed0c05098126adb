"""The later half of a long recording, judged by another process: the report is the same as that of one process."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recordings import BASE, OVERLAY, SAMPLE, add, entry, har, key, look, of_files, reset, story, update, user
from syncano_contract import feed
from syncano_contract.document import load
from syncano_contract.model import Report
from syncano_contract.outcome import CannotTell, Failed
from syncano_contract.recorded import ahead
from syncano_contract.recorded.archive import Archive, Trouble, opened
from syncano_contract.recorded.found import Found
from syncano_contract.recorded.recording import Later, Recording

LIVES = [each for number in range(1, 31) for each in story(number)]

MANY = [each for number in range(1, 301) for each in story(number)]  # more than a pipe holds of their events

Joined = list[bool]


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Joined:
    """Let two processes judge whatever its length, and tell for each recording whether what was found ahead counted."""
    told: Joined = []
    join = Recording.join

    def telling(self: Recording, later: Later) -> bool:
        told.append(join(self, later))
        return told[-1]

    monkeypatch.setattr(feed, "CHUNK", 5000)
    monkeypatch.setattr(ahead, "BLOCK", 5000)
    monkeypatch.setattr(ahead, "LEAST", 0)
    monkeypatch.setattr(ahead, "_may_fork", lambda: True)
    monkeypatch.setattr(Recording, "join", telling)
    return told


def alone(paths: list[Path], monkeypatch: pytest.MonkeyPatch, **more: Any) -> Report:
    with monkeypatch.context() as patched:
        patched.setattr(ahead, "_may_fork", lambda: False)
        return of_files(paths, **more)


def written(tmp_path: Path, content: str | bytes, name: str = "x.har") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def with_errors() -> Iterator[dict[str, Any]]:
    """Traffic with something wrong of each sort, early and late, so that it matters which came first and how many."""
    for number in range(1, 25):
        at, old, new = 10.0 * number, key(2 * number - 1), key(2 * number)
        yield add(number, old, at=at, status=201 if number % 3 else 200)
        yield add(number, old, at=at, status=400, shown={"password": ["no"]}, sent={"username": f"user{number}"})
        yield look(old, shown={**user(number, old), "extra": number, f"odd{number % 7}": 1}, at=at + 1)
        yield look("", 200, shown=user(1, old), at=at + 1)
        yield entry("GET", f"/instances/other{number}/user/", 500 + number % 4, {"detail": "Traceback"}, at=at + 2)
        yield update(number, "", status=404, shown={"detail": f"Nobody {number % 2}"}, at=at + 2)
        yield reset(number, old, old if number > 12 else new, at=at + 3)
        yield look(old, shown=user(number % 5, old), at=at + 4)
        yield entry("PATCH", f"/instances/rivia/users/{number}/", 405, {"detail": "no"}, at=at + 5)
        yield entry("GET", "/instances/rivia/user/", 0, at=at + 6)
        yield {**look(old, shown=user(number, old), at=at + 7), "_fromCache": "disk"}
        yield look(old, 403, base="https://elsewhere.example/v1", at=at + 8)
        yield look(old, 403, path="/other/", at=at + 8)
        yield from [look(old, 404, path=f"/instances/rivia{number // 15}/user/", at=at + 8)] * (number - 10)
        yield look(old, shown=user(number, old), path=f"/instances/own{number}/user/", at=at + 8)
        yield without_a_body(look(new, shown=user(number, new), at=at + 9))


def without_a_body(each: dict[str, Any]) -> dict[str, Any]:
    return {**each, "response": {**each["response"], "content": {"size": 99}}}


RECORDINGS: dict[str, Callable[[], str]] = {
    "lives": lambda: har(LIVES),
    "indented": lambda: json.dumps(json.loads(har(LIVES)), indent=2),
    "byte order mark": lambda: "\ufeff" + har(LIVES),
    "errors": lambda: har([*with_errors()]),
    "pages before": lambda: har(LIVES, pages=[{"startedDateTime": "x", "id": "page_1"}] * 3),
    "members behind": lambda: har(LIVES)[:-2] + ', "pages": [{"startedDateTime": "x"}], "comment": ""}, "x": {}}',
    "not all begin alike": lambda: har([{"_id": 1, **each} if at % 3 else each for at, each in enumerate(LIVES)]),
    "in any order": lambda: har(LIVES[::-1]),
}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", RECORDINGS)
def test_two_processes_find_what_one_finds(
    name: str, share: float, joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "SHARE", share)
    path = written(tmp_path, RECORDINGS[name]())

    assert of_files([path]) == alone([path], monkeypatch)
    assert joined == [True]


def nested(each: dict[str, Any]) -> dict[str, Any]:
    """An entry with objects in it that begin as entries do."""
    return {**each, "_parts": [{"time": 1}, {"time": 2}, {"request": {}}, {"startedDateTime": 3}] * 20}


# Of these the one with most entries is dropped when the ninth comes, as it had fewest by then.
HOSTS = [*[0] * 60, 1, *(number for number in range(2, 9) for _ in range(5)), *[1] * 90]

# What makes a guess of where an entry begins a wrong one, or that of its number; or what has to be told by its number,
# or together with what stands before.
OTHERWISE: dict[str, Callable[[], str]] = {
    "objects that begin as entries do": lambda: har([nested(each) for each in LIVES]),
    "entries that begin otherwise": lambda: har([{"x": 1, **each} for each in LIVES]),
    "a time within an entry": lambda: har([{**LIVES[0], "_x": {"startedDateTime": 1}}, *LIVES[1:]]),
    "an entry without a time": lambda: har([{"request": LIVES[0]["request"], "time": 1}, *LIVES]),
    "entries of something else": lambda: har([], pages=LIVES),
    "entries behind those": lambda: har(LIVES[:6])[:-2] + f', "_removed": {json.dumps(LIVES)}}}}}',
    "one of them is odd": lambda: har([*LIVES, {"time": 5}, *LIVES[:2]]),
    "a number": lambda: har([*LIVES, 5, *LIVES[:2]]),
    "cut off": lambda: har(LIVES)[:-300],
    "broken": lambda: har(LIVES)[:-3000] + har(LIVES)[-2900:],
    "another one behind": lambda: har(LIVES) + har(LIVES),
    "many base URLs": lambda: har([look(key(1), 403, base=f"https://host{n % 12}.example") for n in range(300)]),
    "one base URL too many": lambda: har([look(key(1), 403, base=f"https://host{n}.example") for n in HOSTS]),
    "two arrays": lambda: har(LIVES[:9])[:-2] + f', "entries": {json.dumps(LIVES)}}}}}',
}


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("name", OTHERWISE)
@pytest.mark.usefixtures("joined")
def test_a_wrong_guess_makes_no_difference(
    name: str, share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "SHARE", share)
    path = written(tmp_path, OTHERWISE[name]())

    assert outcome([path]) == outcome([path], monkeypatch)


def outcome(paths: list[Path], monkeypatch: pytest.MonkeyPatch | None = None) -> Report | str:
    try:
        return alone(paths, monkeypatch) if monkeypatch else of_files(paths)
    except Exception as error:  # noqa: BLE001 - whatever it is, it has to be the same
        return repr(error)


def test_each_of_several_files_is_halved(joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [written(tmp_path, har([*with_errors()][half::2]), f"{half}.har") for half in (0, 1)]

    assert of_files(paths) == alone(paths, monkeypatch)
    assert joined == [True, True]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the recorded sample is not here")
def test_the_traffic_of_a_real_deployment_is_judged_alike(
    joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert of_files([SAMPLE], overlays=(OVERLAY,)) == alone([SAMPLE], monkeypatch, overlays=(OVERLAY,))
    assert joined == [True]


def test_a_compressed_file_is_read_by_one_process(joined: Joined, tmp_path: Path) -> None:
    found = of_files([written(tmp_path, gzip.compress(har(LIVES).encode(), mtime=0))])

    assert (found.requests, joined) == (len(LIVES), [])


def test_a_short_file_is_read_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_context", lambda _: pytest.fail("another process"))

    assert of_files([written(tmp_path, har(LIVES))]).requests == len(LIVES)


def test_what_the_other_process_fails_at_is_done_here(
    joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, har(LIVES))
    monkeypatch.setattr(Archive, "reopened", lambda _: 1 / 0)

    assert of_files([path]) == alone([path], monkeypatch)
    assert (joined, capfd.readouterr().err) == ([], "")


@pytest.mark.parametrize("lacking", ["fork", "pipe"])
def test_where_there_can_be_no_other_process_there_is_none(
    lacking: str, joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError("there are too many")

    monkeypatch.setattr(os, lacking, full)

    assert of_files([written(tmp_path, har(LIVES))]).requests == len(LIVES)
    assert joined == []


def test_a_process_that_may_have_no_other_one_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    may_fork = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    for is_daemon in (False, True):
        monkeypatch.setattr(multiprocessing.process.current_process(), "_config", {"daemon": is_daemon})
        may_fork.append(ahead._may_fork())

    assert may_fork == [True, False]


class Unreadable(io.BytesIO):
    """A file of which the later half cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 40_000:
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.mark.usefixtures("joined")
def test_what_cannot_be_read_is_told_by_who_reads_up_to_there() -> None:
    entries = [*Archive(Path("x"), Unreadable(har(LIVES).encode()), "x").entries()]
    archive = Archive(Path("x"), Unreadable(har(LIVES).encode()), "x")
    with ahead.begun(archive, Recording(load(), None), 0) as other:
        assert other.start == 0

    assert entries[-1] == Trouble("cannot be read: Input/output error")


def test_another_process_that_dies_is_not_needed(
    joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, har(LIVES))
    monkeypatch.setattr(Recording, "later", lambda *_: os.kill(os.getpid(), signal.SIGKILL))

    assert of_files([path]) == alone([path], monkeypatch)
    assert joined == []


def test_ctrl_c_is_the_first_process_s_to_act_on(
    joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    listen, interrupted = ahead.Ahead.listen, list[int]()

    def interrupting(self: ahead.Ahead) -> None:
        if not interrupted:
            (process,) = multiprocessing.active_children()
            assert process.pid is not None
            assert self._reader is not None
            self._reader.poll(None)  # then it has begun, and it waits until it is listened to
            os.kill(process.pid, signal.SIGINT)
            interrupted.append(process.pid)
        listen(self)

    monkeypatch.setattr(ahead.Ahead, "listen", interrupting)

    assert of_files([written(tmp_path, har(MANY))]).requests == len(MANY)
    assert (joined, len(interrupted), capfd.readouterr().err) == ([True], 1, "")


@pytest.mark.usefixtures("joined")
def test_the_other_process_ends_where_the_first_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead.Ahead, "listen", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        of_files([written(tmp_path, har(MANY))])
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("joined")
def test_the_other_process_ends_where_the_first_one_is_killed(tmp_path: Path) -> None:
    path, context = written(tmp_path, har(MANY)), multiprocessing.get_context("fork")
    told, telling = context.Pipe(duplex=False)

    def begin_and_be_killed() -> None:
        with opened(path, io.BytesIO()) as archive, ahead.begun(archive, Recording(load(), None), 0):
            telling.send(len(multiprocessing.active_children()))
            os.kill(os.getpid(), signal.SIGKILL)

    first = context.Process(target=begin_and_be_killed)
    first.start()
    telling.close()

    assert told.recv() == 1
    assert told.poll(60), "one of them holds the other end still"
    with pytest.raises(EOFError):
        told.recv()
    first.join()


def test_all_keys_and_users_are_known_across_the_halves(
    joined: Joined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key from the first half that is replaced in the second one is an old one there."""
    monkeypatch.setattr(ahead, "SHARE", 0.5)
    filling = [look(key(9), 403, at=at) for at in range(50)]
    late = [look(key(1), shown=user(1, key(1)), at=90), look(key(1), shown=user(2, key(1)), at=91)]
    entries = [add(1, key(1)), *filling, reset(1, key(1), key(2), at=80), *late]

    found = of_files([written(tmp_path, har(entries))])

    failed = {each.requirement: each.evidence for each in found.results if each.verdict.value == "failed"}
    assert joined == [True]
    assert failed["USERS-RESET-5"] == (1, 52, 53)
    assert failed["USER-DETAILS-1"] == (1, 54)
    assert found.target == BASE


# --- what is put together ---------------------------------------------------------------------------------------------


def found(entries: list[dict[str, Any]], first: int = 0) -> Found:
    recording = Recording(load(), BASE, entries=first)
    recording.take(entries, "x.har", 0)
    return recording.judging.found


def state(value: object) -> object:
    """All that an object holds, to be compared, but for what only saves memory."""
    if isinstance(value, dict):
        return {key: state(each) for key, each in value.items() if key not in ("_texts", "_users")}
    if isinstance(value, list | tuple):
        return [state(each) for each in value]
    return [type(value), state(vars(value))] if hasattr(value, "__dict__") else value


WITH_ERRORS = [each for each in with_errors() if each["request"]["url"].startswith(f"{BASE}/instances/")]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98])
def test_the_parts_show_together_what_the_whole_shows(share: float) -> None:
    at = int(len(WITH_ERRORS) * share)

    first = found(WITH_ERRORS[:at])
    first.join(found(WITH_ERRORS[at:], at))

    assert state(first) == state(found(WITH_ERRORS))


OUTCOMES = [None, Failed("this", "that"), CannotTell("so"), Failed("more", "less"), CannotTell("otherwise")]


@pytest.mark.parametrize("at", range(4))
def test_the_first_failure_is_the_one_that_is_told(at: int) -> None:
    for told in itertools.permutations(OUTCOMES, 3):
        whole, first, later = Found(), Found(), Found()
        for number, each in enumerate(told):
            whole.enter(("HTTP-1", each))
            (first if number < at else later).enter(("HTTP-1", each))

        first.join(later)

        assert state(first) == state(whole)
