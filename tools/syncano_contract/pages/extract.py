"""Pages -> all their facts, in order of slug."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import IO

from syncano_contract.model import Fact
from syncano_contract.pages import Page
from syncano_contract.pages.facts import Base, PageFacts, facts_of, repair_fact
from syncano_contract.pages.finding import Repair

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


def lines(pages: Iterable[Page]) -> Iterator[str]:
    """Yield the facts of all pages as JSON lines, as `facts` orders them; only an index of them is held in memory."""
    with TemporaryFile() as spool:
        index = spooled(pages, spool, _lines)
        usual = usual_bases(base for entry in index for base in entry.page.bases)
        for entry in index:
            yield from entry.read(spool).decode("ascii").splitlines()
            yield from map(to_json_line, base_repairs(entry.page, usual))


@dataclass(frozen=True)
class Spooled:
    """Where in the spool the facts of a page are; `page` no longer has them."""

    page: PageFacts
    start: int
    length: int

    @property
    def order(self) -> tuple[str, str]:
        """Return what the pages are sorted by."""
        return self.page.ref.slug, self.page.ref.version

    def read(self, spool: IO[bytes]) -> bytes:
        """Return what was written of the page."""
        spool.seek(self.start)
        return spool.read(self.length)


def spooled(pages: Iterable[Page], spool: IO[bytes], written: Callable[[PageFacts], bytes]) -> list[Spooled]:
    """Write the facts of each page to the spool, and return where they are, in order of slug."""
    return sorted((_spooled(page, spool, written(page)) for page in map(facts_of, pages)), key=lambda each: each.order)


def _spooled(page: PageFacts, spool: IO[bytes], written: bytes) -> Spooled:
    start = spool.tell()
    return Spooled(replace(page, facts=()), start, spool.write(written))


def _lines(page: PageFacts) -> bytes:
    return "".join(f"{to_json_line(fact)}\n" for fact in page.facts).encode("ascii")


def to_json_line(fact: Fact) -> str:
    """Return a fact as one line of JSON, in ASCII and without its line break."""
    page = {"slug": fact.page.slug, "version": fact.page.version, "id": fact.page.id}
    said = {"id": fact.id, "page": page, "kind": fact.kind, "pointer": fact.pointer}
    return ENCODER.encode({**said, "statement": fact.statement, "value": fact.value})
