"""`syncano-contract compare`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from syncano_contract import output
from syncano_contract.cli.words import inert, worded
from syncano_contract.comparison import Comparison, compare
from syncano_contract.model import Problem
from syncano_contract.report import write_all
from syncano_contract.report.compare import to_html, to_json
from syncano_contract.report.compare_text import to_table
from syncano_contract.report.folder import FIX, gather
from syncano_contract.text import counted

NARROWEST, WIDEST = 80, 120  # columns


@click.command("compare", short_help="Compare runs of one target over time, or of several targets.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
@click.option("--all", "is_whole", is_flag=True, help="List what did not change as well.")
@click.option(
    "--fail-on",
    type=click.Choice(["regression"]),
    help="regression: exit with 1 where something got worse.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where compare.json and compare.html go.  [default: they are not written]",
)
def compare_command(paths: tuple[Path, ...], is_whole: bool, fail_on: str | None, out: Path | None) -> None:
    """Compare the reports of several runs, and print what changed.

    REPORT is a results.json, the folder of one, or a folder of such folders, whose runs are all taken. Runs of one base
    URL and instance are of one target; on a loopback address a port of 32768 or more, which the system gives a server
    anew at each start, does not count. Of several targets the newest runs are set beside each other.

    Of one target the newest run is set beside the newest one before it that was made in the same way (tool, document,
    overlays, depth, --only, --read-only) and was not cut short; where there is none, beside the one just before, and
    then nothing counts as worse. A regression is a requirement that passed and fails, or a MUST that passed and can no
    longer be told although the run was not cut short and no other failure explains it. What is new, gone, inapplicable
    or untested is none, and neither is an operation that is slower, which is told all the same.

    Exits with 0; with 1 for a regression if --fail-on asks for that; with 2 for what cannot be compared.

    \b
    Examples:
      syncano-contract compare reports/
      syncano-contract compare yesterday/results.json today/results.json --fail-on regression
      syncano-contract compare staging/ production/ -o build/compare
    """
    with worded():
        comparison = _compared(paths, fail_on)
        if out is not None:
            _write(comparison, out)
        width = min(WIDEST, max(NARROWEST, shutil.get_terminal_size((100, 24)).columns))
        click.echo("\n".join(inert([*to_table(comparison, width, is_whole=is_whole)])))
        if out is not None:
            click.echo(f"page: {out / 'compare.html'}")
    sys.exit(1 if fail_on and comparison.is_worse else 0)


def _compared(paths: Iterable[Path], fail_on: str | None) -> Comparison:
    """Return the comparison; raises Problem where there are not two runs to compare, or none that could be worse."""
    passed_over: list[Problem] = []
    comparison = compare(gather(paths, passed_over))
    if passed_over:
        several = f"{counted(len(passed_over), 'report')} passed over, such as: {passed_over[0].what}"
        click.echo("\n".join(inert([several])), err=True)
    runs = sum(len(history.runs) for history in comparison.histories)
    if runs < 2:
        raise Problem(f"{counted(runs, 'report')} cannot be compared: two are needed", FIX)
    if fail_on and not any(history.before for history in comparison.histories):
        raise Problem(
            "no target has two runs, so that none can have got worse", "give an earlier run of the same target"
        )
    return comparison


def _write(comparison: Comparison, out: Path) -> None:
    output.prepare(out, "")
    try:
        write_all({"compare.json": to_json(comparison), "compare.html": to_html(comparison)}, out)
    except OSError as error:
        raise Problem(f"cannot write to {out}: {error.strerror}", "make room, or name another folder") from error
