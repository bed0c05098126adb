"""The benchmark: which deployments it takes, what it counts as a kill, and how it tells its figures."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from bench.__main__ import step
from bench.figures import Pace, Row, harmless, known, noticed, pace, row, sampled
from bench.loop import send
from bench.measure import REFERENCE, Measured, Spent, Stopped, run
from bench.plot import plot, ticks
from bench.recording import Recorded
from bench.schemathesis_peer import Peer
from bench.server import Counts, served
from bench.suite import Suite
from bench.table import Circumstances, ratio, table
from bench.ways import Finding, NoReport
from bench.written import Benchmark, write
from syncano_contract.model import Level
from syncano_contract.reference.faults import Alteration
from syncano_contract.settings import Depth

A, B, C = ("A",), ("B",), ("C",)
QUICK = Row("quick", 9, 10, 0, 0, 3, 390, 1.52, 92_000_000)
PLAIN = Row("schemathesis 4", 4, 10, 3, 1, 3, 900, 12.0, 298_000_000)
PACE = Pace(directed=1100.0, bare=2000.0, alike=1.0)
CIRCUMSTANCES = Circumstances("2026-11-21", 2, 80, 24, 5)
SVG = "{http://www.w3.org/2000/svg}"


def alterations(**groups: int) -> tuple[Alteration, ...]:
    return tuple(
        Alteration(f"{group}{number}", group, "", Level.MUST)
        for group, size in groups.items()
        for number in range(size)
    )


def measured(
    way: str = "quick",
    deployment: str = REFERENCE,
    findings: tuple[Finding, ...] = (),
    counts: Counts | None = None,
    spent: Spent | None = None,
) -> Measured:
    counts, spent = counts or Counts(1, 1.0), spent or Spent(1.0, 1, ended=True)
    return Measured(way, deployment, frozenset(findings), counts, spent)


def names(taken: tuple[Alteration, ...]) -> list[str]:
    return [each.name for each in taken]


def test_every_nth_of_each_group_is_taken_from_the_middle_of_the_first_n() -> None:
    assert names(sampled(alterations(a=9, b=4), 4)) == ["a2", "a6", "b2"]


def test_a_small_group_gives_one() -> None:
    assert names(sampled(alterations(a=2, b=1), 8)) == ["a1", "b0"]


def test_a_step_of_one_takes_all_in_their_order() -> None:
    every = alterations(b=3, a=2)

    assert sampled(every, 1) == every


def test_a_variant_with_a_recorded_reason_is_no_measure_of_false_alarms() -> None:
    plain, excused = alterations(a=2)

    assert harmless((plain, replace(excused, reasons={"X-1": "because"}))) == (plain,)


def test_what_a_way_finds_without_a_fault_is_known_of_all_its_runs_and_of_no_other_way() -> None:
    runs = [measured(findings=(A,)), measured(findings=(B,)), measured("other", findings=(C,))]

    assert known(runs, "quick") == {A, B}


@pytest.mark.parametrize(("findings", "kill"), [((), False), ((A,), False), ((A, B), True), ((B,), True)])
def test_a_kill_is_a_finding_that_is_not_known_already(findings: tuple[Finding, ...], kill: bool) -> None:
    assert noticed(measured(findings=findings), frozenset({A})) is kill


def test_a_row_holds_a_ways_own_kills_alarms_and_medians() -> None:
    clean = [
        measured(findings=(A,), counts=Counts(requests, 1.0), spent=Spent(seconds, memory, ended=True))
        for requests, seconds, memory in ((10, 3.0, 500), (30, 1.0, 100), (20, 2.0, 300))
    ]
    faulty = [
        measured(deployment="x", findings=(A, B)),
        measured(deployment="y", findings=(A,)),
        measured("other", "y", findings=(B,)),
    ]
    varied = [measured(deployment="v", findings=(C,)), measured(deployment="w"), measured(deployment="z")]

    found = row("quick", [*clean, measured("other", findings=(B,))], faulty, varied)

    assert found == Row(
        "quick", kills=1, faults=2, false_findings=1, alarms=1, variants=3, requests=20, seconds=2.0, memory=300
    )
    assert found.share == 0.5


def test_the_pace_is_the_median_of_requests_a_second_between_first_and_last() -> None:
    directed = [measured(counts=Counts(100, busy)) for busy in (0.5, 0.1, 0.2)]
    bare = [measured("loop", counts=Counts(100, 0.1, statuses)) for statuses in ((), (200, 404, 200, 200))]

    assert pace([*directed, *bare], "quick", "loop", (200, 200, 200, 200)) == Pace(500.0, 1000.0, 0.75)


def test_the_table_holds_each_way_and_what_quick_is_beside_the_peer() -> None:
    text = table((QUICK, PLAIN), PACE, CIRCUMSTANCES)

    words = " ".join(text.split())
    assert "2026-11-21, 2 cores, 10 of 80 faults, 3 of 24 variants, medians of 5" in words
    assert "| `--depth quick` | 9 of 10 (90%) | 0 | 0 of 3 | 390 | 1.5 | 92 MB |" in text
    assert "| plain schemathesis 4 | 4 of 10 (40%) | 3 | 1 of 3 | 900 | 12.0 | 298 MB |" in text
    assert "notices 2.2 times as much as plain schemathesis with 0.43 times its requests" in words
    assert "makes 1,100 requests a second" in words
    assert "the same ones makes 2,000." in words
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {8}


def test_the_table_fits_the_readme() -> None:
    plain = replace(PLAIN, kills=40, faults=251, requests=12_345)

    assert all(len(line) <= 120 for line in table((QUICK, plain), PACE, CIRCUMSTANCES).splitlines())


def test_nothing_is_a_multiple_of_nothing() -> None:
    assert ratio(3, 0) == "more than any"


def test_ticks_are_round_and_enclose_what_is_shown() -> None:
    assert ticks(390, 7912) == [200, 500, 1000, 2000, 5000, 10000]
    assert ticks(100, 200) == [100, 200]


def test_the_plot_shows_each_way_where_it_belongs_and_the_peer_as_a_square() -> None:
    picture = ET.fromstring(plot((QUICK, replace(QUICK, way="<deep>", requests=900, kills=10), PLAIN)))

    discs, squares = picture.findall(f"{SVG}circle"), picture.findall(f"{SVG}rect[@class='peer']")
    words = [text.text for text in picture.findall(f"{SVG}text")]
    assert [float(disc.get("cy", "")) for disc in discs] == [90.0, 60.0]
    assert float(discs[0].get("cx", "")) < float(discs[1].get("cx", ""))
    assert len(squares) == 1
    assert float(squares[0].get("x", "")) + 7 == float(discs[1].get("cx", ""))
    assert {"quick, 90%", "<deep>, 100%", "schemathesis 4, 40%"} <= set(words)


def test_the_plot_has_colours_for_light_and_dark_and_says_in_words_what_it_shows() -> None:
    text = plot((QUICK, PLAIN))

    assert "@media (prefers-color-scheme: dark)" in text
    assert "quick: 90% of 10 with 390 requests; schemathesis 4: 40% of 10 with 900 requests" in text


def test_three_files_are_written_with_every_run(tmp_path: Path) -> None:
    runs = [measured(findings=(B, A))]
    benchmark = Benchmark((QUICK, PLAIN), PACE, CIRCUMSTANCES, runs, [measured(deployment="x")], [])

    text = write(benchmark, tmp_path / "new")

    assert (tmp_path / "new" / "bench.md").read_text(encoding="utf-8") == text
    assert (tmp_path / "new" / "bench.svg").read_text(encoding="utf-8") == plot((QUICK, PLAIN))
    kept = json.loads((tmp_path / "new" / "bench.json").read_text(encoding="utf-8"))
    assert kept["rows"][0]["kills"] == 9
    assert kept["runs"]["without a fault"][0]["findings"] == [["A"], ["B"]]
    assert kept["runs"]["faults"][0]["deployment"] == "x"


def test_our_findings_are_the_requirements_that_failed(tmp_path: Path) -> None:
    results = [{"requirement": name, "verdict": verdict} for name, verdict in (("A", "failed"), ("B", "cannot_tell"))]
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "results.json").write_text(json.dumps({"results": results}), encoding="utf-8")

    assert Suite(Depth.QUICK).findings(tmp_path) == {A}


def test_the_peers_findings_are_its_own_list_of_failures_and_its_errors(tmp_path: Path) -> None:
    failure = ("GET /", "not_a_server_error", "ServerError", "500")
    for name, text in Peer().files(frozenset({failure, ("error", "Network Error")})).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "report.json").write_text('{"errors": [{"title": "Network Error"}]}', encoding="utf-8")

    assert Peer().findings(tmp_path) == {failure, ("error", "Network Error")}


@pytest.mark.parametrize("way", [Suite(Depth.QUICK), Peer()])
def test_a_run_without_a_report_is_told_from_one_without_findings(way: Suite | Peer, tmp_path: Path) -> None:
    with pytest.raises(NoReport):
        way.findings(tmp_path)


def test_the_peer_is_plain() -> None:
    with served() as place:
        command = Peer().command(place)

    assert not {"--phases", "--checks", "--exclude-checks", "--max-examples", "--config-file"} & set(command)
    assert f"X-API-KEY: {place.seeds.api_key}" in command
    assert f"X-USER-KEY: {place.seeds.user_key}" in command


def test_the_server_counts_what_reaches_it_and_what_was_recorded_can_be_sent_again() -> None:
    body = b'{"username": "ada", "password": "p"}'
    with served(record=True) as place:
        path = f"/v1.1/instances/{place.seeds.instance}"
        keys = (("x-api-key", place.seeds.api_key), ("x-user-key", place.seeds.user_key))
        sent = (
            Recorded("POST", f"{path}/users/?a=%20", (*keys, ("content-type", "application/json")), body),
            Recorded("GET", f"{path}/user/", keys, b""),
            Recorded("GET", "/elsewhere/", (), b""),
        )
        send(place.url.split("/")[2], sent)
    with served() as again:
        send(again.url.split("/")[2], place.counts.recorded)

    assert place.counts.requests == again.counts.requests == 3
    assert place.counts.statuses == again.counts.statuses == (200, 200, 404)
    assert place.counts.busy > 0
    assert place.counts.recorded[0] == sent[0]


def test_the_server_can_be_given_a_fault() -> None:
    with served(["no-slash-crashes"]) as place:
        send(place.url.split("/")[2], [Recorded("GET", "/v1.1", (), b"")])

    assert place.counts.statuses == (500,)


def spend(code: str, folder: Path, *, longest: float = 60.0, stop: threading.Event | None = None) -> Spent:
    command = [sys.executable, "-c", code]
    return run(command, folder, os.environ, stop or threading.Event(), longest)


def test_the_memory_of_children_is_counted_too(tmp_path: Path) -> None:
    child = "import time; held = b'x' * 60_000_000; time.sleep(1.5)"
    parent = f"import subprocess, sys; held = b'x' * 60_000_000; subprocess.run([sys.executable, '-c', {child!r}])"

    spent = spend(parent, tmp_path)

    assert spent.ended
    assert 120_000_000 < spent.memory < 200_000_000


def test_what_does_not_end_in_time_is_interrupted_and_may_still_write(tmp_path: Path) -> None:
    code = (
        "import pathlib, time\ntry:\n    pathlib.Path('ready').touch(); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    pathlib.Path('report').touch()"
    )

    spent = spend(code, tmp_path, longest=2.0)

    assert not spent.ended
    assert (tmp_path / "report").exists()


def test_a_run_ends_when_the_benchmark_does_and_leaves_no_process(tmp_path: Path) -> None:
    stop = threading.Event()
    child = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    threading.Thread(target=_set_when_written, args=(stop, tmp_path / "pid"), daemon=True).start()

    with pytest.raises(Stopped):
        spend(parent, tmp_path, stop=stop)

    assert _is_gone(int((tmp_path / "pid").read_text(encoding="utf-8")))


def _set_when_written(stop: threading.Event, file: Path) -> None:
    while not file.exists() or not file.read_text(encoding="utf-8"):
        time.sleep(0.05)
    stop.set()


def _is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":  # dead, and its new parent has not looked yet
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(("faults", "every"), [("all", 1), ("1", 1), ("12", 12)])
def test_all_faults_or_every_nth_can_be_asked_for(faults: str, every: int) -> None:
    assert step(faults) == every


@pytest.mark.parametrize("faults", ["0", "some", "-1", ""])
def test_a_sample_that_is_none_is_refused(faults: str) -> None:
    with pytest.raises(click.BadParameter, match="neither `all` nor a number above 0"):
        step(faults)
