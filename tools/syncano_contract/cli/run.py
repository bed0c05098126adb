"""`syncano-contract run`."""

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
from syncano_contract.cli.words import worded
from syncano_contract.conclusion import conclude
from syncano_contract.model import Conclusion, Problem, Report
from syncano_contract.reference.seeds import Seeds
from syncano_contract.reference.server import Embedded
from syncano_contract.settings import DEFAULT_SEED, Depth, Settings
from syncano_contract.summary import summary
from syncano_contract.target import Target

EXIT = {Conclusion.CONFORMANT: 0, Conclusion.NON_CONFORMANT: 1, Conclusion.INCONCLUSIVE: 2}


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


@click.command("run")
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
