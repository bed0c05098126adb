"""`clients` as a whole: each language generated, verified if that is asked for, and put into its place."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from syncano_contract.clients import folder, generators
from syncano_contract.clients.generating import generate
from syncano_contract.clients.languages import Language
from syncano_contract.clients.outcome import Outcome, Step, not_built, untested
from syncano_contract.clients.toolchains import Paths
from syncano_contract.clients.verifying import find, verify
from syncano_contract.document import Document
from syncano_contract.installed import Tell
from syncano_contract.model import Problem


@dataclass(frozen=True)
class Order:
    """What is asked for: clients of which document, in which languages and folder, and whether to verify them."""

    document: Document
    languages: Sequence[Language]
    out: Path
    is_verified: bool


def make(order: Order, tell: Tell) -> Iterator[Outcome]:
    """Make the clients one after the other, in a folder that is ours; raises Problem where that cannot be written to.

    What is missing to verify them is told before anything is made. Where one cannot be generated its place is left
    alone; all of its steps are untested if that is because something is missing.
    """
    chains = {language.name: find(language, tell) for language in order.languages if order.is_verified}
    for name, found in chains.items():
        if isinstance(found, Problem):
            tell(f"{name} will be untested: {found.what}; {found.fix}".rstrip("; "))
    for language in order.languages:
        began = time.monotonic()
        steps = _made(order, language, chains.get(language.name), tell)
        yield Outcome(language, generators.named(language), steps, time.monotonic() - began)


def _made(order: Order, language: Language, found: Paths | Problem | None, tell: Tell) -> tuple[Step, ...]:
    with TemporaryDirectory(prefix=".", dir=order.out, ignore_cleanup_errors=True) as work:
        client = Path(work) / language.name
        try:
            generate(language, order.document, client, tell)
        except generators.NoClientError as problem:
            return not_built(f"{problem.what}; {problem.fix}")
        except Problem as problem:
            return untested(problem.what, problem.fix)
        steps = () if found is None else verify(client, language, order.document, found)
        folder.place(client, order.out / language.name)
        tell(f"{order.out / language.name}: {generators.named(language)}{'' if language.proof else ', not proven'}")
    return steps
