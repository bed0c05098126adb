"""A comparison for the terminal: what changed, line by line, and how much did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from textwrap import wrap

from syncano_contract.comparison import Change, Comparison, History, Kind, Run
from syncano_contract.model import Requirement, Verdict
from syncano_contract.report.compare import HEADINGS, milliseconds, value, words
from syncano_contract.report.picture import told
from syncano_contract.text import counted, visible

SYMBOLS = {
    Verdict.PASSED: "+",
    Verdict.FAILED: "F",
    Verdict.CANNOT_TELL: "?",
    Verdict.INAPPLICABLE: "-",
    Verdict.UNTESTED: ".",
    None: " ",
}
TOLD_WHOLE = (Kind.BROKE, Kind.UNTOLD, Kind.MENDED)  # with the sentence of the requirement
MOST = 20  # runs in a row of symbols, the newest
LONGEST = 400  # characters of a message
BESIDE = 20  # columns at least for the sentence beside a row of the matrix


def to_table(comparison: Comparison, width: int, *, is_whole: bool) -> Iterator[str]:
    """Yield the lines, of so many columns; what did not change is listed as well where the whole is asked for."""
    histories = comparison.histories
    if len(histories) > 1:
        yield from _targets(histories)
        for places in _blocks(len(histories), _beside(width)):
            yield from _matrix(comparison, places, width, is_whole=is_whole)
        alike = len(comparison.requirements) - len(comparison.differing)
        yield f"  {len(comparison.differing)} differ, {alike} are alike at every target"
        yield ""
    for history in histories:
        if history.before is not None:
            yield from _history(history, history.before, width)
            yield from _unchanged(history, comparison, width, is_whole=is_whole)
    symbols = ", ".join(f"{SYMBOLS[verdict]} {words(verdict)}" for verdict in Verdict)
    yield f"{symbols}; blank: not in it"
    if any(history.before for history in histories):
        yield _ending(comparison)


# Several targets


def _targets(histories: Sequence[History]) -> Iterator[str]:
    yield f"{len(histories)} targets, the newest run of each:"
    for number, history in zip(count(1), histories):
        yield visible(f"  {number:>2}      {_address(history)}")
        yield from _run("", history.now)
    yield ""


def _matrix(comparison: Comparison, places: range, width: int, *, is_whole: bool) -> Iterator[str]:
    """Yield a row for each requirement on which the targets differ, with a symbol for each target at `places`."""
    shown = comparison.requirements if is_whole else comparison.differing
    newest = [comparison.histories[at].now.outcomes for at in places]
    if shown:
        yield _head("", "", " ".join(f"{at + 1:>2}" for at in places)).rstrip()
    for requirement in shown:
        verdicts = [found[requirement.id].verdict if requirement.id in found else None for found in newest]
        symbols = " ".join(f"{SYMBOLS[verdict]:>2}" for verdict in verdicts)
        yield _row(requirement, symbols, requirement.text, width)


def _blocks(number: int, most: int) -> Iterator[range]:
    return (range(first, min(first + most, number)) for first in range(0, number, most))


def _beside(width: int) -> int:
    """Return how many targets have room beside each other."""
    return max(1, (width - len(_head("", "", "")) - BESIDE) // 3)


# One target over time


def _history(history: History, before: Run, width: int) -> Iterator[str]:
    yield visible(f"{_address(history)}: {counted(len(history.runs), 'run')}")
    yield from _run("now", history.now)
    yield from _run("before", before)
    for name in history.differences:
        old, new = (value(getattr(run, name)) for run in (before, history.now))
        yield visible(
            f"  made in another way, so that nothing counts as worse: {name.replace('_', '-')} {old}, then {new}"
        )
    for kind, heading in HEADINGS.items():
        members = [change for change in history.changes if change.kind is kind]
        if members:
            yield f"  {heading.lower()}: {len(members)}"
        for change in members:
            yield from _change(change, history, width)
    for each in history.slower:
        medians = f"{milliseconds(each.before.median)}, then {milliseconds(each.now.median)}"
        yield visible(f"  slower: {each.operation} takes {each.ratio:.1f} times as long (median {medians})")


def _change(change: Change, history: History, width: int) -> Iterator[str]:
    before, now = (words(outcome.verdict if outcome else None) for outcome in (change.before, change.now))
    yield _row(change.requirement, _symbols(history, change.requirement), f"{before}, then {now}", width)
    if change.kind in TOLD_WHOLE:
        yield from _wrapped(change.requirement.text, width)
    if change.now and change.now.message:
        yield from _wrapped(_cut(change.now.message, LONGEST), width)


def _unchanged(history: History, comparison: Comparison, width: int, *, is_whole: bool) -> Iterator[str]:
    numbers = ", ".join(f"{number} {words(verdict)}" for verdict, number in history.unchanged.items() if number)
    yield f"  unchanged: {numbers or 'none'}"
    changed = {change.requirement.id for change in history.changes}
    known = [each for each in comparison.requirements if any(history.verdicts(each.id)) and each.id not in changed]
    for requirement in known if is_whole else ():
        yield _row(requirement, _symbols(history, requirement), requirement.text, width)
    names = history.changed_earlier
    earlier = [each for each in known if each.id in names]
    if earlier:
        yield f"  changed earlier, and now as before: {len(earlier)}"
    for requirement in earlier:
        yield _row(requirement, _symbols(history, requirement), told(history.verdicts(requirement.id)), width)
    yield ""


def _symbols(history: History, requirement: Requirement) -> str:
    return "".join(SYMBOLS[verdict] for verdict in history.verdicts(requirement.id)[-MOST:])


# Both


def _ending(comparison: Comparison) -> str:
    worse = [change for history in comparison.histories for change in history.worse]
    if worse:
        return f"REGRESSION: {counted(len(worse), 'requirement')} got worse"
    if any(history.before and not history.differences for history in comparison.histories):
        return "no regression"
    return "whether anything got worse cannot be told: no two runs of a target were made in the same way"


def _address(history: History) -> str:
    return f"{history.address.url}, instance {history.address.instance}"


def _run(title: str, run: Run) -> Iterator[str]:
    cut = ", cut short" if run.was_cut_short else ""
    yield visible(f"  {title:<7} {run.started:%Y-%m-%d %H:%M:%S} UTC, {run.conclusion}, depth {run.depth}{cut}")
    yield visible(f"  {'':<7} {run.name}, {counted(run.requests, 'request')} in {run.seconds:.1f} s")


def _head(name: str, level: str, symbols: str) -> str:
    return visible(f"    {name:<18} {level:<6} {symbols}  ")


def _row(requirement: Requirement, symbols: str, text: str, width: int) -> str:
    head = _head(requirement.id, requirement.level, symbols)
    return (head + _cut(visible(text), max(BESIDE, width - len(head)))).rstrip()


def _wrapped(text: str, width: int) -> Iterable[str]:
    indent = " " * 8
    return wrap(visible(text), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
