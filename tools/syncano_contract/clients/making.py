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
from syncano_contract.clients.outcome import Outcome, Step, untested
from syncano_contract.clients.verifying import verify
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

    Where one cannot be generated, as something is missing, all of its steps are untested, and its place is left alone.
    """
    for language in order.languages:
        began = time.monotonic()
        steps = _made(order, language, tell)
        generator = f"{language.generator} {generators.version(language)}"
        yield Outcome(language, generator, steps, time.monotonic() - began)


def _made(order: Order, language: Language, tell: Tell) -> tuple[Step, ...]:
    with TemporaryDirectory(prefix=".", dir=order.out, ignore_cleanup_errors=True) as work:
        try:
            client = generate(language, order.document, Path(work) / language.name, tell)
        except Problem as problem:
            return untested(problem.what, problem.fix)
        steps = verify(client, order.document, tell) if order.is_verified else ()
        folder.place(client.folder, order.out / language.name)
    return steps
