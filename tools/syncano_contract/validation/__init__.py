"""The one gate for the document: its text, its references, OpenAPI itself, its examples, and our rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from syncano_contract.resources import DOCUMENT
from syncano_contract.validation.bounded import CutShortError, within
from syncano_contract.validation.examples import mismatched
from syncano_contract.validation.outline import Breach, Outline
from syncano_contract.validation.references import circular, unknown
from syncano_contract.validation.rules import RULES, Rule, name
from syncano_contract.validation.rules.keys import components_in_use
from syncano_contract.validation.rules.links import true_links
from syncano_contract.validation.rules.naming import declared_tags
from syncano_contract.validation.rules.operations import path_parameters
from syncano_contract.validation.source import Source, read

SECONDS = 8.0  # for all gates together
MOST = 100  # findings of one gate
WIDTH = 300  # characters of a sentence


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a document; `line` counts from 1, `gate` names what found it."""

    file: str
    line: int
    pointer: str
    gate: str
    sentence: str

    def __str__(self) -> str:
        """Return the finding as one line: `openapi.yaml:123: /paths/…: sentence`."""
        place = f"{self.pointer}: " if self.pointer else ""
        return f"{self.file}:{self.line}: {place}{self.sentence}"


@dataclass(frozen=True)
class Gate:
    """A check of a document that was read; it runs only where the gates that it is `after` found nothing."""

    name: str
    check: Callable[[Outline], Iterable[Breach]]
    after: frozenset[str] = frozenset()


def _malformed(outline: Outline) -> Iterable[Breach]:
    from syncano_contract.validation import specification  # noqa: PLC0415 - it takes long to load, and no run needs it

    return specification.malformed(outline)


def _inconsistent(outline: Outline) -> Iterable[Breach]:
    from syncano_contract.validation import specification  # noqa: PLC0415 - as above

    return specification.inconsistent(outline)


SOUND = frozenset({"references", "circles"})
# What is used, and by what, cannot be told where references or operations are broken.
AFTER: Mapping[Rule, frozenset[str]] = {
    components_in_use: SOUND | {"openapi"},
    declared_tags: frozenset({"openapi"}),
    path_parameters: SOUND | {"openapi"},
    true_links: frozenset({"openapi"}),
}
GATES = (
    Gate("references", unknown),
    Gate("circles", circular),
    Gate("openapi", _malformed),
    Gate("openapi", _inconsistent, SOUND | {"openapi"}),
    Gate("examples", mismatched, SOUND),
    *(Gate(name(rule), rule, AFTER.get(rule, frozenset())) for rule in RULES),
)


Amend = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def validate(path: Path = DOCUMENT, further: Iterable[Gate] = (), *, amend: Amend = lambda tree: tree) -> list[Finding]:
    """Return what is wrong with a document, in order of line; raises Problem when there is no file to read.

    `further` gates, such as that of trace, run after ours and may be `after` any of them. What `amend` makes of the
    document is judged; what is new in that has the line of what it stands in.
    """
    source = read(path)
    findings = [Finding(str(path), each.line, each.pointer, "yaml", each.sentence) for each in source.flaws]
    if source.tree:
        findings += _judged(source, amend(source.tree), (*GATES, *further))
    unique = {(each.pointer, each.sentence): each for each in reversed(findings)}
    return sorted(unique.values(), key=lambda each: (each.line, each.pointer, each.gate, each.sentence))


def _judged(source: Source, tree: Mapping[str, Any], gates: tuple[Gate, ...]) -> list[Finding]:
    try:
        return within(SECONDS, lambda: list(_findings(source, tree, gates)))
    except CutShortError as error:
        sentence = f"the document could not be judged: {error}; make it smaller or less entangled"
        return [Finding(str(source.path), 1, "", "time", sentence)]


def _findings(source: Source, tree: Mapping[str, Any], gates: tuple[Gate, ...]) -> Iterator[Finding]:
    outline, stopped = Outline(tree), set[str]()
    for gate in gates:
        if gate.after & stopped:
            continue
        for breach in _breaches(gate, outline, is_first=not stopped):
            stopped.add(gate.name)
            line = source.line(breach.pointer)
            yield Finding(str(source.path), line, _short(breach.pointer), gate.name, _short(breach.sentence))


def _breaches(gate: Gate, outline: Outline, *, is_first: bool) -> Iterator[Breach]:
    """Yield what a gate finds; that it gave up is told only where nothing found before explains it."""
    pointer, found = "", 0
    try:
        for breach in islice(gate.check(outline), MOST):
            pointer, found = breach.pointer, found + 1
            yield breach
    except Exception as error:  # noqa: BLE001  # a library may raise anything on an odd document
        if is_first and not found:
            yield Breach("", f"`{gate.name}` cannot judge the document: {type(error).__name__}: {error}")
    if found == MOST:
        yield Breach(pointer, f"`{gate.name}` stops here, after {MOST} findings")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
