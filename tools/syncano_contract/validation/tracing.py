"""The trace as a gate of `validate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncano_contract.model import Fact, Requirement
from syncano_contract.trace import trace
from syncano_contract.validation import SOUND, Gate
from syncano_contract.validation.outline import Breach, Outline


def trace_gate(facts: Sequence[Fact], requirements: Sequence[Requirement]) -> Gate:
    """Return the gate that finds each gap between pages, document and requirements; what is no OpenAPI has no trace."""

    def gaps(outline: Outline) -> Iterator[Breach]:
        for gap in trace(outline.tree, facts, requirements).gaps:
            yield Breach(gap.pointer, gap.sentence)

    return Gate("trace", gaps, SOUND | {"openapi", "path-parameters"})
