"""Recorded traffic -> a report on the deployment that it was recorded of; nothing is sent.

HAR files are read entry by entry. What is kept of an exchange is what a verdict may need: a first failure of each kind
whole, and of the others who used which key when.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from syncano_contract.document import Document
from syncano_contract.model import Exchange
from syncano_contract.recorded import ahead
from syncano_contract.recorded.archive import Archive, Reached, Trouble
from syncano_contract.recorded.entry import recorded
from syncano_contract.recorded.recording import Recording


def read(
    archives: Iterable[Archive], document: Document, base_url: str | None, *, notes_drift: bool = False
) -> Recording:
    """Judge every entry of archives against a document; where no base URL is given, it is found."""
    found = Recording(document, base_url, notes_drift)
    # Whoever recorded two archives may have had two clocks, so that each archive counts as one.
    for clock, archive in enumerate(archives):
        with ahead.begun(archive, found, clock) as other:
            _read(archive, found, clock, other)
    return found


def _read(archive: Archive, found: Recording, clock: int, other: ahead.Ahead) -> None:
    for several in archive.entries(other.start):
        match several:
            case Trouble():
                found.stop(several, archive.name)
            case Reached():
                if (later := other.later()) and found.join(later):
                    break
            case _:
                found.take(several, archive.name, clock)
                other.listen()


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Keep the collector from looking through all events again and again: what is read here holds no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def exchanges(archives: Sequence[Archive], numbers: set[int]) -> dict[int, Exchange]:
    """Read some exchanges once more, by their numbers."""
    found: dict[int, Exchange] = {}
    read = (several for archive in archives for several in archive.entries() if isinstance(several, list))
    for number, entry in enumerate(chain.from_iterable(read), 1) if numbers else ():
        if number in numbers:
            found[number] = recorded(entry, number).exchange
        if len(found) == len(numbers):
            break
    return found
