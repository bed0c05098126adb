"""`syncano-contract bundle`: the document in the form in which it is published."""

from __future__ import annotations

from pathlib import Path

import click

from syncano_contract import output
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.words import worded
from syncano_contract.portal_files import openapi
from syncano_contract.published import published


@click.command("bundle")
@click.option(
    "-o",
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/openapi"),
    show_default=True,
    metavar="DIR",
    help="Where the four files go.",
)
@OVERLAY_OPTION
def bundle_command(folder: Path, overlays: tuple[Path, ...]) -> None:
    """Write the document as generators and portals take it best, in OpenAPI 3.1 and 3.0, as YAML and JSON.

    Parameters, bodies and responses are written out in each operation, schemas have names, and what only this project
    reads (`x-source`, `x-unconfirmed`) is left out. What is valid by one of the files is valid by all of them.

    \b
    Examples:
      syncano-contract bundle
      syncano-contract bundle -o public/ --overlay overlays/syncano-platform.yaml
    """
    with worded():
        made = openapi.texts(published(amended(overlays).tree))
        output.prepare(folder, "")
        for name, text in made.items():
            output.write(folder / name, [text])
        for name in made:
            if name.endswith(".yaml"):
                click.echo(f"{folder / name} and .json")
