"""HAR files -> their entries, one at a time: plain or compressed, whole or cut off, never held as a whole."""

from __future__ import annotations

import json
import shutil
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from syncano_contract.feed import Feed, UnreadableError
from syncano_contract.model import Problem

# Of `log`, as HAR has them; any other name may be somebody's.
MEMBERS = frozenset({"version", "creator", "browser", "pages", "comment", "entries"})
STDIN = Path("-")
COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # gzip, and zlib as mitmproxy's .zhar
CHUNK = 1 << 16
BEFORE_ENTRIES = '{"log": {"entries": ['
MOST_DIGITS = 300  # of a number; what is longer says nothing here


@dataclass(frozen=True)
class Trouble:
    """Why no more, or nothing, was read from a file."""

    reason: str


@dataclass(frozen=True)
class Reached:
    """The reading has come to where it was to halt, and an entry begins there; it goes on where it is asked to."""


Entries = Iterator[list[Any] | Trouble | Reached]


class Archive:
    """One HAR file, which can be read more than once; standard input and pipes are copied to a temporary file."""

    def __init__(self, path: Path, stream: BinaryIO, name: str) -> None:
        """Read from a stream that can be rewound."""
        self.path = path
        self.name = name
        self.stream = stream

    @contextmanager
    def reopened(self) -> Iterator[Archive]:
        """Open the same file once more, as another process reads it at a place of its own; raises OSError."""
        with Path(f"/proc/self/fd/{self.stream.fileno()}").open("rb") as stream:
            yield Archive(self.path, stream, self.name)

    def entries(self, halt: int = 0) -> Entries:
        """Yield the JSON of the entries, some at a time, and Trouble where the file ends before its end.

        Where an entry begins after `halt` bytes of a plain file, Reached comes before it.
        """
        self.stream.seek(0)
        beginning = self.stream.read(4)
        if beginning.startswith(COMPRESSED):
            yield from _read(_Compressed(self.stream))
        elif json.detect_encoding(beginning) in ("utf-8", "utf-8-sig"):
            yield from _read(_Raw(self.stream, halt=halt))
        else:
            yield Trouble("is UTF-16 or UTF-32, where HAR is UTF-8: convert it first")

    def entries_from(self, start: int) -> Entries:
        """Yield the entries of a plain file from one on, which begins after so many bytes; as `entries` does."""
        yield from _read(_Raw(self.stream, start), BEFORE_ENTRIES)


@contextmanager
def opened(path: Path, stdin: BinaryIO) -> Iterator[Archive]:
    """Open a HAR file, `-` being standard input; raises Problem where that fails."""
    name = "standard input" if path == STDIN else str(path)
    try:
        stream = stdin if path == STDIN else path.open("rb")
    except OSError as error:
        raise Problem(f"cannot read {name}: {error.strerror}", "name a HAR file, or - for standard input") from error
    try:
        with TemporaryFile() as copied:
            if path == STDIN or not stream.seekable():
                shutil.copyfileobj(stream, copied)
                yield Archive(path, copied, name)
            else:
                yield Archive(path, stream, name)
    finally:
        if path != STDIN:
            stream.close()


class _Raw:
    """Bytes of a stream; `trouble` says why they ended early, which is no error here. No read crosses `halt`."""

    def __init__(self, stream: BinaryIO, start: int = 0, halt: int = 0) -> None:
        self._stream = stream
        self._at = stream.seek(start)
        self._halt = halt
        self.trouble = ""

    @property
    def is_at_halt(self) -> bool:
        return 0 < self._at == self._halt

    def read(self, most: int) -> bytes:
        left = self._halt - self._at
        data = self._stream.read(min(most, left) if left > 0 else most)
        self._at += len(data)
        return data


class _Compressed(_Raw):
    """The same of a compressed stream, which may have several parts (RFC 1952, section 2.2)."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._inflating = _inflating()
        self._waiting = b""

    def read(self, most: int) -> bytes:
        while not self.trouble:
            if self._inflating.eof:
                self._waiting = self._inflating.unused_data
                if not self._waiting.lstrip(b"\0") and not self._more():
                    return b""
                self._inflating = _inflating()
            elif not self._waiting and not self._more():
                self.trouble = "is cut off: the compressed data has no end"
                return b""
            try:
                data: bytes = self._inflating.decompress(self._waiting, most)
            except zlib.error:
                self.trouble = "is broken: what is compressed in it cannot be read on"
                return b""
            self._waiting = self._inflating.unconsumed_tail
            if data:
                return data
        return b""

    def _more(self) -> bool:
        self._waiting = self._stream.read(CHUNK)
        return bool(self._waiting)


class _Text:
    """The text that raw bytes are, as much of it as one reading gives."""

    def __init__(self, raw: _Raw) -> None:
        self._raw = raw
        self._decoder = getincrementaldecoder("utf-8-sig")("replace")

    def read(self, most: int) -> str:
        while data := self._raw.read(most):
            if text := self._decoder.decode(data):
                return text
        return self._decoder.decode(b"", final=True)


def _read(raw: _Raw, before: str = "") -> Entries:
    """Yield the entries of a HAR of which a part stands before these bytes."""
    feed = Feed(_Text(raw), _Decoder(strict=False), "HAR entry", text=before)
    try:
        yield from _entries(feed, raw)
    except UnreadableError as error:
        yield Trouble(raw.trouble or _told(str(error)))
    except OSError as error:
        yield Trouble(f"cannot be read: {error.strerror}")


def _inflating() -> Any:
    return zlib.decompressobj(wbits=47)  # gzip or zlib, whichever the first bytes say


def _told(reason: str) -> str:
    """Return why a file could not be read on; where its end came in the middle of a value, it is cut off."""
    what, is_cut, _ = reason.partition(" is no JSON: ")
    is_cut = is_cut if "Unterminated string" in reason or "(the input ends here)" in reason else ""
    return f"is cut off in {what}" if is_cut else reason


class _Decoder(json.JSONDecoder):
    """Takes integers of any length: of one that is longer than Python takes, the beginning."""

    def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
        """Return the value at an index and where it ends, as the base class does."""
        try:
            return super().raw_decode(s, idx)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return PATIENT.raw_decode(s, idx)


PATIENT = json.JSONDecoder(strict=False, parse_int=lambda digits: int(digits[:MOST_DIGITS]))


def _entries(feed: Feed, raw: _Raw) -> Iterator[list[Any] | Reached]:
    if not (opening := feed.peek()):
        raise UnreadableError("is empty")
    if opening != "{":
        raise UnreadableError("is no HAR: it does not begin with `{`")
    found = False
    for name in _members(feed):
        if name == "log" and feed.peek() == "{":
            found = True
            yield from _log(feed, raw)
        else:
            feed.value("a member beside `log`")
    if not found:
        raise UnreadableError("is no HAR: it has no `log`")
    if feed.peek():
        raise UnreadableError("goes on behind the end of its HAR, which was not read: make that a file of its own")


def _log(feed: Feed, raw: _Raw) -> Iterator[list[Any] | Reached]:
    found = False
    for name in _members(feed):
        if name == "entries" and feed.peek() == "[":
            found = True
            yield from _items(feed, raw)
        else:
            feed.value(f"`log.{name}`" if name in MEMBERS else "a member of `log`")
    if not found:
        raise UnreadableError("is no HAR: its `log` has no `entries`")


def _members(feed: Feed) -> Iterator[str]:
    """Yield the name of each member of an object; who takes it has to pass over the value."""
    feed.skip(1)
    while feed.peek() != "}":
        name = feed.value("the name of a member")
        _separated(feed, ":", "}")
        yield str(name)[:40]
        _separated(feed, ",", "}")
    feed.skip(1)


def _items(feed: Feed, raw: _Raw) -> Iterator[list[Any] | Reached]:
    feed.skip(1)
    number = 0
    while feed.peek() != "]":
        items = feed.values(f"entry {number + 1}")
        number += len(items)
        yield items
        _separated(feed, ",", "]", f" after entry {number}")
        if raw.is_at_halt and not feed.rest.strip():
            yield Reached()
    feed.skip(1)


def _separated(feed: Feed, separator: str, end: str, where: str = "") -> None:
    """Pass over a separator, unless the end comes next."""
    found = feed.peek()
    if not found:
        raise UnreadableError(f"is cut off{where}")
    if found == separator:
        feed.skip(1)
    elif found != end:
        raise UnreadableError(f"is no JSON{where}: {found!r} stands where {separator!r} should")
