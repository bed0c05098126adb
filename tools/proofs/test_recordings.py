"""Slow proof, run by `make recordings`: 100,000 recorded exchanges are judged in little memory, and in what time."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import pytest

from recordings import OVERLAY, SAMPLE, story

EXCHANGES = 100_000
MOST_MEMORY = 150_000_000  # bytes
KEY = re.compile(r"\b[0-9a-f]{40}\b")


def lives() -> Iterator[dict[str, Any]]:
    """What users do, one after the other, as the pages have it."""
    return chain.from_iterable(map(story, count(1)))


def sample() -> Iterator[dict[str, Any]]:
    """The recorded traffic of a real deployment, an hour later and with other keys each time."""
    if not SAMPLE.exists():
        pytest.skip("the recorded sample is not here")
    entries = [json.dumps(each) for each in json.loads(SAMPLE.read_text(encoding="utf-8"))["log"]["entries"]]
    for hour in count():
        for text in entries:
            each = json.loads(with_other_keys(text, hour))
            started = datetime.fromisoformat(each["startedDateTime"]) + timedelta(hours=hour)
            yield {**each, "startedDateTime": started.isoformat()}


def with_other_keys(text: str, number: int) -> str:
    return KEY.sub(lambda found: f"{int(found[0], 16) ^ number:040x}", text)


def write(entries: Iterator[dict[str, Any]], path: Path) -> None:
    """Write a HAR file with a line for each entry."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [')
        file.writelines(f"{',' if number else ''}\n{json.dumps(each)}" for number, each in enumerate(entries))
        file.write("\n]}}")


def watched(process: subprocess.Popen[str]) -> Iterator[int]:
    """Yield, again and again, how much memory a process and its children use: what they share counts once; bytes."""
    while process.poll() is None:
        yield sum(map(in_use, [process.pid, *children(process.pid)]))
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return []


def in_use(pid: int) -> int:
    with suppress(OSError):
        shares = re.search(r"^Pss: *([0-9]+) kB$", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(shares[1]) << 10 if shares else 0
    return 0


def parsing(path: Path) -> float:
    """How long it takes to parse the entries of a file, one after the other, and do nothing with them; seconds."""
    began = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        for line in islice(file, 1, 1 + EXCHANGES):
            json.loads(line.rstrip(",\n"))
    return time.perf_counter() - began


# The sample adds the same ids again and again, which users that were removed meanwhile would explain.
@pytest.mark.parametrize(
    ("entries", "options", "conclusion"),
    [(lives, (), "conformant"), (sample, ("--overlay", OVERLAY), "inconclusive")],
)
def test_100_000_exchanges_are_judged_in_little_memory(
    entries: Callable[[], Iterator[dict[str, Any]]], options: tuple[object, ...], conclusion: str, tmp_path: Path
) -> None:
    path = tmp_path / "traffic.har"
    write(islice(entries(), EXCHANGES), path)
    command = [sys.executable, "-m", "syncano_contract", "judge", path, *options, "--out", tmp_path / "report"]

    began = time.perf_counter()
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as judging:
        memory = max(watched(judging))
        assert judging.stdout is not None
        told = judging.stdout.read()
    seconds = time.perf_counter() - began

    measured = f"{path.stat().st_size / 1e6:.0f} MB in {seconds:.1f} s with {memory / 1e6:.0f} MB of memory"
    print(f"\n{entries.__name__}: {measured}; its JSON alone takes {parsing(path):.1f} s")  # noqa: T201 - that is the point
    results = json.loads((tmp_path / "report" / "results.json").read_text(encoding="utf-8"))
    assert (results["requests"], results["conclusion"]) == (EXCHANGES, conclusion), told
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10  # of one process, also between two looks
    assert 0 < memory <= MOST_MEMORY
    assert largest <= MOST_MEMORY
