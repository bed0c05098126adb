"""A stream of text -> the JSON values in it, one at a time and never held as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

CHUNK = 1 << 18
LARGEST = 1 << 25  # characters of a value, wherever in the stream it stands
OBJECT = re.compile(r'\{\s{0,80}"')
REACH = 82  # the most that `OBJECT` matches
COMMA = re.compile(r"\s*,\s*")
NEXT = re.compile(r'(\s*,\s*)\{\s*"[^"\\]*"')  # where an object begins, with its first name
SLACK = 12  # the longest token that a cut can leave behind, `-Infinity`, and a bit


class UnreadableError(Exception):
    """Why nothing more can be read from a stream."""


class Text(Protocol):
    """A stream of text."""

    def read(self, most: int, /) -> str:
        """Return some characters, about as many at most; none at the end."""


class Feed:
    """JSON values out of a stream that is never held as a whole."""

    def __init__(
        self,
        stream: Text,
        decoder: json.JSONDecoder,
        sought: str,
        forget: Callable[[], None] = lambda: None,
        *,
        text: str = "",
    ) -> None:
        """Begin with a text and the stream behind it; `sought` is what an error calls a value.

        `forget` is called before the decoder tries a value, and once more where a value was cut off.
        """
        self._stream = stream
        self._text = text
        self._at = 0
        self._decoder = decoder
        self._forget = forget
        self._sought = sought

    def peek(self) -> str:
        """Return the next character that is no blank, or an empty string at the end."""
        while True:
            while self._at < len(self._text):
                if not self._text[self._at].isspace():
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    @property
    def rest(self) -> str:
        """What was read and is no part of any value so far."""
        return self._text[self._at :]

    def skip(self, count: int) -> None:
        """Pass over characters."""
        self._at += count

    def expect(self, character: str, where: str) -> None:
        """Pass over that character; raises where another one stands."""
        found = self.peek()
        if found != character:
            raise UnreadableError(
                f"{where} comes {found!r} where {character!r} or the end of the array should"
                if found
                else f"ends {where}, in the middle of the array"
            )
        self.skip(1)

    def value(self, what: str) -> Any:
        """Return the next value; raises where it is no JSON."""
        self.peek()
        while True:
            self._forget()
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._is_cut(error) or not self._more():
                    reason = error.msg.removesuffix(" at")
                    raise UnreadableError(f"{what} is no JSON: {reason}{self._place(error)}") from error
            except RecursionError as error:
                raise UnreadableError(f"{what} is nested too deeply") from error
            except ValueError as error:
                raise UnreadableError(f"{what} is no JSON: {error}") from error
            else:
                if end < len(self._text) or not self._more():
                    self._at = end
                    return value

    def values(self, what: str) -> list[Any]:
        """Return the next value, and those behind it and commas that are at hand; raises as for `value`."""
        found = [self.value(what), *self._alike()]
        while comma := COMMA.match(self._text, self._at):
            try:
                value, end = self._decoder.raw_decode(self._text, comma.end())
            except (ValueError, RecursionError):
                break
            if end == len(self._text):
                break  # it may go on behind what was read
            found.append(value)
            self._at = end
        return found

    def _alike(self) -> list[Any]:
        """Return the objects behind a value, up to the last one at hand that begins as the first of them does.

        All are parsed in one step, which is quicker; none are returned where that fails.
        """
        first = NEXT.match(self._text, self._at)
        end = self._text.rfind(first.group(), first.end()) if first else -1
        if first is None or end < 0:
            return []
        try:
            found: list[Any] = msgspec.json.decode(f"[{self._text[first.end(1) : end]}]")
        except (ValueError, RecursionError):
            return []
        self._at = end
        return found

    def value_or_none(self) -> Any:
        """Return the object that begins here, or pass over its brace where there is none."""
        try:
            return self.value("")
        except UnreadableError:
            self.skip(1)
            return None

    def find_object(self) -> bool:
        """Go to the next `{"` and tell whether there is one."""
        while not (found := OBJECT.search(self._text, self._at)):
            self._at = max(self._at, len(self._text) - REACH)
            if not self._more():
                return False
        self._at = found.start()
        return True

    def at_object(self) -> bool:
        """Tell whether an object comes next, with nothing but blanks before it."""
        if self.peek() != "{":
            return False
        while len(self._text) - self._at < REACH and self._more():
            pass
        return OBJECT.match(self._text, self._at) is not None

    def _more(self) -> bool:
        kept = self.rest
        if len(kept) > LARGEST:
            raise UnreadableError(f"holds more than {LARGEST} characters without a {self._sought}")
        read = self._stream.read(min(max(CHUNK, len(kept)), LARGEST + 1 - len(kept)))
        if read:
            self._text, self._at = kept + read, 0
        return bool(read)

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos > len(self._text) - SLACK

    def _place(self, error: json.JSONDecodeError) -> str:
        return " (the input ends here)" if error.pos >= len(self._text) else f" at character {error.pos - self._at}"
