"""A whole run: preflight, the requirements, cleaning up, and the report of it all."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from tempfile import TemporaryDirectory

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from syncano_contract import session as sessions
from syncano_contract.client import Unreachable
from syncano_contract.document import Document
from syncano_contract.model import Coverage, Problem, Report, Requirement, Result
from syncano_contract.plugin import BROKE, Collector, Runner
from syncano_contract.preflight import check
from syncano_contract.resources import CONTRACT_TESTS
from syncano_contract.session import Session
from syncano_contract.settings import Settings
from syncano_contract.target import Target
from syncano_contract.verdicts import results

INTERRUPTED = "the run was interrupted: what was not looked at by then cannot be told"

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
    collector = Collector(only)
    _pytest([collector], "--collect-only")
    for pattern in only:
        if not fnmatch.filter(collector.requirements, pattern):
            raise Problem(f"no requirement is called {pattern}", "`syncano-contract requirements` lists them")
    return tuple(collector.requirements.values())


def run(target: Target, document: Document, settings: Settings, progress: Progress) -> Report:
    """Run the suite against a target; raises Problem when it cannot be run at all.

    An interrupt ends the run early: what was not looked at by then cannot be told, and a note says so.
    """
    if settings.only:
        requirements(settings.only)
    started = datetime.now(UTC)
    session = sessions.begin(target, document, settings)
    collector = Collector(settings.only, document.sources)
    runner = Runner(session, progress)
    try:
        notes = [*check(session)]
        notes += _suite(collector, runner)
        left_behind, more = _leave(session)
    finally:
        session.client.close()
    listed = tuple(collector.requirements.values())
    found = results(listed, runner.findings, collector.subjects)
    return _report(session, started, requirements=listed, found=found, left_behind=left_behind, notes=(*notes, *more))


def _suite(collector: Collector, runner: Runner) -> Iterator[str]:
    """Run the tests, and yield what a person should know of how that went."""
    try:
        _pytest([collector, runner])
    except KeyboardInterrupt:
        yield INTERRUPTED
    if runner.crash:
        yield f"{BROKE}: {runner.crash}"


def _pytest(plugins: Sequence[object], *options: str) -> None:
    with _without_pytest_settings(), _hypothesis_elsewhere():
        code = pytest.main([*PYTEST, *options, str(CONTRACT_TESTS)], plugins=plugins)
    if code is pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
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


def _leave(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the run leaves behind, after removing what it can if that was asked for, and why it could not."""
    made, refusals = session.ledger.made, []
    if session.settings.cleanup:
        tried = [(user, _remove(session, user.path)) for user in made]
        made = tuple(user for user, refusal in tried if refusal)
        refusals = [refusal for _, refusal in tried if refusal]
    left = (*(user.path for user in made), *(f"perhaps a user {name!r}" for name in session.ledger.unidentified))
    why = (
        f"--cleanup could not remove {len(made)} of {len(session.ledger.made)} users: {refusals[0]}" if refusals else ""
    )
    return left, (why,) if why else ()


def _remove(session: Session, path: str) -> str | None:
    """Remove one user with the account key (the one write that it goes with); return why it could not be, if so."""
    session.client.sender = "cleanup"
    headers = {"X-API-KEY": session.target.account_key or ""}
    try:
        exchange = session.client.send("DELETE", path, headers, None, "cleanup")
    except Unreachable as error:
        return f"there was no reply before: {error}"
    if exchange.response is None:
        return f"there was no reply: {exchange.error}"
    if exchange.response.status // 100 != 2:
        return f"DELETE was answered with {exchange.response.status}; is the account_key right?"
    return None


def _report(
    session: Session,
    started: datetime,
    *,
    requirements: tuple[Requirement, ...],
    found: tuple[Result, ...],
    left_behind: tuple[str, ...],
    notes: tuple[str, ...],
) -> Report:
    text = session.redactor.text
    return Report(
        target=session.target.url,
        instance=session.target.instance,
        document=session.document.version,
        tool=f"syncano-contract {version('syncano-contract')}",
        started=started,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        seed=session.settings.seed,
        depth=session.settings.depth.name.lower(),
        read_only=session.settings.read_only,
        only=session.settings.only,
        command="",
        requirements=requirements,
        results=tuple(_redacted(each, text) for each in found),
        exchanges=tuple(session.redactor.exchange(exchange) for exchange in session.log.exchanges),
        operations=_operations(session),
        coverage=_coverage(session),
        notes=tuple(text(note) for note in notes),
        left_behind=tuple(text(line) for line in left_behind),
    )


def _redacted(result: Result, text: Callable[[str], str]) -> Result:
    return replace(
        result,
        message=text(result.message),
        expected=result.expected and text(result.expected),
        seen=result.seen and text(result.seen),
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
