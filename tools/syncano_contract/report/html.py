"""report.html: the whole report as one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any

import jinja2

from syncano_contract.conclusion import conclude, counts, exception, excused, outdated, part
from syncano_contract.model import Brief, Exchange, Level, Report, Requirement, Result, Verdict
from syncano_contract.report import charts, shown
from syncano_contract.report.order import Sender, by_operation, causes, natural, pairs, sources_of
from syncano_contract.report.page import template

MOST_OTHERS = 8  # exchanges of a failure that are shown besides the one that decided
MOST_FACTS = 3  # sources of a requirement that are shown at once
ROOM = 600_000  # bytes for all the bodies of exchanges that decided; the same for others, headers and scripts
WORDS = {verdict: verdict.replace("_", " ") for verdict in Verdict}


def to_html(report: Report) -> str:
    """Return a page that is complete without its one script, which filters, and without anything outside of it."""
    limits = _Limits.of(report)
    operations, keys = charts.key_matrix(report)
    times, ticks = charts.response_times(report)
    page = _template().render(
        report=report,
        conclusion=conclude(report),
        counts=counts(report),
        causes=causes(report),
        evidence=_Evidence.of(report, limits.script),
        limits=limits,
        reasons=_reasons(report),
        cells=_by_operation_and_status(charts.status_matrix(report)),
        key_operations=operations,
        keys=keys,
        times=times,
        ticks=ticks,
        course=charts.course(report),
        groups=by_operation(report),
        known={deviation.requirement: deviation for deviation in excused(report)},
        outdated=tuple(outdated(report)),
        sources=partial(sources_of, report=report),
    )
    return page.lstrip()


@cache
def _template() -> jinja2.Template:
    script = (resources.files("syncano_contract.report") / "report.js").read_text(encoding="utf-8")
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown.shown,
        "sentence": shown.sentence,
        "body": shown.body,
        "headers": shown.headers,
        "clock": shown.clock,
        "number": "{:,}".format,
        "time": _time,
    }
    names = {
        **{"Level": Level, "Verdict": Verdict, "Sender": Sender, "WORDS": WORDS},
        **{"part": part, "exception": exception},
        **{"MOST_OTHERS": MOST_OTHERS, "MOST_FACTS": MOST_FACTS, "WIDTH": charts.WIDTH, "HEIGHT": charts.HEIGHT},
        **{"SCRIPT": script, "SCRIPT_HASH": _hash(script)},
    }
    return template("report.html.j2", filters, names)


def _hash(script: str) -> str:
    """Return what a Content-Security-Policy calls a script that may run (CSP Level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _time(seconds: float) -> str:
    """Return a duration for people, with two or three digits that count."""
    if seconds < 0.9995:
        milliseconds = seconds * 1000
        return f"{milliseconds:.2g} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"


@dataclass(frozen=True)
class _Limits:
    """How long (in bytes of markup) a body or the headers, in the exchange that decided and in others, and a script."""

    decisive: int
    other: int
    script: int

    @classmethod
    def of(cls, report: Report) -> _Limits:
        """Give less room to each the more failures there are."""
        share = ROOM // max(1, sum(result.verdict is Verdict.FAILED for result in report.results))
        return cls(min(4_000, share // 2), min(1_000, share // (2 * MOST_OTHERS)), min(20_000, share))


@dataclass(frozen=True)
class _Evidence:
    """What the page shows of the traffic."""

    exchanges: Mapping[int, Exchange]
    briefs: Mapping[int, Brief]
    results: Mapping[str, Result]
    longest: int

    @classmethod
    def of(cls, report: Report, longest: int) -> _Evidence:
        """Look everything up; scripts longer than this are in results.json alone."""
        exchanges = {exchange.number: exchange for exchange in report.exchanges}
        briefs = {brief.number: brief for brief in report.traffic}
        return cls(exchanges, briefs, {result.requirement: result for result in report.results}, longest)

    def operation(self, exchange: Exchange) -> str | None:
        """Return the operationId that an exchange addressed."""
        brief = self.briefs.get(exchange.number)
        return brief.operation if brief else None

    def script(self, result: Result) -> str | None:
        """Return the script that replays a result, unless it is long."""
        return result.replay if result.replay and len(result.replay) <= self.longest else None

    def decisive(self, result: Result) -> Exchange | None:
        """Return the one that the verdict rests on: the last that the result names."""
        return self.exchanges.get(result.evidence[-1]) if result.evidence else None

    def last(self, requirements: Iterable[Requirement]) -> Exchange | None:
        """Return the one that the first of these requirements ends with, where there is one."""
        found = (self.decisive(self.results[each.id]) for each in requirements if each.id in self.results)
        return next((exchange for exchange in found if exchange), None)

    def others(self, result: Result) -> list[Exchange]:
        """Return what came before it, in the order of sending."""
        numbers = sorted(set(result.evidence) - set(result.evidence[-1:]))
        return [self.exchanges[number] for number in numbers if number in self.exchanges]

    def statuses(self, result: Result) -> list[tuple[int | None, int]]:
        """Return which statuses a result rests on, and how often each came; None is no reply."""
        sent = [self.briefs[number].status for number in result.evidence if number in self.briefs]
        return sorted(Counter(sent).items(), key=lambda counted: counted[0] or 0)


def _reasons(report: Report) -> dict[Verdict, list[tuple[str, list[Requirement]]]]:
    """Return for each verdict that says nothing of the target the reasons, each with its requirements."""
    told: dict[Verdict, dict[str, list[Requirement]]] = {
        verdict: {} for verdict in (Verdict.CANNOT_TELL, Verdict.INAPPLICABLE, Verdict.UNTESTED)
    }
    for requirement, result in sorted(pairs(report), key=lambda pair: natural(pair[0].id)):
        if result.verdict in told:
            told[result.verdict].setdefault(result.message or "no reason was given", []).append(requirement)
    return {verdict: list(reasons.items()) for verdict, reasons in told.items()}


def _by_operation_and_status(cells: Iterable[charts.Cell]) -> dict[str, dict[int, charts.Cell]]:
    table: dict[str, dict[int, charts.Cell]] = {}
    for cell in cells:
        table.setdefault(cell.operation, {})[cell.status] = cell
    return table
