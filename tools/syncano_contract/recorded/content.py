"""The content of a recorded reply -> its body, or why that is not known.

Source: HAR 1.1 and 1.2, and what browsers and proxies make of them. What an entry claims of its sizes never makes a
body; it only tells that one was left out.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from syncano_contract import judge
from syncano_contract.text import is_text

LARGEST_BODY = 5_000_000  # bytes
GZIP = b"\x1f\x8b"
WITHOUT_BODY = frozenset({204, 304})
LEFT_OUT = re.compile(r"not included|truncated", re.IGNORECASE)  # in a comment, as browsers write it
CHUNK = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*\r?\n")  # the head of one (RFC 9112, section 7.1)
LAST_CHUNK = b"\n0"

# Why a body is not known.
MISSING, NOT_WHOLE, NO_BASE64, NO_TEXT = "was not recorded", "was not recorded whole", "is no base64", "is no text"
CHUNKED, BROKEN = "was recorded with the framing of its chunks", "is compressed, and broken"
CUT_OFF = "is compressed, and cut off or too long"


class Content(NamedTuple):
    """The body of a reply, its JSON value where it `is_json`, and why it is not known; that is empty where it is."""

    body: bytes = b""
    value: Any = None
    is_json: bool = False
    lacks: str = ""


def content_of(response: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> Content:
    """Return the content of a HAR response, whose headers are given by names in lower case."""
    given = response.get("content")
    content = given if isinstance(given, dict) else {}
    text, size, comment = content.get("text"), number(content.get("size")), content.get("comment")
    is_left_out = isinstance(comment, str) and LEFT_OUT.search(comment) is not None
    if not isinstance(text, str) or not text:
        size = max(size, number(response.get("bodySize")), number(headers.get("content-length")))
        is_told_empty = text == "" or size == 0
        is_empty = status in WITHOUT_BODY or (is_told_empty and size <= 0 and not is_left_out)
        return Content() if is_empty else Content(lacks=MISSING)
    body, lacks = _written(text, content.get("encoding"), headers)
    if lacks:
        return Content(lacks=lacks)
    value, is_sound = json_of(body)
    # What is whole JSON may be shorter than is told, as secrets were taken out of it.
    if not is_sound and (is_left_out or size > len(body)) and not is_json(body):
        return Content(lacks=NOT_WHOLE)
    if not is_sound and CHUNK.match(body) and body.rstrip().endswith(LAST_CHUNK):
        return Content(lacks=CHUNKED)
    return Content(body, value, is_sound)


def json_of(body: bytes) -> tuple[Any, bool]:
    """Return the value of a JSON body, and whether it is one."""
    try:
        return judge.parse(body), True
    except ValueError:
        return None, False


def _written(text: str, encoding: Any, headers: Mapping[str, str]) -> tuple[bytes, str]:
    """Return the bytes that a text stands for, without the content coding that they may still have."""
    if isinstance(encoding, str) and encoding.strip().lower() == "base64":
        body = unpacked(text)
        return (b"", NO_BASE64) if body is None else _decoded(body, headers.get("content-encoding", ""))
    if text[0] != "\x1f":
        return text.encode("utf-8", "replace"), ""
    try:
        return _decoded(text.encode("latin-1"), "")
    except UnicodeEncodeError:
        return b"", BROKEN


def unpacked(text: str) -> bytes | None:
    """Return what a text has in base64; None where it is none."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii", "replace"), validate=True)
    except (binascii.Error, ValueError):
        return None


def number(given: Any) -> float:
    """Return a number, also one that is written as text; -1, which stands for an unknown one in HAR, for no number."""
    try:
        return -1 if given is None or isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        return -1


def _decoded(body: bytes, coding: str) -> tuple[bytes, str]:
    coding = coding.strip().lower()
    if body.startswith(GZIP):
        return _inflated(body, 31)
    if is_text(body):
        return body, ""
    if coding == "deflate":
        plain, lacks = _inflated(body, 15)
        return _inflated(body, -15) if lacks else (plain, "")
    return b"", f"is compressed with {coding}" if coding in ("br", "zstd", "compress") else NO_TEXT


def _inflated(body: bytes, wbits: int) -> tuple[bytes, str]:
    inflating = zlib.decompressobj(wbits)
    try:
        plain = inflating.decompress(body, LARGEST_BODY)
    except zlib.error:
        return b"", BROKEN
    return (plain, "") if inflating.eof else (b"", CUT_OFF)


def is_json(body: bytes) -> bool:
    """Whether a body is JSON, if perhaps with numbers or a mark at its beginning that JSON does not have."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
