"""Tools of others, installed into a folder of the user's cache where they are first needed."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs

from syncano_contract.model import Problem

Tell = Callable[[str], None]
Install = Callable[[Path], None]

SECONDS = 600  # for one installation


def folder(group: str, lock: bytes, install: Install, tell: Tell) -> Path:
    """Return the folder of a group of tools, which `install` fills if it is not there yet.

    Each state of the lock file has a folder of its own. `tell` is called with a line before anything is fetched. Raises
    Problem as `install` does, and then leaves nothing behind.
    """
    place = platformdirs.user_cache_path("syncano-contract") / f"{group}-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not place.exists():
        tell(f"installing {group} from its lock file into {place} (once)")
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f"{group}-", dir=place.parent, ignore_cleanup_errors=True) as made:
            install(Path(made))
            _rename(Path(made), place)
    return place


def call(installer: str, group: str, words: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
    """Run a step of an installation; raises Problem, with the first line that `installer` complains with."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and words of our own
            words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Problem(
            f"{installer} did not install {group} within {SECONDS} s", "try again, or see to the network"
        ) from error
    if done.returncode:
        told = next((line for line in done.stderr.splitlines() if line.strip()), f"exit code {done.returncode}")
        raise Problem(
            f"{installer} cannot install {group}: {told}", f"see to the registry that {installer} is set up with"
        )


def _rename(made: Path, place: Path) -> None:
    try:
        made.rename(place)
    except OSError:
        if not place.exists():  # where it does, another process was quicker
            raise
