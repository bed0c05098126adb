"""Facts against the document and the requirements, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from syncano_contract.model import Fact, Requirement
from syncano_contract.pointer import child, nearest
from syncano_contract.trace.contract import Contract
from syncano_contract.trace.keeping import keep
from syncano_contract.trace.model import Found, Gap, Origin, State, Trace, Traced
from syncano_contract.trace.origins import citations, origin_gaps, origins, part_of, parts
from syncano_contract.trace.places import NotThereError
from syncano_contract.trace.unstated import unstated

__all__ = ["Gap", "Origin", "State", "Trace", "Traced", "trace"]

# Kinds of facts that no exchange with a deployment can show, and why.
UNSEEN = {
    "page": "where a page stands in its manual is nothing that a deployment shows",
    "sample": "a sample is a client's call; what it sends is verified under the operation's path, keys and members",
    "repair": "a repair is about how the page is written",
}

# Repairs of how a page writes down what it means; the document says the same.
NOTATION = frozenset({"type alias", "url notation", "query in url"})
# Kinds of facts that no x-source names: they are about the page and not about what it describes.
UNNAMED = ("page", "repair")


def trace(tree: Any, facts: Sequence[Fact], requirements: Sequence[Requirement]) -> Trace:
    """Follow every fact into the document and every part of the document back to its facts."""
    contract = Contract(tree, facts)
    cited = tuple(citations(contract.top))
    known = frozenset(fact_id for fact_id, _ in cited)
    found = tuple(_traced(contract, fact, known, requirements) for fact in facts)
    pointers = tuple(part.pointer for part in parts(contract.top))
    traced = tuple(_settled(each, pointers) for each in found)
    rested = tuple(origins(contract.top, traced))
    told = frozenset(gap.pointer for each in traced for gap in each.gaps)
    gaps = (
        *_fact_gaps(traced),
        *origin_gaps(rested, contract, told),
        *unstated(contract, told),
        *_dangling(cited, requirements, facts),
    )
    return Trace(traced, rested, tuple(requirements), gaps)


def _traced(contract: Contract, fact: Fact, cited: frozenset[str], requirements: Sequence[Requirement]) -> Traced:
    state, found, reason = _state(contract, fact, cited)
    verified_by = tuple(each.id for each in requirements if fact.id in each.source)
    untested = None if verified_by else UNSEEN.get(fact.kind, "")
    return Traced(fact, state, found.pointer, reason, found.gaps, found.also, verified_by, untested)


def _state(contract: Contract, fact: Fact, cited: frozenset[str]) -> tuple[State, Found, str]:
    try:
        found = keep(contract, fact)
        gaps = found.gaps or tuple(_uncited(contract, fact, found, cited))
    except NotThereError as error:
        gaps = (Gap(error.pointer, f"the document has nothing at {error.pointer}"),)
        found = Found(error.pointer)
    if not gaps and found.departures and not _is_notation(fact):
        reason = contract.at(found.pointer).value.get("x-unconfirmed")
        said = "; ".join(found.departures)
        if reason:
            return State.DEPARTED, found, f"{said}. {' '.join(reason.split())}"
        gaps = (Gap(found.pointer, f"{said}, and no x-unconfirmed there says why"),)
    if not gaps:
        return State.KEPT, found, ""
    placed = tuple(Gap(nearest(contract.top.value, gap.pointer), gap.sentence) for gap in gaps)
    return State.MISSING, replace(found, gaps=placed), "; ".join(gap.sentence for gap in gaps)


def _is_notation(fact: Fact) -> bool:
    return fact.kind == "repair" and fact.value["what"] in NOTATION


def _uncited(contract: Contract, fact: Fact, found: Found, cited: frozenset[str]) -> Iterator[Gap]:
    if fact.kind not in UNNAMED and fact.id not in cited:
        value = contract.at(found.pointer).value
        holder = found.pointer if isinstance(value, dict) and "x-source" in value else contract.operation(fact).pointer
        yield Gap(child(holder, "x-source"), f"no x-source names {fact.id}")


def _settled(traced: Traced, pointers: Sequence[str]) -> Traced:
    """Return a traced fact that leads to parts of the document alone: a place within one leads to that."""
    pointer = part_of(traced.pointer, pointers)
    also = dict.fromkeys(part_of(each, pointers) for each in traced.also)
    return replace(traced, pointer=pointer, also=tuple(each for each in also if each != pointer))


def _fact_gaps(traced: Iterable[Traced]) -> Iterator[Gap]:
    """Yield what is missing, once for all facts that miss it in the same place."""
    missing: dict[Gap, list[str]] = {}
    for each in traced:
        for gap in each.gaps:
            missing.setdefault(gap, []).append(each.fact.id)
        if each.untested == "":
            yield Gap(each.pointer, f"no requirement verifies {each.fact.id}")
    for gap, (first, *others) in missing.items():
        more = f" (and {len(others)} more {'fact' if len(others) == 1 else 'facts'})" if others else ""
        yield Gap(gap.pointer, f"{first}{more} is missing: {gap.sentence}")


def _dangling(
    cited: Iterable[tuple[str, str]], requirements: Iterable[Requirement], facts: Iterable[Fact]
) -> Iterator[Gap]:
    known = {fact.id for fact in facts}
    for fact_id, pointer in cited:
        if fact_id not in known:
            yield Gap(pointer, f"x-source names {fact_id}, which no page states")
    for each in requirements:
        for source in each.source:
            if source not in known and not source.startswith("RFC "):
                yield Gap("", f"requirement {each.id} names {source}, which no page states")
