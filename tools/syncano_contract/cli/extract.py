"""`syncano-contract extract`: from pages to the facts that they state."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from syncano_contract import output
from syncano_contract.cli.words import worded
from syncano_contract.pages import NotAPage, Note, Page, block, draft, extract, read
from syncano_contract.text import visible


@click.command("extract")
@click.argument("inputs", nargs=-1, required=True, metavar="PAGE...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["facts", "openapi"]),
    default="facts",
    show_default=True,
    help="facts: one JSON object a line; openapi: a draft to start a contract from.",
)
@click.option("-o", "--output", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
def extract_command(inputs: tuple[str, ...], form: str, file: Path | None) -> None:
    """Read readme.io pages and tell the facts that they state.

    A PAGE is a page's JSON (also with rendered text behind it), a JSON array of pages, a folder of pages, or - for
    standard input. What is no page is told, the others are read all the same, and the exit code is 1.

    \b
    Examples:
      syncano-contract extract page.json
      syncano-contract extract export/ -o facts.jsonl
      syncano-contract extract --format openapi export/ > draft.yaml
      curl -s https://example.com/page.json | syncano-contract extract -
    """
    passed_over: list[NotAPage] = []
    with worded():
        pages = pages_in(inputs, passed_over)
        if form == "facts":
            _emit((f"{line}\n" for line in _noted(extract.lines(pages))), file)
        else:
            _emit(block.lines(draft.members(pages)), file)
    sys.exit(1 if passed_over else 0)


def pages_in(inputs: Iterable[str | Path], passed_over: list[NotAPage]) -> Iterator[Page]:
    """Yield the pages of all inputs; tell what was passed over, and keep what is no page."""
    for item in read(inputs, sys.stdin.buffer):
        match item:
            case Page():
                yield item
            case NotAPage():
                passed_over.append(item)
                click.echo(visible(f"error: {item.path}: {item.reason}"), err=True)
            case Note():
                click.echo(visible(f"note: {item.path}: {item.text}"), err=True)


def _noted(lines: Iterable[str]) -> Iterator[str]:
    """Pass facts on, and tell each repair that had nothing to put in the place of what the page has."""
    for line in lines:
        if '"kind": "repair"' in line:
            fact = json.loads(line)
            if fact["value"]["after"] is None:
                click.echo(visible(f"note: {fact['page']['slug']}: {fact['statement']}"), err=True)
        yield line


def _emit(lines: Iterable[str], file: Path | None) -> None:
    if file is not None:
        output.write(file, lines)
        return
    for line in lines:
        click.echo(line, nl=False)
