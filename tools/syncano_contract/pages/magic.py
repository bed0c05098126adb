"""The body of a page -> its magic blocks, its callouts and the rest, which is prose.

Source: the splitter of ReadMe's published client, and the blocks as found in public dumps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from syncano_contract.pages import strict_json

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
QUOTED = re.compile(rf"^>[ \t]?({'|'.join(EMOJI)})\ufe0f?[^\n]*(?:\n>[^\n]*)*", re.MULTILINE)
CODE = re.compile(r"```.*?(?:```|\Z)|``((?:[^`]|`(?!`))+)``|`([^`]+)`", re.DOTALL)
STATUS = re.compile(
    r"\b(?:http|status|code|error|returns?|gives?|answers?(?: with)?|responds?(?: with)?)\s+`?([1-5]\d\d)\b"
    r"|\b([1-5]\d\d)\b`?\s+(?:http|status|code|error|response|reply|answer)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """One magic block: `data` is its JSON, or None where that is broken (`reason` says how)."""

    type: str
    data: dict[str, Any] | None
    reason: str = ""


@dataclass(frozen=True)
class Callout:
    """What a callout says, without its words: the statuses that it names and what it quotes as code."""

    type: str
    statuses: tuple[int, ...]
    quotes: tuple[Any, ...]


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
        data = strict_json.parse(payload)
    except ValueError:
        return Block(kind, None, "is no JSON")
    return Block(kind, data) if isinstance(data, dict) else Block(kind, None, "is no JSON object")


def _textarea_of(block: Block) -> list[str]:
    said = block.data.get("text") if block.type == "textarea" and block.data else None
    return [said] if isinstance(said, str) else []


def _callout_of(block: Block) -> list[Callout]:
    if block.type != "callout" or block.data is None:
        return []
    kind = block.data.get("type")
    said = [block.data[name] for name in ("title", "body") if isinstance(block.data.get(name), str)]
    return [_callout(kind if isinstance(kind, str) else "custom", "\n\n".join(said))]


def _quoted(markdown: str) -> list[Callout]:
    """Return the callouts that are written as a quote that an emoji opens."""
    return [_callout(EMOJI[found.group(1)], found.group()) for found in QUOTED.finditer(markdown)]


def _callout(kind: str, markdown: str) -> Callout:
    statuses = [int(before or after) for before, after in STATUS.findall(markdown)]
    return Callout(kind, tuple(dict.fromkeys(statuses)), tuple(_quote(span) for span in code_spans(markdown)))


def _quote(span: str) -> Any:
    if not span.startswith(("{", "[")):
        return span
    try:
        return strict_json.parse(span)
    except ValueError:
        return span
