"""`syncano-contract run`."""

from __future__ import annotations

import math
import random
import re
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

from syncano_contract import output, run, target
from syncano_contract.cli import known, suggesting
from syncano_contract.cli.faults import FAULT_OPTION, build_of, chosen, notes
from syncano_contract.cli.overlays import OVERLAY_OPTION, amended
from syncano_contract.cli.repeating import command, repeated
from syncano_contract.cli.signals import Signals
from syncano_contract.cli.suggesting import SUGGEST_OPTION
from syncano_contract.cli.telling import OUT_OPTION, code, tell, written
from syncano_contract.cli.words import worded
from syncano_contract.model import Problem
from syncano_contract.reference.seeds import seeded
from syncano_contract.reference.server import Embedded
from syncano_contract.settings import DEFAULT_SEED, MOST_JOBS, Depth, Settings
from syncano_contract.target import Target


class Seed(click.ParamType[int]):
    """A number, or `random`, which picks one."""

    name = "N|random"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seed."""
        if value == "random":
            return random.randrange(2**31)
        if re.fullmatch(r"[0-9]{1,18}", str(value)):
            return int(value)
        self.fail(f"{value!r} is neither a whole number of at most 18 digits nor `random`.", param, ctx)


class Positive(click.ParamType[float]):
    """A number above 0, up to `most`."""

    def __init__(self, metavar: str, most: float) -> None:
        """Show as `metavar` in the help."""
        self.name = metavar
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 < number <= self.most:
            self.fail(f"{value!r} is no number above 0 and up to {self.most:g}.", param, ctx)
        return number


@click.command("run", short_help="Run the conformance suite against a deployment.")
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
@click.option("--rate", type=Positive("N", 10_000), help="At most N requests a second.")
@click.option(
    "--timeout",
    type=Positive("S", 3600),
    default=10.0,
    show_default=True,
    help="Seconds for one request.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, MOST_JOBS),
    default=1,
    show_default=True,
    help="How many requirements run at the same time, which helps where replies are slow.",
)
@click.option("--max-time", type=Positive("S", 86_400), help="End after S seconds; cleaning up comes on top.")
@click.option(
    "--max-requests",
    type=click.IntRange(min=1),
    metavar="N",
    help="Send at most N requests; those of cleaning up come on top.",
)
@click.option("--cleanup", is_flag=True, help="Remove the users that the run made; needs the target's account_key.")
@OVERLAY_OPTION
@known.DEVIATIONS_OPTION
@known.UPDATE_OPTION
@SUGGEST_OPTION
@FAULT_OPTION
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="text: a summary; github: annotations for GitHub Actions, at lines of openapi.yaml, and then the summary.",
)
@OUT_OPTION
def run_command(
    url: str | None, target_file: Path | None, instance: str | None, out: Path | None, **given: Any
) -> None:
    """Run the conformance suite against a deployment, by default the embedded reference deployment.

    URL is the base URL up to and with the version. Keys come from the target file, or from SYNCANO_API_KEY,
    SYNCANO_PLAIN_KEY, SYNCANO_ACCOUNT_KEY, SYNCANO_USER_KEY, SYNCANO_OTHER_INSTANCE and SYNCANO_OTHER_API_KEY.

    Exits with 0 when the target is conformant, 1 when it is not or a known deviation is outdated, 2 when that could not
    be told or run. Ctrl-C and SIGTERM end the run, write what there is as inconclusive, and exit with 130 and 143; a
    second one ends cleaning up, and a third one ends at once.

    \b
    A file for --deviations, where issue and expires (in quotes) may be left out:
      deviations:
        - requirement: USERS-ADD-1
          target: https://api.syncano.io/*
          reason: It answers 201, as it always has.
          issue: https://example.org/issues/7
          expires: "2027-01-31"

    \b
    Examples:
      syncano-contract run
      syncano-contract run --target target.toml --cleanup
      SYNCANO_API_KEY=... syncano-contract run https://api.syncano.io/v1.1 --instance my-instance
      syncano-contract run --target target.toml --only 'KEYS-*' --depth quick
      syncano-contract run --target target.toml --jobs 8 --max-time 60 --max-requests 2000
      syncano-contract run --target target.toml --overlay overlays/syncano-platform.yaml
      syncano-contract run --target target.toml --suggest-overlay seen.yaml
      syncano-contract run --target target.toml --deviations known.yaml
      syncano-contract run --fault add-answers-201
      syncano-contract run --fault add-answers-201 --format github   # in a workflow, see ci/github-actions.yml
    """
    names, form, overlays = given.pop("names"), given.pop("form"), given.pop("overlays")
    file, is_update, suggested = given.pop("known_file"), given.pop("is_update"), given.pop("suggested")
    only = tuple(pattern.upper() for pattern in given.pop("only"))
    settings = Settings(**{**given, "depth": Depth[given["depth"].upper()]}, only=only)
    with worded(), Signals() as signals, _target(url, target_file, instance, names) as (target_given, host):
        contract, listed = amended(overlays), known.read(file, is_update=is_update)
        drift = suggesting.begin(suggested, overlays)
        directory = output.prepare(out, host)
        try:
            with _progress() as progress:
                found = run.run(target_given, contract, settings, progress, over=signals.hold, afterwards=drift.keep)
        except BaseException:
            output.discard(directory)
            raise
        # What the embedded deployment held is gone with it.
        left_behind = found.left_behind if url or target_file else ()
        options = [*repeated("--overlay", overlays), *repeated("--deviations", (file,) if file else ())]
        repeat = command(url, target_file, instance, settings, [*options, *repeated("--fault", names)])
        found = replace(found, command=repeat, left_behind=left_behind, deviations=known.on(found.target, listed))
        unknown = known.unknown(found.deviations, settings.only)
        found = replace(found, notes=(*notes(chosen(names)), *unknown, *found.notes))
        problem = written(found, directory, is_latest=out is None)
        tell(found, None if problem else directory, form)
        if problem:
            raise problem
        drift.write()
        if is_update:
            known.update(file, listed, found)
    sys.exit(signals.code or (1 if unknown else code(found)))


@contextmanager
def _target(
    url: str | None, file: Path | None, instance: str | None, names: tuple[str, ...]
) -> Iterator[tuple[Target, str]]:
    """Give the target that was asked for, and the name of its host as the report's folder shows it."""
    if file is not None and (url or instance):
        raise Problem("--target goes with neither a URL nor --instance", "write both into the target file")
    if names and (file is not None or url is not None):
        raise Problem("only the embedded reference deployment can be given a --fault", "leave out the URL or --target")
    if file is not None or url is not None:
        live = target.from_file(file) if file else target.from_environment(url or "", instance)
        yield live, urlsplit(live.url).netloc
    elif instance is not None:
        raise Problem("--instance names an instance of no URL", "give the base URL too, or leave both out")
    else:
        with Embedded(build_of(chosen(names))) as embedded:
            yield seeded(embedded.url, embedded.seeds), "reference"


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
