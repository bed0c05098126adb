"""`clients` as a whole: each language generated, put into its place and, if that is asked for, verified."""

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
    """What is asked for: which document in which languages, into which folder, and whether to verify it."""

    document: Document
    languages: Sequence[Language]
    out: Path
    is_verified: bool
    is_forced: bool


def make(order: Order, tell: Tell) -> Iterator[Outcome]:
    """Make the clients one after the other; raises Problem where one cannot be put into its place.

    What cannot be generated, as something is missing, is untested, and the folder of that client stays as it was.
    """
    folder.claim(order.out, force=order.is_forced)
    for language in order.languages:
        began = time.monotonic()
        steps = _made(order, language, tell)
        generator = f"{language.generator} {generators.version(language)}"
        yield Outcome(language, generator, steps, time.monotonic() - began)


def _made(order: Order, language: Language, tell: Tell) -> tuple[Step, ...]:
    place = order.out / language.name
    folder.claim(place, force=order.is_forced)
    with TemporaryDirectory(prefix=".", dir=order.out, ignore_cleanup_errors=True) as work:
        try:
            client = generate(language, order.document, Path(work) / language.name, tell)
        except Problem as problem:
            return untested(problem.what, problem.fix)
        steps = verify(client, order.document, tell) if order.is_verified else ()
        folder.place(client.folder, place, force=order.is_forced)
    return steps
