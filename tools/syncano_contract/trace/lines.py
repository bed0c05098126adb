"""Which line of openapi.yaml each requirement rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from syncano_contract.model import Requirement
from syncano_contract.pages import Page, extract, read
from syncano_contract.resources import DOCUMENT, PAGES
from syncano_contract.trace import trace
from syncano_contract.validation import source


def lines_of(requirements: Sequence[Requirement]) -> Mapping[str, int]:
    """Return the line (from 1) that keeps the first fact of each requirement; one that rests on no fact has none."""
    document = source.read(DOCUMENT)
    facts = extract.facts(page for page in read([PAGES], BytesIO()) if isinstance(page, Page))
    traced = trace(document.tree, tuple(facts), requirements).facts
    kept = {each.fact.id: document.line(each.pointer) for each in traced}
    found = {each.id: [kept[name] for name in each.source if name in kept] for each in requirements}
    return {name: lines[0] for name, lines in found.items() if lines}
