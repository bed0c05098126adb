"""Kills against requests as a picture: SVG that is readable in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from bench.figures import Row

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 690, 60, 360  # of the field
RADIUS = 7
STYLE = """\
  text { font: 14px system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; fill: #1d1f21; }
  .page { fill: #ffffff; } .quiet { fill: #5c6064; font-size: 13px; } .title { font-size: 17px; font-weight: 600; }
  .line { stroke: #d9d9d2; } .ours { fill: #17693f; } .peer { fill: #a8201a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e9e9e5; } .page { fill: #1d2023; } .quiet { fill: #a6abb0; }
    .line { stroke: #363b40; } .ours { fill: #7fd4a3; } .peer { fill: #ff9c92; }
  }"""


def plot(rows: Sequence[Row]) -> str:
    """Return the picture: our ways are discs; the peer, which is the last row, is a square."""
    return "\n".join(_lines(rows)) + "\n"


def ticks(smallest: float, largest: float) -> list[int]:
    """Return round numbers (1, 2 and 5 times powers of ten) from at most the smallest to at least the largest."""
    powers = range(math.floor(math.log10(smallest)), math.ceil(math.log10(largest)) + 1)
    round_numbers = [factor * 10**power for power in powers for factor in (1, 2, 5)]
    first = max(number for number in round_numbers if number <= smallest)
    last = min(number for number in round_numbers if number >= largest)
    return [number for number in round_numbers if first <= number <= last]


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    shown = ticks(min(row.requests for row in rows), max(row.requests for row in rows) * 1.01)
    label = "; ".join(f"{row.way}: {row.share:.0%} of {row.faults} with {row.requests} requests" for row in rows)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    yield f"<title>Faults noticed against requests sent</title><desc>{escape(label)}</desc>"
    yield f"<style>\n{STYLE}\n</style>"
    yield f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
    yield f'<text class="title" x="{LEFT}" y="34">Faults noticed against requests sent</text>'
    yield from _grid(shown)
    for row in rows:
        yield from _point(row, shown, is_peer=row is rows[-1])
    yield "</svg>"


def _grid(shown: Sequence[int]) -> Iterator[str]:
    for percent in range(0, 101, 25):
        y = _y(percent / 100)
        yield f'<line class="line" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="quiet" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
    for number in shown:
        x = _x(number, shown)
        yield f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>'
        yield f'<text class="quiet" x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{number:,}</text>'
    middle = (LEFT + RIGHT) / 2
    yield f'<text class="quiet" x="{middle:g}" y="{BOTTOM + 44}" text-anchor="middle">requests of one run</text>'


def _point(row: Row, shown: Sequence[int], *, is_peer: bool) -> Iterator[str]:
    x, y = _x(row.requests, shown), _y(row.share)
    if is_peer:
        side = RADIUS * 2
        yield f'<rect class="peer" x="{x - RADIUS:.1f}" y="{y - RADIUS:.1f}" width="{side}" height="{side}"/>'
    else:
        yield f'<circle class="ours" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"/>'
    anchor = "end" if x > (LEFT + RIGHT) * 0.7 else "middle" if x > LEFT + 60 else "start"
    yield f'<text x="{x:.1f}" y="{y + 26:.1f}" text-anchor="{anchor}">{escape(row.way)}, {row.share:.0%}</text>'


def _x(requests: float, shown: Sequence[int]) -> float:
    """Return where so many requests are: the axis is logarithmic, from the first tick to the last."""
    return LEFT + (RIGHT - LEFT) * math.log(requests / shown[0]) / math.log(shown[-1] / shown[0])


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share
