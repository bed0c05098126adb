"""What Ctrl-C and SIGTERM do to a command that has something to bring to its end."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Self


class Signals:
    """Raises KeyboardInterrupt, with the signal's number, for each of the two signals while the block lasts."""

    def __init__(self) -> None:
        """Change nothing yet."""
        self.received: list[int] = []
        self._is_held = False
        self._before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def __enter__(self) -> Self:
        """Handle the signals, but for one that whoever started this process let it ignore."""
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Handle them as before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def hold(self) -> None:
        """Only note a signal from now on, as what is left to do takes moments, unless it is the third."""
        self._is_held = True

    @property
    def code(self) -> int | None:
        """The exit code that tells of the first signal, as shells have it."""
        return 128 + self.received[0] if self.received else None

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.received.append(number)
        if not self._is_held or len(self.received) > 2:
            raise KeyboardInterrupt(number)
