"""report.html: the whole report as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Any

import jinja2
from markupsafe import Markup, escape

from syncano_contract.conclusion import conclude, counts, part
from syncano_contract.model import Exchange, Headers, Level, Report, Requirement, Result, Verdict
from syncano_contract.report.order import Pair, causes, group_of, natural, pairs
from syncano_contract.report.page import template
from syncano_contract.text import decoded, escaped, pretty

LONGEST_LINE = 1_000  # bytes of markup of a message or a URL
LONGEST_RUN = 100  # characters that are cut or kept as one
MOST_OTHERS = 8  # exchanges of a failure that are shown besides the one that decided
ROOM = 600_000  # bytes for all the bodies of exchanges that decided; the same for others, headers and scripts
ESCAPES = Markup('<span class="esc">{}</span>')
LARGEST_JSON = 40_000  # characters; what is longer is not indented before it is cut


def to_html(report: Report) -> str:
    """Return a page without scripts and without references to anything outside of it."""
    limits = _Limits.of(report)
    page = _template().render(
        report=report,
        conclusion=conclude(report),
        counts=counts(report),
        causes=causes(report),
        evidence=_Evidence.of(report, limits.script),
        limits=limits,
        reasons=_reasons(report),
        coverage=_coverage(report),
        groups=_groups(report),
        operations={brief.number: brief.operation for brief in report.traffic if brief.operation},
    )
    return page.lstrip()


@cache
def _template() -> jinja2.Template:
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown,
        "sentence": sentence,
        "body": body,
        "headers": headers,
        "clock": clock,
        "number": "{:,}".format,
    }
    names = {"Level": Level, "Verdict": Verdict, "MOST_OTHERS": MOST_OTHERS, "part": part}
    return template("report.html.j2", filters, names)


def shown(text: str, keep: str = "", limit: int = LONGEST_LINE) -> Markup:
    """Return text as markup that shows it: what has no glyph, or would turn others round, stands as an escape.

    Of markup longer than `limit` bytes there is the beginning, and how long the text is.
    """
    marked, length = _marked(text, keep, limit)
    cut = Markup('<span class="cut">… ({:,} characters in all)</span>').format(len(text))
    return marked if length == len(text) else marked + cut


def body(content: bytes, limit: int) -> Markup:
    """Return a body as markup: JSON is indented, and a long one cut, with its size."""
    text = decoded(content)
    text = pretty(text) if len(text) <= LARGEST_JSON else text
    marked, length = _marked(text, "\n\t", limit)
    cut = Markup('<span class="cut">\n… shortened, {:,} bytes in all</span>').format(len(content))
    return marked if length == len(text) else marked + cut


def headers(lines: Headers, limit: int) -> Markup:
    """Return header lines as markup; of many or long ones the first."""
    marked = Markup("")
    for at, (name, value) in enumerate(lines):
        if len(marked) > limit:
            return marked + Markup('<span class="cut">… and {:,} more headers</span>\n').format(len(lines) - at)
        marked += Markup('<span class="name">{}:</span> {}\n').format(
            shown(name, limit=limit), shown(value, limit=limit)
        )
    return marked


def sentence(text: str) -> Markup:
    """Return a requirement's text as markup, with what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return shown(text)
    marked = (Markup("<code>{}</code>").format(shown(part)) if at % 2 else shown(part) for at, part in enumerate(parts))
    return Markup("").join(marked)


def _marked(text: str, keep: str, limit: int) -> tuple[Markup, int]:
    """Return as much of the text as fits into `limit` bytes of markup, and how many characters that is."""
    parts, size, length = [], 0, 0
    for (plain, _), run in groupby(
        enumerate(text[:limit]), key=lambda each: (each[1].isprintable() or each[1] in keep, each[0] // LONGEST_RUN)
    ):
        if size >= limit:
            break
        chars = [char for _, char in run]
        parts.append(escape("".join(chars)) if plain else ESCAPES.format("".join(escaped(char) for char in chars)))
        size += len(parts[-1].encode())
        length += len(chars)
    return Markup("").join(parts), length


def clock(time: datetime) -> str:
    """Return a time for people, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


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

    exchanges: dict[int, Exchange]
    results: dict[str, Result]
    scripts: dict[str, str]

    @classmethod
    def of(cls, report: Report, longest: int) -> _Evidence:
        """Look everything up but scripts longer than this, which are in results.json alone."""
        scripts = {each.requirement: each.replay for each in report.results if each.replay}
        short = {name: script for name, script in scripts.items() if len(script) <= longest}
        exchanges = {exchange.number: exchange for exchange in report.exchanges}
        return cls(exchanges, {result.requirement: result for result in report.results}, short)

    def decisive(self, result: Result) -> Exchange | None:
        """Return the one that the verdict rests on: the last that the result names."""
        return self.exchanges.get(result.evidence[-1]) if result.evidence else None

    def last(self, requirements: list[Requirement]) -> Exchange | None:
        """Return the one that the first of these requirements ends with, where there is one."""
        found = (self.decisive(self.results[each.id]) for each in requirements if each.id in self.results)
        return next((exchange for exchange in found if exchange), None)

    def others(self, result: Result) -> list[Exchange]:
        """Return what came before it, in the order of sending."""
        numbers = sorted(set(result.evidence) - set(result.evidence[-1:]))
        known = [number for number in numbers if number in self.exchanges]
        return [self.exchanges[number] for number in known]


def _reasons(report: Report) -> dict[Verdict, list[tuple[str, list[Requirement]]]]:
    """Return for each verdict that says nothing of the target the reasons, each with its requirements."""
    told: dict[Verdict, dict[str, list[Requirement]]] = {
        verdict: {} for verdict in (Verdict.CANNOT_TELL, Verdict.INAPPLICABLE, Verdict.UNTESTED)
    }
    for requirement, result in sorted(pairs(report), key=_by_id):
        if result.verdict in told:
            told[result.verdict].setdefault(result.message or "no reason was given", []).append(requirement)
    return {verdict: list(reasons.items()) for verdict, reasons in told.items()}


def _coverage(report: Report) -> tuple[list[int], dict[str, dict[int, int]]]:
    """Return the statuses, and for each operation how often each of its documented statuses was seen."""
    table: dict[str, dict[int, int]] = {}
    for covered in report.coverage:
        table.setdefault(covered.operation, {})[covered.status] = covered.exchanges
    return sorted({covered.status for covered in report.coverage}), table


def _groups(report: Report) -> Iterator[tuple[str, list[Pair]]]:
    ordered = sorted(pairs(report), key=_by_id)
    return ((name, list(group)) for name, group in groupby(ordered, key=lambda pair: group_of(pair[0].id)))


def _by_id(pair: Pair) -> tuple[str, int, str]:
    return natural(pair[0].id)
