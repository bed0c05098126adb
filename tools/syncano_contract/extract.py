"""Pages -> all their facts, in order of slug."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from syncano_contract.facts import Base, PageFacts, facts_of, repair_fact
from syncano_contract.finding import Repair
from syncano_contract.model import Fact
from syncano_contract.pages import Page

ENCODER = json.JSONEncoder(allow_nan=False)


def facts(pages: Iterable[Page]) -> tuple[Fact, ...]:
    """Return the facts of all pages, in order of slug and then of the page."""
    found = sorted(map(facts_of, pages), key=lambda each: (each.ref.slug, each.ref.version))
    usual = usual_bases(base for page in found for base in page.bases)
    return tuple(fact for page in found for fact in (*page.facts, *base_repairs(page, usual)))


def usual_bases(bases: Iterable[Base]) -> dict[str, str]:
    """Return for each origin the base path of most samples; an origin where two lead has none."""
    counted: dict[str, Counter[str]] = {}
    for base in bases:
        counted.setdefault(base.origin, Counter())[base.path] += 1
    ranked = {origin: counts.most_common(2) for origin, counts in counted.items()}
    return {origin: first[0] for origin, (first, *rest) in ranked.items() if not rest or rest[0][1] < first[1]}


def base_repairs(page: PageFacts, usual: dict[str, str]) -> Iterator[Fact]:
    """Yield a repair for each sample with another base path than most samples of its origin have."""
    strange = [base for base in page.bases if usual.get(base.origin, base.path) != base.path]
    for number, base in enumerate(strange, start=page.repairs + 1):
        repair = Repair("sample base path", base.path, usual[base.origin])
        yield repair_fact(page.ref, number, base.fact, base.pointer, repair)


def to_json_line(fact: Fact) -> str:
    """Return a fact as one line of JSON, in ASCII and without its line break."""
    return ENCODER.encode(asdict(fact))
