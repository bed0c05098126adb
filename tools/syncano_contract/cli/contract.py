"""`syncano-contract trace` and `validate`: from the pages to the document, and back."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import click

from syncano_contract import output, overlay, run, trace, validation
from syncano_contract.cli.extract import pages_in
from syncano_contract.cli.overlays import OVERLAY_OPTION
from syncano_contract.cli.words import worded
from syncano_contract.model import Fact, Problem
from syncano_contract.pages import NotAPage, extract
from syncano_contract.report import trace as renderer
from syncano_contract.resources import DOCUMENT, PAGES
from syncano_contract.text import counted, visible
from syncano_contract.validation import Finding, source
from syncano_contract.validation.tracing import trace_gate

PAGES_OPTION = click.option(
    "--pages",
    type=click.Path(path_type=Path),
    default=PAGES,
    metavar="DIR",
    help="A folder with the pages, or one file.  [default: the facts of the four pages that come with the suite]",
)


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
@OVERLAY_OPTION
def validate_command(file: Path, pages: Path, overlays: tuple[Path, ...]) -> None:
    """Check the document: OpenAPI, every example, our rules, and the trace to its pages.

    FILE is openapi.yaml where none is given. Each finding is one line with file, line, pointer and a sentence. Exits
    with 1 when there is any. With overlays the amended document is checked, but not traced: it says otherwise than the
    pages on purpose.

    \b
    Examples:
      syncano-contract validate
      syncano-contract validate openapi.yaml
      syncano-contract validate --overlay overlays/syncano-platform.yaml
    """
    with worded():
        findings = judged(file, pages, overlays)
        for finding in findings:
            click.echo(visible(str(finding)))
        click.echo(f"{_near(file)}: {counted(len(findings), 'finding')}")
    sys.exit(1 if findings else 0)


def judged(file: Path, pages: Path, overlays: tuple[Path, ...]) -> list[Finding]:
    """Return what `validate` finds wrong with a document; raises Problem for files that cannot be read."""
    changes = [overlay.read(path) for path in overlays]
    gates = [] if changes else [trace_gate(_facts(pages), run.requirements())]
    return validation.validate(_near(file), gates, amend=lambda tree: overlay.apply(tree, changes))


def _near(file: Path) -> Path:
    """Return the path as seen from here: the suite's own document is a link in a checkout."""
    with suppress(ValueError, RuntimeError, OSError):
        return file.resolve().relative_to(Path.cwd())
    return file


def _facts(pages: Path) -> tuple[Fact, ...]:
    passed_over: list[NotAPage] = []
    facts = extract.facts(pages_in([pages], passed_over))
    if passed_over or not facts:
        raise Problem(
            f"{pages} holds {'something that is no page' if facts else 'no page'}", "name pages with --pages DIR"
        )
    return facts
