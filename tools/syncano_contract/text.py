"""What a deployment sends, as text that no viewer acts on."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from syncano_contract.pointer import child

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
    pieces = json_pieces(text)
    return text if pieces is None else "".join(indented(pieces))


def json_pieces(text: str) -> list[str] | None:
    """Return the pieces that JSON is made of, without what is between them; None for what is no JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return JSON_PIECE.findall(text)


def indented(pieces: list[str]) -> Iterator[str]:
    """Yield each piece of JSON with the blanks that belong behind it, and before it where it is a colon."""
    depth = 0
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=True):
        opens, closes = piece in OPENING, after in CLOSING
        depth += opens - closes
        breaks = (opens != closes) or piece == ","
        yield (": " if piece == ":" else piece) + ("\n" + "  " * min(depth, DEEPEST) if breaks else "")


def pointers(pieces: list[str]) -> Iterator[str | None]:
    """Yield for each piece of JSON the pointer to the value that it is, opens or names (RFC 6901); else None."""
    around: list[str] = []
    items: list[int | None] = []  # the number of the item that comes next, in arrays
    value = ""
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=True):
        if piece in CLOSING:
            around.pop()
            items.pop()
        elif piece == "," and items[-1] is not None:
            items[-1] += 1
            value = child(around[-1], items[-1])
        elif after == ":":
            value = child(around[-1], json.loads(piece))
        yield None if piece in CLOSING or piece == "," else value
        if piece in OPENING:
            around.append(value)
            items.append(0 if piece == "[" else None)
            value = child(value, 0)


def is_text(body: bytes) -> bool:
    """Whether a body is text in UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 user`, `2 users`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def moment(time: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
