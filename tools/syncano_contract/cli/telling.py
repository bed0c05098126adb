"""How a command tells what it found: the report's files, the summary and the exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from syncano_contract import output, report
from syncano_contract.cli.words import inert
from syncano_contract.conclusion import conclude, outdated
from syncano_contract.model import Conclusion, Problem, Report
from syncano_contract.report import index
from syncano_contract.report.github import to_annotations
from syncano_contract.summary import summary
from syncano_contract.text import visible

EXIT = {Conclusion.CONFORMANT: 0, Conclusion.NON_CONFORMANT: 1, Conclusion.INCONCLUSIVE: 2}


def _no_empty_folder(value: Path | None) -> Path | None:
    if value is not None and value.name == "":
        raise click.BadParameter("name a folder of its own for the report.")
    return value


OUT_OPTION = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    callback=lambda *given: _no_empty_folder(given[-1]),
    metavar="DIR",
    help="Where the report goes.  [default: reports/<UTC stamp>-<host>]",
)


def code(found: Report) -> int:
    """Return the exit code of a run that came to its end."""
    return 1 if any(outdated(found)) else EXIT[conclude(found)]


def tell(found: Report, directory: Path | None, form: str) -> None:
    """Print the summary; where nobody reads it, or there is no room for it, the files are what is left."""
    lines = [*summary(found)]
    if directory is not None:
        lines += [f"  report: {directory / 'report.html'}", f"  repeat: {found.command}"]
    is_github = form == "github"
    lines = [*(to_annotations(found) if is_github else ()), *inert(lines, always=is_github)]
    try:
        click.echo("\n".join(lines))
        sys.stdout.flush()
    except OSError as error:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # else the interpreter tries once more at its end
        if not isinstance(error, BrokenPipeError):
            click.echo(f"error: cannot print the summary: {error.strerror}", err=True)


def written(found: Report, directory: Path, *, is_latest: bool) -> Problem | None:
    """Write the report; return what a person must change where that fails."""
    try:
        report.write(found, directory)
    except OSError as error:
        what = f"cannot write the report to {directory}: {error.strerror}"
        return Problem(what, "make room, or name another folder with --out DIR")
    if is_latest:
        output.point_to(directory)
        _list(directory.parent)
    return None


def _list(reports: Path) -> None:
    """Write the index of the folder; where that fails, the run has not."""
    try:
        index.write(reports)
    except Problem as problem:
        click.echo("\n".join(inert([visible(f"error: {problem.what}")])), err=True)
