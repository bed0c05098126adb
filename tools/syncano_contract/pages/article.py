"""The excerpt and the body of a page -> callouts, inline code, and the tables and results that stand in blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.pages import magic, text
from syncano_contract.pages.finding import Found, Repair, named, shown
from syncano_contract.pages.members import place_of
from syncano_contract.pages.parameters import parameter_of, statement_of
from syncano_contract.pages.responses import response_of

BLOCKS = frozenset({"textarea", "html", "api-header", "code", "callout", "image", "embed", "parameters", "recipe"})
COLUMNS = {
    "name": ("name", "parameter", "param", "field", "key", "property", "argument", "attribute"),
    "type": ("type", "data type", "datatype", "format"),
    "required": ("required", "required?", "mandatory", "mandatory?"),
    "in": ("in", "location", "where", "place", "parameter type"),
    "default": ("default", "default value"),
}
READ: Mapping[str, tuple[str, type]] = {
    "textarea": ("text", str),
    "code": ("codes", list),
    "parameters": ("data", dict),
}
CELL = re.compile(r"(h|\d{1,6})-(\d{1,6})", re.ASCII)
MARKS = ("**", "__", "*", "_", "``", "`")  # code comes last: within it no mark is one


def found(data: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what excerpt and body say, in their order; broken blocks are repairs."""
    excerpt = text(data.get("excerpt"))
    if excerpt.strip():
        yield _text("excerpt", "/excerpt", excerpt)
    said, at = place_of(data, "body")
    body = magic.body_of(text(said))
    for block in body.blocks:
        yield from _block(block, at)
    for number, callout in enumerate(body.callouts, start=1):
        yield _callout(callout, number, at)
    if body.prose:
        yield _text("text", at, body.prose)


def _text(name: str, pointer: str, markdown: str) -> Found:
    code = list(magic.code_spans(markdown))
    return Found(name, pointer, f"The {name} of the page shows {named(code)} as code.", {"code": code})


def _callout(callout: magic.Callout, number: int, at: str) -> Found:
    value = {"type": callout.type, "statuses": list(callout.statuses), "quotes": list(callout.quotes)}
    statement = (
        f"A callout of type {callout.type} names statuses {value['statuses']} and quotes {shown(value['quotes'])}."
    )
    return Found(f"callout/{number}", at, statement, value, callout.repairs)


def _block(block: magic.Block, at: str) -> Iterator[Found]:
    """Yield what stands in a block, and what is wrong with it."""
    reason = block.reason if block.data is None else _unread(block.type, block.data)
    repeated = tuple(Repair("repeated member", each.before, each.after) for each in block.repeated)
    broken = (Repair("magic block", f"{block.type} that {reason}", None),) if reason else ()
    if repeated or broken:
        yield Found("", at, repairs=(*repeated, *broken))
    if reason or block.data is None:
        return
    if block.type == "code":
        yield from (_code(entry, at) for entry in block.data["codes"])
    elif block.type == "parameters":
        yield from _table(block.data["data"], at)


def _unread(kind: str, data: Mapping[str, Any]) -> str:
    """Return why nothing can be read from a block of that type, or an empty string."""
    if kind not in BLOCKS:
        return "is of an unknown type"
    if kind in READ and not isinstance(data.get(READ[kind][0]), READ[kind][1]):
        return f"has no `{READ[kind][0]}` of its type"
    return ""


def _code(entry: Any, at: str) -> Found:
    """Return the result that some code is; code without a status is a sample in prose, and no fact."""
    if not isinstance(entry, dict):
        return Found("", at, repairs=(Repair("unexpected type", entry, None),))
    return response_of(entry, at) if entry.get("status") is not None else Found("", at)


def _table(cells: Mapping[str, Any], at: str) -> Iterator[Found]:
    """Yield the parameters of a table that has a column of names, and what else stands in its columns."""
    for key in cells:
        if not CELL.fullmatch(key):
            yield Found("", at, repairs=(Repair("table cell", key, None),))
    headings = {column: _cell(cells.get(f"h-{column}")) for column in _numbers(cells, 1)}
    columns: dict[str, int] = {}
    for column, heading in headings.items():
        meaning = _meaning(heading)
        if meaning and columns.setdefault(meaning, column) != column:
            yield Found("", at, repairs=(Repair(f"second column of {meaning}", heading, None),))
    if "name" not in columns:
        yield Found("", at, repairs=(Repair("table without names", list(headings.values()), None),))
        return
    for number in _numbers(cells, 0):
        row = {meaning: _cell(cells.get(f"{number}-{column}")) for meaning, column in columns.items()}
        if row["name"]:
            yield _row(row, at)
        elif any(row.values()):
            yield Found("", at, repairs=(Repair("row without name", row, None),))


def _numbers(cells: Mapping[str, Any], part: int) -> list[int]:
    """Return the numbers of the rows (part 0) or of the columns (part 1), which name a cell as in `3-1`."""
    return sorted({int(found[part + 1]) for found in map(CELL.fullmatch, cells) if found and found[part + 1] != "h"})


def _meaning(heading: str) -> str | None:
    return next((name for name, headings in COLUMNS.items() if heading.lower() in headings), None)


def _cell(markdown: Any) -> str:
    """Return the text of a cell without the marks that make it bold, italic or code."""
    cell = text(markdown).strip()
    for mark in MARKS:
        if cell.startswith(mark) and cell.endswith(mark) and len(cell) > 2 * len(mark):
            cell = cell[len(mark) : -len(mark)].strip()
    return cell


def _row(row: Mapping[str, str], at: str) -> Found:
    parameter = parameter_of(row, row["name"].strip("`* ") or row["name"])
    value = parameter.value
    return Found(f"param/{value['name']}", at, statement_of(value), value, parameter.repairs)
