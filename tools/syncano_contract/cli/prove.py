"""`syncano-contract prove`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from syncano_contract import output, run
from syncano_contract.cli.faults import chosen
from syncano_contract.cli.words import worded
from syncano_contract.settings import Depth

if TYPE_CHECKING:
    from syncano_contract.proof import Proof
    from syncano_contract.reference.faults import Alteration


@click.command("prove", short_help="Prove that the suite notices every fault and raises no false alarm.")
@click.option(
    "--depth",
    type=click.Choice([depth.name.lower() for depth in Depth]),
    default=Depth.STANDARD.name.lower(),
    show_default=True,
    help="As of a run.",
)
@click.option(
    "--fault",
    "names",
    multiple=True,
    metavar="NAME",
    help="This fault or variant; repeatable.  [default: all that `syncano-contract faults` lists]",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    metavar="N",
    help="Processes at a time.  [default: the number of processors]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/prove"),
    show_default=True,
    metavar="DIR",
    help="Where prove.json and prove.html go.",
)
def prove_command(depth: str, names: tuple[str, ...], jobs: int, out: Path) -> None:
    """Run the suite against every fault and variant of the reference deployment, and print the matrix.

    Exits with 0 when a failed MUST notices every fault of a MUST, and a failed SHOULD every other one, when no variant
    fails what it has no recorded reason for, and when every requirement has a fault that turns it red. At depth quick
    85 % of the faults are enough. Exits with 1 otherwise.

    \b
    Examples:
      syncano-contract prove
      syncano-contract prove --depth quick --jobs 4
      syncano-contract prove --fault add-answers-201 --fault pretty-json
    """
    from syncano_contract.report import proof as renderer  # noqa: PLC0415 - no other command waits for the faults

    with worded():
        alterations = _wanted(names)
        output.prepare(out, "")
        with _progress(len(alterations) + 1) as advance:
            found = _proof(Depth[depth.upper()], alterations, jobs, advance, is_whole=not names)
        output.write(out / "prove.json", [renderer.to_json(found)])
        output.write(out / "prove.html", [renderer.to_html(found)])
        for line in renderer.to_table(found):
            click.echo(line)
        click.echo(f"page: {out / 'prove.html'}")
    sys.exit(1 if found.gaps else 0)


def _wanted(names: tuple[str, ...]) -> tuple[Alteration, ...]:
    """Return the alterations of these names in the order of the library, or all of them."""
    from syncano_contract.reference.faults import ALTERATIONS  # noqa: PLC0415 - no other command waits for the faults

    wanted = chosen(names) or ALTERATIONS.values()
    return tuple(each for each in ALTERATIONS.values() if each in wanted)


def _proof(
    depth: Depth, alterations: tuple[Alteration, ...], jobs: int, advance: Callable[[str], None], *, is_whole: bool
) -> Proof:
    from syncano_contract.proof import REFERENCE, prove  # noqa: PLC0415 - no other command waits for the faults
    from syncano_contract.trials import trials  # noqa: PLC0415 - nor for processes

    found = []
    with closing(trials([REFERENCE, *(each.name for each in alterations)], depth, jobs)) as going:
        for trial in going:
            found.append(trial)
            advance(trial.name)
    return prove(depth, run.requirements(), alterations, found, is_whole=is_whole)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """Show which trials are done: a bar on a terminal, a line for each elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _line_for_each(total)
        return
    columns = (TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=total)
        yield lambda name: bar.update(task, description=name, advance=1)


def _line_for_each(total: int) -> Callable[[str], None]:
    done: list[str] = []

    def show(name: str) -> None:
        done.append(name)
        click.echo(f"[{len(done):>3}/{total}] {name}", err=True)

    return show
