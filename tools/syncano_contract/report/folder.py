"""A folder of reports: which of its folders hold one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from syncano_contract.comparison import Run, digest
from syncano_contract.model import Problem
from syncano_contract.remains import RESULTS
from syncano_contract.report.reading import read

FIX = "give reports that `syncano-contract run` wrote, or a folder of them"


def folders(directory: Path) -> list[Path]:
    """Return the folders in a folder by name, without hidden ones, and without a link such as `latest` to one of them.

    Raises Problem for what is no folder.
    """
    try:
        found = sorted(path for path in directory.iterdir() if path.name[0] != "." and path.is_dir())
    except OSError as error:
        raise Problem(f"cannot read {directory}: {error.strerror}", FIX) from error
    here = _real(directory)
    return [path for path in found if not path.is_symlink() or _real(path).parent != here]


def gather(paths: Iterable[Path], passed_over: list[Problem]) -> Iterator[Run]:
    """Yield each report that the paths lead to, once, as a comparison takes it.

    A path is a results.json, the folder of one, or a folder of such folders. Adds to `passed_over` what in the last is
    a report that cannot be read; raises Problem for a path that leads to none, or to such a one.
    """
    met: set[Path] = set()
    for path in paths:
        named = _is_report(path)
        for file in [path / RESULTS if path.is_dir() else path] if named else _members(path):
            place = _real(file)
            if place in met:
                continue
            met.add(place)
            try:
                yield digest(read(file), _name(place))
            except Problem as problem:
                if named:
                    raise
                passed_over.append(problem)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # `resolve` raises where links lead in a circle


def _is_report(path: Path) -> bool:
    return not path.is_dir() or (path / RESULTS).exists()


def _members(directory: Path) -> list[Path]:
    found = [folder / RESULTS for folder in folders(directory) if (folder / RESULTS).exists()]
    if not found:
        raise Problem(f"{directory} holds no report of a run", FIX)
    return found


def _name(file: Path) -> str:
    return file.parent.name if file.name == RESULTS else file.name
