"""A generated client -> what is known of it: it is built, driven against two deployments, and its exchanges judged."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from syncano_contract.clients.driving import Driver
from syncano_contract.clients.judging import judged
from syncano_contract.clients.languages import FILES, Language
from syncano_contract.clients.outcome import EXTRA, State, Step, not_built, ordered, step, untested
from syncano_contract.clients.recording import Recording
from syncano_contract.clients.toolchains import Paths
from syncano_contract.document import Document
from syncano_contract.installed import Tell
from syncano_contract.model import Problem
from syncano_contract.redact import Redactor
from syncano_contract.reference.kinds import KINDS
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Embedded

MORE = ("more-members", "more-members-in-errors")  # what a deployment with extra members is made of
NOT_PROVEN = "nobody has written a driver for this language"


def find(language: Language, tell: Tell) -> Paths | Problem:
    """Return the tool chain that a client in a language is proven with, or what is missing."""
    if language.proof is None:
        return Problem(NOT_PROVEN, "")
    try:
        return language.proof.chain(tell)
    except Problem as problem:
        return problem


def verify(client: Path, language: Language, document: Document, found: Paths | Problem) -> tuple[Step, ...]:
    """Return what is known of each step of the client in a folder; a missing tool chain makes all of them untested."""
    if isinstance(found, Problem):
        return untested(found.what, found.fix)
    with driver(client, language, found) as ready:
        return ordered(_proven(ready, document))


@contextmanager
def driver(client: Path, language: Language, found: Paths) -> Iterator[Driver]:
    """Yield what drives a client: a copy of its folder, in which nothing is built yet, with the driver beside it."""
    assert language.proof is not None  # else there is no tool chain
    with TemporaryDirectory(prefix="syncano-contract-") as work:
        folder = Path(work) / "client"
        shutil.copytree(client, folder)
        shutil.copytree(FILES / language.name / "verify", folder / "verify")
        if "node_modules" in found:
            (folder / "node_modules").symlink_to(found["node_modules"])
        yield Driver(language.proof, found, folder)


def _proven(driver: Driver, document: Document) -> Iterable[Step]:
    built = driver.build()
    if built.state is State.FAILED:
        return not_built(built.seen)
    kind = [name for overlay in document.overlays for name in KINDS.get(Path(overlay).stem, ())]
    plain = _visit(driver, document, kind, with_example=True)
    generous = _visit(driver, document, [*kind, *MORE], with_example=False)
    return [built, *(each for each in plain if each.name != EXTRA), _extra(plain, generous)]


def _visit(driver: Driver, document: Document, alterations: Sequence[str], *, with_example: bool) -> list[Step]:
    """Drive a client against a deployment of its own, and return the steps without a secret."""
    recording = Recording()
    with Embedded(recording.build(alterations)) as deployment:
        steps = [*driver.drive(deployment.url, deployment.seeds)]
        if with_example:
            steps.append(driver.example(deployment.url, deployment.seeds))
    exchanges = tuple(recording.exchanges)
    steps += judged(document, deployment.url, exchanges)
    redactor = Redactor(seeded(deployment.url, deployment.seeds))
    for each in exchanges:
        redactor.learn_from(each.response.body.decode("utf-8", "replace") if each.response else "")
    return [replace(each, seen=redactor.text(each.seen)) for each in steps]


def _extra(plain: Iterable[Step], generous: Iterable[Step]) -> Step:
    """Return the step that a whole visit of a deployment with extra members is; what fails anyway does not count."""
    told = {each.name: each for each in generous}
    failed = [each for each in told.values() if each.state is State.FAILED]
    anyway = {each.name for each in plain if each.state is State.FAILED}
    new = [f"{each.name}: {each.seen}" for each in failed if each.name not in anyway]
    if failed and not new:
        return Step(EXTRA, State.UNTESTED, "what fails there fails without extra members too")
    kept = told[EXTRA].seen
    return step(EXTRA, not new, "; ".join(new) or (f"kept: {kept}" if kept else "dropped"))
