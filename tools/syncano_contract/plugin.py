"""The pytest plugin: requirements as marked tests, the fixtures they use, and the finding that each test gives."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Callable, Generator, Iterable, Set
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from inspect import signature
from time import monotonic

import pytest

from syncano_contract.api import Api
from syncano_contract.bounds import begun
from syncano_contract.model import Level, Requirement, Verdict
from syncano_contract.outcome import CannotTell, Failed, Inapplicable, Untested
from syncano_contract.session import Session
from syncano_contract.settings import Depth
from syncano_contract.verdicts import Finding

MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY
BROKE = "the suite itself broke"


@dataclass(frozen=True)
class Mark:
    """What the decorator says of a test; the test's docstring says the rest."""

    id: str
    level: Level
    source: tuple[str, ...]
    subject: str | None
    depth: Depth
    is_alone: bool


def requirement(
    id: str,
    level: Level,
    *,
    source: str | tuple[str, ...],
    subject: str | None = None,
    depth: Depth = Depth.QUICK,
    is_alone: bool = False,
) -> pytest.MarkDecorator:
    """Mark a test as the proof of a requirement.

    `source` names fact ids of pages or RFC sections; `subject` the aspect or operation whose verdict this one is, so
    that other failures can be put down to it; `depth` the least depth at which it runs; `is_alone` keeps all others
    from running at the same time.
    """
    sources = (source,) if isinstance(source, str) else source
    return pytest.mark.requirement(Mark(id, level, sources, subject, depth, is_alone))


def mark_of(item: pytest.Item) -> Mark:
    """Return a test's mark; raises UsageError for a test that is no requirement."""
    marker = item.get_closest_marker("requirement")
    if marker is None:
        raise pytest.UsageError(f"{item.nodeid} carries no @requirement")
    mark: Mark = marker.args[0]
    return mark


class Collector:
    """Turns collected tests into requirements, checked for id, sentence and source."""

    def __init__(self, only: tuple[str, ...] = (), sources: Set[str] | None = None) -> None:
        """Collect only ids that match one of the patterns, if there are any; each source has to be one of `sources`."""
        self.requirements: dict[str, Requirement] = {}
        self.subjects: dict[str, str] = {}
        self._only = only
        self._sources = sources

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the marker."""
        config.addinivalue_line("markers", "requirement(mark): the requirement that a test proves")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the selected requirements, in the order of their turns."""
        chosen = [item for item in items if self._is_selected(mark_of(item).id)]
        for item in chosen:
            self._enter(item)
        items[:] = sorted(chosen, key=_turn)

    def _is_selected(self, requirement_id: str) -> bool:
        return not self._only or any(fnmatch.fnmatchcase(requirement_id, pattern) for pattern in self._only)

    def _enter(self, item: pytest.Item) -> None:
        mark = mark_of(item)
        text = " ".join((getattr(item, "function", item).__doc__ or "").split())
        stated = mark.source if self._sources is None else self._sources
        unknown = [name for name in mark.source if not name.startswith("RFC ") and name not in stated]
        entered = Requirement(mark.id, mark.level, text, mark.source)
        if not text or not mark.source or unknown or self.requirements.get(mark.id, entered) != entered:
            raise pytest.UsageError(f"{item.nodeid}: {mark.id} needs one sentence and known sources, once ({unknown})")
        self.requirements[mark.id] = entered
        if mark.subject:
            self.subjects[mark.subject] = mark.id


def _turn(item: pytest.Item) -> tuple[bool, bool, Depth]:
    """Directed requirements come first, then the engines, then what runs alone, last what looks at all traffic."""
    return _looks_at_traffic(item), mark_of(item).is_alone, mark_of(item).depth


def _looks_at_traffic(item: pytest.Item) -> bool:
    return "traffic" in getattr(item, "fixturenames", ())


@dataclass(frozen=True)
class _Test:
    """A test that is ready to run; `id` is pytest's."""

    id: str
    mark: Mark
    call: Callable[[], object]


class Runner:
    """Gives tests their fixtures, runs them, some at the same time, and keeps what each of them found.

    pytest makes the tests ready, one after the other. What they do is done by workers, a requirement each.
    """

    def __init__(self, session: Session, progress: Callable[[str, int, int], None]) -> None:
        """Run against a session; `progress` is told id, number and total before each test, never twice at once."""
        self.crash: str | None = None
        self._session = session
        self._progress = progress
        self._findings: list[Finding] = []
        self._open: dict[str, str] = {}  # the requirement of each test that has no finding yet, by the test's id
        self._ready: dict[str, list[_Test]] = {}  # by requirement
        self._total = 0
        self._telling = threading.Lock()
        self._began = monotonic()

    def findings(self, listed: Iterable[Requirement]) -> list[Finding]:
        """Return what was found, and that it cannot be told what the run ended before."""
        reason = self._session.bounds.reason or "the run ended before this was looked at"
        with self._telling:
            found = [*self._findings, *(Finding(name, Verdict.CANNOT_TELL, reason) for name in self._open.values())]
            self._open.clear()
        looked_at = {each.requirement for each in found}
        untold = (each.id for each in listed if each.id not in looked_at)
        return [*found, *(Finding(name, Verdict.CANNOT_TELL, reason) for name in untold)]

    @pytest.fixture(scope="session")
    def session(self) -> Session:
        """Everything of this run."""
        return self._session

    @pytest.fixture(scope="session")
    def api(self) -> Api:
        """The four operations of the target."""
        return self._session.api

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Expect a finding of each test."""
        self._open = {item.nodeid: mark_of(item).id for item in session.items}
        self._total = len(self._open)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Run what is ready when there is no more to come."""
        done = yield
        self._run()
        return done

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out what runs at a greater depth only, and say so; let what runs alone wait for all before it."""
        mark = mark_of(item)
        self._session.client.sender = mark.id
        if mark.depth > self._session.settings.depth:
            reason = f"runs from --depth {mark.depth.name.lower()} on"
            self._keep(item.nodeid, Finding(mark.id, Verdict.UNTESTED, reason))
            pytest.skip(reason)
        if mark.is_alone or _looks_at_traffic(item):
            self._run()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Put a test that is ready to what runs next; what runs alone runs now."""
        mark, given = mark_of(pyfuncitem), pyfuncitem.funcargs
        call = partial(pyfuncitem.obj, **{name: given[name] for name in signature(pyfuncitem.obj).parameters})
        self._ready.setdefault(mark.id, []).append(_Test(pyfuncitem.nodeid, mark, call))
        if mark.is_alone or _looks_at_traffic(pyfuncitem):
            self._run()
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a defect of the suite itself (a fixture that breaks), which no finding covers."""
        if report.failed:
            self.crash = report.longreprtext

    def _run(self) -> None:
        """Run what is ready, a requirement to each worker, and wait for it."""
        jobs = self._session.settings.jobs
        ready, self._ready = list(self._ready.values()), {}
        if jobs > 1:  # the engines take longest
            ready.sort(key=lambda tests: -tests[0].mark.depth)
        free, running = set(range(jobs)), dict[Future[None], int]()
        while ready or running:
            while ready and free:
                worker = min(free)
                free.remove(worker)
                running[begun(partial(self._prove, worker, ready.pop(0)))] = worker
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                done.result()
                free.add(running.pop(done))

    def _prove(self, worker: int, tests: list[_Test]) -> None:
        """Run all tests of one requirement."""
        self._session.client.sender, self._session.api.worker = tests[0].mark.id, worker
        for test in tests:
            with self._telling:
                number = self._total - len(self._open) + 1
                self._progress(test.mark.id, number, self._total)
            self._keep(test.id, self._finding(test))

    def _finding(self, test: _Test) -> Finding:
        """Turn what the test does into a finding; its exchanges are those that bear its requirement's id."""
        requirement_id, bounds, log = test.mark.id, self._session.bounds, self._session.log
        before = len(log.exchanges)
        raised: BaseException | None = CannotTell(bounds.reason) if bounds.reason else self._raised(test)
        if requirement_id in bounds.refused:
            raised = CannotTell(bounds.reason or "")
        sent = tuple(each.number for each in log.exchanges[before:] if each.sender == requirement_id)
        found = finding(requirement_id, raised, sent)
        return replace(found, after=len(log.exchanges), seconds=monotonic() - self._began)

    def _raised(self, test: _Test) -> BaseException | None:
        try:
            test.call()
        except Exception as error:  # noqa: BLE001 - whatever a test raises becomes a finding
            self._session.api.forget()
            return error
        return None

    def _keep(self, test: str, found: Finding) -> None:
        """Keep a finding, unless the run has told without it."""
        with self._telling:
            if self._open.pop(test, None) is not None:
                self._findings.append(found)


def finding(requirement_id: str, raised: BaseException | None, sent: tuple[int, ...]) -> Finding:
    """Turn what a test raised into a finding; an exception that no test raises on purpose cannot tell."""
    match raised:
        case None:
            return Finding(requirement_id, Verdict.PASSED, evidence=sent)
        case Failed():
            shown = raised.exchange and raised.exchange.number
            others = tuple(number for number in raised.evidence or sent if number != shown)
            evidence = (*others, *((shown,) if shown else ()))
            return Finding(
                requirement_id,
                Verdict.FAILED,
                str(raised),
                evidence,
                raised.subject,
                raised.expected,
                raised.seen,
                places=raised.places,
            )
        case CannotTell():
            return Finding(requirement_id, Verdict.CANNOT_TELL, str(raised), sent, raised.subject)
        case Inapplicable():
            return Finding(requirement_id, Verdict.INAPPLICABLE, str(raised))
        case Untested():
            return Finding(requirement_id, Verdict.UNTESTED, str(raised))
        case _:
            message = f"{BROKE}: {type(raised).__name__}: {raised}"
            return Finding(requirement_id, Verdict.CANNOT_TELL, message, sent)
