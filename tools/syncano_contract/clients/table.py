"""What was made, and what is known of it, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from syncano_contract.clients.outcome import STEPS, Outcome, State, Step
from syncano_contract.text import counted, visible

WIDTH = 12  # columns for a language
NAME = max(map(len, STEPS)) + 2


def to_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a table of languages and steps, then what failed or could not be tested and why, then how that counts."""
    yield _row("", [outcome.language.name for outcome in outcomes])
    by_step = [{step.name: step for step in outcome.steps} for outcome in outcomes]
    for name in STEPS:
        yield _row(name, [steps[name].state for steps in by_step])
    yield ""
    for outcome in outcomes:
        yield from _reasons(outcome)
    yield _sum(outcomes)


def missing(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield what stood in the way of clients that were not to be verified."""
    for outcome in outcomes:
        yield from _reasons(outcome)


def _row(name: str, cells: Sequence[str]) -> str:
    return (name.ljust(NAME) + "".join(f"{cell:<{WIDTH}} " for cell in cells)).rstrip()


def _reasons(outcome: Outcome) -> Iterator[str]:
    for (state, seen, fix), steps in groupby(outcome.steps, lambda each: (each.state, each.seen, each.fix)):
        if state is State.PASSED:
            continue
        yield visible(f"{_word(state)} {outcome.language.name}{_named([*steps])}: {seen}", keep="\n\t")
        if fix:
            yield visible(f"  {fix}")
        yield ""


def _word(state: State) -> str:
    return state.upper() if state is State.FAILED else state


def _named(steps: Sequence[Step]) -> str:
    return "" if len(steps) == len(STEPS) else f" {', '.join(step.name for step in steps)}"


def _sum(outcomes: Sequence[Outcome]) -> str:
    numbers = {state: sum(outcome.state is state for outcome in outcomes) for state in State}
    told = ", ".join(f"{number} {state}" for state, number in numbers.items() if number)
    seconds = sum(outcome.seconds for outcome in outcomes)
    return f"{counted(len(outcomes), 'client')}: {told}, in {seconds:.0f} s"
