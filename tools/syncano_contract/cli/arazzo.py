"""`syncano-contract arazzo`."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from syncano_contract import arazzo, output
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.words import worded
from syncano_contract.document import LOADER
from syncano_contract.model import Problem
from syncano_contract.portal_files.openapi import to_yaml


@click.command("arazzo", short_help="Write the life of a user as an Arazzo workflow.")
@click.option(
    "-o",
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("build/openapi/life.arazzo.yaml"),
    show_default=True,
    metavar="FILE",
    help="The file to write; one that is there is replaced if it is an Arazzo document.",
)
@OVERLAY_OPTION
def arazzo_command(file: Path, overlays: tuple[Path, ...]) -> None:
    """Write the life of a user as an Arazzo 1.0 workflow: added, looked up, updated, given another key.

    It calls the operations of openapi-3.1.yaml in the folder of FILE, which `syncano-contract bundle -o DIR` puts there
    (with the same overlays). Instance, API key, names and password are its inputs. Runners of Arazzo take it, such as
    that of @redocly/cli, which reads inputs from the environment, where no list of processes shows a key.

    \b
    Examples:
      syncano-contract bundle
      syncano-contract arazzo
      export REDOCLY_CLI_RESPECT_INPUT='{"instance_name": "rivia", "api_key": "…", "username": "ciri",
                                         "new_username": "fiona", "password": "…"}'
      npx @redocly/cli respect build/openapi/life.arazzo.yaml --server users=http://127.0.0.1:8000/v1.1
    """
    with worded():
        _check(file)
        text = to_yaml(arazzo.workflow(amended(overlays)))
        output.prepare(file.parent, "")
        output.write(file, [text])
        click.echo(f"{file}")
        if not (file.parent / arazzo.SOURCE).exists():
            click.echo(
                f"note: {arazzo.SOURCE} is not beside it; `syncano-contract bundle -o {file.parent}` puts it there",
                err=True,
            )


def _check(file: Path) -> None:
    """Raise Problem for a file that is there and no Arazzo document."""
    if file.is_file() and not _is_arazzo(file):
        raise Problem(
            f"{file} is there and is no Arazzo document", "name another file with -o FILE, or remove it first"
        )


def _is_arazzo(file: Path) -> bool:
    try:
        tree = yaml.load(file.read_bytes(), Loader=LOADER)  # noqa: S506 - the loader is a safe one
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return False
    return isinstance(tree, dict) and "arazzo" in tree
