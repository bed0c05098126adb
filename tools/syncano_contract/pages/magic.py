"""The body of a page -> its magic blocks, its callouts and the rest, which is prose.

Source: the splitter of ReadMe's published client, and the blocks as found in public dumps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from syncano_contract.pages import strict_json
from syncano_contract.pages.finding import Repair
from syncano_contract.pages.strict_json import Repeated

MARKER = re.compile(r"\n?\[(?:block:([-a-z]+)|/block)\]\n?")
EMOJI = {
    "📘": "info",
    "🚧": "warning",
    "⚠": "warning",
    "❗": "danger",
    "🛑": "danger",
    "👍": "success",
    "✅": "success",
}
OTHER_EMOJI = "[\u203c\u2049\u2139\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]"
QUOTED = re.compile(rf"^>[ \t]?({'|'.join(EMOJI)}|{OTHER_EMOJI})\ufe0f?[^\n]*(?:\n>[^\n]*)*", re.MULTILINE)
CUSTOM = "custom"  # a callout with an icon of its own
CODE = re.compile(r"```.*?(?:```|\Z)|``((?:[^`]|`(?!`))+)``|`([^`]+)`", re.DOTALL)
STATUS = re.compile(
    r"\b(?:http|status|code|error|returns?|gives?|answers?(?: with)?|responds?(?: with)?)\s+`?([1-5]\d\d)\b"
    r"|\b([1-5]\d\d)\b`?\s+(?:http|status|code|error|response|reply|answer)",
    re.IGNORECASE,
)
LIKE_STATUS = re.compile(r"\b[1-5]\d\d\b")


@dataclass(frozen=True)
class Block:
    """One magic block: `data` is its JSON, or None where that is broken (`reason` says how)."""

    type: str
    data: dict[str, Any] | None
    reason: str = ""
    repeated: tuple[Repeated, ...] = ()


@dataclass(frozen=True)
class Callout:
    """What a callout says, without its words: the statuses that it names and what it quotes as code."""

    type: str
    statuses: tuple[int, ...]
    quotes: tuple[Any, ...]
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Body:
    """A body in parts, each in the order of the page; `prose` is what stands outside of blocks and callouts."""

    prose: str = ""
    blocks: tuple[Block, ...] = ()
    callouts: tuple[Callout, ...] = ()


def body_of(text: str) -> Body:
    """Take a body apart; a broken magic block becomes a Block without data."""
    first, *rest = MARKER.split(text)
    prose, blocks, callouts = [first], [], _quoted(first)
    markers, pieces = rest[::2], rest[1::2]
    for marker, piece, follower in zip(markers, pieces, [*markers[1:], "end"], strict=False):
        if marker is None:
            prose.append(piece)
            callouts += _quoted(piece)
            continue
        block = _block(marker, piece) if follower is None else Block(marker, None, "is not closed")
        blocks.append(block)
        callouts += _callout_of(block)
        prose += _textarea_of(block)
    joined = "\n".join(QUOTED.sub("", piece).strip() for piece in prose).strip()
    return Body(joined, tuple(blocks), tuple(callouts))


def code_spans(markdown: str) -> tuple[str, ...]:
    """Return the inline code of some Markdown in order; fenced code is none."""
    return tuple(
        twice.strip() or once.strip() for twice, once in CODE.findall(markdown) if twice.strip() or once.strip()
    )


def _block(kind: str, payload: str) -> Block:
    try:
        data, repeated = strict_json.parse_repeated(payload)
    except ValueError:
        return Block(kind, None, "is no JSON")
    if not isinstance(data, dict):
        return Block(kind, None, "is no JSON object")
    return Block(kind, data, repeated=repeated)


def _textarea_of(block: Block) -> list[str]:
    said = block.data.get("text") if block.type == "textarea" and block.data else None
    return [said] if isinstance(said, str) else []


def _callout_of(block: Block) -> list[Callout]:
    if block.type != "callout" or block.data is None:
        return []
    kind = block.data.get("type")
    given = {name: block.data[name] for name in ("title", "body") if block.data.get(name) is not None}
    said = [each for each in given.values() if isinstance(each, str)]
    unread = (Repair(f"callout {name}", each, None) for name, each in given.items() if not isinstance(each, str))
    return [_callout(kind, kind if isinstance(kind, str) else CUSTOM, "\n\n".join(said), unread)]


def _quoted(markdown: str) -> list[Callout]:
    """Return the callouts that are written as a quote that an emoji opens."""
    return [
        _callout(EMOJI.get(found[1], found[1]), EMOJI.get(found[1], CUSTOM), found[0])
        for found in QUOTED.finditer(markdown)
    ]


def _callout(said: Any, kind: str, markdown: str, unread: Iterable[Repair] = ()) -> Callout:
    """Return a callout; a number that may be a status, but is not called one, is left out and told."""
    statuses = tuple(dict.fromkeys(int(before or after) for before, after in STATUS.findall(markdown)))
    numbers = dict.fromkeys(map(int, LIKE_STATUS.findall(CODE.sub(" ", markdown))))
    unnamed = (Repair("number in a callout", number, None) for number in numbers if number not in statuses)
    retyped = (Repair("callout type", said, kind),) if said != kind else ()
    quotes = tuple(_quote(span) for span in code_spans(markdown))
    return Callout(kind, statuses, quotes, (*retyped, *unread, *unnamed))


def _quote(span: str) -> Any:
    if not span.startswith(("{", "[")):
        return span
    try:
        return strict_json.parse(span)
    except ValueError:
        return span
