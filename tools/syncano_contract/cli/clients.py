"""`syncano-contract clients`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from syncano_contract import output
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.signals import Signals
from syncano_contract.cli.words import inert, progress, worded
from syncano_contract.clients import folder, generating, making, table, written
from syncano_contract.clients.outcome import State

EXIT = {State.PASSED: 0, State.FAILED: 1, State.UNTESTED: 2}


@click.command("clients", short_help="Generate typed clients in other languages, and prove them.")
@click.argument("names", nargs=-1, metavar="[LANG]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/clients"),
    show_default=True,
    metavar="DIR",
    help="Where they go, each into a folder of its own.",
)
@OVERLAY_OPTION
@click.option("--verify", "is_verified", is_flag=True, help="Build each client, and drive it as a user would.")
@click.option("--force", "is_forced", is_flag=True, help="Write where there are files that this command has not made.")
def clients_command(
    names: tuple[str, ...], out: Path, overlays: tuple[Path, ...], is_verified: bool, is_forced: bool
) -> None:
    """Generate typed clients from the document: in python, typescript, go, php and ruby unless other LANGs are named.

    Any other language that openapi-generator knows can be named too; such a client is marked as not proven. Generators
    are pinned, and installed into the user's cache where they are first needed. Each client has a README, examples and
    a licence.

    With --verify each client is built or type-checked, and its driver adds a user, looks it up, updates it, resets its
    key and meets every kind of error, at the embedded reference deployment and at one that sends members which the
    document does not list. With an overlay of a kind of deployment that `serve --as` knows, it is of that kind.
    Requests and replies are judged as well. clients.json and clients.html tell the results.

    Exits with 0; with 1 where a step failed; with 2 where one could not be tested, as something is missing.

    \b
    Examples:
      syncano-contract clients
      syncano-contract clients python go --verify
      syncano-contract clients kotlin --out build/kotlin --overlay overlays/syncano-platform.yaml
    """
    with worded(), Signals():  # so that half-made clients are removed
        languages = generating.languages(names, progress)
        order = making.Order(amended(overlays), languages, out, is_verified)
        folder.claim(out, [language.name for language in languages], force=is_forced)
        outcomes = [*making.make(order, progress)]
        if is_verified:
            for name, text in written.files(order.document, outcomes).items():
                output.write(out / name, [text])
            _print([*table.to_lines(outcomes), f"page: {out / written.PAGE}"])
        else:
            _print([*table.missing(outcomes)])
    sys.exit(max((EXIT[outcome.state] for outcome in outcomes), key=_gravity))


def _gravity(code: int) -> int:
    """Order exit codes: a failure counts more than what could not be tested."""
    return (0, 2, 1).index(code)


def _print(lines: Sequence[str]) -> None:
    for line in inert(lines):
        click.echo(line)
