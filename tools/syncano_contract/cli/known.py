"""The options of `run` and `judge` on known deviations."""

from __future__ import annotations

from pathlib import Path

import click

from syncano_contract import output, run
from syncano_contract.conclusion import NO_REQUIREMENT
from syncano_contract.model import Deviation, Problem, Report

DEVIATIONS_OPTION = click.option(
    "--deviations",
    "known_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Known failures (YAML): a list `deviations` of requirement, target (a URL, `*` is any text), reason, and "
    "maybe expires and issue. They do not count for the conclusion; one that passes, has expired or is of no "
    "requirement makes the exit code 1.",
)
UPDATE_OPTION = click.option(
    "--update-deviations",
    "is_update",
    is_flag=True,
    help="Then write FILE anew: without what passed, and with each MUST that failed. Reasons are kept, comments "
    "are not. The run itself is judged by the file as it was.",
)


def read(file: Path | None, *, is_update: bool) -> tuple[Deviation, ...]:
    """Return what the file lists; raises Problem for a broken one, and for none where it is to be updated."""
    if file is None:
        if is_update:
            raise Problem("--update-deviations has no file to write", "name it with --deviations FILE")
        return ()
    if is_update and not file.exists():
        return ()
    from syncano_contract import deviations  # noqa: PLC0415 - no other run waits for it

    return deviations.read(file)


def on(target: str, known: tuple[Deviation, ...]) -> tuple[Deviation, ...]:
    """Return those of a target."""
    from syncano_contract import deviations  # noqa: PLC0415 - as above

    return deviations.on(target, known) if known else ()


def unknown(listed: tuple[Deviation, ...], only: tuple[str, ...]) -> tuple[str, ...]:
    """Say of each that it is of no requirement, where --only keeps the report from telling."""
    if not only or not listed:
        return ()
    suite = {each.id for each in run.requirements()}
    return tuple(NO_REQUIREMENT.format(each.requirement) for each in listed if each.requirement not in suite)


def update(file: Path, known: tuple[Deviation, ...], found: Report) -> None:
    """Write the file anew; raises Problem where that fails."""
    from syncano_contract import deviations  # noqa: PLC0415 - as above

    suite = {each.id for each in run.requirements()}
    output.write(file, deviations.to_yaml(deviations.updated(known, found, suite)))
