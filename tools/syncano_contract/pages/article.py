"""The excerpt and the body of a page -> callouts, inline code, and the tables and results that stand in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncano_contract.pages import magic, text
from syncano_contract.pages.finding import Found, Repair, named, shown
from syncano_contract.pages.parameters import PLACES, parameter_of, statement_of
from syncano_contract.pages.responses import response_of

COLUMNS = {
    "name": ("name", "parameter", "param", "field", "key", "property", "argument", "attribute"),
    "type": ("type", "data type", "datatype", "format"),
    "required": ("required", "required?", "mandatory", "mandatory?"),
    "in": ("in", "location", "where", "place", "parameter type"),
    "default": ("default", "default value"),
}


def found(data: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what excerpt and body say, in their order; broken blocks are repairs."""
    excerpt = text(data.get("excerpt"))
    if excerpt.strip():
        yield _text("excerpt", "/excerpt", excerpt)
    said, at = _body(data)
    body = magic.body_of(said)
    for block in body.blocks:
        yield from _block(block, at)
    for number, callout in enumerate(body.callouts, start=1):
        yield _callout(callout, number, at)
    if body.prose:
        yield _text("text", at, body.prose)


def _body(data: Mapping[str, Any]) -> tuple[str, str]:
    """Return the body and its pointer; v2 keeps it below `content`."""
    content = data.get("content")
    if not text(data.get("body")) and isinstance(content, dict):
        return text(content.get("body")), "/content/body"
    return text(data.get("body")), "/body"


def _text(name: str, pointer: str, markdown: str) -> Found:
    code = list(magic.code_spans(markdown))
    return Found(name, pointer, f"The {name} of the page shows {named(code)} as code.", {"code": code})


def _callout(callout: magic.Callout, number: int, at: str) -> Found:
    value = {"type": callout.type, "statuses": list(callout.statuses), "quotes": list(callout.quotes)}
    statement = (
        f"A callout of type {callout.type} names statuses {value['statuses']} and quotes {shown(value['quotes'])}."
    )
    return Found(f"callout/{number}", at, statement, value)


def _block(block: magic.Block, at: str) -> Iterator[Found]:
    if block.data is None:
        yield Found("", at, repairs=(Repair("magic block", f"{block.type} that {block.reason}", None),))
    elif block.type == "code":
        codes = block.data.get("codes")
        entries = [each for each in (codes if isinstance(codes, list) else ()) if isinstance(each, dict)]
        yield from (response_of(entry, at) for entry in entries if entry.get("status") is not None)
    elif block.type == "parameters":
        yield from (_row(row, at) for row in _rows(block.data))


def _rows(table: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rows of a table that has a column of names, by what our columns are called."""
    cells = table.get("data")
    cells = cells if isinstance(cells, dict) else {}
    columns = {column: meaning for column in range(20) if (meaning := _meaning(cells.get(f"h-{column}")))}
    if "name" not in columns.values():
        return
    numbers = sorted({int(key.partition("-")[0]) for key in cells if key.partition("-")[0].isdecimal()})
    for number in numbers:
        row = {meaning: _cell(cells.get(f"{number}-{column}")) for column, meaning in columns.items()}
        if row["name"]:
            yield row


def _meaning(heading: Any) -> str | None:
    return next((name for name, headings in COLUMNS.items() if _cell(heading).lower() in headings), None)


def _cell(markdown: Any) -> str:
    return text(markdown).strip().strip("`*_ ")


def _row(row: Mapping[str, str], at: str) -> Found:
    place = row.get("in", "").lower()
    entry = {**row, "in": place if place in PLACES else None, "type": row.get("type", "").lower()}
    parameter = parameter_of(entry, row["name"])
    return Found(f"param/{row['name']}", at, statement_of(parameter.value), parameter.value, parameter.repairs)
