"""`syncano-contract diff`."""

from __future__ import annotations

import sys

import click

from syncano_contract import differ
from syncano_contract.cli.words import inert, progress, worded
from syncano_contract.text import counted, visible


@click.command("diff", short_help="Tell whether a change of the document breaks clients or servers.")
@click.argument("old")
@click.argument("new")
def diff_command(old: str, new: str) -> None:
    """Tell whether a change of the document breaks clients or servers.

    OLD and NEW are files, or revisions of git such as HEAD~1 (then openapi.yaml is meant) or v1:openapi.yaml.
    Clients break where a request that was right is wrong now, or a reply may be one that they do not know. Servers
    break where what they were built to is not enough any more. Exits with 1 when anybody breaks, 2 when that cannot
    be told.

    The differ is `redocly diff` of @redocly/cli, which npm installs at its pinned version when it is first needed. It
    rates carefully: a format or a refusal that is dropped counts as a break. It takes these for none: a further status,
    header or member of a reply, and what only words say (descriptions, examples, links).

    \b
    Examples:
      syncano-contract diff HEAD~1 openapi.yaml
      syncano-contract diff v1.0:openapi.yaml v2.0:openapi.yaml
    """
    with worded():
        found = differ.breaks(differ.read(old), differ.read(new), progress)
        lines = [f"breaks {each.whom}: {each.version}:{each.line}: {each.what}" for each in found]
        lines += [_summary(found)]
        click.echo("\n".join(inert([visible(line) for line in lines])))
    sys.exit(1 if found else 0)


def _summary(found: list[differ.Break]) -> str:
    numbers = {whom: sum(each.whom == whom for each in found) for whom in (differ.CLIENTS, differ.SERVERS)}
    told = [f"{counted(number, 'change')} for {whom}" for whom, number in numbers.items() if number]
    return f"breaking: {', '.join(told)}" if told else "nothing breaks"
