"""What the pictures of a report show: values and places, no markup."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from syncano_contract.model import Brief, Report
from syncano_contract.report.order import Sender, operations_of, sender_of

WIDTH, HEIGHT = 600, 100  # of a chart, in units of its own
PER_DECADE = 8  # bars in a chart of response times
FASTEST = 1e-4  # seconds; what is faster counts as that
COLUMNS = 60  # bars in a chart of a run
THROTTLED = 429

Credentials = tuple[str, str]  # the kinds of API key and user key


@dataclass(frozen=True)
class Cell:
    """How often an operation gave a documented status, in all and by what."""

    operation: str
    status: int
    count: int
    by: tuple[tuple[Sender, int], ...]


def status_matrix(report: Report) -> tuple[Cell, ...]:
    """Return a cell for each documented status of each operation."""
    asked = Counter((brief.operation, brief.status, sender_of(brief.sender)) for brief in report.traffic)
    cells = []
    for covered in report.coverage:
        counted = ((sender, asked[covered.operation, covered.status, sender]) for sender in Sender)
        by = tuple((sender, count) for sender, count in counted if count)
        cells.append(Cell(covered.operation, covered.status, covered.exchanges, by))
    return tuple(cells)


@dataclass(frozen=True)
class Tally:
    """How often a status came; None stands for no reply."""

    status: int | None
    count: int

    @property
    def kind(self) -> str:
        """What a status says of rights: `passed` let in, `refused`, or `other`, which says nothing of them."""
        if self.status is not None and self.status // 100 == 2:
            return "passed"
        return "refused" if self.status in (401, 403, 404) else "other"


@dataclass(frozen=True)
class KeyRow:
    """What requests with certain keys got, operation by operation."""

    api_key: str
    user_key: str
    cells: tuple[tuple[Tally, ...], ...]


def key_matrix(report: Report) -> tuple[tuple[str, ...], tuple[KeyRow, ...]]:
    """Return the operations, and a row for each pair of keys that was sent with any of them."""
    addressed = [brief for brief in report.traffic if brief.operation is not None]
    counted: Counter[tuple[str, str, str, int | None]] = Counter(
        (brief.api_key, brief.user_key, str(brief.operation), brief.status) for brief in addressed
    )
    operations = operations_of(report)
    pairs = sorted({(brief.api_key, brief.user_key) for brief in addressed}, key=_usual_first)
    rows = (KeyRow(*pair, tuple(_tallies(counted, pair, each) for each in operations)) for pair in pairs)
    return operations, tuple(rows)


USUAL = ("api_key", "plain_key", "account_key", "the user's own", "none")


def _usual_first(pair: Credentials) -> tuple[tuple[int, str], ...]:
    return tuple((USUAL.index(kind) if kind in USUAL else len(USUAL), kind) for kind in pair)


def _tallies(
    counted: Counter[tuple[str, str, str, int | None]], pair: Credentials, operation: str
) -> tuple[Tally, ...]:
    found = {key[3]: count for key, count in counted.items() if key[:3] == (*pair, operation)}
    return tuple(Tally(status, found[status]) for status in sorted(found, key=lambda status: status or 0))


@dataclass(frozen=True)
class Bar:
    """One bar of a chart, in its units; `kind` is what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Times:
    """How long an operation took to reply, in seconds; `at` are the places of median and 95th percentile."""

    operation: str
    count: int
    median: float
    late: float
    longest: float
    bars: tuple[Bar, ...]
    at: tuple[float, float]


def response_times(report: Report) -> tuple[tuple[Times, ...], tuple[float, ...]]:
    """Return the times of each operation on one logarithmic axis, and that axis' ticks in seconds, evenly apart."""
    taken: dict[str, list[float]] = {}
    for brief in report.traffic:
        if brief.operation is not None and brief.status is not None:
            taken.setdefault(brief.operation, []).append(max(brief.seconds, FASTEST))
    if not taken:
        return (), ()
    everything = [seconds for times in taken.values() for seconds in times]
    first = math.floor(math.log10(min(everything)))
    last = max(math.ceil(math.log10(max(everything))), first + 1)
    ticks = tuple(10.0**power for power in range(first, last + 1))
    names = (name for name in operations_of(report) if name in taken)
    return tuple(_times(name, sorted(taken[name]), ticks) for name in names), ticks


def _times(operation: str, taken: Sequence[float], ticks: Sequence[float]) -> Times:
    columns = (len(ticks) - 1) * PER_DECADE
    counted = Counter(min(int(_share(seconds, ticks) * columns), columns - 1) for seconds in taken)
    late = taken[math.ceil(0.95 * len(taken)) - 1]
    return Times(
        operation=operation,
        count=len(taken),
        median=median(taken),
        late=late,
        longest=taken[-1],
        bars=tuple(_bars(counted, columns)),
        at=(_share(median(taken), ticks) * WIDTH, _share(late, ticks) * WIDTH),
    )


def _share(seconds: float, ticks: Sequence[float]) -> float:
    """Return how far along the axis a time is, from 0 to 1."""
    return math.log10(seconds / ticks[0]) / math.log10(ticks[-1] / ticks[0])


def _bars(counted: Counter[int], columns: int) -> Iterator[Bar]:
    width, most = WIDTH / columns, max(counted.values())
    for column in sorted(counted):
        height = HEIGHT * counted[column] / most
        yield Bar(column * width, HEIGHT - height, width, height, "time")


@dataclass(frozen=True)
class Course:
    """The requests of a run over its time; `most` is how many of them the highest column has."""

    seconds: float
    most: int
    column_seconds: float
    throttled: int
    bars: tuple[Bar, ...]
    ticks: tuple[float, ...]


KINDS = ("success", "refusal", "broken", "throttled")


def course(report: Report) -> Course | None:
    """Return how many requests were sent when, and how they went; None for a run without any."""
    if not report.traffic:
        return None
    seconds = max(brief.at + brief.seconds for brief in report.traffic) or FASTEST
    counted = Counter((min(int(brief.at / seconds * COLUMNS), COLUMNS - 1), _kind(brief)) for brief in report.traffic)
    totals = Counter[int]()
    for (column, _), count in counted.items():
        totals[column] += count
    most = max(totals.values())
    return Course(
        seconds=seconds,
        most=most,
        column_seconds=seconds / COLUMNS,
        throttled=sum(brief.status == THROTTLED for brief in report.traffic),
        bars=tuple(_stacked(counted, most)),
        ticks=tuple(seconds * step / 4 for step in range(5)),
    )


def _kind(brief: Brief) -> str:
    if brief.status is None or brief.status >= 500:
        return "broken"
    if brief.status == THROTTLED:
        return "throttled"
    return "success" if brief.status < 400 else "refusal"


def _stacked(counted: Counter[tuple[int, str]], most: int) -> Iterator[Bar]:
    width = WIDTH / COLUMNS
    for column in sorted({column for column, _ in counted}):
        top = float(HEIGHT)
        for kind in KINDS:
            height = HEIGHT * counted[column, kind] / most
            top -= height
            if height:
                yield Bar(column * width, top, width, height, kind)
