"""Where clients go: into a folder that is empty or was made by us, so that nobody's files are overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

from syncano_contract.model import Problem

MARK = ".made-by-syncano-contract"
MARKED = "`syncano-contract clients` made this folder, and replaces it.\n"


def claim(folder: Path, *, force: bool) -> None:
    """Make a folder ours; raises Problem where it holds anything that is not, unless `force` says that this is fine."""
    try:
        if not _is_free(folder) and not force:
            raise Problem(
                f"{folder} holds files that `clients` has not made", "name another folder with --out, or use --force"
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text(MARKED, encoding="utf-8")
    except OSError as error:
        raise Problem(f"cannot write to {folder}: {error.strerror}", "name another folder with --out DIR") from error


def place(made: Path, folder: Path, *, force: bool) -> None:
    """Put a folder that was made in the place of one that is ours; raises Problem as `claim`."""
    claim(folder, force=force)
    (made / MARK).write_text(MARKED, encoding="utf-8")
    try:
        shutil.rmtree(folder)
        shutil.move(made, folder)
    except OSError as error:
        raise Problem(f"cannot write to {folder}: {error.strerror}", "make room, or name another folder") from error


def _is_free(folder: Path) -> bool:
    return not folder.exists() or (folder / MARK).exists() or not any(folder.iterdir())
