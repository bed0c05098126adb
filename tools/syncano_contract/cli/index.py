"""`syncano-contract index`."""

from __future__ import annotations

from pathlib import Path

import click

from syncano_contract.cli.words import inert, worded
from syncano_contract.output import REPORTS
from syncano_contract.report import index
from syncano_contract.text import counted, visible


@click.command("index", short_help="List the runs in a folder of reports as a page.")
@click.argument("directory", type=click.Path(path_type=Path), default=REPORTS, required=False, metavar="[DIR]")
def index_command(directory: Path) -> None:
    """Write index.html into a folder of reports: its runs by target, the newest first.

    DIR is reports/ where none is given; there each run does this itself. The links are relative, so that the folder,
    put on any static host, is a public page. What is no report is passed over.

    \b
    Examples:
      syncano-contract index
      syncano-contract index public/
    """
    with worded():
        found = index.write(directory)
        runs, targets = counted(found.runs, "run"), counted(len(found.targets), "target")
        told = f"{directory / index.INDEX}: {runs} of {targets}, {counted(found.passed_over, 'folder')} passed over"
        click.echo("\n".join(inert([visible(told)])))
