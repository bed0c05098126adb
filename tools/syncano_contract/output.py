"""Where a run's report is written: a folder of its own, and the link to the newest."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from syncano_contract.model import Problem

REPORTS = Path("reports")
LATEST = "latest"


def prepare(out: Path | None, host: str) -> Path:
    """Return a folder that can be written to, before anything is sent; raises Problem when there is none."""
    directory = out or REPORTS
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if out is None:
            directory = _fresh(host)
        probe = directory / f".{secrets.token_hex(4)}.part"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Problem(f"cannot write to {directory}: {error.strerror}", "name another folder with --out DIR") from error
    return directory


def write(file: Path, lines: Iterable[str]) -> None:
    """Write a file under a temporary name and rename it when it is whole; raises Problem, and leaves nothing behind."""
    temporary = file.parent / f".{secrets.token_hex(4)}.part"
    try:
        with temporary.open("x", encoding="utf-8") as opened:
            opened.writelines(lines)
        temporary.replace(file)
    except OSError as error:
        raise Problem(f"cannot write {file}: {error.strerror}", "make room, or name another file") from error
    finally:
        temporary.unlink(missing_ok=True)


def point_to(directory: Path) -> None:
    """Let `latest` beside a folder of REPORTS point to it; where links cannot be made there is none."""
    link = directory.parent / LATEST
    temporary = directory.parent / f".{secrets.token_hex(4)}.part"
    try:
        temporary.symlink_to(directory.name, target_is_directory=True)
        temporary.replace(link)
    except OSError:
        temporary.unlink(missing_ok=True)


def discard(directory: Path) -> None:
    """Remove a folder of a run that came to nothing, if it is empty."""
    with suppress(OSError):
        directory.rmdir()


def stamp() -> str:
    """Return the time of now in UTC as names of folders have it, to the second."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def _fresh(host: str) -> Path:
    name = f"{stamp()}-{re.sub(r'[^A-Za-z0-9.-]+', '-', host).strip('-')}"
    for number in count(1):
        directory = REPORTS / (name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):  # another run may make one of the same name at this very moment
            directory.mkdir()
            return directory
    raise AssertionError("counting never ends")
