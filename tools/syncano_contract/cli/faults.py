"""`syncano-contract faults`, and the option `--fault` of other commands."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

from syncano_contract.reference.server import REFERENCE, Build

if TYPE_CHECKING:
    from syncano_contract.reference.faults import Alteration

FAULT_OPTION = click.option(
    "--fault",
    "names",
    multiple=True,
    metavar="NAME",
    help="Give the reference deployment this fault or variant; repeatable. `syncano-contract faults` lists them.",
)


@click.command("faults")
def faults_command() -> None:
    """List the faults that the reference deployment can be given, and the variants that break nothing.

    Each comes with the level of the requirements that have to notice it, and one sentence.

    \b
    Examples:
      syncano-contract faults
      syncano-contract run --fault add-answers-201
      syncano-contract serve --fault reset-keeps-the-key
    """
    from syncano_contract.reference import faults  # noqa: PLC0415 - no other command has to wait for them

    for group, members in groupby(faults.ALTERATIONS.values(), key=lambda each: each.group):
        click.echo(f"{group}:")
        for each in members:
            click.echo(f"  {each.name:<40} {each.level or '':<6} {each.sentence}")


def chosen(names: tuple[str, ...]) -> tuple[Alteration, ...]:
    """Return the faults and variants of these names, each once; raises Problem for a name that none has."""
    if not names:
        return ()
    from syncano_contract.reference import faults  # noqa: PLC0415 - a run without faults does not wait for them

    return tuple(faults.find(name) for name in dict.fromkeys(names))


def build_of(alterations: tuple[Alteration, ...]) -> Build:
    """Return how to make the reference deployment with all of these."""
    if not alterations:
        return REFERENCE
    from syncano_contract.reference import faults  # noqa: PLC0415 - a run without faults does not wait for them

    return faults.build(alterations)


def notes(alterations: tuple[Alteration, ...]) -> tuple[str, ...]:
    """Say of each that it was given on purpose."""
    words = {True: "fault", False: "variant"}
    return tuple(
        f"the target was given the {words[each.level is not None]} {each.name} on purpose: {each.sentence}"
        for each in alterations
    )
