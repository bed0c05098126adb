"""A YAML document with positions: the tree as JSON would have it, the line of every part of it, and its flaws.

It is read from PyYAML's events and not from its nodes: the composer in C recurses and dies, interpreter and all, on
100,000 levels, and events let bombs and circles be told before anything is built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from syncano_contract.model import Problem
from syncano_contract.pointer import child, key_of, steps
from syncano_contract.validation.scalar import TAGS, refusal, stands_for

# The same loader in C; wheels of PyYAML have it, source builds without libyaml do not.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 10_000_000
MAX_VALUES = 50_000  # aliases count with all that they stand for
MAX_DEPTH = 100
MAX_DIRECTIVES = 20  # libyaml compares each with all before it

INDENTED_BY_TAB = re.compile(r"[ ]*\t")


@dataclass(frozen=True)
class Form:
    """What a file is to be, for messages: how to name another one, and how one begins."""

    fix: str
    beginning: str


OPENAPI = Form("name an OpenAPI document", "a document begins with `openapi: 3.1.0`")


@dataclass(frozen=True)
class Flaw:
    """What is wrong with the text of a document, with the way out; `line` counts from 1."""

    line: int
    pointer: str
    sentence: str


@dataclass(frozen=True)
class Source:
    """A document as it was read; `tree` is empty where a flaw is such that nothing could be read."""

    path: Path
    tree: Mapping[str, Any]
    flaws: tuple[Flaw, ...]
    _lines: Mapping[int, Mapping[str | int, int]] = field(default_factory=dict, repr=False)

    def line(self, pointer: str) -> int:
        """Return the line (from 1) of the key or item that a JSON pointer, or its nearest ancestor, leads to."""
        value: Any = self.tree
        found = 1
        for step in steps(pointer):
            key = key_of(value, step)
            if key is None:
                break
            found, value = self._lines[id(value)][key], value[key]
        return found


def read(path: Path, form: Form = OPENAPI) -> Source:
    """Read a YAML document; raises Problem when there is no such file or no right to read it."""
    try:
        if path.exists() and not path.is_file():  # a pipe may never end
            raise Problem(f"cannot read {path}: it is no file", form.fix)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a ValueError is a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem(f"cannot read {path}: {reason}", form.fix) from error
    return parse(data, path, form)


def parse(data: bytes, path: Path, form: Form = OPENAPI) -> Source:
    """Read a YAML document from its bytes; whatever is wrong with them is a flaw."""
    reader = _Reader()
    try:
        reader.take_all(_text(data))
        reader.check_root(form)
    except _Unreadable as stop:
        return Source(path, {}, (*reader.flaws, stop.flaw))
    return Source(path, reader.root, tuple(reader.flaws), reader.lines)


class _Unreadable(Exception):
    """A flaw that leaves nothing to go on with."""

    def __init__(self, line: int, sentence: str, pointer: str = "") -> None:
        super().__init__(sentence)
        self.flaw = Flaw(line, pointer, sentence)


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _Unreadable(1, f"the file is larger than {MAX_BYTES // 10**6} MB: an OpenAPI document is far smaller")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(
            data[: error.start].count(b"\n") + 1, f"byte {error.start} is not UTF-8: save the file as UTF-8"
        ) from error
    if text.count("\n%") > MAX_DIRECTIVES:
        raise _Unreadable(1, f"more than {MAX_DIRECTIVES} lines begin with `%`: a document needs no directives")
    return text


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=LOADER)
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise _Unreadable(line, f"character {error.character!r} is not allowed: remove it") from error
    except yaml.MarkedYAMLError as error:
        raise _broken(error, text) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _Unreadable(1, f"this is not YAML: {error}") from error


def _broken(error: yaml.MarkedYAMLError, text: str) -> _Unreadable:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    here = text.split("\n")[line - 1 : line]
    if INDENTED_BY_TAB.match("".join(here)):
        return _Unreadable(line, f"column {column}: a tab stands where only spaces may indent: write spaces")
    since = f", {error.context} that begins in line {error.context_mark.line + 1}" if error.context_mark else ""
    return _Unreadable(line, f"column {column}: this is not YAML: {error.problem}{since}")


@dataclass(frozen=True)
class _Whole:
    """A finished value; `size` counts the values in it, `height` the levels below it."""

    value: Any
    size: int = 1
    height: int = 0


@dataclass
class _Open:
    """A mapping or list whose end has not come; `step` leads to its newest member or item."""

    value: Any
    anchor: str | None
    awaits_key: bool
    step: str | int | None = None
    line: int = 0  # of the newest key
    size: int = 1
    height: int = 0


class _Reader:
    """Builds the tree from events, and notes every line and flaw on the way."""

    def __init__(self) -> None:
        self.root: Any = None
        self.flaws: list[Flaw] = []
        self.lines: dict[int, dict[str | int, int]] = {}
        self._open: list[_Open] = []
        self._anchors: dict[str, _Whole | None] = {}  # None until what is anchored has ended
        self._values = 0
        self._documents = 0

    def take_all(self, text: str) -> None:
        for event in _events(text):
            handler = HANDLERS.get(type(event))
            if handler is not None:
                handler(self, event, event.start_mark.line + 1)

    def check_root(self, form: Form) -> None:
        if self.root is None:
            raise _Unreadable(1, f"the file is empty: {form.beginning}")
        if not isinstance(self.root, dict):
            raise _Unreadable(1, f"the file is no mapping: {form.beginning}")

    def document(self, _event: Any, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _Unreadable(line, "a second document begins here: keep one document in one file")

    def scalar(self, event: Any, line: int) -> None:
        value, doubt = stands_for(event)
        if self._open and self._open[-1].awaits_key:
            self._key(event.value, line, is_text=isinstance(value, str) and doubt is None)
            return
        whole = _Whole(value)
        self._store(value, line)
        self._grow(whole, line)
        if event.anchor:
            self._anchors[event.anchor] = whole
        if doubt:
            self._note(line, doubt)

    def alias(self, event: Any, line: int) -> None:
        self._no_key(line)
        if event.anchor not in self._anchors:
            self._stop(line, f"the alias *{event.anchor} has no anchor before it")
        whole = self._anchors[event.anchor]
        if whole is None:
            self._stop(line, f"the alias *{event.anchor} stands within its own anchor: write it out, or use `$ref`")
        self._store(whole.value, line)
        self._grow(whole, line)

    def begin(self, event: Any, line: int) -> None:
        self._no_key(line)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        value: Any = {} if is_mapping else []
        self._store(value, line)
        self.lines[id(value)] = {}
        if event.tag not in TAGS:
            self._note(line, refusal(event.tag))
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(value, event.anchor, is_mapping))
        self._bound(1, 0, line)

    def end(self, _event: Any, _line: int) -> None:
        done = self._open.pop()
        if done.anchor:
            self._anchors[done.anchor] = _Whole(done.value, done.size, done.height)
        self._widen(done.size, done.height)

    def _key(self, text: str, line: int, *, is_text: bool) -> None:
        mapping = self._open[-1]
        first = self.lines[id(mapping.value)].get(text)
        mapping.step, mapping.line, mapping.awaits_key = text, line, False
        if text == "<<" and not is_text:
            self._note(line, "`<<` merges in YAML 1.1 alone: write the members out")
        elif not is_text:
            self._note(line, f"the key `{text}` is not text to every reader: write {json.dumps(text)}")
        if first is not None:
            self._note(line, f"the key `{text}` stands in line {first} already: keep one of the two")

    def _store(self, value: Any, line: int) -> None:
        if not self._open:
            self.root = value
            return
        holder = self._open[-1]
        if isinstance(holder.value, dict):
            holder.value[holder.step] = value
            holder.awaits_key = True
        else:
            holder.step, holder.line = len(holder.value), line
            holder.value.append(value)
        self.lines[id(holder.value)][holder.step] = holder.line  # type: ignore[index]  # a value follows its key

    def _grow(self, whole: _Whole, line: int) -> None:
        self._bound(whole.size, whole.height, line)
        self._widen(whole.size, whole.height)

    def _widen(self, size: int, height: int) -> None:
        if self._open:
            self._open[-1].size += size
            self._open[-1].height = max(self._open[-1].height, height + 1)

    def _bound(self, size: int, height: int, line: int) -> None:
        self._values += size
        if self._values > MAX_VALUES:
            raise _Unreadable(line, f"more than {MAX_VALUES} values, aliases written out: split the document")
        if len(self._open) + height > MAX_DEPTH:
            raise _Unreadable(line, f"more than {MAX_DEPTH} levels of nesting: name inner parts and refer to them")

    def _no_key(self, line: int) -> None:
        if self._open and self._open[-1].awaits_key:
            raise _Unreadable(line, "a key is a list, a mapping or an alias: a key must be text", self._pointer(-1))

    def _note(self, line: int, sentence: str) -> None:
        self.flaws.append(Flaw(line, self._pointer(), sentence))

    def _stop(self, line: int, sentence: str) -> NoReturn:
        raise _Unreadable(line, sentence, self._pointer())

    def _pointer(self, end: int | None = None) -> str:
        pointer = ""
        for holder in self._open[:end]:
            pointer = pointer if holder.step is None else child(pointer, holder.step)
        return pointer


HANDLERS: Mapping[type[Any], Callable[[_Reader, Any, int], None]] = {
    yaml.DocumentStartEvent: _Reader.document,
    yaml.ScalarEvent: _Reader.scalar,
    yaml.AliasEvent: _Reader.alias,
    yaml.MappingStartEvent: _Reader.begin,
    yaml.SequenceStartEvent: _Reader.begin,
    yaml.MappingEndEvent: _Reader.end,
    yaml.SequenceEndEvent: _Reader.end,
}
