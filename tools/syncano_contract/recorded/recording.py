"""Entries of recorded traffic -> what was found of each base URL that they are below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from syncano_contract.document import Document
from syncano_contract.model import Problem
from syncano_contract.recorded.archive import Trouble
from syncano_contract.recorded.base import base_of, is_below
from syncano_contract.recorded.entry import Odd, PassedOver, Recorded, recorded
from syncano_contract.recorded.found import Found
from syncano_contract.recorded.judging import Judging
from syncano_contract.recorded.measure import Measure
from syncano_contract.recorded.seen import seen
from syncano_contract.recorded.story import Event
from syncano_contract.text import counted

MOST_BASES = 8  # that are judged side by side until the one with most entries is known
UNREAD = "a part of the recorded traffic could not be read, so that it cannot be told whether all of it is conformant"
MOST_TROUBLES = 3  # odd entries that are named one by one


class Later(NamedTuple):
    """What was found of the entries behind some others: how many those are, and how many these and those."""

    before: int
    entries: int
    passed_over: Counter[str]
    elsewhere: int
    found: dict[str, Found]


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

    def __post_init__(self) -> None:
        """Derive from the document what is needed for each base URL."""
        self._measure = Measure(self.document)

    def take(self, entries: Iterable[object], archive: str, clock: int) -> None:
        """Judge entries of an archive; to take each step with all of them before the next one is a fifth quicker."""
        read = [found for entry in entries if (found := self._recorded(entry, archive, clock)) is not None]
        below = [(each, base) for each in read if (base := self._base(each.request.url)) is not None]
        for each in [seen(each, base, self.document) for each, base in below]:
            self._judging(each.base_url).add(each)

    @property
    def is_plain(self) -> bool:
        """Whether it makes no difference what was taken before."""
        return not self.odd and len(self.judgings) < MOST_BASES

    def events(self) -> dict[str, list[Event]]:
        """Return the events of each base URL, which are kept here no longer."""
        return {base: each.found.story.take() for base, each in self.judgings.items()}

    def behind(self) -> Recording:
        """Return a recording with nothing in it, of what stands behind the entries of this one."""
        return Recording(self.document, self.base_url, entries=self.entries)

    def later(self, before: int) -> Later:
        """Return what was found, as that of the entries behind so many others."""
        found = {base: each.found for base, each in self.judgings.items()}
        return Later(before, self.entries, self.passed_over, self.elsewhere, found)

    def join(self, later: Later) -> bool:
        """Take what was found of all entries behind those that were taken so far, and tell whether it is that."""
        bases = self.judgings.keys() | later.found.keys()
        if later.before != self.entries or len(bases) >= MOST_BASES:  # where there are more, one was dropped
            return False
        self.entries = later.entries
        self.passed_over += later.passed_over
        self.elsewhere += later.elsewhere
        for base, found in later.found.items():
            self._judging(base).found.join(found)
        return True

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
            self.judgings[base] = Judging(base, self._measure, notes_drift=self.notes_drift)
        return self.judgings[base]

    def _make_room(self) -> None:
        """Drop the base URL with fewest entries, the first of them, where there are as many as can be."""
        if len(self.judgings) >= MOST_BASES:
            fewest = min(self.judgings, key=lambda base: self.judgings[base].found.exchanges)
            self.elsewhere += self.judgings.pop(fewest).found.exchanges

    @property
    def judging(self) -> Judging:
        """The judging of the base URL with most entries, the first of them; raises Problem where there is none."""
        if not self.entries:
            what = "; ".join(self.troubles) or "what was recorded has no entries"
            raise Problem(what, "name a HAR file, as browsers and proxies save it")
        if not self.judgings:
            what = f"no entry of {counted(self.entries, 'entry').replace('entrys', 'entries')} is of this API"
            raise Problem("; ".join([what, *self.lines()]), "name the API's own address with --base-url URL")
        return max(self.judgings.values(), key=lambda each: each.found.exchanges)

    def lines(self) -> Iterator[str]:
        """Yield what was passed over, and why."""
        others = self.elsewhere + sum(each.found.exchanges for each in self.judgings.values())
        others -= max((each.found.exchanges for each in self.judgings.values()), default=0)
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
