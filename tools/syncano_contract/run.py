"""A whole run: preflight, the requirements, cleaning up, and the report of it all."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from tempfile import TemporaryDirectory
from time import monotonic

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from syncano_contract import session as sessions
from syncano_contract.bounds import NOT_LOOKED_AT, Bounds, begun, seen_through
from syncano_contract.cleaning import Cleaner
from syncano_contract.document import Document
from syncano_contract.judge import shorten
from syncano_contract.model import Coverage, Problem, Report, Requirement, Result
from syncano_contract.origins import Origins
from syncano_contract.outcome import CannotTell
from syncano_contract.plugin import BROKE, Collector, Runner
from syncano_contract.preflight import check
from syncano_contract.remains import PERHAPS
from syncano_contract.replay import replayable
from syncano_contract.resources import CONTRACT_TESTS
from syncano_contract.session import Session
from syncano_contract.settings import Settings
from syncano_contract.strangers import shaped, without
from syncano_contract.target import Target
from syncano_contract.text import counted
from syncano_contract.trace.sources import sources_of
from syncano_contract.traffic import briefs
from syncano_contract.verdicts import results
from syncano_contract.volume import is_shortened

LONGEST_MESSAGE = 2000  # characters

Progress = Callable[[str, int, int], None]

# Nothing of the folder that a run is started in, and no plugin that happens to be installed, has a say.
PYTEST = (
    *("-c", os.devnull, "--rootdir", str(CONTRACT_TESTS), "--import-mode=importlib", "--assert=plain", "-s"),
    *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:junitxml", "-p", "no:faulthandler"),
    "--disable-plugin-autoload",
)


def requirements(only: tuple[str, ...] = ()) -> tuple[Requirement, ...]:
    """Return every requirement of the suite, or those whose id matches a pattern.

    Raises Problem for a pattern that matches none.
    """
    return tuple(collected(only).requirements.values())


def collected(only: tuple[str, ...] = ()) -> Collector:
    """Return what collected the requirements; raises Problem as for `requirements`."""
    collector = Collector(only)
    with _without_pytest_settings(), _hypothesis_elsewhere():
        _pytest([collector], "--collect-only")
    for pattern in only:
        if not fnmatch.filter(collector.requirements, pattern):
            raise Problem(f"no requirement is called {pattern}", "`syncano-contract requirements` lists them")
    return collector


def run(
    target: Target,
    document: Document,
    settings: Settings,
    progress: Progress,
    *,
    over: Callable[[], None] = lambda: None,
    afterwards: Callable[[Session], None] = lambda _: None,
) -> Report:
    """Run the suite against a target; raises Problem when it cannot be run at all.

    The report holds no secret; what looks at exchanges as they were is called with the session, `afterwards`.

    An interrupt ends the run early: what was not looked at by then cannot be told, and a note says so. So it is with
    the bounds of the settings. A second interrupt ends cleaning up. A third one goes through, and so does any after
    `over` was called, when nothing more is sent.
    """
    if settings.only:
        requirements(settings.only)
    session = sessions.begin(target, document, settings)
    stages = [session.bounds, *([Bounds()] if settings.cleanup else [])]
    report = seen_through(lambda: _run(session, progress, over, stages), stages)
    afterwards(session)
    return report


def _run(session: Session, progress: Progress, over: Callable[[], None], stages: list[Bounds]) -> Report:
    """Look at the target, clean up after that, and report; each is a stage that an interrupt may end."""
    settings, document, cleaning = session.settings, session.document, stages[-1]
    started = datetime.now(UTC)
    collector = Collector(settings.only, document.sources)
    runner = Runner(session, progress)
    notes: list[str] = []
    try:
        with _without_pytest_settings(), _hypothesis_elsewhere(), closing(session.client):
            _see_through(session, begun(lambda: _look(session, [collector, runner], notes)))
    except Problem:
        _leave(session, cleaning)
        raise
    finally:
        _end(stages, session.bounds)
    listed = tuple(collector.requirements.values()) or requirements(settings.only)
    found = results(listed, runner.findings(listed), collector.subjects)
    left = _leave(session, cleaning)
    _end(stages, cleaning)
    over()
    notes += [session.bounds.reason] if session.bounds.reason else []
    notes += [f"{BROKE}: {runner.crash}"] if runner.crash else []
    notes += left.notes
    return _report(session, started, requirements=listed, found=found, left=left, notes=tuple(notes))


def _end(stages: list[Bounds], stage: Bounds) -> None:
    """Let an interrupt end this stage no more, as it is over."""
    if stage in stages:
        stages.remove(stage)


def _look(session: Session, plugins: Sequence[object], notes: list[str]) -> None:
    """Run the preflight and the tests, and note what a person should know of how that went."""
    try:
        notes += check(session)
    except CannotTell as obstacle:  # then the requirements tell what stands in the way
        notes += [] if session.bounds.reason else [f"the keys could not be looked at: {obstacle}"]
    _pytest(plugins)


def _see_through(session: Session, work: Future[None]) -> None:
    """Wait for the work, until its end is asked for or the time is over; raises what the work raises."""
    bounds, max_time = session.bounds, session.settings.max_time
    if bounds.outlasts(work, max_time, f"--max-time {max_time or 0:g} was over: {NOT_LOOKED_AT}"):
        work.result()
    else:
        session.client.abandon(bounds.ended.result())


def _pytest(plugins: Sequence[object], *options: str) -> None:
    code = pytest.main([*PYTEST, *options, str(CONTRACT_TESTS)], plugins=plugins)
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise AssertionError(f"the contract tests could not be collected: {code!r}")


@contextmanager
def _without_pytest_settings() -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextmanager
def _hypothesis_elsewhere() -> Iterator[None]:
    """Keep what Hypothesis stores out of the folder that a run is started in."""
    with TemporaryDirectory(prefix="syncano-contract-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


@dataclass(frozen=True)
class _Left:
    """What a run leaves behind, what a person should know of that, and whether an interrupt came before it was told."""

    behind: tuple[str, ...]
    notes: tuple[str, ...] = ()
    was_interrupted: bool = False


def _leave(session: Session, cleaning: Bounds) -> _Left:
    """Return what the run leaves behind, after removing what it can if that was asked for."""
    paths = tuple(user.path for user in session.ledger.made)
    perhaps = tuple(f"{PERHAPS}{name!r}" for name in session.ledger.unidentified)
    if not session.settings.cleanup:
        return _Left((*paths, *perhaps), was_interrupted=session.bounds.was_interrupted)
    is_hurried = session.bounds.was_interrupted
    removal = Cleaner(session.target, session.log, session.settings, is_hurried=is_hurried).remove(paths, cleaning)
    notes = tuple(removal.sentences("--cleanup"))
    return _Left((*removal.left, *perhaps), notes, is_hurried or cleaning.was_interrupted)


def _report(
    session: Session,
    started: datetime,
    *,
    requirements: tuple[Requirement, ...],
    found: tuple[Result, ...],
    left: _Left,
    notes: tuple[str, ...],
) -> Report:
    text, is_ours = session.redactor.text, session.ledger.shows_ours
    sent = [session.volume.reported(exchange) for exchange in session.log.exchanges]
    exchanges = tuple(
        session.redactor.exchange(exchange if is_shortened(exchange) else shaped(exchange, is_ours))
        for exchange in sent
    )
    shortened = sum(map(is_shortened, sent))
    if shortened:
        notes += (f"of {counted(shortened, 'reply', 'replies')} the report has the beginning alone: it is that large",)
    origins = Origins.of(session.target.url, session.target.instance, exchanges)
    report = Report(
        target=session.target.url,
        instance=session.target.instance,
        document=session.document.version,
        overlays=session.document.overlays,
        tool=f"syncano-contract {version('syncano-contract')}",
        started=started,
        seconds=monotonic() - session.log.began,
        seed=session.settings.seed,
        depth=session.settings.depth.name.lower(),
        read_only=session.settings.read_only,
        only=session.settings.only,
        command="",
        requirements=requirements,
        results=tuple(
            _redacted(without(_bounded(each), [sent[number - 1] for number in each.evidence], is_ours), text)
            for each in found
        ),
        exchanges=exchanges,
        traffic=tuple(briefs(exchanges, origins, _operations(session), started)),
        coverage=_coverage(session),
        notes=tuple(text(note) for note in notes),
        left_behind=tuple(text(line) for line in left.behind),
        sources=sources_of(requirements),
        jobs=session.settings.jobs,
        max_time=session.settings.max_time,
        max_requests=session.settings.max_requests,
        was_interrupted=left.was_interrupted,
    )
    return replayable(report, origins)


def _bounded(result: Result) -> Result:
    """Return the result with the beginnings of sentences that no person would read to their end."""
    return replace(
        result,
        message=shorten(result.message, LONGEST_MESSAGE),
        expected=result.expected and shorten(result.expected, LONGEST_MESSAGE),
        seen=result.seen and shorten(result.seen, LONGEST_MESSAGE),
    )


def _redacted(result: Result, text: Callable[[str], str]) -> Result:
    return replace(
        result,
        message=text(result.message),
        expected=result.expected and text(result.expected),
        seen=result.seen and text(result.seen),
        places=tuple(text(place) for place in result.places),
    )


def _operations(session: Session) -> dict[int, str]:
    matched = ((exchange.number, session.operation(exchange)) for exchange in session.log.exchanges)
    return {number: operation.id for number, operation in matched if operation is not None}


def _coverage(session: Session) -> tuple[Coverage, ...]:
    replies = session.replies()
    return tuple(
        Coverage(operation.id, status, replies[operation.id, status])
        for operation in session.document.operations
        for status in sorted(operation.shapes)
    )
