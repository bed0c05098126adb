"""The nouns of a trace: what the document makes of each fact, what each part of it rests on, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncano_contract.model import Fact, Requirement


class State(StrEnum):
    """What the document makes of a fact."""

    KEPT = "kept"
    DEPARTED = "departed from"
    MISSING = "missing"


@dataclass(frozen=True)
class Gap:
    """What breaks the chain between pages, document and requirements; `pointer` is in the document."""

    pointer: str
    sentence: str


@dataclass(frozen=True)
class Found:
    """Where the document has a fact, in what it does not keep it, and in what it departs from it knowingly.

    `also` leads to further places that rest on the fact; the pointer of a gap may lead to what is not there.
    """

    pointer: str
    gaps: tuple[Gap, ...] = ()
    departures: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Traced:
    """A fact, the place in the document that has it, and the requirements that verify it.

    `reason` says why it is departed from, or what is missing, which `gaps` tell by place; `also` leads to further
    places that rest on it; `untested` says why no requirement verifies it.
    """

    fact: Fact
    state: State
    pointer: str
    reason: str
    gaps: tuple[Gap, ...]
    also: tuple[str, ...]
    verified_by: tuple[str, ...]
    untested: str | None


@dataclass(frozen=True)
class Origin:
    """A part of the document and what it rests on: facts, or a recorded assumption.

    `named` are the facts that its `x-source`, or that of what is around it, names; `led` those that lead here.
    """

    pointer: str
    kind: str
    named: tuple[str, ...]
    led: tuple[str, ...]
    unconfirmed: str | None

    @property
    def sources(self) -> tuple[str, ...]:
        """Every fact that the part rests on, once."""
        return tuple(dict.fromkeys((*self.named, *self.led)))


@dataclass(frozen=True)
class Trace:
    """The whole chain."""

    facts: tuple[Traced, ...]
    origins: tuple[Origin, ...]
    requirements: tuple[Requirement, ...]
    gaps: tuple[Gap, ...]
