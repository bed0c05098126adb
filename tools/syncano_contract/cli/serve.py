"""`syncano-contract serve`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syncano_contract.cli.faults import FAULT_OPTION, build_of, chosen, notes
from syncano_contract.cli.words import worded
from syncano_contract.model import Problem
from syncano_contract.reference.cors import with_cors
from syncano_contract.reference.kinds import KINDS
from syncano_contract.reference.seeds import Seeds, render_target
from syncano_contract.reference.server import AddressUnavailableError, serve
from syncano_contract.reference.store import DatabaseUnusableError


@click.command("serve", short_help="Serve the reference deployment as a sandbox.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep users in this SQLite file.  [default: a temporary one, removed at the end]",
)
@click.option("--print-target", is_flag=True, help="Print a target file for it, and nothing else, to standard output.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(sorted(KINDS)),
    help="Be a deployment of this kind, which its overlay in overlays/ describes.",
)
@click.option("--cors", is_flag=True, help="Let pages of any origin call it from a browser, such as those of a portal.")
@FAULT_OPTION
def serve_command(
    host: str,
    port: int,
    database: Path | None,
    *,
    print_target: bool,
    kind: str | None,
    cors: bool,
    names: tuple[str, ...],
) -> None:
    """Serve the reference deployment: a sandbox that keeps the contract, on a real database.

    It is seeded with two instances and every kind of key, which it prints. Stop it with Ctrl-C.

    \b
    Examples:
      syncano-contract serve
      syncano-contract serve --port 0 --database users.sqlite3
      syncano-contract serve --print-target > target.toml
      syncano-contract serve --fault reset-keeps-the-key
      syncano-contract serve --as syncano-platform
      syncano-contract serve --cors
    """

    def announce(url: str, seeds: Seeds) -> None:
        click.echo(render_target(url, seeds) if print_target else _introduction(url, seeds))
        sys.stdout.flush()

    with worded():
        of_kind = KINDS.get(kind or "", ())
        for note in (*([f"kind {kind}: {', '.join(of_kind)}"] if kind else []), *notes(chosen(names))):
            click.echo(f"note: {note}", err=True)
        try:
            build = build_of(chosen((*of_kind, *names)))
            serve(host, port, database, announce, with_cors(build) if cors else build)
        except AddressUnavailableError as error:
            raise Problem(
                f"cannot listen on {error}", "name another address with --host and --port (0: any)"
            ) from error
        except DatabaseUnusableError as error:
            raise Problem(f"cannot use {error}", "name another file with --database FILE, or a new one") from error


def _introduction(url: str, seeds: Seeds) -> str:
    return f"""\
Serving the reference deployment at {url}

  instance     {seeds.instance}
  api_key      {seeds.api_key}   may add users
  plain_key    {seeds.plain_key}   may not add users
  acl_key      {seeds.acl_key}   may add users and touch any of them
  account_key  {seeds.account_key}   opens both instances
  user_key     {seeds.user_key}   of a user that exists

  instance     {seeds.other_instance}
  api_key      {seeds.other_api_key}   may add users
  user_key     {seeds.other_user_key}   of a user that exists

Try it:   curl -H "X-API-KEY: {seeds.api_key}" -H "X-USER-KEY: {seeds.user_key}" \\
            {url}/instances/{seeds.instance}/user/
Stop it:  Ctrl-C"""
