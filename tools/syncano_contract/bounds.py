"""How much a run may send, and its end before it is through: by Ctrl-C, by its time, or by its number of requests."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from queue import SimpleQueue
from types import FrameType
from typing import Any, TypeVar

NOT_LOOKED_AT = "what was not looked at by then cannot be told"
INTERRUPTED = f"the run was interrupted: {NOT_LOOKED_AT}"

AWAKE = 0.1  # seconds; this thread alone acts on signals, and sleeps on where the system gives one to another thread
LONGEST_END = 0.4  # seconds that what was ended has to come to its end by itself

Made = TypeVar("Made")


class Over(Exception):
    """The run has ended, so that nothing more is sent for it."""


class Bounds:
    """Lets so many requests through, from any thread, until the run is ended."""

    def __init__(self, max_requests: int | None = None) -> None:
        """Let every request through where no number is given."""
        self.ended: Future[str] = Future()  # with the reason, as soon as nothing more is to be waited for
        self.refused: set[str] = set()  # the senders that asked for one request more
        self._max_requests = max_requests
        self._sent = 0
        self._reason: str | None = None
        self._lock = threading.Lock()

    @property
    def reason(self) -> str | None:
        """Why nothing more is sent; None as long as there may be more."""
        return self._reason

    @property
    def was_interrupted(self) -> bool:
        """Whether it was an interrupt that ended the run."""
        return self.ended.done() and self.ended.result() == INTERRUPTED

    def end(self, reason: str) -> None:
        """Let no more requests through; the first reason stays."""
        with self._lock:
            self._reason = self._reason or reason
            if not self.ended.done():
                self.ended.set_result(reason)

    def outlasts(self, work: Future[Any], longest: float | None, reason: str) -> bool:
        """Wait for work until it is done, its end is asked for, or so many seconds are over; return whether it is done.

        The `reason` is that of the last. What was ended has LONGEST_END to come to its end.
        """
        either: list[Future[Any]] = [work, self.ended]
        if not wait(either, longest, FIRST_COMPLETED).done:
            self.end(reason)
        return bool(wait([work], LONGEST_END if self.ended.done() else None).done)

    def take(self, sender: str) -> None:
        """Let one request through; raises Over when there are no more."""
        with self._lock:
            if self._sent == self._max_requests:
                self._reason = self._reason or f"--max-requests {self._max_requests} were sent: {NOT_LOOKED_AT}"
            if self._reason is not None:
                self.refused.add(sender)
                raise Over(self._reason)
            self._sent += 1


def seen_through(call: Callable[[], Made], stages: list[Bounds]) -> Made:
    """Return what a call gives; an interrupt ends the first of its stages that is left, or goes through.

    The call takes each of its stages away when that is over. No interrupt reaches the call itself.
    """
    asked: SimpleQueue[bool] = SimpleQueue()  # one of the few things that a signal may use whenever it comes

    def ask() -> bool:
        is_left = not all(stage.ended.done() for stage in stages)
        asked.put(is_left)
        return is_left

    with _interrupts_to(ask):
        begun(lambda: _end_each(stages, asked))
        work = begun(call)
        try:
            while not wait([work], AWAKE).done:
                pass
            return work.result()
        finally:
            asked.put(False)


def _end_each(stages: list[Bounds], asked: SimpleQueue[bool]) -> None:
    """End a stage for each time that this is asked for; in a thread, where no interrupt can come in between."""
    while asked.get():
        for stage in [each for each in stages if not each.ended.done()][:1]:
            stage.end(INTERRUPTED)


@contextmanager
def _interrupts_to(ask: Callable[[], bool]) -> Iterator[None]:
    """Let `ask` be called for an interrupt by a signal, which is raised only where that says False.

    A second one may come while the first is still being raised, and anything at all would be cut off by it.
    """
    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM) if is_main}

    def handle(number: int, frame: FrameType | None) -> None:
        handler = before[signal.Signals(number)]
        try:
            if callable(handler):
                handler(number, frame)
        except KeyboardInterrupt:
            if not ask():
                raise

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def begun(call: Callable[[], Made]) -> Future[Made]:
    """Begin a call in a thread that keeps no process alive, however long it hangs."""
    future: Future[Made] = Future()

    def make() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=make, daemon=True).start()
    return future
