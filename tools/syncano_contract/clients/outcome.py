"""What is known of a client after it was generated, built and driven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from syncano_contract.clients.languages import Language


class State(StrEnum):
    """What is known of one step."""

    PASSED = "passed"
    FAILED = "failed"
    UNTESTED = "untested"


# Each step by its name, in order, and what it shows where it passes.
BUILD, REQUESTS, REPLIES, EXAMPLE, EXTRA, RETRY = "build", "requests", "replies", "example", "extra members", "429"
STEPS: Mapping[str, str] = {
    BUILD: "The client is generated, and builds or passes its type checker, together with its examples.",
    EXAMPLE: "The short example that comes with it works.",
    "add": "A user is added.",
    "details": "The user is found by its own key.",
    "update": "The user gets another name.",
    "reset": "The user gets another key.",
    "old key": "The key from before is refused, with a typed 403.",
    "400": "A refused body is told by a typed error that names both members.",
    "403": "An unknown API key is told by a typed error.",
    "404": "An unknown instance is told by a typed error.",
    "redirect": "A redirect, which would take the keys along, is not followed.",
    "null": "Members that are null are read as such.",
    "unicode": "A name with letters of two scripts, an emoji, quotes and a backslash comes back as it was sent.",
    RETRY: "A request that came too soon is sent again, after as long a time as the deployment asks for.",
    EXTRA: "All of this works where users, profiles, links and errors have members that the document does not list.",
    REQUESTS: "Each request is as the document has it, with no key in a URL, and each operation is called.",
    REPLIES: "Each reply is as the document has it.",
}
DRIVEN = tuple(name for name in STEPS if name not in (BUILD, EXAMPLE, REQUESTS, REPLIES))  # what drivers tell of


@dataclass(frozen=True)
class Step:
    """One step: what is known of it, and what was seen; `fix` is the line that installs what was missing."""

    name: str
    state: State
    seen: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Outcome:
    """All that is known of one client; `generator` has its version, `seconds` is how long all of it took."""

    language: Language
    generator: str
    steps: tuple[Step, ...]
    seconds: float

    @property
    def state(self) -> State:
        """Failed if any step is, else untested if any is, else passed."""
        states = {step.state for step in self.steps}
        return next((state for state in (State.FAILED, State.UNTESTED) if state in states), State.PASSED)


def untested(seen: str, fix: str) -> tuple[Step, ...]:
    """Return all steps as untested for one reason."""
    return tuple(Step(name, State.UNTESTED, seen, fix) for name in STEPS)


def not_built(seen: str) -> tuple[Step, ...]:
    """Return the steps of a client of which there is nothing to drive."""
    return (
        step(BUILD, False, seen),
        *(each for each in untested("the client was not built", "") if each.name != BUILD),
    )


def step(name: str, passed: bool, seen: str = "") -> Step:
    """Return a step that passed or failed."""
    return Step(name, State.PASSED if passed else State.FAILED, seen)


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps in the order of STEPS."""
    names = [*STEPS]
    return tuple(sorted(steps, key=lambda each: names.index(each.name)))
