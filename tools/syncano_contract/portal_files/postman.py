"""The document as a Postman collection, as openapi-to-postmanv2, Postman's own converter, makes it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from syncano_contract import npm
from syncano_contract.model import Problem
from syncano_contract.pointer import child

COLLECTION = "postman_collection.json"  # the name that Postman itself gives the ends of such files
GROUP, SCRIPT = "postman", "openapi-to-postmanv2/bin/openapi2postmanv2.js"
OPTIONS = "folderStrategy=Tags,parametersResolution=Example"
SECONDS = 60  # for one conversion
FIX = "`syncano-contract validate` tells if the document is broken"
AGAIN = "try again, with a Node.js of 20 or newer"

# The converter draws lots for what has no example, and counts days from now: the same ones each time.
STEADY = """
let drawn = 1;
Math.random = () => (drawn = (drawn * 48271) % 2147483647) / 2147483647;  // Park and Miller's generator
globalThis.Date = class extends Date {
  constructor(...given) { super(...(given.length ? given : [0])); }
  static now() { return 0; }
};
"""


def collection(tree: Mapping[str, Any], tell: npm.Tell) -> dict[str, Any]:
    """Return the Postman collection (format 2.1.0) of a published form; the same form gives the same collection.

    `tell` is called with a line before the converter is installed, which is done once. Raises Problem where it fails.
    """
    node, script = npm.command(GROUP, SCRIPT, tell)
    with TemporaryDirectory(prefix="syncano-contract-") as name:
        folder = Path(name)
        (folder / "steady.cjs").write_text(STEADY, encoding="utf-8")
        (folder / "openapi.json").write_text(json.dumps(tree), encoding="utf-8")
        words = [node, "--require", "./steady.cjs", script]
        told = _run([*words, "-s", "openapi.json", "-o", "collection.json", "-O", OPTIONS], folder)
        try:
            made: dict[str, Any] = json.loads((folder / "collection.json").read_bytes())
        except (OSError, ValueError) as error:  # the converter exits with 0 where it fails, too
            raise Problem(f"no Postman collection can be made: {told}", FIX) from error
    return _numbered(made)


def _run(words: list[str], folder: Path) -> str:
    """Run the converter and return the first line that it prints; raises Problem where it cannot be run."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and words of our own
            words, cwd=folder, env=npm.environment(), capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"the converter to Postman cannot be run: {error}", AGAIN) from error
    lines = (done.stderr or done.stdout).decode(errors="replace").splitlines()
    return next((line.strip() for line in lines if line.strip()), f"exit code {done.returncode}")


def _numbered(made: dict[str, Any]) -> dict[str, Any]:
    """Give the collection ids that follow from its name and the place in it; the converter draws lots for them."""
    root = uuid5(NAMESPACE_URL, made["info"]["name"])
    info = {**made["info"], "_postman_id": str(root)}
    return {**made, "info": info, "item": [_with_id(each, root, f"/{n}") for n, each in enumerate(made["item"])]}


def _with_id(entry: Mapping[str, Any], root: UUID, at: str) -> dict[str, Any]:
    """Return a folder, request or reply of a collection, and what is in it, with ids of ours."""
    below = {
        name: [_with_id(each, root, child(child(at, name), number)) for number, each in enumerate(entry[name])]
        for name in ("item", "response")
        if name in entry
    }
    return {**entry, **({"id": str(uuid5(root, at))} if "id" in entry else {}), **below}
