"""`syncano-contract bundle`: the document in the form in which it is published."""

from __future__ import annotations

import json
from pathlib import Path

import click

from syncano_contract import output
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.words import worded
from syncano_contract.published import in_30, published, to_yaml


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
        newest = published(amended(overlays).tree)
        output.prepare(folder, "")
        for version, tree in (("3.1", newest), ("3.0", in_30(newest))):
            output.write(folder / f"openapi-{version}.yaml", [to_yaml(tree)])
            output.write(folder / f"openapi-{version}.json", [json.dumps(tree, ensure_ascii=False, indent=2), "\n"])
            click.echo(f"{folder / f'openapi-{version}.yaml'} and .json")
