"""report.html: the whole report as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import jinja2
from markupsafe import Markup, escape

from syncano_contract.conclusion import conclude, counts
from syncano_contract.model import Exchange, Level, Report, Requirement, Result, Verdict
from syncano_contract.replay import scripts
from syncano_contract.report.order import Pair, causes, group_of, natural, pairs
from syncano_contract.report.text import decoded, escaped, moment, pretty

LONGEST_BODY = 4_000  # characters of a body in the exchange that decided
LONGEST_OTHER = 1_000  # and in the others
LONGEST_LINE = 1_000  # of a message, a header or a URL
LONGEST_SCRIPT = 20_000  # a longer one is in results.json alone
MOST_OTHERS = 8  # exchanges of a failure that are shown besides the one that decided


def to_html(report: Report) -> str:
    """Return a page without scripts and without references to anything outside of it."""
    return _template().render(
        report=report,
        conclusion=conclude(report),
        counts=counts(report),
        causes=causes(report),
        evidence=_Evidence.of(report),
        reasons=_reasons(report),
        coverage=_coverage(report),
        groups=_groups(report),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("syncano_contract", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown, "body": body, "moment": moment, "number": "{:,}".format}
    environment.globals |= {"Level": Level, "Verdict": Verdict, "MOST_OTHERS": MOST_OTHERS}
    return environment.get_template("report.html.j2")


def shown(text: str, keep: str = "", limit: int = LONGEST_LINE) -> Markup:
    """Return text as markup that shows it: what has no glyph, or would turn others round, stands as an escape."""
    runs = groupby(text[:limit], key=lambda char: char.isprintable() or char in keep)
    parts = [escape("".join(run)) if plain else _escapes("".join(run)) for plain, run in runs]
    if len(text) > limit:
        parts.append(Markup('<span class="cut">… ({:,} characters in all)</span>').format(len(text)))
    return Markup("").join(parts)


def _escapes(run: str) -> Markup:
    return Markup('<span class="esc">{}</span>').format("".join(escaped(char) for char in run))


def body(content: bytes, limit: int = LONGEST_BODY) -> Markup:
    """Return a body as markup: JSON is indented, and a long one cut, with its size."""
    text = decoded(content)
    whole = pretty(text) if len(text) <= 10 * LONGEST_BODY else text
    cut = Markup('<span class="cut">\n… shortened, {:,} bytes in all</span>').format(len(content))
    return shown(whole[:limit], keep="\n\t", limit=limit) + (cut if len(whole) > limit else "")


@dataclass(frozen=True)
class _Evidence:
    """What the page shows of the traffic."""

    exchanges: dict[int, Exchange]
    scripts: dict[str, str]

    @classmethod
    def of(cls, report: Report) -> _Evidence:
        short = {name: script for name, script in scripts(report).items() if len(script) <= LONGEST_SCRIPT}
        return cls({exchange.number: exchange for exchange in report.exchanges}, short)

    def decisive(self, result: Result) -> Exchange | None:
        return self.exchanges.get(result.evidence[-1]) if result.evidence else None

    def others(self, result: Result) -> list[Exchange]:
        """Return what came before it, in the order of sending."""
        known = sorted(number for number in set(result.evidence[:-1]) if number in self.exchanges)
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
