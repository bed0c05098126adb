"""The command line: one function a command; nothing else prints or exits."""

from __future__ import annotations

import random
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from syncano_contract import document, output, report, run, target
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Problem, Report
from syncano_contract.reference.seeds import Seeds, render_target
from syncano_contract.reference.server import AddressUnavailableError, Embedded, serve
from syncano_contract.reference.store import DatabaseUnusableError
from syncano_contract.report.text import visible
from syncano_contract.settings import DEFAULT_SEED, Depth, Settings
from syncano_contract.summary import summary
from syncano_contract.target import Target

EXIT = {Conclusion.CONFORMANT: 0, Conclusion.NON_CONFORMANT: 1, Conclusion.INCONCLUSIVE: 2}
INTERRUPTED = 130


class Seed(click.ParamType[int]):
    """A number, or `random`, which picks one."""

    name = "N|random"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seed."""
        if value == "random":
            return random.randrange(2**31)
        if str(value).isascii() and str(value).isdecimal() and len(str(value)) < 19:
            return int(value)
        self.fail(f"{value!r} is neither a whole number nor `random`.", param, ctx)


@contextmanager
def worded() -> Iterator[None]:
    """Word what a person must change, once and without a traceback, and exit with 2."""
    try:
        yield
    except Problem as problem:
        click.echo(visible(f"error: {problem.what}"), err=True)
        click.echo(visible(f"  {problem.fix}"), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("interrupted; no report was written", err=True)
        sys.exit(INTERRUPTED)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="syncano-contract")
def main() -> None:
    """Tell whether a deployment of Syncano's v1.1 user API keeps the contract.

    \b
    Begin here:
      syncano-contract run                       run the suite against the reference deployment
      syncano-contract target > target.toml      write a target file for a live one ...
      syncano-contract run --target target.toml  ... and run against it
    """


@main.command("run")
@click.argument("url", required=False)
@click.option("--target", "target_file", type=click.Path(path_type=Path), help="A target file (TOML).")
@click.option("--instance", metavar="NAME", help="The instance, where no target file is given.")
@click.option(
    "--depth",
    type=click.Choice([depth.name.lower() for depth in Depth]),
    default=Depth.STANDARD.name.lower(),
    show_default=True,
    help="quick: directed requirements; standard: also the state machine and schemathesis' examples and coverage; "
    "deep: also its fuzzing and stateful phases, and ten times the examples.",
)
@click.option("--seed", type=Seed(), default=DEFAULT_SEED, show_default=True, help="The same seed, the same requests.")
@click.option("--only", multiple=True, metavar="PATTERN", help="Requirement ids, such as 'USERS-ADD-*'; repeatable.")
@click.option("--read-only", is_flag=True, help="Send GET, HEAD and OPTIONS only; needs the target's user_key.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), metavar="N", help="At most N requests a second.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    default=10.0,
    show_default=True,
    metavar="S",
    help="Seconds for one request.",
)
@click.option("--cleanup", is_flag=True, help="Remove the users that the run made; needs the target's account_key.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the report goes.  [default: reports/<UTC stamp>-<host>]",
)
def run_command(
    url: str | None, target_file: Path | None, instance: str | None, out: Path | None, **given: Any
) -> None:
    """Run the conformance suite against a deployment, by default the embedded reference deployment.

    URL is the base URL up to and with the version. Keys come from the target file, or from SYNCANO_API_KEY,
    SYNCANO_PLAIN_KEY, SYNCANO_ACCOUNT_KEY, SYNCANO_USER_KEY, SYNCANO_OTHER_INSTANCE and SYNCANO_OTHER_API_KEY.

    Exits with 0 when the target is conformant, 1 when it is not, 2 when that could not be told or run.

    \b
    Examples:
      syncano-contract run
      syncano-contract run --target target.toml --cleanup
      SYNCANO_API_KEY=... syncano-contract run https://api.syncano.io/v1.1 --instance my-instance
      syncano-contract run --target target.toml --only 'KEYS-*' --depth quick
    """
    settings = Settings(**{**given, "depth": Depth[given["depth"].upper()]})
    with worded(), _target(url, target_file, instance) as (chosen, host):
        contract = document.load()
        directory = output.prepare(out, host)
        try:
            with _progress() as progress:
                found = run.run(chosen, contract, settings, progress)
        except BaseException:
            output.discard(directory)
            raise
        found = replace(found, command=_command(url, target_file, instance, settings))
        _tell(found)
        _write(found, directory, is_latest=out is None)
    sys.exit(EXIT[conclude(found)])


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep users in this SQLite file.  [default: a temporary one, removed at the end]",
)
@click.option("--print-target", is_flag=True, help="Print a target file for it, and nothing else, to standard output.")
def serve_command(host: str, port: int, database: Path | None, print_target: bool) -> None:
    """Serve the reference deployment: a sandbox that keeps the contract, on a real database.

    It is seeded with two instances and every kind of key, which it prints. Stop it with Ctrl-C.

    \b
    Examples:
      syncano-contract serve
      syncano-contract serve --port 0 --database users.sqlite3
      syncano-contract serve --print-target > target.toml
    """

    def announce(url: str, seeds: Seeds) -> None:
        click.echo(render_target(url, seeds) if print_target else _introduction(url, seeds))
        sys.stdout.flush()

    with worded():
        try:
            serve(host, port, database, announce)
        except AddressUnavailableError as error:
            raise Problem(
                f"cannot listen on {error}", "name another address with --host and --port (0: any)"
            ) from error
        except DatabaseUnusableError as error:
            raise Problem(f"cannot use {error}", "name another file with --database FILE, or a new one") from error


@main.command("requirements")
@click.option("--only", multiple=True, metavar="PATTERN", help="Requirement ids, such as 'USERS-ADD-*'; repeatable.")
def requirements_command(only: tuple[str, ...]) -> None:
    """List the requirements: id, level, sentence and source.

    \b
    Examples:
      syncano-contract requirements
      syncano-contract requirements --only 'KEYS-*'
    """
    with worded():
        for each in run.requirements(document.load(), only):
            click.echo(f"{each.id:<18} {each.level:<6} {each.text}")
            click.echo(f"{'':<25} source: {', '.join(each.source)}")


@main.command("target")
def target_command() -> None:
    """Print a commented target file to fill in.

    \b
    Example:
      syncano-contract target > target.toml
    """
    click.echo(target.TEMPLATE, nl=False)


@contextmanager
def _target(url: str | None, file: Path | None, instance: str | None) -> Iterator[tuple[Target, str]]:
    """Give the target that was asked for, and the name of its host as the report's folder shows it."""
    if file is not None and (url or instance):
        raise Problem("--target goes with neither a URL nor --instance", "write both into the target file")
    if file is not None or url is not None:
        chosen = target.from_file(file) if file else target.from_environment(url or "", instance)
        yield chosen, urlsplit(chosen.url).netloc
    elif instance is not None:
        raise Problem("--instance names an instance of no URL", "give the base URL too, or leave both out")
    else:
        with Embedded() as embedded:
            yield _seeded(embedded.url, embedded.seeds), "reference"


def _seeded(url: str, seeds: Seeds) -> Target:
    return Target(
        url=url,
        instance=seeds.instance,
        api_key=seeds.api_key,
        plain_key=seeds.plain_key,
        account_key=seeds.account_key,
        user_key=seeds.user_key,
        other=target.Other(seeds.other_instance, seeds.other_api_key),
    )


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show how far a run is: a bar on a terminal, a line for each group of requirements elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _line_for_each_group()
        return
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("preflight", total=None)
        yield lambda name, number, tests: bar.update(task, description=name, completed=number, total=tests)


def _line_for_each_group() -> Callable[[str, int, int], None]:
    shown: set[str] = set()

    def show(name: str, number: int, tests: int) -> None:
        group = name.rpartition("-")[0]
        if group not in shown:
            shown.add(group)
            click.echo(f"[{number:>3}/{tests}] {group}", err=True)

    return show


def _tell(found: Report) -> None:
    for line in summary(found):
        click.echo(line)


def _write(found: Report, directory: Path, *, is_latest: bool) -> None:
    try:
        report.write(found, directory)
    except OSError as error:
        raise Problem(
            f"cannot write the report to {directory}: {error.strerror}",
            "make room, or name another folder with --out DIR",
        ) from error
    if is_latest:
        output.point_to(directory)
    click.echo(f"  report: {directory / 'report.html'}")
    click.echo(f"  repeat: {found.command}")


def _command(url: str | None, file: Path | None, instance: str | None, settings: Settings) -> str:
    """Return the command that repeats a run; keys stay where they came from."""
    words = ["syncano-contract", "run"]
    words += [url] if url else []
    words += ["--target", str(file)] if file else []
    words += ["--instance", instance] if instance else []
    words += ["--depth", settings.depth.name.lower(), "--seed", str(settings.seed)]
    words += [word for pattern in settings.only for word in ("--only", pattern)]
    words += ["--read-only"] if settings.read_only else []
    words += ["--rate", f"{settings.rate:g}"] if settings.rate else []
    words += ["--timeout", f"{settings.timeout:g}"] if settings.timeout != Settings.timeout else []
    words += ["--cleanup"] if settings.cleanup else []
    return shlex.join(words)


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
