"""Where clients go: into a folder that is empty or was made by us, so that nobody's files are overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from syncano_contract.model import Problem

MARK = ".made-by-syncano-contract"
MARKED = "`syncano-contract clients` made this folder, and replaces it.\n"


def claim(out: Path, names: Iterable[str], *, force: bool) -> None:
    """Make a folder ours, in which folders of these names will be replaced.

    Raises Problem where it or one of them holds what is not ours, unless `force` says that this is fine.
    """
    try:
        for folder in (out, *(out / name for name in names)):
            if not force and not _is_free(folder):
                raise Problem(
                    f"{folder} holds files that this command has not made", "name another folder, or use --force"
                )
        out.mkdir(parents=True, exist_ok=True)
        _mark(out)
    except OSError as error:
        raise _unwritable(out, error) from error


def place(made: Path, folder: Path) -> None:
    """Put a folder that was made in the place of another, which goes to where it was made; raises Problem."""
    try:
        _mark(made)
        if folder.exists():
            folder.rename(made.with_name(f"{made.name}.before"))
        made.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _is_free(folder: Path) -> bool:
    return not folder.exists() or (folder / MARK).exists() or not any(folder.iterdir())


def _mark(folder: Path) -> None:
    (folder / MARK).write_text(MARKED, encoding="utf-8")


def _unwritable(folder: Path, error: OSError) -> Problem:
    return Problem(f"cannot write to {folder}: {error.strerror}", "make room, or name another folder with --out DIR")
