"""`syncano-contract requirements` and `syncano-contract target`: what there is, and what to fill in."""

from __future__ import annotations

import click

from syncano_contract import run, target
from syncano_contract.cli.words import worded


@click.command("requirements")
@click.option("--only", multiple=True, metavar="PATTERN", help="Requirement ids, such as 'USERS-ADD-*'; repeatable.")
def requirements_command(only: tuple[str, ...]) -> None:
    """List the requirements: id, level, sentence and source.

    \b
    Examples:
      syncano-contract requirements
      syncano-contract requirements --only 'KEYS-*'
    """
    with worded():
        for each in run.requirements(tuple(pattern.upper() for pattern in only)):
            click.echo(f"{each.id:<18} {each.level:<6} {each.text}")
            click.echo(f"{'':<25} source: {', '.join(each.source)}")


@click.command("target")
def target_command() -> None:
    """Print a commented target file to fill in.

    \b
    Example:
      syncano-contract target > target.toml
    """
    click.echo(target.TEMPLATE, nl=False)
