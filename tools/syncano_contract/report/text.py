"""What a deployment sends, as text that no viewer acts on."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime

# One token of JSON: a string, a bracket, a comma, a colon, or a number or word.
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+')
DEEPEST = 12  # levels of indentation; what is nested deeper is not moved further to the right


def sound(text: str) -> str:
    r"""Return the text with `\udXXX` in the place of each lone surrogate, which UTF-8 cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with escapes such as `\u202e` for what has no glyph of its own, but for what to `keep`.

    That is controls, bidirectional and zero-width marks, lone surrogates and odd spaces; what is left can stand in XML.
    """
    return "".join(char if char.isprintable() or char in keep else escaped(char) for char in text)


def escaped(char: str) -> str:
    r"""Return a character as an escape; a byte that was no UTF-8 (see `decoded`) as `\xff`."""
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


def decoded(body: bytes) -> str:
    """Return a body as text; bytes that are no UTF-8 become lone surrogates, which `visible` shows as bytes."""
    return body.decode("utf-8", "surrogateescape")


def encoded(body: bytes) -> tuple[str, str]:
    """Return a body as text with its encoding: `utf-8` as it is, or `base64` when it is no UTF-8."""
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def pretty(text: str) -> str:
    """Return JSON with line breaks and indentation and not a token changed; other text as it is."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _indented(JSON_TOKEN.findall(text))


def _indented(tokens: list[str]) -> str:
    parts: list[str] = []
    depth = 0
    for token, after in zip(tokens, [*tokens[1:], ""], strict=True):
        if token in "]}":
            depth -= 1
        parts.append(": " if token == ":" else token)
        if token in "[{":
            depth += 1
        opens = token in "[{" and after not in "]}"
        if opens or token == "," or (after in "]}" and after and token not in "[{"):
            closing = 1 if after in "]}" else 0
            parts.append("\n" + "  " * min(depth - closing, DEEPEST))
    return "".join(parts)


def moment(time: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
