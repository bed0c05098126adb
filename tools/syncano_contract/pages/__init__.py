"""Inputs -> pages: the JSON of readme.io pages from files, folders, arrays and streams, one page at a time.

Sources: the four pages that this project rests on, and the format as found elsewhere (v1 and v2 of ReadMe's API).
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from syncano_contract.feed import Feed, UnreadableError
from syncano_contract.model import PageRef
from syncano_contract.pages.strict_json import DEEPEST, Repeated, canonical, decoder, is_deep

STDIN = "-"
SUFFIXES = frozenset({".json", ".jsonl", ".txt"})
READ = frozenset({"endpoint", "basic", "link"})
PASSED_OVER = frozenset({"api_config", "webhook", "error"})
METHODS = {name: name.upper() for name in ("get", "put", "post", "delete", "options", "head", "patch", "trace")}
METHOD_ALIASES = {"del": "DELETE"}
URLS = ("url", "path")


@dataclass(frozen=True)
class Page:
    """One page: `data` is its JSON, `origin` the file (and item) that it came from.

    `repeated` is what stands more than once in an object of that JSON, where the last one counts.
    """

    ref: PageRef
    type: str
    origin: str
    data: Mapping[str, Any]
    repeated: tuple[Repeated, ...] = ()


@dataclass(frozen=True)
class NotAPage:
    """Something that should have been a page; the others are still read."""

    path: str
    reason: str


@dataclass(frozen=True)
class Note:
    """Something that was passed over, or read in a way that a person may want to know."""

    path: str
    text: str


Item = Page | NotAPage | Note


def read(inputs: Iterable[str | Path], stdin: BinaryIO) -> Iterator[Item]:
    """Yield what each input holds, in a fixed order; `-` is `stdin`, and a folder is read with all below it.

    Of two pages with one slug in one version the second is a Note where it says the same, else a NotAPage.
    """
    seen: dict[tuple[str, str], tuple[bytes, str]] = {}
    for each in inputs:
        for item in _input(each, stdin):
            yield _unrepeated(item, seen) if isinstance(item, Page) else item


def _unrepeated(page: Page, seen: dict[tuple[str, str], tuple[bytes, str]]) -> Item:
    try:
        digest = hashlib.sha256(canonical(page.data)).digest()
    except ValueError:
        return NotAPage(page.origin, "holds half of a surrogate pair, which is no character")
    key = page.ref.slug, page.ref.version
    if key not in seen:
        seen[key] = digest, page.origin
        return page
    known, origin = seen[key]
    if known == digest:
        return Note(page.origin, f"is passed over: {origin} holds the same page")
    return NotAPage(page.origin, f"the slug {page.ref.slug!r} is that of another page, read from {origin}")


def _input(name: str | Path, stdin: BinaryIO) -> Iterator[Item]:
    if str(name) == STDIN:
        yield from _stream(stdin, "standard input")
    elif Path(name).is_dir():
        yield from _folder(Path(name))
    else:
        yield from _file(Path(name))


def _folder(folder: Path) -> Iterator[Item]:
    unread: list[OSError] = []
    files = sorted(Path(parent, name) for parent, _, names in os.walk(folder, onerror=unread.append) for name in names)
    usable = [file for file in files if file.suffix.lower() in SUFFIXES]
    for file in files:
        if not file.is_file():  # a pipe would be waited for, and for ever
            yield Note(str(file), "is passed over: it is no regular file")
        elif file in usable:
            yield from _file(file)
        else:
            yield Note(str(file), f"is passed over: only {', '.join(sorted(SUFFIXES))} can hold a page")
    yield from (NotAPage(error.filename, f"cannot be read: {error.strerror}") for error in unread)
    if not usable and not unread:
        yield NotAPage(str(folder), "the folder holds no file that can hold a page")


def _file(file: Path) -> Iterator[Item]:
    try:
        with file.open("rb") as stream:
            yield from _stream(stream, str(file))
    except OSError as error:
        yield NotAPage(str(file), f"cannot be read: {error.strerror}")


def _stream(stream: BinaryIO, path: str) -> Iterator[Item]:
    """Yield what a stream holds; where it ends in the middle of something, what came before still counts."""
    try:
        with _text(stream) as text:
            repeated: list[Repeated] = []
            yield from _items(Feed(text, decoder(repeated), "page", repeated.clear), repeated, path)
    except UnicodeDecodeError:
        yield NotAPage(path, "is not UTF-8")
    except UnreadableError as error:
        yield NotAPage(path, str(error))


@contextmanager
def _text(stream: BinaryIO) -> Iterator[TextIO]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()


def _items(feed: Feed, repeated: list[Repeated], path: str) -> Iterator[Item]:
    opening = feed.peek()
    if opening == "[":
        yield from _array(feed, repeated, path)
    elif opening == "{":
        yield from _objects(feed, repeated, path)
    elif opening:
        raise UnreadableError("begins with neither `{` nor `[`, so it holds no page's JSON")
    else:
        raise UnreadableError("is empty")


def _array(feed: Feed, repeated: list[Repeated], path: str) -> Iterator[Item]:
    feed.skip(1)
    number = 0
    while feed.peek() != "]":
        if number:
            feed.expect(",", f"after item {number}")
        number += 1
        data = feed.value(f"item {number}")
        yield page_of(data, f"{path}, item {number}", tuple(repeated))
    feed.skip(1)
    if feed.peek():
        yield Note(path, "what stands behind the array is passed over")


def _objects(feed: Feed, repeated: list[Repeated], path: str) -> Iterator[Item]:
    """Yield one page, or pages one after another, each perhaps followed by its rendered text."""
    data = feed.value("the page")
    yield page_of(data, path, tuple(repeated))
    number = 1
    while (follows := feed.at_object()) or feed.find_object():
        value = feed.value(f"what follows page {number}") if follows else feed.value_or_none()
        if follows or (isinstance(value, dict) and value.keys() >= {"slug", "type"}):
            number += 1
            yield page_of(value, f"{path}, page {number}", tuple(repeated))


def page_of(data: Any, origin: str, repeated: tuple[Repeated, ...] = ()) -> Item:
    """Return the page that a JSON value is, or why it is none or is passed over."""
    reason = _unlike(data, repeated)
    if reason:
        return NotAPage(origin, reason)
    kind = data["type"]
    if kind in READ:
        return Page(ref_of(data), kind, origin, data, repeated)
    known = "" if kind in PASSED_OVER else " unknown"
    return Note(origin, f"is passed over: {data['slug']!r} is of the{known} type {kind!r}")


def _unlike(data: Any, repeated: tuple[Repeated, ...]) -> str:
    """Return what makes a value no page, or an empty string."""
    if not isinstance(data, dict):
        return "is no JSON object"
    if any(map(is_deep, (data, *(each.before for each in repeated)))):
        return f"is nested deeper than {DEEPEST} levels"
    for name in ("slug", "type"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            return f"`{name}` is missing" if data.get(name) in (None, "") else f"`{name}` is no text"
    return _no_endpoint(data.get("api")) if data["type"] == "endpoint" else ""


def _no_endpoint(api: Any) -> str:
    if not isinstance(api, dict):
        return "`api` is missing"
    method = text(api.get("method")).strip().lower()
    if not method:
        return "`api.method` is missing"
    if not any(isinstance(api.get(name), str) for name in URLS):
        return "`api.url` is missing"
    if method in METHODS or method in METHOD_ALIASES:
        return ""
    return f"`api.method` is {method!r}, which is no HTTP method"


def ref_of(data: Mapping[str, Any]) -> PageRef:
    """Return which page this is."""
    return PageRef(data["slug"].strip(), version_of(data), text(first(data, "_id", "id")))


def version_of(data: Mapping[str, Any]) -> str:
    """Return the name of the page's version, or its id where nothing else is given, or an empty string."""
    version = data.get("version")
    return text(first(version, "version", "version_clean", "uri", "_id") if isinstance(version, dict) else version)


def first(data: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these members that is set."""
    return next((data[name] for name in names if data.get(name) is not None), None)


def text(value: Any) -> str:
    """Return a text or a number as text, and anything else as none."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
