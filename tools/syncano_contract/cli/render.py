"""`syncano-contract render`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from syncano_contract import report
from syncano_contract.cli.words import worded
from syncano_contract.model import Problem, Report
from syncano_contract.remains import FIX
from syncano_contract.report import FORMATS
from syncano_contract.report.reading import parse, read
from syncano_contract.text import visible

STANDARD_INPUT = Path("-")


class Formats(click.ParamType[tuple[str, ...]]):
    """Names of formats, with commas between them."""

    name = "NAME,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names."""
        names = tuple(name.strip() for name in str(value).split(","))
        for name in names:
            if name not in FORMATS:
                self.fail(f"{name!r} is none of the formats {', '.join(FORMATS)}.", param, ctx)
        return names


@click.command("render", short_help="Make the other files of a report from its results.json.")
@click.argument("results", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format",
    "formats",
    type=Formats(),
    default=",".join(FORMATS),
    show_default=True,
    help="What to make, with commas between the names.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the files go.  [default: the folder of the results.json]",
)
def render_command(results: Path, formats: tuple[str, ...], out: Path | None) -> None:
    """Make the files of a report from its results.json, byte for byte as the run did.

    RESULTS is a results.json, the folder of a report, or - for standard input.

    \b
    html      report.html             the whole report as one page
    junit     junit.xml               a test case for each requirement
    markdown  summary.md              what a reviewer must know, for the summary of a CI job
    sarif     results.sarif           each failure at its line of openapi.yaml, for code scanning
    badge     badge.svg, badge.json   the conclusion as a picture, and for shields.io

    Exits with 0, or with 2 when something could not be read or written.

    \b
    Examples:
      syncano-contract render reports/latest
      syncano-contract render reports/latest --format markdown,badge -o build
      syncano-contract render - -o build < results.json
    """
    with worded():
        directory = _directory(results, out)
        told = _read(results)
        renderers = {name: each for form in formats for name, each in FORMATS[form].items()}
        try:
            report.write_all({name: render(told) for name, render in renderers.items()}, directory)
        except OSError as error:
            what = f"cannot write to {directory}: {error.strerror}"
            raise Problem(what, "make room, or name another folder with -o DIR") from error
        for name in renderers:
            click.echo(visible(f"wrote {directory / name}"))


def _directory(results: Path, out: Path | None) -> Path:
    if out is not None:
        return out
    if results == STANDARD_INPUT:
        raise Problem("standard input is in no folder", "name one for the files with -o DIR")
    return results if results.is_dir() else results.parent


def _read(results: Path) -> Report:
    if results != STANDARD_INPUT:
        return read(results)
    try:
        return parse(sys.stdin.buffer.read(), "standard input")
    except OSError as error:
        raise Problem(f"cannot read standard input: {error.strerror}", FIX) from error
