"""A comparison as files: compare.json for programs, compare.html for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import jinja2
from markupsafe import Markup

from syncano_contract.comparison import Change, Comparison, History, Kind, Outcome, Run
from syncano_contract.latency import Slower, Times
from syncano_contract.model import Level, Requirement, Verdict
from syncano_contract.report.page import template
from syncano_contract.report.picture import line, strip
from syncano_contract.report.shown import clock, sentence, shown
from syncano_contract.text import inert, moment, sound, visible

VERSION = 1
HEADINGS = {
    Kind.BROKE: "Broke",
    Kind.UNTOLD: "Can no longer be told",
    Kind.MENDED: "Mended",
    Kind.NEW: "New",
    Kind.GONE: "Gone",
    Kind.CHANGED: "Changed otherwise",
}


def to_json(comparison: Comparison) -> str:
    """Return compare.json, in the same bytes for the same reports."""
    tree = {
        "version": VERSION,
        "tool": f"syncano-contract {version('syncano-contract')}",
        "regression": comparison.is_worse,
        "targets": [_target(history) for history in comparison.histories],
        "requirements": [_requirement(each, comparison) for each in comparison.requirements],
    }
    return inert(sound(json.dumps(tree, ensure_ascii=False, indent=1))) + "\n"


def to_html(comparison: Comparison) -> str:
    """Return a page without scripts and references."""
    page = _template().render(
        comparison=comparison,
        histories=list(enumerate(comparison.histories, 1)),
        trends=[_trends(history, comparison) for history in comparison.histories],
    )
    return page.lstrip()


@cache
def _template() -> jinja2.Template:
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown,
        "sentence": sentence,
        "visible": visible,
        "clock": clock,
        "number": "{:,}".format,
        "milliseconds": milliseconds,
        "strip": strip,
        "words": words,
    }
    names = {"headings": HEADINGS, "Level": Level, "Verdict": Verdict}
    called = {"operations": operations, "timed": _timed, "value": value}
    return template("compare.html.j2", filters, {**names, **called})


def milliseconds(seconds: float) -> str:
    """Return a time for people."""
    return f"{seconds * 1000:.1f} ms"


def words(verdict: Verdict | None) -> str:
    """Return a verdict for people."""
    return "not in it" if verdict is None else verdict.replace("_", " ")


def value(given: object) -> str:
    """Return for people how a run was made."""
    if isinstance(given, tuple):
        return ", ".join(given) or "none"
    return {True: "yes", False: "no"}[given] if isinstance(given, bool) else str(given)


def operations(history: History) -> list[str]:
    """Return the operations that any of the runs called, in the order of their names."""
    return sorted({name for run in history.runs for name in run.times})


def _trends(history: History, comparison: Comparison) -> tuple[list[Requirement], list[Requirement]]:
    """Return the requirements of a target: those whose verdict is not the same in all runs, and the others."""
    known = [each for each in comparison.requirements if any(each.id in run.outcomes for run in history.runs)]
    changing = [each for each in known if len(set(history.verdicts(each.id))) > 1]
    return changing, [each for each in known if each not in changing]


def _timed(history: History, operation: str) -> Markup:
    """Return how long an operation took over the runs, as a picture."""
    times = [run.times.get(operation) for run in history.runs]
    medians = [each.median for each in times if each]
    bounds = f"{milliseconds(min(medians))} to {milliseconds(max(medians))}"
    return line(
        [each.median if each else None for each in times],
        f"median {milliseconds(medians[-1])} in the newest run that has it, {bounds} in {len(medians)} of {len(times)}",
        [(each.lower, each.upper) if each else None for each in times],
    )


def _target(history: History) -> dict[str, Any]:
    return {
        "target": history.address.url,
        "instance": history.address.instance,
        "runs": [_run(run) for run in history.runs],
        "before": history.before and history.runs.index(history.before),
        "differences": list(history.differences),
        "regression": history.is_worse,
        "changes": [_change(change) for change in history.changes],
        "unchanged": {verdict: history.unchanged.get(verdict, 0) for verdict in Verdict},
        "operations": [_operation(name, history.runs) for name in operations(history)],
        "slower": [_slower(each) for each in history.slower],
    }


def _run(run: Run) -> dict[str, Any]:
    same = (
        "name",
        "target",
        "requests",
        "conclusion",
        "tool",
        "document",
        "depth",
        "read_only",
        "jobs",
        "seed",
        "counts",
    )
    return {
        **{name: getattr(run, name) for name in same},
        "started": moment(run.started),
        "seconds": round(run.seconds, 3),
        "overlays": list(run.overlays),
        "only": list(run.only),
        "cut_short": run.was_cut_short,
    }


def _change(change: Change) -> dict[str, Any]:
    told = change.now or change.before
    return {
        "requirement": change.requirement.id,
        "level": change.requirement.level,
        "kind": change.kind,
        "before": _verdict(change.before),
        "now": _verdict(change.now),
        "message": told.message if told else "",
        "cause": told.cause if told else None,
        "regression": change.is_worse,
    }


def _verdict(outcome: Outcome | None) -> Verdict | None:
    return None if outcome is None else outcome.verdict


def _operation(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    return {"operation": name, "times": [_times(run.times, name) for run in runs]}


def _times(times: Mapping[str, Times], operation: str) -> dict[str, Any] | None:
    if operation not in times:
        return None
    found = times[operation]
    seconds = {"lower": found.lower, "median": found.median, "upper": found.upper}
    return {"replies": found.replies, **{name: round(each, 6) for name, each in seconds.items()}}


def _slower(each: Slower) -> dict[str, Any]:
    before, now = round(each.before.median, 6), round(each.now.median, 6)
    return {"operation": each.operation, "before": before, "now": now, "ratio": round(each.ratio, 2)}


def _requirement(requirement: Requirement, comparison: Comparison) -> dict[str, Any]:
    verdicts = [list(history.verdicts(requirement.id)) for history in comparison.histories]
    return {"id": requirement.id, "level": requirement.level, "text": requirement.text, "verdicts": verdicts}
