"""`syncano-contract portal`."""

from __future__ import annotations

from pathlib import Path

import click

from syncano_contract import document, run, trace
from syncano_contract.cli.contract import facts_of_pages, judged
from syncano_contract.cli.words import progress, worded
from syncano_contract.model import Problem
from syncano_contract.portal.site import Made, site
from syncano_contract.portal.writing import write
from syncano_contract.resources import DOCUMENT, PAGES
from syncano_contract.validation import source


@click.command("portal", short_help="Build a site of the document for developers, which any host serves.")
@click.option(
    "-o",
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/portal"),
    show_default=True,
    metavar="DIR",
    help="Where the site goes: a folder that is new, empty, or was written by this command.",
)
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Show the newest report of each deployment in this folder of reports.",
)
@click.option("--force", is_flag=True, help="Write into a folder with other files too; those that are in the way go.")
def portal_command(folder: Path, reports: Path | None, *, force: bool) -> None:
    """Build a site of the document for developers: an overview, a tutorial, a reference, downloads and sources.

    It needs no server but one of files, and opens from a folder too; none of its pages asks another host for anything.
    "Test Request" in the reference goes to `syncano-contract serve --cors` on the reader's own machine. A host should
    serve .well-known/api-catalog as application/linkset+json.

    The reference is Scalar, and the Postman collection is made by openapi-to-postmanv2; npm installs both at their
    pinned versions when they are first needed. The same document and reports give the same bytes.

    \b
    Examples:
      syncano-contract portal
      syncano-contract portal -o public/ --reports reports/
    """
    with worded():
        made = _made()
        write(site(made, reports, progress), folder, force=force)
        click.echo(folder / "index.html")


def _made() -> Made:
    """Return the document with its trace; raises Problem where `validate` finds anything."""
    for finding in judged(DOCUMENT, PAGES, ()):
        fix = "`syncano-contract validate` tells all that is wrong with it"
        raise Problem(f"no site can be made of a broken document: {finding}", fix)
    lines = source.read(DOCUMENT)
    return Made(document.of(lines.tree), trace.trace(lines.tree, facts_of_pages(PAGES), run.requirements()), lines.line)
