"""How a run is made, apart from its target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

DEFAULT_SEED = 20160317  # the day on which the user of the pages' examples was added
MOST_JOBS = 16  # as many connections as the client keeps


class Depth(IntEnum):
    """How much a run sends: each depth runs what the one before it does, and more."""

    QUICK = 1
    STANDARD = 2
    DEEP = 3


@dataclass(frozen=True)
class Settings:
    """The options of a run; `rate` is in requests a second, `timeout` in seconds for one request.

    `jobs` is how many requirements run at the same time; `max_time` (seconds) and `max_requests` bound the run, but not
    its cleaning up.
    """

    depth: Depth = Depth.STANDARD
    seed: int = DEFAULT_SEED
    only: tuple[str, ...] = ()
    read_only: bool = False
    rate: float | None = None
    timeout: float = 10.0
    jobs: int = 1
    max_time: float | None = None
    max_requests: int | None = None
    cleanup: bool = False
