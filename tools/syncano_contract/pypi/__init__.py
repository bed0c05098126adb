"""Python packages that we drive: each folder here pins one group of them, which is installed where it is first needed.

They have an environment of their own, as they need versions of what we need too.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from syncano_contract import installed

GROUPS = Path(__file__).parent
LOCK = "requirements.txt"
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes")


def environment(group: str, tell: installed.Tell) -> Path:
    """Return the virtual environment of a group of packages, which is made if it is not there yet.

    `tell` is called with a line before anything is fetched. Raises Problem where pip fails.
    """
    lock = (GROUPS / group / LOCK).read_bytes() + VERSION.encode()  # an environment is of one Python
    return installed.folder(group, lock, partial(_install, group), tell)


def python(group: str, tell: installed.Tell) -> Path:
    """Return the interpreter of a group's environment; raises as `environment`."""
    return environment(group, tell) / "bin" / "python"


def packages(group: str, tell: installed.Tell) -> Path:
    """Return the folder that holds the modules of a group; raises as `environment`."""
    return environment(group, tell) / "lib" / VERSION / "site-packages"


def _install(group: str, folder: Path) -> None:
    """Make an environment that may be moved: what is started in it is its interpreter, and no script."""
    installed.call("venv", group, [sys.executable, "-m", "venv", str(folder)], folder, os.environ)
    words = [str(folder / "bin" / "python"), *INSTALL, "--requirement", str(GROUPS / group / LOCK)]
    installed.call("pip", group, words, folder, os.environ)
