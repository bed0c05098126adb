"""The figures as the README has them: two sentences and a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from bench.figures import Pace, Row

WIDTH = 120
HEAD = ("", "kills", "findings without a fault", "variants alarmed", "requests", "seconds", "peak memory")


@dataclass(frozen=True)
class Circumstances:
    """How the figures came about: `faults` and `variants` are how many there are to take from."""

    date: str
    cores: int
    faults: int
    variants: int
    runs: int


def table(rows: Sequence[Row], pace: Pace, circumstances: Circumstances) -> str:
    """Return the table, whose first row is held against its last one, the peer's."""
    return "\n".join(_lines(rows, pace, circumstances)) + "\n"


def _lines(rows: Sequence[Row], pace: Pace, at: Circumstances) -> Iterator[str]:
    yield from wrap(" ".join(_words(rows[0], rows[-1], pace, at)), WIDTH, break_on_hyphens=False)
    yield ""
    yield _line(HEAD)
    yield _line(["---"] + ["--:"] * (len(HEAD) - 1))
    for row in rows:
        yield _line(_cells(row, f"plain {row.way}" if row is rows[-1] else f"`--depth {row.way}`"))


def _words(own: Row, peer: Row, pace: Pace, at: Circumstances) -> Iterator[str]:
    yield f"`make bench` ({at.date}, {at.cores} cores, {own.faults} of {at.faults} faults, {own.variants} of"
    yield f"{at.variants} variants, medians of {at.runs}): `{own.way}` notices {ratio(own.kills, peer.kills)} times as"
    yield f"much as plain schemathesis with {ratio(own.requests, peer.requests)} times its requests. It makes"
    yield f"{pace.directed:,.0f} requests a second from the first to the last; a bare `http.client` loop that sends the"
    yield "same ones makes"
    yield f"{pace.bare:,.0f}."


def _cells(row: Row, name: str) -> tuple[str, ...]:
    return (
        name,
        f"{row.kills} of {row.faults} ({row.share:.0%})",
        f"{row.false_findings}",
        f"{row.alarms} of {row.variants}",
        f"{row.requests:,}",
        f"{row.seconds:.1f}",
        f"{row.memory / 1e6:.0f} MB",
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def ratio(one: float, other: float) -> str:
    """Return how many times the other the one is, to two digits; `more than any` of nothing."""
    return f"{one / other:.2g}" if other else "more than any"
