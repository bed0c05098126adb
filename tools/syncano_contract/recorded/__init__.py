"""Recorded traffic -> a report on the deployment that it was recorded of; nothing is sent.

HAR files are read entry by entry. What is kept of an exchange is what a verdict may need: a first failure of each kind
whole, and of the others who used which key when.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain

from syncano_contract.document import Document
from syncano_contract.model import Exchange, Problem
from syncano_contract.recorded.archive import Archive, Trouble
from syncano_contract.recorded.base import base_of, is_below
from syncano_contract.recorded.entry import Odd, PassedOver, Recorded, recorded
from syncano_contract.recorded.judging import Judging
from syncano_contract.recorded.seen import seen
from syncano_contract.text import counted

MOST_BASES = 8  # that are judged side by side until the one with most entries is known
UNREAD = "a part of the recorded traffic could not be read, so that it cannot be told whether all of it is conformant"
MOST_TROUBLES = 3  # odd entries that are named one by one


@dataclass
class Recording:
    """All that was read of some archives."""

    document: Document
    base_url: str | None
    notes_drift: bool = False
    judgings: dict[str, Judging] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)
    elsewhere: int = 0
    troubles: list[str] = field(default_factory=list)
    odd: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    was_cut_short: bool = False

    def take(self, entries: Iterable[object], archive: str, clock: int) -> None:
        """Judge entries of an archive; to take each step with all of them before the next one is a fifth quicker."""
        read = [found for entry in entries if (found := self._recorded(entry, archive, clock)) is not None]
        below = [(each, base) for each in read if (base := self._base(each.request.url)) is not None]
        for each in [seen(each, base, self.document) for each, base in below]:
            self._judging(each.base_url).add(each)

    def stop(self, trouble: Trouble, archive: str) -> None:
        """Note that an archive could not be read on."""
        self.was_cut_short = True
        self.troubles.append(f"{archive} {trouble.reason}")

    def _recorded(self, entry: object, archive: str, clock: int) -> Recorded | None:
        """Return what an entry records; None where it is passed over."""
        self.entries += 1
        try:
            return recorded(entry, self.entries, clock)
        except PassedOver as passed:
            self.passed_over[str(passed)] += 1
        except Odd as odd:
            self.odd[str(odd)] += 1
            if self.odd.total() <= MOST_TROUBLES:
                self.troubles.append(f"{archive}: entry {self.entries} is odd and passed over: {odd}")
        return None

    def _base(self, url: str) -> str | None:
        """Return the base URL that a URL is below; None where that is none, or another than the one that was given."""
        given = self.base_url
        base = base_of(url) if given is None else given if is_below(given, url) else None
        self.elsewhere += base is None
        return base

    def _judging(self, base: str) -> Judging:
        if base not in self.judgings:
            self._make_room()
            self.judgings[base] = Judging(base, self.document, self.notes_drift)
        return self.judgings[base]

    def _make_room(self) -> None:
        """Drop the base URL with fewest entries, the first of them, where there are as many as can be."""
        if len(self.judgings) >= MOST_BASES:
            fewest = min(self.judgings, key=lambda base: self.judgings[base].exchanges)
            self.elsewhere += self.judgings.pop(fewest).exchanges

    @property
    def judging(self) -> Judging:
        """The judging of the base URL with most entries, the first of them; raises Problem where there is none."""
        if not self.entries:
            what = "; ".join(self.troubles) or "what was recorded has no entries"
            raise Problem(what, "name a HAR file, as browsers and proxies save it")
        if not self.judgings:
            what = f"no entry of {counted(self.entries, 'entry').replace('entrys', 'entries')} is of this API"
            raise Problem("; ".join([what, *self.lines()]), "name the API's own address with --base-url URL")
        return max(self.judgings.values(), key=lambda each: each.exchanges)

    def lines(self) -> Iterator[str]:
        """Yield what was passed over, and why."""
        others = self.elsewhere + sum(each.exchanges for each in self.judgings.values())
        others -= max((each.exchanges for each in self.judgings.values()), default=0)
        if others:
            yield f"passed over: {others} of other hosts or paths"
        for what, times in sorted(self.passed_over.items()):
            yield f"passed over: {times} {what}"
        yield from self.troubles
        if self.was_cut_short:
            yield UNREAD
        if self.odd.total() > MOST_TROUBLES:
            reasons = ", ".join(f"{reason} ({times})" for reason, times in sorted(self.odd.items()))
            yield f"{self.odd.total()} entries are odd in all and were passed over: {reasons}"


def read(
    archives: Iterable[Archive], document: Document, base_url: str | None, *, notes_drift: bool = False
) -> Recording:
    """Judge every entry of archives against a document; where no base URL is given, it is found."""
    found = Recording(document, base_url, notes_drift)
    # Whoever recorded two archives may have had two clocks, so that each archive counts as one.
    for clock, archive in enumerate(archives):
        for several in archive.entries():
            if isinstance(several, Trouble):
                found.stop(several, archive.name)
            else:
                found.take(several, archive.name, clock)
    return found


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
    read = (several for archive in archives for several in archive.entries() if not isinstance(several, Trouble))
    for number, entry in enumerate(chain.from_iterable(read), 1) if numbers else ():
        if number in numbers:
            found[number] = recorded(entry, number).exchange
        if len(found) == len(numbers):
            break
    return found
