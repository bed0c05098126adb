"""The pages that are looked at, each rendered from something made by hand or from a quick run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from altered import run_against
from edits import altered
from handmade import add, details, failed, judged, odd, reply, report, required
from handmade_runs import answered, kept, ran
from syncano_contract import comparison, document, run
from syncano_contract.clients import page as clients_page
from syncano_contract.model import Level, Report, Requirement, Verdict
from syncano_contract.proof import REFERENCE, Failure, Proof, Trial, prove
from syncano_contract.reference import faults
from syncano_contract.reference.server import Embedded
from syncano_contract.report import compare, html, index, proof, reading, results, trace
from syncano_contract.settings import Depth
from syncano_contract.trace import Trace
from test_clients import FAILED, MISSING, PASSED, outcome
from test_prove import odd as odd_proof
from test_trace import traced

FAULTS = ("add-answers-201", "reset-keeps-the-key", "etag")


def of_report(of: Report) -> str:
    """Return report.html as a run writes it: from what results.json tells."""
    return html.to_html(reading.parse(results.to_json(of).encode(), "it"))


def of_trace(of: Trace) -> str:
    """Return trace.html, as if everything stood in the first line of the document."""
    return trace.to_html(of, lambda _: 1, "openapi.yaml")


def of_proof(of: Proof) -> str:
    """Return prove.html."""
    return proof.to_html(of)


def with_faults(*names: str) -> Report:
    """A quick run against the reference deployment with these faults and variants."""
    return run_against(Embedded(faults.build([faults.find(name) for name in names])))


def large() -> Report:
    """A report of 5,000 exchanges, of which 100 failures show as much as they can."""
    body = ('<&"\u202e' * 5000).encode()
    sent = [add(number, user_id=number, user_key=number) for number in range(1, 4901)]
    sent += [details(number, number - 4900, reply(500, body)) for number in range(4901, 5001)]
    names = [f"A-{number}" for number in range(1, 101)]
    return report(map(required, names), [failed(name, *range(4901, 5001)) for name in names], sent)


def whole_proof() -> Proof:
    """A proof of every fault and variant, each fault noticed by one requirement of its level."""
    known = run.requirements()
    noticing = {level: cycle(each for each in known if each.level is level) for level in (Level.MUST, Level.SHOULD)}
    tried = [_trial(each, noticing) for each in faults.ALTERATIONS.values()]
    return prove(Depth.STANDARD, known, [*faults.ALTERATIONS.values()], [*tried, Trial(REFERENCE)], is_whole=True)


def _trial(of: faults.Alteration, noticing: Mapping[Level, Iterator[Requirement]]) -> Trial:
    by = [next(noticing[of.level])] if of.level else []
    return Trial(
        of.name, tuple(Failure(each.id, each.level, "expected a, saw b", 12, 0.5) for each in by), (), 950, 4.2
    )


def compared(*reports: Report) -> str:
    """Return compare.html of these runs."""
    digests = [comparison.digest(of, f"run-{number}") for number, of in enumerate(reports)]
    return compare.to_html(comparison.compare(digests))


def indexed(*reports: Report) -> str:
    """Return index.html of a folder with these reports."""
    with TemporaryDirectory() as folder:
        for number, of in enumerate(reports):
            kept(of, Path(folder, f"20261101T2004{number:02}Z-reference"))
        return index.to_html(index.read(Path(folder)))


def over_time() -> tuple[Report, ...]:
    """Runs of one target in which something breaks, something is mended and replies get slower."""
    verdicts = ("++F+-", "++F+-", "+F?+-", "FF++-")
    return tuple(
        ran(each, day=day, traffic=answered("addUser", [1 + day * 20 + part / 9 for part in range(30)]))
        for day, each in enumerate(verdicts)
    )


def with_gaps() -> Trace:
    """A trace of a document of which a part names a source that no page states."""
    edit = altered(["components", "schemas", "User", "x-source"], ["users-list#response/200"])
    return traced(edit.made(dict(document.load().tree)))


PAGES: Mapping[str, Callable[[], str]] = {
    "report-with-failures": lambda: of_report(with_faults(*FAULTS)),
    "report-clean": lambda: of_report(with_faults()),
    "report-inconclusive": lambda: of_report(judged((Level.MUST, Verdict.CANNOT_TELL), (Level.MUST, Verdict.PASSED))),
    "report-odd": lambda: of_report(odd()),
    "report-empty": lambda: of_report(report()),
    "compare-over-time": lambda: compared(*over_time()),
    "compare-targets": lambda: compared(*over_time(), ran("F+F+-", target="https://other.example.test/v1.1"), odd()),
    "index": lambda: indexed(*over_time(), odd()),
    "trace": lambda: of_trace(traced()),
    "trace-with-gaps": lambda: of_trace(with_gaps()),
    "clients": lambda: clients_page.to_html(
        document.load(), [outcome(PASSED), outcome(FAILED, "go"), outcome(MISSING, "ruby"), outcome(MISSING, "kotlin")]
    ),
    "prove": lambda: of_proof(whole_proof()),
    "prove-odd": lambda: of_proof(odd_proof()),
}
