"""The later half of a long HAR file, which another process judges while this one judges the first.

Where an entry begins near the middle is a guess, and so is how many there are before it. What was found from there on
counts only if this process, which reads from the beginning, comes to an entry just there, and to as many before it.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import BinaryIO

from syncano_contract.recorded.archive import Archive
from syncano_contract.recorded.recording import Later, Recording

LEAST = 1 << 24  # bytes of a file that two processes judge
SHARE = 0.48  # of it that this process judges, which has more to do at the end
BLOCK = 1 << 20  # bytes that are looked at in one step

# An entry behind another, by the members that HAR has of one, and the one that every entry has. Within a text each
# quote stands behind a backslash, so that neither can be found there.
NEXT_ENTRY = re.compile(
    rb"\}\s*,\s*(?=\{\s*"
    rb'"(?:pageref|startedDateTime|time|request|response|cache|timings|serverIPAddress|connection|comment|_\w+)"\s*:)'
)
ENTRIES, BEGAN = b'"entries"', b'"startedDateTime"'


class Ahead:
    """What another process finds of the entries from `start` on; that is 0 where there is no such process."""

    def __init__(self, start: int = 0, reader: Connection | None = None) -> None:
        """Have nothing of it yet."""
        self.start = start
        self._reader = reader
        self._told: deque[bytes] = deque()

    def listen(self) -> None:
        """Take what was told by now, so that the other process need not wait."""
        while self._reader and self._reader.poll():
            self._hear(self._reader)

    def later(self) -> Later | None:
        """Wait for the end and return what was found; None where that is nothing, or nothing that counts."""
        while self._reader:
            self._hear(self._reader)
        later = pickle.loads(self._told.pop()) if self._told else None  # noqa: S301 - our own process told it
        if not isinstance(later, Later):  # it is some of the events, as there was no end
            self._told.clear()
            return None
        while self._told:
            for base, events in pickle.loads(self._told.popleft()).items():  # noqa: S301
                later.found[base].story.extend(events)
        return later

    def _hear(self, reader: Connection) -> None:
        try:
            self._told.append(reader.recv_bytes())
        except (EOFError, OSError):  # its end, or the end of a process that was about to tell something
            self._reader = None


@contextmanager
def begun(archive: Archive, recording: Recording, clock: int) -> Iterator[Ahead]:
    """Judge the later half of an archive in another process, where that is worth it; it does not outlive the block."""
    start = _near_the_middle(archive.stream) if _may_fork() and not recording.notes_drift else 0
    forked = _forked(_found(archive, start, recording.behind(), clock)) if start else None
    if forked is None:
        yield Ahead()
        return
    process, reader = forked
    try:
        yield Ahead(start, reader)
    finally:
        process.kill()
        process.join()
        reader.close()


def _may_fork() -> bool:
    """Whether this is Linux, with a core for a second process, and not such a process itself."""
    has_cores = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1
    return has_cores and not multiprocessing.current_process().daemon


def _near_the_middle(stream: BinaryIO) -> int:
    """Return where in a long file an entry seems to begin, in bytes; 0 where the file is none, or nothing was found."""
    size = stream.seek(0, os.SEEK_END)
    if size < LEAST:
        return 0
    with suppress(OSError):  # who reads up to there tells it
        middle = stream.seek(int(size * SHARE))
        if found := NEXT_ENTRY.search(stream.read(BLOCK)):
            return middle + found.end()
    return 0


def _entries_before(stream: BinaryIO, start: int) -> int:
    """Return how many entries seem to stand before a place in a file."""
    stream.seek(0)
    block, count, is_within = b"", 0, False
    while read := stream.read(min(BLOCK, start - stream.tell())):
        block = block[1 - len(BEGAN) :] + read
        if not is_within and ENTRIES in block:
            block, is_within = block.partition(ENTRIES)[2], True
        count += is_within and block.count(BEGAN)
    return count


def _found(archive: Archive, start: int, recording: Recording, clock: int) -> Iterator[object]:
    """Yield the events of the entries from `start` on, and at last what else was found of them.

    The last is not there where that depends on what stands before.
    """
    with archive.reopened() as own:
        recording.entries += _entries_before(own.stream, start)
        before = recording.entries
        for several in own.entries_from(start):
            if not isinstance(several, list):
                return
            recording.take(several, archive.name, clock)
            if not recording.is_plain:
                return
            yield recording.events()
        yield recording.later(before)


def _forked(found: Iterator[object]) -> tuple[BaseProcess, Connection] | None:
    """Return a process that tells what is found, and where; None where there can be no further process."""
    context = multiprocessing.get_context("fork")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        reader, writer = context.Pipe(duplex=False)
        with writer, ExitStack() as stack:
            stack.enter_context(reader)
            process = context.Process(target=_tell, args=(found, reader, writer, mask), daemon=True)
            process.start()
            stack.pop_all()
    except OSError:
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return process, reader


def _tell(found: Iterator[object], reader: Connection, writer: Connection, mask: set[signal.Signals]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the first process's to act on
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    reader.close()  # so that writing fails where nobody listens any more
    with suppress(Exception):  # without an end the first process does it all, and tells what is wrong
        for each in found:
            writer.send_bytes(pickle.dumps(each))
