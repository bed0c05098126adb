"""One piece of work in a process of its own, so that neither a hang nor a crash of a library reaches the caller."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")


class CutShortError(Exception):
    """The work came to no end; the message tells how it ended instead."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return the result of some work; raises CutShortError when it takes longer or its process dies.

    Where processes cannot be forked the work is done in this one, without a bound.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return work()
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(work, writer), daemon=True)
    process.start()
    writer.close()
    try:
        result: T = _received(reader, seconds)
        return result
    finally:
        process.kill()
        process.join()
        reader.close()


def _send(work: Callable[[], Any], writer: Connection) -> None:
    writer.send(work())


def _received(reader: Connection, seconds: float) -> Any:
    if not reader.poll(seconds):
        raise CutShortError(f"it took longer than {seconds:g} s")
    try:
        return reader.recv()
    except EOFError as error:
        raise CutShortError("the process that did it died") from error
