"""The option `--suggest-overlay` of several commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from syncano_contract import output
from syncano_contract.cli.words import inert
from syncano_contract.model import Problem
from syncano_contract.session import Session
from syncano_contract.suggestion import Suggestion, seen_in, suggest, to_yaml
from syncano_contract.text import counted, visible

SUGGEST_OPTION = click.option(
    "--suggest-overlay",
    "suggested",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write an OpenAPI Overlay 1.0 that makes the document describe what was seen, each action with its evidence. "
    "It excuses no server error, no reply without a user's id, name or key, and nothing of what keys may do.",
)


def begin(file: Path | None, overlays: Sequence[Path]) -> Drift:
    """Return what looks at a run; raises Problem as `check`."""
    check(file, overlays)
    return Drift(file)


def check(file: Path | None, overlays: Sequence[Path]) -> None:
    """Raise Problem, before anything else is done, for a file that must not be written."""
    if file is not None and not file.absolute().parent.is_dir():
        raise Problem(f"cannot write {file}: there is no such folder", "make it, or name another file")
    if file is not None and file.resolve() in {each.resolve() for each in overlays}:
        raise Problem(f"--suggest-overlay would overwrite {file}, which is in use", "name another file")


class Drift:
    """What a run showed beside the document, for a file that was asked for; for none, nothing is looked at."""

    def __init__(self, file: Path | None) -> None:
        """Start with nothing seen."""
        self._file = file
        self._session: Session | None = None

    def keep(self, session: Session) -> None:
        """Keep a session, to be looked at when the report of its run is written."""
        self._session = session

    def write(self) -> None:
        """Write the file that was asked for, if there is anything to write, and print what came of it."""
        if self._file is not None and self._session is not None:
            session = self._session
            seen = seen_in(session.document, session.target.url, session.log.exchanges)
            write(self._file, suggest(seen, session.redactor.text))


def write(file: Path, found: Suggestion) -> None:
    """Write the overlay, if it has any action, and print what came of it; raises Problem where that fails."""
    left = f"{counted(len(found.left), 'difference')} not described" if found.left else ""
    if found.actions:
        output.write(file, to_yaml(found))
        told = f"{file} ({counted(len(found.actions), 'action')}{left and f'; {left}'})"
    else:
        told = f"none, and {file} was not written: {left or 'nothing differs from the document'}"
    click.echo("\n".join(inert([visible(f"  suggested overlay: {told}")])))
