"""What has to hold before anything is sent: no change since the last version that breaks anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from syncano_contract import differ, npm, overlay
from syncano_contract.differ import Break, Version
from syncano_contract.document import LOADER
from syncano_contract.overlay import Overlay
from syncano_contract.portal_files.openapi import to_yaml
from syncano_contract.resources import DOCUMENT


def last_tag() -> str:
    """Return the last tag before this commit, empty where there is none (or no git, or no repository).

    Tags of this very commit are passed over: when a release is published, its tag is there already.
    """
    own = _git("tag", "--points-at", "HEAD").split()
    return _git("describe", "--tags", "--abbrev=0", *(f"--exclude={each}" for each in own)).strip()


def uncompared() -> str:
    """Return the line that tells that there is no earlier tag; a shallow clone may only lack what there is."""
    is_shallow = _git("rev-parse", "--is-shallow-repository").strip() == "true"
    hint = " (this clone is shallow: `git fetch --unshallow --tags` brings those that there are)" if is_shallow else ""
    return f"no earlier tag: not compared with anything{hint}"


def _git(*words: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run([git, *words], capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    return "" if done.returncode else done.stdout


def breaks(since: str, overlays: Sequence[Path], tell: npm.Tell) -> list[Break]:
    """Return what breaks clients or servers of the document as it was; raises Problem where that cannot be told.

    `since` is a file or a revision of git. With overlays the amended documents are compared, the older one as the
    overlays of that revision amend it, if it has them.
    """
    old, new = differ.read(since), Version(DOCUMENT.name, DOCUMENT.read_bytes())
    if overlays:
        then = [overlay_then(path, since) for path in overlays]
        old, new = _amended(old, then), _amended(new, [overlay.read(path) for path in overlays])
    return differ.breaks(old, new, tell)


def overlay_then(path: Path, since: str) -> Overlay:
    """Return an overlay as it was in a revision; as it is now where that is a file, or does not have it."""
    revision = since.partition(":")[0]
    old = "" if Path(since).is_file() else _git("cat-file", "blob", f"{revision}:./{os.path.relpath(path)}")
    if not old:
        return overlay.read(path)
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        kept = Path(name) / path.name
        kept.write_text(old, encoding="utf-8")
        return overlay.read(kept)


def _amended(version: Version, overlays: Sequence[Overlay]) -> Version:
    tree = overlay.apply(yaml.load(version.content, Loader=LOADER), overlays)  # noqa: S506 - the loader is a safe one
    return Version(f"{version.name} (amended)", to_yaml(tree).encode())
