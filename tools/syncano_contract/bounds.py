"""How much a run may send, and its end before it is through: by Ctrl-C, by its time, or by its number of requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

NOT_LOOKED_AT = "what was not looked at by then cannot be told"
INTERRUPTED = f"the run was interrupted: {NOT_LOOKED_AT}"

LONGEST_END = 0.5  # seconds that what was ended has to come to its end by itself

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
        self._is_ended = False
        self._lock = threading.Lock()

    @property
    def reason(self) -> str | None:
        """Why nothing more is sent; None as long as there may be more."""
        return self._reason

    def end(self, reason: str) -> None:
        """Let no more requests through; the first reason stays."""
        with self._lock:
            self._reason = self._reason or reason
            is_first, self._is_ended = not self._is_ended, True
        if is_first:
            self.ended.set_result(self._reason)

    def take(self, sender: str) -> None:
        """Let one request through; raises Over when there are no more."""
        with self._lock:
            if self._sent == self._max_requests:
                self._reason = self._reason or f"--max-requests {self._max_requests} were sent: {NOT_LOOKED_AT}"
            if self._reason is not None:
                self.refused.add(sender)
                raise Over(self._reason)
            self._sent += 1


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
