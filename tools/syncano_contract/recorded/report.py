"""What recorded traffic shows -> the report, without a secret and without anybody's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from syncano_contract.model import RECORDED, Brief, Coverage, Exchange, Report
from syncano_contract.plugin import Collector
from syncano_contract.recorded import exchanges, requests
from syncano_contract.recorded.archive import Archive
from syncano_contract.recorded.entry import SENDER, UNKNOWN
from syncano_contract.recorded.judging import Judging
from syncano_contract.recorded.recording import Recording
from syncano_contract.recorded.secrets import Evidence, instance_of
from syncano_contract.recorded.story import Event, Known
from syncano_contract.text import counted
from syncano_contract.trace.sources import sources_of
from syncano_contract.traffic import ANOTHER, NONE, OLD, OTHER_INSTANCE, OWN
from syncano_contract.traffic import UNKNOWN as UNKNOWN_KEY
from syncano_contract.verdicts import Finding, results

MOST_BRIEFS = 2000  # rows of the report's table of exchanges


def report(recording: Recording, archives: Sequence[Archive], suite: Collector) -> Report:
    """Return the report on what was recorded; raises Problem where nothing of this API was.

    The exchanges that a verdict rests on are read once more where they were not kept.
    """
    judging = recording.judging
    events, known = judging.found.story.told()
    requirements = tuple(suite.requirements.values())
    findings = [*judging.findings(suite.requirements, events, known)]
    evidence, findings = _evidence(judging, findings, archives)
    found = results(requirements, findings, suite.subjects)
    instance = max(judging.found.instances, key=judging.found.instances.__getitem__, default="")
    shown = Evidence(recording.document, judging.vocabulary, judging.base_url, instance)
    began = UNKNOWN if judging.found.began is None else datetime.fromtimestamp(judging.found.began, UTC)
    briefs = tuple(_briefs(events[:MOST_BRIEFS], known, judging.found.began or 0.0))
    return Report(
        target=judging.vocabulary.base(judging.base_url),
        instance=instance_of(instance),
        document=recording.document.version,
        overlays=recording.document.overlays,
        tool=f"syncano-contract {version('syncano-contract')}",
        started=began,
        seconds=max(0.0, (judging.found.ended or 0.0) - (judging.found.began or 0.0)),
        seed=0,
        depth=RECORDED,
        read_only=False,
        only=(),
        command="",
        requirements=requirements,
        results=found,
        exchanges=tuple(shown.of(evidence[number]) for number in sorted(evidence)),
        traffic=briefs,
        coverage=_coverage(judging),
        notes=tuple(line.encode("utf-8", "backslashreplace").decode() for line in _notes(recording, judging)),
        left_behind=(),
        sources=sources_of(requirements),
        unlisted=judging.found.exchanges - len(briefs),
        was_interrupted=recording.was_cut_short,
    )


def _evidence(
    judging: Judging, findings: list[Finding], archives: Sequence[Archive]
) -> tuple[dict[int, Exchange], list[Finding]]:
    """Return the exchanges that findings rest on, by number."""
    held = {each.number: each for finding in findings if (each := judging.exchange_of(finding))}
    wanted = {number for finding in findings for number in finding.evidence}
    return {**exchanges(archives, wanted - held.keys()), **held}, findings


def _briefs(events: Iterable[Event], known: Known, began: float) -> Iterator[Brief]:
    for event in events:
        yield Brief(
            number=event.number,
            at=max(0.0, event.began - began),
            seconds=max(0.0, event.seconds),
            sender=SENDER,
            operation=event.operation,
            status=event.status,
            api_key=UNKNOWN_KEY if event.api_key else NONE,
            user_key=_whose(event, known),
        )


def _whose(event: Event, known: Known) -> str:
    owner = known.owner(event.user_key)
    if owner is None:
        return UNKNOWN_KEY if event.user_key else NONE
    if known.is_old(event):
        return OLD
    if owner[0] != event.instance:
        return OTHER_INSTANCE
    return OWN if event.addressed in (None, owner[1]) else ANOTHER


def _coverage(judging: Judging) -> tuple[Coverage, ...]:
    replies = judging.found.replies.counts()
    return tuple(
        Coverage(operation.id, status, replies[operation.id, status])
        for operation in judging.document.operations
        for status in sorted(operation.shapes)
    )


def _notes(recording: Recording, judging: Judging) -> Iterator[str]:
    yield from recording.lines()
    for lacks, times in sorted(judging.found.lacks.items()):
        if times:
            yield f"{counted(times, 'reply').replace('replys', 'replies')} whose body {lacks}: judged without it"
    yield from requests.lines(judging.found.notes)
    if (total := judging.found.exchanges) > MOST_BRIEFS:
        yield f"of {total} exchanges the report lists the first {MOST_BRIEFS} that address an operation"
