"""Trials: runs of the suite against the reference deployment with one fault each, in processes of their own."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from syncano_contract import document
from syncano_contract.bounds import INTERRUPTED
from syncano_contract.model import Problem, Report, Verdict
from syncano_contract.plugin import BROKE
from syncano_contract.proof import REFERENCE, Failure, Trial
from syncano_contract.reference import faults
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Embedded
from syncano_contract.run import run
from syncano_contract.settings import Depth, Settings

TIMEOUT = 2.0  # seconds for one request, so that a fault which hangs is told soon
LONGEST = {Depth.QUICK: 180, Depth.STANDARD: 600, Depth.DEEP: 7200}  # seconds of a run, before its process is ended
GRACE = 10.0  # seconds that an interrupted run has to clean up

Running = dict[Future[Trial], tuple[str, ProcessPoolExecutor]]


def trials(names: Iterable[str], depth: Depth, jobs: int) -> Generator[Trial]:
    """Yield the trial of each name as soon as it is done, with so many processes at a time.

    Each process has a pool of its own, so that one which dies takes no other trial with it. Closing the generator ends
    them all.
    """
    waiting = iter(names)
    running: Running = {}
    try:
        for name in islice(waiting, jobs):
            _begin(running, _pool(), name, depth)
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                name, pool = running.pop(done)
                trial = _trial(done, name, depth)
                following = next(waiting, None)
                if following is None:
                    pool.shutdown()
                else:
                    _begin(running, pool if done.exception() is None else _pool(), following, depth)
                yield trial
    finally:
        _end([pool for _, pool in running.values()])


def attempt(name: str, depth: Depth) -> Trial:
    """Run the suite against the deployment with the fault of this name; what breaks is told in the trial."""
    build = faults.build([] if name == REFERENCE else [faults.find(name)])
    settings = Settings(depth=depth, timeout=TIMEOUT)
    try:
        with bounded(LONGEST[depth]), Embedded(build) as embedded:
            return trial_of(name, run(seeded(embedded.url, embedded.seeds), document.load(), settings, _quietly))
    except Problem as problem:
        return Trial(name, broken=problem.what)
    except KeyboardInterrupt:
        return Trial(name, broken=INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - whatever breaks in one trial is told of that one
        return Trial(name, broken=f"{type(error).__name__}: {error}")


def trial_of(name: str, report: Report) -> Trial:
    """Keep of a report what a proof needs."""
    levels = {requirement.id: requirement.level for requirement in report.requirements}
    failures = [
        Failure(each.requirement, levels[each.requirement], each.message, each.after or 0, each.seconds or 0.0)
        for each in report.results
        if each.verdict is Verdict.FAILED
    ]
    unjudged = {Verdict.UNTESTED, Verdict.INAPPLICABLE}
    return Trial(
        name=name,
        failures=tuple(sorted(failures, key=lambda failure: (failure.after, failure.seconds))),
        unjudged=tuple(each.requirement for each in report.results if each.verdict in unjudged),
        requests=report.requests,
        seconds=report.seconds,
        broken=next(_breaks(report), ""),
    )


def _breaks(report: Report) -> Iterator[str]:
    """Yield what tells that the suite was interrupted, or had an error of its own."""
    for note in report.notes:
        if note.startswith((INTERRUPTED, BROKE)):
            yield note
    for each in report.results:
        if BROKE in each.message:
            yield f"{each.requirement}: {each.message}"


def _quietly(_name: str, _number: int, _tests: int) -> None:
    """Show no progress."""


@contextmanager
def bounded(seconds: int) -> Iterator[None]:
    """End this process if the block takes longer, and interrupt the block when the process is asked to end."""
    asked = signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            signal.signal(signal.SIGTERM, asked)


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_be_a_worker)


def _be_a_worker() -> None:
    """Print nothing, and end when the process that started this one is gone, however that ended."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _begin(running: Running, pool: ProcessPoolExecutor, name: str, depth: Depth) -> None:
    """Begin a trial; Ctrl-C is for this process alone, which ends the others."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        running[pool.submit(attempt, name, depth)] = name, pool
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _trial(done: Future[Trial], name: str, depth: Depth) -> Trial:
    try:
        return done.result()
    except BrokenProcessPool:
        return Trial(name, broken=f"its process ended before it was done, or took longer than {LONGEST[depth]} s")


def _end(pools: Sequence[ProcessPoolExecutor]) -> None:
    """End every process that is left: politely, and then not."""
    children = multiprocessing.active_children()
    for pool in pools:
        pool.shutdown(wait=False, cancel_futures=True)  # or it waits for its next trial when this one was interrupted
    for child in children:
        child.terminate()
    for child in children:
        child.join(GRACE)
        child.kill()
    for pool in pools:
        pool.shutdown()
