"""`syncano-contract extract`, `trace` and `validate`: from the pages to the document, and back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from syncano_contract import output, run, trace, validation
from syncano_contract.cli.words import worded
from syncano_contract.model import Fact, Problem
from syncano_contract.pages import NotAPage, Note, Page, block, draft, extract, read
from syncano_contract.report import trace as renderer
from syncano_contract.report.text import counted, visible
from syncano_contract.resources import DOCUMENT, PAGES
from syncano_contract.validation import source
from syncano_contract.validation.tracing import trace_gate

PAGES_OPTION = click.option(
    "--pages",
    type=click.Path(path_type=Path),
    default=PAGES,
    metavar="DIR",
    help="A folder with the pages, or one file.  [default: the facts of the four pages that come with the suite]",
)


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
        pages = _pages(inputs, passed_over)
        if form == "facts":
            _emit((f"{line}\n" for line in _noted(extract.lines(pages))), file)
        else:
            _emit(block.lines(draft.members(pages)), file)
    sys.exit(1 if passed_over else 0)


@click.command("trace", short_help="Follow every fact of the pages into openapi.yaml, and back.")
@PAGES_OPTION
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/trace"),
    show_default=True,
    metavar="DIR",
    help="Where trace.json and trace.html go.",
)
def trace_command(pages: Path, out: Path) -> None:
    """Follow every fact of the pages into openapi.yaml and its requirements, and back.

    Each fact is kept, departed from with a recorded reason, or missing. Exits with 1 when anything is missing.

    \b
    Examples:
      syncano-contract trace
      syncano-contract trace --pages export/ --out build/trace
    """
    with worded():
        lines = source.read(DOCUMENT)
        told = trace.trace(lines.tree, _facts(pages), run.requirements())
        output.prepare(out, "")
        output.write(out / "trace.json", [renderer.to_json(told, lines.line)])
        output.write(out / "trace.html", [renderer.to_html(told, lines.line, DOCUMENT.name)])
        for line in renderer.to_table(told, lines.line):
            click.echo(line)
        click.echo(f"page: {out / 'trace.html'}")
    sys.exit(1 if told.gaps else 0)


@click.command("validate", short_help="Check the document: OpenAPI, examples, rules and trace.")
@click.argument("file", type=click.Path(path_type=Path), default=DOCUMENT, required=False)
@PAGES_OPTION
def validate_command(file: Path, pages: Path) -> None:
    """Check the document: OpenAPI, every example, our rules, and the trace to its pages.

    FILE is openapi.yaml where none is given. Each finding is one line with file, line, pointer and a sentence. Exits
    with 1 when there is any.

    \b
    Examples:
      syncano-contract validate
      syncano-contract validate openapi.yaml
    """
    with worded():
        gate = trace_gate(_facts(pages), run.requirements())
        findings = validation.validate(_near(file), [gate])
        for finding in findings:
            click.echo(visible(str(finding)))
        click.echo(f"{_near(file)}: {counted(len(findings), 'finding')}")
    sys.exit(1 if findings else 0)


def _pages(inputs: Iterable[str | Path], passed_over: list[NotAPage]) -> Iterator[Page]:
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


def _near(file: Path) -> Path:
    """Return the path as seen from here: the suite's own document is a link in a checkout."""
    with suppress(ValueError, RuntimeError, OSError):
        return file.resolve().relative_to(Path.cwd())
    return file


def _facts(pages: Path) -> tuple[Fact, ...]:
    passed_over: list[NotAPage] = []
    facts = extract.facts(_pages([pages], passed_over))
    if passed_over or not facts:
        raise Problem(
            f"{pages} holds {'something that is no page' if facts else 'no page'}", "name pages with --pages DIR"
        )
    return facts


def _emit(lines: Iterable[str], file: Path | None) -> None:
    if file is not None:
        output.write(file, lines)
        return
    for line in lines:
        click.echo(line, nl=False)
