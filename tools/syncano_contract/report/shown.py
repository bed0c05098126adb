"""Text as markup: whatever a deployment sent comes out as text, shortened with its size."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup, escape

from syncano_contract.judge import in_header
from syncano_contract.model import Headers
from syncano_contract.text import decoded, escaped, indented, json_pieces, pointers

LONGEST_LINE = 1_000  # bytes of markup of a message or a URL
LONGEST_RUN = 100  # characters that are cut or kept as one
ESCAPES = Markup('<span class="esc">{}</span>')
LARGEST_JSON = 40_000  # characters; what is longer is not indented before it is cut
DIFFERENCE = Markup("<mark>{}</mark>")

Segment = tuple[str, bool]  # a part of a text, and whether the difference stands in it


def shown(text: str, keep: str = "", limit: int = LONGEST_LINE) -> Markup:
    """Return text as markup that shows it: what has no glyph, or would turn others round, stands as an escape.

    Of markup longer than `limit` bytes there is the beginning, and how long the text is.
    """
    marked, length = _marked(text, keep, limit)
    cut = Markup('<span class="cut">… ({:,} characters in all)</span>').format(len(text))
    return marked if length == len(text) else marked + cut


def body(content: bytes, limit: int, size: int | None = None, places: Collection[str] = ()) -> Markup:
    """Return a body as markup: JSON is indented, with the values at these pointers marked, and a long one cut.

    `size` is that of the whole body where `content` is only its beginning. A mark that would be cut off makes the
    body begin shortly before it.
    """
    text = decoded(content)
    segments = _segments(text, places) if len(text) <= LARGEST_JSON else [(text, False)]
    kept, is_headless = _from_first_mark(segments, limit)
    marked, is_whole = _joined(kept, limit)
    head = Markup('<span class="cut">… the beginning is left out\n</span>') if is_headless else Markup("")
    cut = Markup('<span class="cut">\n… shortened, {:,} bytes in all</span>').format(size or len(content))
    return head + (marked if is_whole and size is None else marked + cut)


def headers(lines: Headers, limit: int, places: Collection[str] = ()) -> Markup:
    """Return header lines as markup, with those that are one of the places marked; of many or long ones the first."""
    differ = {place.lower() for place in places}
    marked = Markup("")
    for at, (name, value) in enumerate(lines):
        if len(marked) > limit:
            return marked + Markup('<span class="cut">… and {:,} more headers</span>\n').format(len(lines) - at)
        line = Markup('<span class="name">{}:</span> {}').format(shown(name, limit=limit), shown(value, limit=limit))
        marked += (DIFFERENCE.format(line) if in_header(name).lower() in differ else line) + "\n"
    return marked


def sentence(text: str) -> Markup:
    """Return a requirement's text as markup, with what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return shown(text)
    marked = (Markup("<code>{}</code>").format(shown(part)) if at % 2 else shown(part) for at, part in enumerate(parts))
    return Markup("").join(marked)


def clock(time: datetime) -> str:
    """Return a time for people, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _segments(text: str, places: Collection[str]) -> list[Segment]:
    """Return JSON in segments, indented; other text as it is."""
    pieces = json_pieces(text)
    if pieces is None:
        return [(text, False)]
    told = zip(indented(pieces), (pointer in places for pointer in pointers(pieces)), strict=True)
    return [("".join(part for part, _ in run), is_mark) for is_mark, run in groupby(told, key=lambda each: each[1])]


def _from_first_mark(segments: Sequence[Segment], limit: int) -> tuple[Sequence[Segment], bool]:
    """Return what a reader has to see, and whether the beginning is left out for that."""
    first = next((number for number, (_, is_mark) in enumerate(segments) if is_mark), 0)
    before = "".join(text for text, _ in segments[:first])
    if len(before) <= limit // 2:
        return segments, False
    _, _, rest = before[-(limit // 4) :].partition("\n")
    return [(rest, False), *segments[first:]], True


def _joined(segments: Sequence[Segment], limit: int) -> tuple[Markup, bool]:
    """Return the segments as markup of at most about `limit` bytes, and whether that is all of them."""
    parts: list[Markup] = []
    room = limit
    for text, is_mark in segments:
        marked, length = _marked(text, "\n\t", room)
        parts.append(_difference(text, marked) if is_mark and length == len(text) else marked)
        room -= len(marked.encode())
        if length < len(text):
            return Markup("").join(parts), False
    return Markup("").join(parts), True


def _difference(text: str, marked: Markup) -> Markup:
    """Mark it, but not the line break and the indentation behind it."""
    blanks = text[len(text.rstrip()) :]
    return DIFFERENCE.format(marked[: len(marked) - len(blanks)]) + blanks


def _marked(text: str, keep: str, limit: int) -> tuple[Markup, int]:
    """Return as much of the text as fits into `limit` bytes of markup, and how many characters that is."""
    parts, size, length = [], 0, 0
    for is_plain, chars in _runs(text[: max(limit, 0)], keep):
        if size >= limit:
            break
        parts.append(escape(chars) if is_plain else ESCAPES.format("".join(map(escaped, chars))))
        size += len(parts[-1].encode())
        length += len(chars)
    return Markup("").join(parts), length


def _runs(text: str, keep: str) -> Iterator[tuple[bool, str]]:
    """Yield runs of characters that are shown as they are, and of others."""
    for (is_plain, _), run in groupby(
        enumerate(text), key=lambda each: (each[1].isprintable() or each[1] in keep, each[0] // LONGEST_RUN)
    ):
        yield is_plain, "".join(char for _, char in run)
