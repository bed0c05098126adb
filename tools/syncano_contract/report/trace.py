"""A trace as files: trace.json for programs, trace.html for people, and the table of the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import jinja2

from syncano_contract.report.page import template
from syncano_contract.report.shown import sentence, shown
from syncano_contract.text import counted, visible
from syncano_contract.trace import Gap, Origin, State, Trace, Traced

Line = Callable[[str], int]
WHOLE = "(the whole document)"


@dataclass(frozen=True)
class Page:
    """One page's facts, for a section of its own."""

    slug: str
    facts: tuple[Traced, ...]


def to_json(trace: Trace, line: Line) -> str:
    """Return trace.json; `line` tells the line of a pointer in the document."""
    places = _places(trace)
    tree = {
        "version": 1,
        "facts": [_fact(each, places[each.fact.id], line) for each in trace.facts],
        "document": [_origin(each, line) for each in trace.origins],
        "requirements": [{"id": each.id, "sources": list(each.source)} for each in trace.requirements],
        "gaps": [{"pointer": gap.pointer, "line": line(gap.pointer), "sentence": gap.sentence} for gap in trace.gaps],
    }
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


def to_html(trace: Trace, line: Line, document: str) -> str:
    """Return a page without scripts that refers to nothing; `document` is the name by which it shows the document."""
    return _template().render(names(trace, line, document)).lstrip()


def names(trace: Trace, line: Line, document: str) -> dict[str, Any]:
    """Return what trace_parts.html.j2 shows, by the names that it has there; the arguments are those of `to_html`."""
    groups = groupby(trace.facts, lambda each: each.fact.page.slug)
    return {
        "trace": trace,
        "groups": tuple(Page(slug, tuple(facts)) for slug, facts in groups),
        "line": line,
        "document": document,
        "known": {each.fact.id for each in trace.facts},
        "places": _places(trace),
        "whole": WHOLE,
    }


def to_table(trace: Trace, line: Line) -> Iterator[str]:
    """Yield the lines of a table: state, fact, where the document has it, and what verifies it."""
    for each in trace.facts:
        where = f"{line(each.pointer)}: {each.pointer or WHOLE}"
        yield visible(f"{each.state:<14}{each.fact.id:<42}{where}")
        if each.reason:
            yield visible(f"{'':<14}{each.reason}")
        if each.verified_by:
            yield f"{'':<14}verified by {', '.join(each.verified_by)}"
        elif each.untested:
            yield f"{'':<14}untested: {each.untested}"
    for gap in trace.gaps:
        yield visible(_worded(gap, line))
    yield _totals(trace)


def _worded(gap: Gap, line: Line) -> str:
    return f"GAP at {line(gap.pointer)}: {gap.pointer or WHOLE}: {gap.sentence}"


def _totals(trace: Trace) -> str:
    states = ", ".join(f"{sum(each.state is state for each in trace.facts)} {state}" for state in (*State,))
    verified = sum(bool(each.verified_by) for each in trace.facts)
    return f"{len(trace.facts)} facts: {states}; {verified} verified by requirements; {counted(len(trace.gaps), 'gap')}"


def _fact(each: Traced, places: Sequence[str], line: Line) -> dict[str, object]:
    return {
        "id": each.fact.id,
        "state": str(each.state),
        "statement": each.fact.statement,
        "pointer": each.pointer,
        "line": line(each.pointer),
        "places": list(places),
        "reason": each.reason or None,
        "verified_by": list(each.verified_by),
        "untested": each.untested,
    }


def _origin(each: Origin, line: Line) -> dict[str, object]:
    return {
        "pointer": each.pointer,
        "line": line(each.pointer),
        "kind": each.kind,
        "sources": list(each.sources),
        "unconfirmed": each.unconfirmed,
    }


def _places(trace: Trace) -> dict[str, list[str]]:
    """Map each fact to the parts of the document that rest on it, the one that has it first."""
    found = {each.fact.id: [each.pointer] for each in trace.facts}
    for origin in trace.origins:
        for source in origin.sources:
            if origin.pointer not in found.setdefault(source, []):
                found[source].append(origin.pointer)
    return found


@cache
def _template() -> jinja2.Template:
    return template("trace.html.j2", {"shown": shown, "sentence": sentence}, {})
