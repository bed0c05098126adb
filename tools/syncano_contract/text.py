"""What a deployment sends, as text that no viewer acts on."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

# A string, a bracket, a comma, a colon, or a number or word.
JSON_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+')
OPENING, CLOSING = frozenset("[{"), frozenset("]}")
DEEPEST = 12  # levels of indentation; what is nested deeper is not moved further to the right


def sound(text: str) -> str:
    r"""Return the text with `\udXXX` in the place of each lone surrogate, which UTF-8 cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with escapes such as `\u202e` for what has no glyph of its own, but for what to `keep`.

    That is controls, bidirectional and zero-width marks, lone surrogates and odd spaces; what is left can stand in XML.
    """
    return "".join(char if char.isprintable() or char in keep else escaped(char) for char in text)


def inert(json_text: str) -> str:
    r"""Return JSON that holds the same, with `\u202e` and the like for what `visible` does not show as it is."""
    return re.sub(
        r"[^\n -~]", lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], json_text
    )


def escaped(char: str) -> str:
    r"""Return a character as an escape; a byte that was no UTF-8 (see `decoded`) as `\xff`."""
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


def decoded(body: bytes) -> str:
    """Return a body as text; bytes that are no UTF-8 become lone surrogates, which `visible` shows as bytes."""
    return body.decode("utf-8", "surrogateescape")


def fenced(lines: Iterable[str], token: str) -> Iterator[str]:
    """Yield lines between commands that make GitHub Actions take none from them; nobody may guess the token.

    It takes `::name::` at the start of a line, behind spaces too, and `##[name]` anywhere in one.
    """
    yield f"::stop-commands::{token}"
    yield from lines
    yield f"::{token}::"


def encoded(body: bytes) -> tuple[str, str]:
    """Return a body as text with its encoding: `utf-8` as it is, or `base64` when it is no UTF-8."""
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def pretty(text: str) -> str:
    """Return JSON with line breaks and indentation and nothing else changed; other text as it is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "".join(_indented(JSON_PIECE.findall(text)))


def _indented(pieces: list[str]) -> Iterator[str]:
    depth = 0
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=True):
        opens, closes = piece in OPENING, after in CLOSING
        depth += opens - closes
        breaks = (opens != closes) or piece == ","
        yield (": " if piece == ":" else piece) + ("\n" + "  " * min(depth, DEEPEST) if breaks else "")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 user`, `2 users`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def moment(time: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
