"""How the site gets into its folder: whole, and without touching what somebody else put there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from syncano_contract.model import Problem

LIST = ".syncano-contract-portal"  # the files of the site, one a line: by it a folder is known as ours
HEAD = "# Written by `syncano-contract portal`, which replaces and removes these files.\n"
NOT_OURS = "name another folder, or add --force: files of the same names are replaced, all others are kept"
UNWRITABLE = "make room, or name another folder with -o DIR"


def write(site: Mapping[str, bytes], directory: Path, *, force: bool = False) -> None:
    """Write the site; a new folder appears with all of it, and in one that is there each file is replaced at once.

    Every file is complete beside the folder before the first takes its place. What an earlier site had and this one has
    not is removed; what is neither's stays. Raises Problem where the folder holds something that is not ours and
    `force` is off, or where it cannot be written.
    """
    directory = Path(os.path.realpath(directory))
    earlier = _earlier(directory, force=force)
    beside = directory.parent / f".{secrets.token_hex(4)}.part"
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _fill(beside, {**site, LIST: _listed(site)})
        if not directory.exists():
            beside.replace(directory)
        else:
            (directory / LIST).write_bytes(_listed({*earlier, *site}))  # whatever stops us, these are all ours
            _move(beside, directory, site)
            _remove(earlier - site.keys(), directory)
            _move(beside, directory, [LIST])
    except OSError as error:
        raise Problem(f"cannot write to {directory}: {error.strerror}", UNWRITABLE) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _earlier(directory: Path, *, force: bool) -> set[str]:
    """Return the files of an earlier site; raises Problem where something else is in the folder."""
    try:
        lines = (directory / LIST).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        if not (force or _is_vacant(directory)):
            raise Problem(f"{directory} holds something that this command did not write", NOT_OURS) from None
        return set()
    return {line for line in lines if _is_inside(line)}


def _is_vacant(directory: Path) -> bool:
    try:
        return next(directory.iterdir(), None) is None
    except OSError:
        return not directory.exists()


def _is_inside(line: str) -> bool:
    """Tell whether a line of the list is the path of a file in the folder: anybody may have written it."""
    path = PurePosixPath(line)
    return bool(path.parts) and not line.startswith("#") and not path.is_absolute() and ".." not in path.parts


def _listed(names: Iterable[str]) -> bytes:
    return (HEAD + "".join(f"{name}\n" for name in sorted(names))).encode()


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _move(beside: Path, directory: Path, names: Iterable[str]) -> None:
    for name in names:
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        (beside / name).replace(file)


def _remove(names: Iterable[str], directory: Path) -> None:
    """Remove files of an earlier site, and the folders that are empty without them."""
    for name in sorted(names):
        (directory / name).unlink(missing_ok=True)
        with suppress(OSError):
            for folder in PurePosixPath(name).parents[:-1]:
                (directory / folder).rmdir()
