"""`syncano-contract cleanup`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syncano_contract import remains, target
from syncano_contract.bounds import Bounds, seen_through
from syncano_contract.cleaning import Cleaner
from syncano_contract.cli.signals import Signals
from syncano_contract.cli.words import worded
from syncano_contract.client import Log
from syncano_contract.model import Problem
from syncano_contract.redact import Redactor
from syncano_contract.settings import Settings
from syncano_contract.target import Target
from syncano_contract.text import visible


@click.command("cleanup", short_help="Remove the users that a run left behind.")
@click.argument("report", type=click.Path(path_type=Path))
@click.argument("url", required=False)
@click.option("--target", "target_file", type=click.Path(path_type=Path), help="The target file (TOML) of the run.")
@click.option("--instance", metavar="NAME", help="The instance, where no target file is given.")
def cleanup_command(report: Path, url: str | None, target_file: Path | None, instance: str | None) -> None:
    """Remove the users that a run left behind, and prove that they are gone.

    REPORT is a results.json or its folder. Only what its `left_behind` names is removed, and only at the target that
    it names, with that target's account_key (or SYNCANO_ACCOUNT_KEY). Who is gone already counts as removed. The report
    stays as it is, since it says what was true when the run ended.

    Exits with 0 when nobody is left, 1 when somebody is or may be, 2 when nothing could be tried.

    \b
    Examples:
      syncano-contract cleanup reports/latest --target target.toml
      SYNCANO_ACCOUNT_KEY=... syncano-contract cleanup out https://api.syncano.io/v1.1 --instance my-instance
    """
    with worded(), Signals() as signals:
        found, live = remains.read(report), _target(url, target_file, instance)
        remains.check(found, live)
        cleaner, bounds = Cleaner(live, Log(), Settings(), may_be_gone=True), Bounds()
        removal = seen_through(lambda: cleaner.remove(found.paths, bounds), [bounds])
    text = Redactor(live).text
    for line in (
        *removal.sentences("cleanup"),
        *(f"cannot remove {line}: its id is not known" for line in found.unknown),
    ):
        click.echo(visible(text(line)))
    for path in removal.left:
        click.echo(visible(f"left behind: {path}"))
    if not found.paths and not found.unknown:
        click.echo("the report names nobody that was left behind")
    sys.exit(signals.code or (1 if removal.left or found.unknown else 0))


def _target(url: str | None, file: Path | None, instance: str | None) -> Target:
    if file is not None and (url or instance):
        raise Problem("--target goes with neither a URL nor --instance", "leave one of them out")
    if file is not None:
        return target.from_file(file, needs={"account_key"})
    if url is None:
        raise Problem("no target is given", "name the target of the run: --target FILE, or its URL")
    return target.from_environment(url, instance)
