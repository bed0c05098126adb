"""Small pictures that stand in a line of text, as plain SVG: a strip of what each run said, and a line of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from markupsafe import Markup

MOST = 120  # runs in one picture, the newest
WIDTH = 240  # pixels at most
BAR, POINT = 10, 40  # pixels for one run at most
APART = 6  # pixels for one run, from which on each has a bar of its own
HEIGHT = 18
TALL = 32  # pixels, where there are shades between low and high

# How high a bar is: what matters stands out, also where colours cannot be told apart.
BARS = {
    **dict.fromkeys(("passed", "conformant"), 6),
    **dict.fromkeys(("cannot_tell", "inconclusive"), 12),
    **dict.fromkeys(("failed", "non-conformant"), HEIGHT),
    **dict.fromkeys(("inapplicable", "untested"), 2),
}
WORDS = {"cannot_tell": "cannot tell"}

Value = TypeVar("Value")


def strip(states: Sequence[str | None]) -> Markup:
    """Return a bar for each run, the oldest first; None, for a run that says nothing, leaves its place empty."""
    newest = states[-MOST:]
    step = _step(newest, BAR)
    bars = Markup("").join(_bars(newest, step))
    return _picture("strip", (len(newest) * step, HEIGHT), told(states), bars)


def line(values: Sequence[float | None], words: str, band: Sequence[tuple[float, float] | None] = ()) -> Markup:
    """Return a line over the runs, from 0 at the bottom, broken where there is no value; `words` say the same.

    `band` holds the bounds, for each run, between which the values of that run lie.
    """
    newest, bounds = values[-MOST:], band[-MOST:]
    step = _step(newest, POINT)
    known = [*(value for value in newest if value is not None), *(upper for _, upper in filter(None, bounds))]
    top = max(known, default=0) or 1
    areas = (_area(at, run, step, top) for at, run in _unbroken(bounds))
    lines = (_line(at, run, step, top) for at, run in _unbroken(newest))
    return _picture("line", (len(newest) * step, TALL), words, Markup("").join([*areas, *lines]))


def told(states: Sequence[str | None]) -> str:
    """Say what a strip shows: `failed now; in 3 runs: 2 passed, 1 failed`."""
    counts = Counter(states)
    order = sorted(counts, key=lambda state: (state is None, list(BARS).index(state) if state else 0))
    numbers = ", ".join(f"{counts[state]} {_word(state)}" for state in order)
    return f"{_word(states[-1])} now; in {len(states)} run{'s' if len(states) > 1 else ''}: {numbers}"


def _word(state: str | None) -> str:
    return "not in it" if state is None else WORDS.get(state, state)


def _step(values: Sequence[object], widest: float) -> float:
    return min(widest, WIDTH / max(1, len(values)))


def _picture(kind: str, size: tuple[float, float], words: str, shapes: Markup) -> Markup:
    width, height = (_number(each) for each in size)
    opening = Markup('<svg class="{}" role="img" width="{}" height="{}" viewBox="0 0 {} {}"><title>{}</title>')
    return opening.format(kind, width, height, width, height, words) + shapes + Markup("</svg>")


def _bars(states: Sequence[str | None], step: float) -> Iterator[Markup]:
    """Yield a bar for each run; where there is no room for that, one for those that follow each other alike."""
    is_apart = step >= APART
    for state, run in groupby(enumerate(states), key=lambda each: (each[1], each[0] if is_apart else 0)):
        places = [at for at, _ in run]
        if state[0] is not None:
            height, width = BARS[state[0]], len(places) * step - is_apart
            box = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
            yield box.format(state[0], _number(places[0] * step), HEIGHT - height, _number(width), height)


def _unbroken(values: Sequence[Value | None]) -> Iterator[tuple[int, list[Value]]]:
    """Yield the values that follow each other without a gap, with the place of the first."""
    run: list[Value] = []
    for at, value in enumerate([*values, None]):
        if value is not None:
            run.append(value)
        elif run:
            yield at - len(run), run
            run = []


def _line(at: int, values: list[float], step: float, top: float) -> Markup:
    points = _points(((at + index, value) for index, value in enumerate(values)), step, top)
    x, y = points.rsplit(" ", 1)[-1].split(",")
    return Markup('<polyline points="{}"/><circle cx="{}" cy="{}" r="2"/>').format(points, x, y)


def _area(at: int, bounds: list[tuple[float, float]], step: float, top: float) -> Markup:
    there = [(at + index, upper) for index, (_, upper) in enumerate(bounds)]
    back = [(at + index, lower) for index, (lower, _) in enumerate(bounds)]
    return Markup('<polygon points="{}"/>').format(_points([*there, *reversed(back)], step, top))


def _points(values: Iterable[tuple[int, float]], step: float, top: float) -> str:
    room = TALL - 4  # a dot at either end is not cut
    return " ".join(f"{_number((at + 0.5) * step)},{_number(2 + room * (1 - value / top))}" for at, value in values)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
