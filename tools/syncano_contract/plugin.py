"""The pytest plugin: requirements as marked tests, the fixtures they use, and the finding that each test gives."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Generator, Set
from dataclasses import dataclass, replace
from time import monotonic

import pytest

from syncano_contract.api import Api
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


def requirement(
    id: str,
    level: Level,
    *,
    source: str | tuple[str, ...],
    subject: str | None = None,
    depth: Depth = Depth.QUICK,
) -> pytest.MarkDecorator:
    """Mark a test as the proof of a requirement.

    `source` names fact ids of pages or RFC sections; `subject` the aspect or operation whose verdict this one is, so
    that other failures can be put down to it; `depth` the least depth at which it runs.
    """
    sources = (source,) if isinstance(source, str) else source
    return pytest.mark.requirement(Mark(id, level, sources, subject, depth))


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


def _turn(item: pytest.Item) -> tuple[bool, Depth]:
    """Directed requirements come first, then the engines, then what looks at the whole traffic."""
    return "traffic" in getattr(item, "fixturenames", ()), mark_of(item).depth


class Runner:
    """Gives tests their fixtures and keeps what each of them found."""

    def __init__(self, session: Session, progress: Callable[[str, int, int], None]) -> None:
        """Run against a session; `progress` is told id, number and total before each test."""
        self.findings: list[Finding] = []
        self.crash: str | None = None
        self._session = session
        self._progress = progress
        self._done = 0
        self._began = monotonic()

    @pytest.fixture(scope="session")
    def session(self) -> Session:
        """Everything of this run."""
        return self._session

    @pytest.fixture(scope="session")
    def api(self) -> Api:
        """The four operations of the target."""
        return self._session.api

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let exchanges bear the id of the requirement that sends them."""
        self._done += 1
        self._session.client.sender = mark_of(item).id
        self._progress(mark_of(item).id, self._done, len(item.session.items))
        return (yield)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out what runs at a greater depth only, and say so."""
        mark = mark_of(item)
        if mark.depth > self._session.settings.depth:
            reason = f"runs from --depth {mark.depth.name.lower()} on"
            self.findings.append(Finding(mark.id, Verdict.UNTESTED, reason))
            pytest.skip(reason)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, bool]:
        """Turn what the test does into a finding; a test of this kind never fails as pytest has it."""
        mark = mark_of(pyfuncitem)
        before = len(self._session.log.exchanges)
        raised: BaseException | None = None
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever a test raises becomes a finding
            raised = error
            self._session.api.forget()
        sent = tuple(exchange.number for exchange in self._session.log.exchanges[before:])
        found = finding(mark.id, raised, sent)
        after, seconds = len(self._session.log.exchanges), monotonic() - self._began
        self.findings.append(replace(found, after=after, seconds=seconds))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a defect of the suite itself (a fixture that breaks), which no finding covers."""
        if report.failed:
            self.crash = report.longreprtext


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
